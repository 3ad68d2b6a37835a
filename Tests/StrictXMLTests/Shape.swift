import StrictXML

/// A tree without positions, and with neighbouring texts joined: what two documents must share to mean the same.
indirect enum Shape: Hashable {
    case text(String)
    case element(String, [[String]], [Shape])

    init(_ element: XMLElement) {
        var children: [Shape] = []
        for node in element.children {
            switch (node, children.last) {
            case (.text(""), _): break
            case (.text(let text), .text(let before)): children[children.count - 1] = .text(before + text)
            case (.text(let text), _): children.append(.text(text))
            case (.element(let child), _): children.append(Shape(child))
            }
        }
        self = .element(element.name, element.attributes.map { [$0.name, $0.value] }, children)
    }
}

/// A document with a bit of everything, of which mutations are made.
let sample = """
    <?xml version="1.0" encoding="UTF-8"?>
    <!-- of all kinds -->
    <a:root xmlns:a='urn:x' b="1 &lt; 2 &amp; &#51; &#x41;">
      text é 漢 &quot;&apos;&gt; <![CDATA[<raw> & ]] >]]>
      <?target data?><empty/><empty  c = "" ></empty >
      <deep><deeper>x</deeper></deep>
    </a:root>
    <!-- end -->
    """
