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
            case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: output += "\u{FFFD}"
            default: output.unicodeScalars.append(scalar)
            }
        }
        return output
    }
}
