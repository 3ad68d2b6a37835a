import ArgumentParser

/// A SHA-256 fingerprint: 64 hexadecimal digits, colons allowed.
struct Fingerprint: ExpressibleByArgument {
    var hexadecimal: String

    init?(argument: String) {
        let digits = argument.lowercased().filter { $0 != ":" }
        guard digits.utf8.count == 64, digits.allSatisfy(\.isHexDigit) else { return nil }
        hexadecimal = digits
    }
}
