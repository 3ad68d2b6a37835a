import Crypto
import CryptoExtras
public import Foundation
public import InstanceStore
import SwiftASN1
import X509

/// What a server needs to speak TLS with a certificate of the instance's authority.
public struct IssuedServerCertificate: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// DER: the server's own certificate, then the issuing one. The root is not sent.
    public var chain: [[UInt8]]
    /// PKCS#8.
    public var privateKeyPEM: String
    /// Hexadecimal, lower case; what ``InstanceAuthority/revoke(serial:reason:now:)`` takes.
    public var serial: String

    public var description: String { "server certificate \(serial)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["serial": serial]) }
}

/// The instance's own small certification authority: a root, an issuing intermediate, server certificates, and their revocation.
///
/// Keys lie in `authority/` of the data directory; what was issued and revoked lies in the store, so that an operator's command and the
/// running server see the same.
public final class InstanceAuthority: Sendable {
    static let baseSetting = "authority.base_url"

    let store: InstanceStore
    let files: CertificateAuthorityFiles
    let root: SigningPair
    let issuing: SigningPair
    let places: AuthorityPlaces

    public var rootCertificateDER: [UInt8] { root.der }
    /// PEM of the root, for trust stores and `curl --cacert`.
    public var rootPEMPath: String { files.certificatePath("root") }

    private init(
        store: InstanceStore, files: CertificateAuthorityFiles, root: SigningPair, issuing: SigningPair, places: AuthorityPlaces
    ) {
        (self.store, self.files, self.root, self.issuing, self.places) = (store, files, root, issuing, places)
    }

    /// Opens the authority of a data directory, or founds it. `baseURL` is where it answers now (`http://host:port`); nil uses the address
    /// of the last start. An issuing certificate that names another address is re-issued for the same key.
    public static func open(
        dataDirectory: String, store: InstanceStore, baseURL: String?, now: Date
    ) async throws(InstanceAuthorityError) -> InstanceAuthority {
        let files = CertificateAuthorityFiles(directory: dataDirectory + "/authority")
        do { try OwnerOnlyFile.prepareDirectory(files.directory) } catch { throw InstanceAuthorityError(error, at: files.directory) }
        do {
            let recorded = try await store.setting(baseSetting)
            guard let base = baseURL ?? recorded else { throw InstanceAuthorityError.addressUnknown }
            let places = AuthorityPlaces(base: base)
            let root = try foundRoot(files, now: now)
            let issuing = try openIssuing(files, root: root, places: places, moved: recorded != base, now: now)
            let authority = InstanceAuthority(store: store, files: files, root: root, issuing: issuing, places: places)
            try await authority.record(issuing.certificate, der: issuing.der, issuer: .root)
            if recorded != base { try await store.setSetting(baseSetting, to: base) }
            return authority
        } catch { throw InstanceAuthorityError(error, at: files.directory) }
    }

    private static func foundRoot(_ files: CertificateAuthorityFiles, now: Date) throws -> SigningPair {
        let key = try files.key("root") { try _RSA.Signing.PrivateKey(keySize: .bits2048).pkcs8PEMRepresentation }.key
        if let certificate = try files.certificates("root")?.first {
            guard certificate.publicKey == key.publicKey else {
                throw InstanceAuthorityError.fileMalformed(path: files.certificatePath("root"))
            }
            return try pair(certificate, key)
        }
        let name = "Midguard Root " + AuthoritySerial.text(Certificate.SerialNumber()).prefix(8)
        let certificate = try CertificateProfile.root(key: key, name: name, now: now)
        try files.write([certificate], as: "root")
        return try pair(certificate, key)
    }

    private static func openIssuing(
        _ files: CertificateAuthorityFiles, root: SigningPair, places: AuthorityPlaces, moved: Bool, now: Date
    ) throws -> SigningPair {
        let key = try files.key("issuing") { try _RSA.Signing.PrivateKey(keySize: .bits2048).pkcs8PEMRepresentation }.key
        let existing = try files.certificates("issuing")?.first
        if let existing, existing.publicKey != key.publicKey {
            throw InstanceAuthorityError.fileMalformed(path: files.certificatePath("issuing"))
        }
        if let existing, !moved, existing.notValidAfter > now.addingTimeInterval(365 * CertificateProfile.day) {
            return try pair(existing, key)
        }
        // Same key and name: what was issued before still leads to the root over the new certificate.
        let name = "Midguard Issuing " + AuthoritySerial.text(root.certificate.serialNumber).prefix(8)
        let certificate = try CertificateProfile.issuing(key: key, name: name, root: root, places: places, now: now)
        try files.write([certificate], as: "issuing")
        return try pair(certificate, key)
    }

    private static func pair(_ certificate: Certificate, _ key: Certificate.PrivateKey) throws -> SigningPair {
        SigningPair(certificate: certificate, der: try der(of: certificate), key: key)
    }

    static func der(of certificate: Certificate) throws -> [UInt8] {
        var serializer = DER.Serializer()
        try serializer.serialize(certificate)
        return serializer.serializedBytes
    }

    func record(_ certificate: Certificate, der: [UInt8], issuer: AuthorityIssuer) async throws(InstanceStoreError) {
        try await store.recordIssued(
            IssuedCertificate(
                issuer: issuer.rawValue, serial: AuthoritySerial.text(certificate.serialNumber), subject: certificate.subject.description,
                certificate: der, notBefore: certificate.notValidBefore, notAfter: certificate.notValidAfter))
    }
}

/// Serial numbers as the store keeps them.
enum AuthoritySerial {
    static func text(_ serial: Certificate.SerialNumber) -> String { text(bytes: serial.bytes) }

    /// Hexadecimal without leading zero bytes: requests write them with and without.
    static func text(bytes: some Collection<UInt8>) -> String {
        bytes.drop { $0 == 0 }.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// nil for a text that ``text(bytes:)`` does not make.
    static func bytes(_ text: String) -> [UInt8]? {
        guard text.utf8.count.isMultiple(of: 2) else { return nil }
        let digits = Array(text)
        let bytes = stride(from: 0, to: digits.count, by: 2).compactMap { UInt8(String(digits[$0...$0 + 1]), radix: 16) }
        return bytes.count * 2 == digits.count ? bytes : nil
    }
}

extension InstanceAuthorityError {
    init(_ error: any Error, at path: String) {
        switch error {
        case let error as InstanceAuthorityError: self = error
        case InstanceStoreError.notAccessible(let path, let reason): self = .file(path: path, reason: reason)
        case let error as InstanceStoreError: self = .file(path: path, reason: "\(error)")
        default: self = .signing("\(type(of: error))")
        }
    }
}
