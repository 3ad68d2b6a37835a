/// Host names as octets, compared without letters' case and without copying.
enum HostText {
    private static let dot = UInt8(ascii: ".")
    private static let star = UInt8(ascii: "*")

    /// Without one trailing dot.
    static func trimmed(_ host: ArraySlice<UInt8>) -> ArraySlice<UInt8> { host.last == dot ? host.dropLast() : host }

    /// Whether it can be compared: labels that are not empty, a star only as the whole left-most one.
    static func isComparable(_ host: ArraySlice<UInt8>) -> Bool {
        let rest = isWildcard(host) ? host.dropFirst(2) : host
        return hasLabels(rest) && !rest.contains(star)
    }

    /// Whether it may stand as a constraint: empty, or labels without a star, with or without a period in front.
    static func isConstraint(_ base: ArraySlice<UInt8>) -> Bool {
        if base.isEmpty { return true }
        let rest = trimmed(base.first == dot ? base.dropFirst() : base)
        return hasLabels(rest) && !rest.contains(star)
    }

    static func isWildcard(_ host: ArraySlice<UInt8>) -> Bool {
        host.count > 2 && host[host.startIndex] == star && host[host.startIndex + 1] == dot
    }

    /// Labels that are not empty.
    static func hasLabels(_ host: ArraySlice<UInt8>) -> Bool {
        var previous = dot
        for octet in host {
            if octet == dot, previous == dot { return false }
            previous = octet
        }
        return previous != dot
    }

    static func labels(_ host: ArraySlice<UInt8>) -> Int { host.isEmpty ? 0 : host.reduce(1) { $0 + ($1 == dot ? 1 : 0) } }

    /// `host` is `base` or below it, label by label; an empty base holds everything, one with a leading period what is below, not itself.
    static func isWithin(_ host: ArraySlice<UInt8>, _ base: ArraySlice<UInt8>) -> Bool {
        if base.isEmpty { return true }
        guard host.count >= base.count else { return false }
        let start = host.endIndex - base.count
        // From the end: that is where hosts of one domain are alike, and others are not.
        var (left, right) = (host.endIndex, base.endIndex)
        while right > base.startIndex {
            (left, right) = (left - 1, right - 1)
            if lowered(host[left]) != lowered(base[right]) { return false }
        }
        if base.first == dot { return host.count > base.count }
        return start == host.startIndex || host[start - 1] == dot
    }
}
