import Crypto
import Foundation
public import JavaKeystore
import StrictDER

/// What came of one case.
public struct KeystoreVerdict: Encodable, Sendable {
    public enum Outcome: String, Encodable, Sendable { case agree, falseAccept, falseReject }
    public var id: String
    public var file: String
    public var format: String
    public var expected: String
    public var actual: String
    public var outcome: Outcome
    /// Every difference from what was expected; empty when there is none.
    public var why: [String]

    /// Reads `bytes` as the case says and compares everything that the reference implementation told.
    public init(_ test: KeystoreCase, bytes: [UInt8]) {
        (id, file, format, expected) = (test.id, test.file, test.format, test.expect)
        do {
            let reading = try Keystore.read(bytes, password: test.password, options: test.options)
            actual = "ok"
            guard test.expect == "ok" else {
                let isAllowed = test.errorClasses?.contains("ok") == true
                (outcome, why) = (isAllowed ? .agree : .falseAccept, isAllowed ? [] : ["was read: \(test.features)"])
                return
            }
            why = KeystoreComparison(test: test).differences(in: reading, bytes: bytes)
            outcome = why.isEmpty ? .agree : .falseReject
        } catch {
            actual = Self.errorClass(of: error)
            guard test.expect == "error" else {
                (outcome, why) = (.falseReject, ["was refused: \(error)"])
                return
            }
            let isRight = test.errorClasses?.contains(actual) == true
            (outcome, why) = (isRight ? .agree : .falseReject, isRight ? [] : ["\(error) is none of \(test.errorClasses ?? [])"])
        }
    }

    /// The manifest's name for an error.
    static func errorClass(of error: KeystoreError) -> String {
        switch error {
        case .truncated: "truncated"
        case .malformed: "malformed"
        case .overLimit, .aliasTooLong: "limitExceeded"
        case .unknownFormat, .otherFormat: "wrongFormat"
        case .unsupportedVersion: "unsupportedVersion"
        case .integrity, .passwordMissing, .passwordNotASCII: "wrongPasswordOrTampered"
        case .keyPassword: "unrecoverableKey"
        case .keyProtection, .unsupportedAlgorithm: "unsupportedAlgorithm"
        case .forbiddenClass: "forbiddenClass"
        case .noSuchEntry, .cannotHold, .readOnlyFormat: "unexpected"
        @unknown default: "unexpected"
        }
    }
}

extension KeystoreCase {
    /// How the file is to be opened.
    public var password: KeystorePassword? { storePassword.map(KeystorePassword.init) }
    public var options: KeystoreReadingOptions {
        KeystoreReadingOptions(
            format: Self.formats[format], verificationKey: verificationKeySpki.flatMap { Data(base64Encoded: $0) }.map { Array($0) })
    }

    private static let formats: [String: KeystoreFormat] = [
        "JKS": .jks, "CaseExactJKS": .jks, "JCEKS": .jceks, "PKCS12": .pkcs12, "BCFKS": .bcfks, "BKS": .bks, "BKS-V1": .bks, "UBER": .uber,
    ]
}

/// Compares a store that was read with what the reference implementation saw in it.
struct KeystoreComparison {
    var test: KeystoreCase

    func differences(in reading: KeystoreReading, bytes: [UInt8]) -> [String] {
        var differences: [String] = []
        if let expected = test.entries { differences += compare(reading, with: expected) }
        if let bags = test.bags, reading.format == .pkcs12 { differences += compare(bytes, with: bags) }
        return differences
    }

    private func compare(_ reading: KeystoreReading, with expected: [KeystoreCase.Entry]) -> [String] {
        var differences: [String] = []
        func javaAlias(_ entry: Keystore.Entry) -> String {
            let units = reading.format == .pkcs12 ? reading.format.javaAlias(entry.aliasUnits) : entry.aliasUnits
            return String(decoding: units, as: UTF16.self)
        }
        let entries = reading.keystore.entries
        // Java's order is that of a hash table.
        let (found, wanted) = (entries.map(javaAlias).sorted(), expected.map(\.alias).sorted())
        if found != wanted { differences.append("aliases \(found), not \(wanted)") }
        for row in expected {
            guard let entry = entries.last(where: { javaAlias($0) == row.alias }) else { continue }
            differences += compare(entry, with: row).map { "\(row.alias): \($0)" }
        }
        return differences
    }

