import Foundation
public import JavaKeystore
public import PathValidation
import SwiftASN1

/// A trust store as it lies on disk: a Java keystore, or PEM certificates.
public struct TrustStoreFile: Sendable {
    public var path: String
    public var certificates: [ParsedCertificate]
    /// Entries whose certificate cannot be read: they are no anchors, and are told.
    public var unreadable: [String]
    /// nil for PEM.
    public var keystore: KeystoreReading?

    /// Larger files are refused; Java's own cacerts is around 200 KiB.
    public static let sizeLimit = 64 << 20

    public init(path: String, password: KeystorePassword) throws(TrustStoreError) {
        let bytes = try Self.bytes(at: path)
        self.path = path
        (certificates, unreadable, keystore) = ([], [], nil)
        if KeystoreFormat.probe(bytes) == nil, let text = String(bytes: bytes, encoding: .utf8), text.contains("-----BEGIN") {
            try readPEM(text)
        } else {
            try readKeystore(bytes, password: password)
        }
    }

    public var anchors: TrustAnchors { TrustAnchors(certificates + further.certificates) }

    /// Certificates that lie beside the store, one or more to a file: what a container mounts, and no upgrade replaces.
    public private(set) var further = Further()

    public struct Further: Sendable {
        public var folder = ""
        public var certificates: [ParsedCertificate] = []
        /// Names of files that hold something else, or nothing.
        public var unreadable: [String] = []
        /// Files that are read, by name.
        public static let fileLimit = 1_000
    }

    /// With the certificates of that folder's files: PEM, DER, PKCS#7. A folder that is not there holds none.
    public func adding(folder: String) -> TrustStoreFile {
        var file = self
        file.further = Further(folder: folder)
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { !$0.hasPrefix(".") }.sorted()
        for name in names.prefix(Further.fileLimit) {
            let found =
                (try? Self.bytes(at: folder + "/" + name)).map { KeyMaterial.salvage($0, password: nil).material.certificates } ?? []
            let parsed = found.compactMap { try? ParsedCertificate(der: $0.der) }
            if parsed.isEmpty { file.further.unreadable.append(name) }
            file.further.certificates += parsed
        }
        return file
    }

    private mutating func readPEM(_ text: String) throws(TrustStoreError) {
        let documents: [PEMDocument]
        do { documents = try PEMDocument.parseMultiple(pemString: text) } catch {
            throw .notPEM(path: path, reason: String(describing: error))
        }
        for (index, document) in documents.enumerated() where document.discriminator.hasSuffix("CERTIFICATE") {
            add(document.derBytes, named: "certificate \(index + 1)")
        }
        guard !certificates.isEmpty else { throw .noCertificates(path: path) }
    }

    private mutating func readKeystore(_ bytes: [UInt8], password: KeystorePassword) throws(TrustStoreError) {
        let reading: KeystoreReading
        do { reading = try Keystore.read(bytes, password: password) } catch { throw .keystore(path: path, error) }
        keystore = reading
        for entry in reading.keystore.entries {
            if case .trustedCertificate(let stored) = entry.content { add(stored.der, named: entry.alias) }
        }
    }

    private mutating func add(_ der: [UInt8], named name: String) {
        if let parsed = try? ParsedCertificate(der: der) { certificates.append(parsed) } else { unreadable.append(name) }
    }

    static func bytes(at path: String) throws(TrustStoreError) -> [UInt8] {
        guard FileManager.default.fileExists(atPath: path) else { throw .missing(path: path) }
        guard let handle = FileHandle(forReadingAtPath: path) else { throw .unreadable(path: path, reason: "not readable by this user") }
        defer { try? handle.close() }
        do {
            let data = try handle.read(upToCount: sizeLimit + 1) ?? Data()
            guard data.count <= sizeLimit else { throw TrustStoreError.unreadable(path: path, reason: "larger than \(sizeLimit) bytes") }
            return Array(data)
        } catch let error as TrustStoreError {
            throw error
        } catch {
            throw .unreadable(path: path, reason: "it cannot be read")
        }
    }
}

/// Why a trust store cannot be used. A closed list.
public enum TrustStoreError: Error, Sendable {
    case missing(path: String)
    case unreadable(path: String, reason: String)
    case notPEM(path: String, reason: String)
    case noCertificates(path: String)
    case keystore(path: String, KeystoreError)
}
