extension XMLElement {
    /// The element as text, on one line, with everything escaped that has to be.
    public func serialised() -> String {
        var output = ""
        write(to: &output)
        return output
    }

    private func write(to output: inout String) {
        output += "<" + name
        for attribute in attributes { output += " \(attribute.name)=\"\(XMLEscaping.attribute(attribute.value))\"" }
        guard !children.isEmpty else {
            output += "/>"
            return
        }
        output += ">"
        for child in children {
            switch child {
            case .text(let text): output += XMLEscaping.text(text)
            case .element(let element): element.write(to: &output)
            }
        }
        output += "</\(name)>"
    }
}

/// Characters that XML 1.0 cannot hold at all, such as NUL, become U+FFFD: they come from outside and must not stop a result.
public enum XMLEscaping {
    public static func text(_ text: String) -> String { escape(text, quotes: false) }
    /// For a value in double quotes. Line ends and tabs are kept by character references.
    public static func attribute(_ text: String) -> String { escape(text, quotes: true) }

    /// XML 1.0 §2.2; surrogates are no scalars.
    static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A, 0x0D: true
        case 0..<0x20, 0xFFFE, 0xFFFF: false
        default: true
        }
    }

    private static func escape(_ text: String, quotes: Bool) -> String {
        var output = ""
        output.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": output += "&amp;"
            case "<": output += "&lt;"
            case ">": output += "&gt;"
            case "\"" where quotes: output += "&quot;"
            case "\r": output += "&#13;"
            case "\n" where quotes: output += "&#10;"
            case "\t" where quotes: output += "&#9;"
            case "\n", "\t": output.unicodeScalars.append(scalar)
            case _ where !isAllowed(scalar): output += "\u{FFFD}"
            default: output.unicodeScalars.append(scalar)
            }
        }
        return output
    }
}
