import StrictXML

extension ConfigurationFile {
    /// The file with that value: of several parameters with the name the last gets it. One that is missing is added behind the last
    /// parameter, indented like it. `secure` nil leaves the mark as it is.
    public func setting(_ name: String, to value: String, secure: Bool? = nil) throws(ConfigurationError) -> ConfigurationFile {
        guard let old = parameter(name) else {
            let isSecure = secure == true ? " secure=\"true\"" : ""
            return try inserting(
                "<parameter name=\"\(XMLEscaping.attribute(name))\"\(isSecure) value=\"\(XMLEscaping.attribute(value))\"/>")
        }
        var edits: [(range: Range<Int>, text: String)] = []
        if let secure, secure != old.isSecure { edits += marking(old, secure: secure) }
        if let place = old.attributes.first(where: { $0.name == "value" }) {
            if place.value != value { edits.append((place.range, escaped(value, at: place.range))) }
        } else {
            edits.append((behindName(of: old), " value=\"\(XMLEscaping.attribute(value))\""))
        }
        return try applying(edits)
    }

    private func marking(_ parameter: Parameter, secure: Bool) -> [(range: Range<Int>, text: String)] {
        let marks = parameter.attributes.filter { $0.name == "secure" || $0.name == "encrypt" }
        if !secure { return marks.filter { $0.value == "true" }.map { ($0.range, "false") } }
        return marks.first.map { [($0.range, "true")] } ?? [(behindName(of: parameter), " secure=\"true\"")]
    }

    /// Behind the closing quote of the name, which every parameter has.
    private func behindName(of parameter: Parameter) -> Range<Int> {
        let end = parameter.attributes.first { $0.name == "name" }.map { $0.range.upperBound + 1 } ?? parameter.element.lowerBound
        return end..<end
    }

    /// The quotes around the old value stay, so a single quote has to be escaped where they are single.
    private func escaped(_ value: String, at range: Range<Int>) -> String {
        let escaped = XMLEscaping.attribute(value)
        guard bytes[range.lowerBound - 1] == UInt8(ascii: "'") else { return escaped }
        return escaped.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "&apos;")
    }

    private func applying(_ edits: [(range: Range<Int>, text: String)]) throws(ConfigurationError) -> ConfigurationFile {
        guard !edits.isEmpty else { return self }
        var changed = bytes
        // From the back, so that the ranges before stay right; of two at one place the first stands first.
        for edit in edits.enumerated().sorted(by: { ($0.element.range.lowerBound, $0.offset) > ($1.element.range.lowerBound, $1.offset) }) {
            changed.replaceSubrange(edit.element.range, with: Array(edit.element.text.utf8))
        }
        return try ConfigurationFile(parsing: changed)
    }

    // MARK: adding

    private func inserting(_ element: String) throws(ConfigurationError) -> ConfigurationFile {
        let lineEnd = bytes.firstIndex(of: 0x0A).map { $0 > 0 && bytes[$0 - 1] == 0x0D ? "\r\n" : "\n" } ?? "\n"
        if let last = parameters.last {
            var start = last.element.lowerBound
            while start > 0, [0x20, 0x09].contains(bytes[start - 1]) { start -= 1 }
            let indentation = String(decoding: bytes[start..<last.element.lowerBound], as: UTF8.self)
            let place = behindComment(from: last.element.upperBound)
            return try applying([(place..<place, lineEnd + indentation + element)])
        }
        guard let inside = bytes[root.range].lastIndex(of: UInt8(ascii: "<")), bytes[inside...].starts(with: "</".utf8) else {
            // `<parameters/>` has no inside to put anything into.
            let slash = root.range.upperBound - 2
            return try applying([(slash..<slash + 2, ">\(lineEnd)  \(element)\(lineEnd)</\(root.name)>")])
        }
        let before = bytes[..<inside].last { $0 != 0x20 && $0 != 0x09 }
        let text = before == 0x0A ? "  \(element)\(lineEnd)" : "\(lineEnd)  \(element)\(lineEnd)"
        return try applying([(inside..<inside, text)])
    }

    /// A comment that ends the line belongs to the parameter in front of it.
    private func behindComment(from start: Int) -> Int {
        let end = bytes[start...].firstIndex { $0 == 0x0A || $0 == 0x0D } ?? bytes.count
        let isSpace: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 }
        let comment = bytes[start..<end].drop(while: isSpace)
        // Inside a comment, -- only stands at its end.
        guard comment.starts(with: "<!--".utf8),
            let dashes = comment.indices.dropFirst(4).first(where: { comment[$0...].starts(with: "--".utf8) }),
            comment[dashes...].dropFirst(3).allSatisfy(isSpace)
        else { return start }
        return min(dashes + 3, end)
    }
}
