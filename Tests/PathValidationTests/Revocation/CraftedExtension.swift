import SwiftASN1
import X509

extension Certificate.Extension {
    /// From an identifier in dots and a value that is written already.
    static func crafted(_ identifier: String, critical: Bool = false, _ value: [UInt8]) throws -> Certificate.Extension {
        Certificate.Extension(oid: try ASN1ObjectIdentifier(dotRepresentation: identifier), critical: critical, value: value[...])
    }
}
