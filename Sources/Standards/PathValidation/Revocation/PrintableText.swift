/// What may be shown of bytes that should have been an answer.
enum PrintableText {
    /// At most 80 characters, printable ASCII; every other octet becomes one dot, white space one space.
    static func beginning(of bytes: [UInt8]) -> String {
        String(
            decoding: bytes.prefix(80).map { octet in
                switch octet {
                case 0x20...0x7E: octet
                case 0x09...0x0D: UInt8(ascii: " ")
                default: UInt8(ascii: ".")
                }
            }, as: UTF8.self)
    }
}
