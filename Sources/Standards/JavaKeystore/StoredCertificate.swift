public import StrictDER

/// A certificate's bytes as stored; one that does not parse is still an entry.
public struct StoredCertificate: Hashable, Sendable {
    /// `X.509` in all that Java writes.
    public var type: String
    /// The bytes within the file's bytes, which they keep alive; `der` is a copy of its own.
    public var bytes: ArraySlice<UInt8>

    public init(der: [UInt8], type: String = "X.509") { (bytes, self.type) = (der[...], type) }
    public init(bytes: ArraySlice<UInt8>, type: String = "X.509") { (self.bytes, self.type) = (bytes, type) }

    public var der: [UInt8] { Array(bytes) }

    /// Where its fields lie. Throws when the bytes are no certificate; the entry is one all the same.
    public func outline() throws(DERError) -> CertificateOutline { try CertificateOutline(der: bytes) }
}
