import StrictDER

/// DER of what may have been written in BER. Files of most programs are DER, and then nothing is copied.
enum DERThroughout {
    /// The one element at the beginning of `bytes` in DER, and how many octets it took. Throws as `BER.normalised` does.
    static func element(at bytes: ArraySlice<UInt8>) throws(DERError) -> (der: ArraySlice<UInt8>, read: Int) {
        if let element = elementIfDER(bytes) { return (element, element.count) }
        let normalised = try BER.normalised(bytes)
        return (normalised.der[...], normalised.read)
    }

    /// nil when anything at any depth is not DER. A string in segments is told by its tag, unless that is an implicit one.
    private static func elementIfDER(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        var outermost = DERReader(bytes)
        guard let element = try? outermost.next("element") else { return nil }
        guard element.tag & constructed != 0 else { return element.encoded }
        var open = [element.inside]
        while let last = open.indices.last {
            if open[last].isAtEnd {
                open.removeLast()
                continue
            }
            guard let part = try? open[last].next("element") else { return nil }
            guard part.tag & constructed != 0 else { continue }
            guard part.tag != DERElement.Tag.octetString | constructed, open.count < BER.depthLimit else { return nil }
            open.append(part.inside)
        }
        return element.encoded
    }

    private static let constructed: UInt8 = 0x20
}
