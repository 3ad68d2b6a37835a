import Crypto
import Diagnosis
import JavaKeystore
import LocalFiles
import PathValidation
import StrictDER
import TrustedTransport

/// Certificates that a store trusts, with the names that they have there, and the file that they are in.
struct TrustedEntries {
    struct Entry {
        /// The alias; in a PEM file `certificate N`.
        var name: String
        var certificate: StoredCertificate
        var sha256: String { CertificateRow(certificate).sha256 }
        var subject: String { CertificateRow(certificate).subject ?? "(unreadable)" }
    }

    let path: String
    let entries: [Entry]
    /// nil for PEM.
    let keystore: KeystoreReading?
    private let password: KeystorePassword

    init(_ trust: TrustInForce) throws {
        (path, keystore, password) = (trust.file.path, trust.file.keystore, trust.password)
        if let keystore {
            entries = keystore.keystore.entries.compactMap { entry in
                guard case .trustedCertificate(let certificate) = entry.content else { return nil }
                return Entry(name: keystore.format.shownAlias(of: entry), certificate: certificate)
            }
        } else {
            let (material, _) = KeyMaterial.salvage(try Self.bytes(path), password: nil)
            entries = material.certificates.enumerated().map { Entry(name: "certificate \($0 + 1)", certificate: $1) }
        }
    }

    static func bytes(_ path: String) throws -> [UInt8] {
        do throws(FileFailure) { return try Files.read(path, limit: KeystoreLimits.standard.fileSize) } catch {
            throw CommandFailure(findings: StoreProblem(error).findings, exitCode: 3)
        }
    }

    /// Those that a call names by alias or fingerprint; each name must be there.
    func named(_ aliases: [String], _ fingerprints: [Fingerprint]) throws -> [Entry] {
        let byAlias = try aliases.map { alias in
            let folded = keystore?.format.settingAlias(alias) ?? alias
            guard let found = entries.first(where: { $0.name == alias }) ?? entries.first(where: { $0.name == folded }) else {
                throw CommandFailure(message: "\(path) has no entry \(alias). midguard trust list shows what it has.", exitCode: 1)
            }
            return found
        }
        let byFingerprint = try fingerprints.map { fingerprint in
            guard let found = entries.first(where: { $0.sha256 == fingerprint.hexadecimal }) else {
                throw CommandFailure(
                    message: "\(path) has no certificate with the SHA-256 fingerprint \(fingerprint.hexadecimal).", exitCode: 1)
            }
            return found
        }
        return byAlias + byFingerprint
    }

    /// The store's bytes without these certificates, under whatever alias they are, and with those added, in the store's own format.
    func bytes(without removed: Set<String>, adding added: [StoredCertificate] = []) throws -> [UInt8] {
        guard let keystore else {
            var text = try Self.bytes(path)
            let kept = entries.filter { !removed.contains($0.sha256) }
            if !removed.isEmpty { text = Array(kept.map { PEM.encode(certificate: $0.certificate.der) }.joined().utf8) }
            if let last = text.last, last != 0x0A { text.append(0x0A) }
            return text + Array(added.map { PEM.encode(certificate: $0.der) }.joined().utf8)
        }
        var store = Keystore(
            entries: keystore.keystore.entries.filter { entry in
                guard case .trustedCertificate(let certificate) = entry.content else { return true }
                return !removed.contains(CertificateRow(certificate).sha256)
            })
        for certificate in added {
            store = store.setting(
                Keystore.Entry(
                    aliasUnits: Array("midguard-\(CertificateRow(certificate).sha256.prefix(16))".utf16),
                    createdMilliseconds: Clock.seconds * 1000, content: .trustedCertificate(certificate)))
        }
        do throws(KeystoreError) { return try store.write(keystore.settings, password: password) } catch {
            throw CommandFailure(findings: [StoreFindings.explaining(error, path: path)], exitCode: 1)
        }
    }

    /// For the review of dates and copies, which keystores have a name for.
    var reading: KeystoreReading {
        keystore
            ?? KeystoreReading(
                keystore: Keystore(
                    entries: entries.map {
                        Keystore.Entry(
                            aliasUnits: Array($0.name.utf16), createdMilliseconds: nil, content: .trustedCertificate($0.certificate))
                    }), format: .jks, integrity: .absent, settings: .jks)
    }
}

extension TrustInForce {
    /// A store that a call names beside the one in force: a file, or the home of another agent.
    static func other(_ path: String, passwordFile: String?) throws -> TrustedEntries {
        var options = TrustStoreOptions()
        if Files.exists(absolute(path) + "/config.xml") {
            (options.home, options.trustStore) = (path, nil)
        } else {
            (options.home, options.trustStore) = (nil, path)
        }
        options.trustStorePasswordFile = passwordFile
        return try TrustedEntries(TrustInForce(options))
    }
}
