/// `String.toLowerCase(Locale.ENGLISH)` on UTF-16 code units: what a JKS store in Java does to an alias when it is set or looked up.
enum JavaLowerCase {
    static func of(_ units: [UInt16]) -> [UInt16] {
        if units.allSatisfy({ $0 < 0x80 }) { return units.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 } }
        let points = codePoints(units)
        return points.indices.flatMap { lowered(at: $0, in: points) }
    }

    private static func lowered(at index: Int, in points: [UInt32]) -> [UInt16] {
        // A lone surrogate is no character, so it has no case.
        guard let scalar = Unicode.Scalar(points[index]) else { return [UInt16(truncatingIfNeeded: points[index])] }
        if scalar == "\u{3A3}", endsWord(at: index, in: points) { return [0x3C2] }
        return Array(scalar.properties.lowercaseMapping.utf16)
    }

    /// Final_Sigma (Unicode Standard §3.13): a cased letter before, none after; what is ignorable for case is skipped.
    private static func endsWord(at index: Int, in points: [UInt32]) -> Bool {
        func meetsCased(_ neighbours: some Sequence<UInt32>) -> Bool {
            for point in neighbours {
                guard let properties = Unicode.Scalar(point)?.properties else { return false }
                if properties.isCaseIgnorable { continue }
                return properties.isCased
            }
            return false
        }
        return meetsCased(points[..<index].reversed()) && !meetsCased(points[(index + 1)...])
    }

    private static func codePoints(_ units: [UInt16]) -> [UInt32] {
        var points: [UInt32] = []
        for unit in units {
            if UTF16.isTrailSurrogate(unit), let lead = points.last, (0xD800...0xDBFF).contains(lead) {
                points[points.count - 1] = 0x10000 + (lead - 0xD800) << 10 + (UInt32(unit) - 0xDC00)
            } else {
                points.append(UInt32(unit))
            }
        }
        return points
    }
}