    private func compare(_ entry: Keystore.Entry, with row: KeystoreCase.Entry) -> [String] {
        var differences: [String] = []
        func expect<Value: Equatable>(_ name: String, _ found: Value, _ wanted: Value) {
            if found != wanted { differences.append("\(name) \(found), not \(wanted)") }
        }
        if let created = row.created { expect("created", entry.createdMilliseconds, created) }
        let password = KeystorePassword(row.entryPassword ?? test.storePassword ?? "")
        switch entry.content {
        case .trustedCertificate(let certificate):
            expect("kind", "trustedCertificate", row.kind)
            expect("certificate", [sha256(certificate.der)], row.certSha256 ?? [])
        case .privateKey(let key, let chain):
            expect("kind", "privateKey", row.kind)
            expect("chain", chain.map { sha256($0.der) }, row.certSha256 ?? [])
            let opened = Result { () throws(KeystoreError) in try key.open(password: password) }
            if row.keyErrorClass != nil {
                if case .success = opened { differences.append("the key opened") }
            } else if let wanted = row.pkcs8Sha256 {
                expect("key", opened.map { sha256($0.der) }, .success(wanted))
            }
        case .secretKey(let key):
            expect("kind", "secretKey", row.kind)
            let opened = Result { () throws(KeystoreError) in try key.open(password: password) }
            if row.keyErrorClass != nil {
                if case .success = opened { differences.append("the key opened") }
            } else if let wanted = row.secretHex {
                expect("secret", opened.map { hexadecimal($0.bytes) }, .success(wanted))
                // Java has no name for some identifiers that we have one for.
                let secret = try? opened.get()
                let names = [secret?.algorithm.uppercased(), secret?.identifier?.description]
                if row.keyError == nil, let algorithm = row.keyAlgorithm, !names.contains(algorithm.uppercased()) {
                    differences.append("algorithm \(names), not \(algorithm)")
                }
                if let identifier = row.keyOid { expect("identifier", opened.map { $0.identifier?.description }, .success(identifier)) }
            }
        }
        return differences
    }

    /// Every bag, in file order.
    private func compare(_ bytes: [UInt8], with expected: [KeystoreCase.Bag]) -> [String] {
        let password = test.password
        guard let bags = try? PKCS12.bags(bytes, password: password) else { return ["its bags cannot be read"] }
        guard bags.count == expected.count else { return ["\(bags.count) bags, not \(expected.count)"] }
        // Keys under passwords of their own are compared as entries, which know the passwords.
        let comparesKeys = test.entries?.contains { $0.entryPassword != nil } != true
        return zip(bags, expected).enumerated().flatMap { index, pair in
            compare(pair.0, with: pair.1, password: comparesKeys ? password ?? KeystorePassword("") : nil).map { "bag \(index + 1): \($0)" }
        }
    }

    private func compare(_ bag: PKCS12.Bag, with row: KeystoreCase.Bag, password: KeystorePassword?) -> [String] {
        var differences: [String] = []
        func expect<Value: Equatable>(_ name: String, _ found: Value, _ wanted: Value) {
            if found != wanted { differences.append("\(name) \(found), not \(wanted)") }
        }
        expect("kind", bag.kind.map(String.init), row.bag)
        expect("encrypted", bag.wasEncrypted, row.encrypted ?? false)
        expect("friendlyName", bag.friendlyName, row.friendlyName)
        expect("localKeyID", bag.localKeyID.map { hexadecimal($0) }, row.localKeyId)
        expect("trustedKeyUsage", bag.trustedKeyUsage?.map(\.description), row.trustedKeyUsage)
        expect("attributes", bag.otherAttributes.map(\.identifier.description), row.otherAttributes ?? [])
        switch bag.content {
        case .certificate(let certificate): expect("certificate", sha256(certificate.der), row.certSha256)
        case .privateKey(let key):
            guard let password else { break }
            expect("key", (try? key.open(password: password)).map { sha256($0.der) }, row.pkcs8Sha256)
        case .secretKey(let key):
            guard let password else { break }
            let secret = try? key.open(password: password)
            expect("secret", secret.map { hexadecimal($0.bytes) }, row.secretHex)
            expect("secret's identifier", secret?.identifier?.description, row.secretAlgorithm)
        case .revocationList, .safeContents, .unknown: break
        @unknown default: break
        }
        return differences
    }

    func sha256(_ bytes: [UInt8]) -> String { hexadecimal(SHA256.hash(data: bytes)) }
}
