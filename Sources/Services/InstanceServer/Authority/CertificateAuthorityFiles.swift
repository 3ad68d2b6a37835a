import Crypto
import CryptoExtras
import Foundation
import InstanceStore
import SwiftASN1
import X509

/// A certificate and its private key.
struct SigningPair: Sendable {
    var certificate: Certificate
    var der: [UInt8]
    var key: Certificate.PrivateKey
}

/// The authority's files in its directory: `root`, `issuing` and `server`, each a `.pem` and a `.key.pem` of mode 0600.
struct CertificateAuthorityFiles: Sendable {
    var directory: String

    func certificatePath(_ name: String) -> String { directory + "/" + name + ".pem" }
    func keyPath(_ name: String) -> String { directory + "/" + name + ".key.pem" }

    /// The key of that name, made on first use. The key comes first and stays, so a crash in between costs nothing.
    func key(_ name: String, make: () throws -> String) throws(InstanceAuthorityError) -> (key: Certificate.PrivateKey, pem: String) {
        let path = keyPath(name)
        if try text(path) == nil {
            let fresh: String
            do { fresh = try make() } catch { throw .signing("\(type(of: error))") }
            try store { () throws(InstanceStoreError) in _ = try OwnerOnlyFile.writeUnlessPresent(Array(fresh.utf8), to: path) }
        }
        guard let pem = try text(path), let key = try? Certificate.PrivateKey(pemEncoded: pem) else { throw .fileMalformed(path: path) }
        return (key, pem)
    }

    /// The certificates of that name, the own one first; nil when there is no file.
    func certificates(_ name: String) throws(InstanceAuthorityError) -> [Certificate]? {
        let path = certificatePath(name)
        guard let pem = try text(path) else { return nil }
        do {
            let certificates = try PEMDocument.parseMultiple(pemString: pem).map { try Certificate(pemDocument: $0) }
            if certificates.isEmpty { throw InstanceAuthorityError.fileMalformed(path: path) }
            return certificates
        } catch { throw .fileMalformed(path: path) }
    }

    func write(_ certificates: [Certificate], as name: String) throws(InstanceAuthorityError) {
        var pem = ""
        do { for certificate in certificates { pem += try certificate.serializeAsPEM().pemString + "\n" } } catch {
            throw .signing("\(type(of: error))")
        }
        let bytes = Array(pem.utf8)
        try store { () throws(InstanceStoreError) in try OwnerOnlyFile.write(bytes, to: certificatePath(name)) }
    }

    private func text(_ path: String) throws(InstanceAuthorityError) -> String? {
        var bytes: [UInt8]?
        try store { () throws(InstanceStoreError) in bytes = try OwnerOnlyFile.read(path) }
        return bytes.map { String(decoding: $0, as: UTF8.self) }
    }

    private func store(_ work: () throws(InstanceStoreError) -> Void) throws(InstanceAuthorityError) {
        do { try work() } catch {
            if case .notAccessible(let path, let reason) = error { throw .file(path: path, reason: reason) }
            throw .file(path: directory, reason: "\(error)")
        }
    }
}
