import Diagnosis
import JavaKeystore

/// Takes certificates and keys out of a store, as bytes for a file.
struct StoreExport {
    let opened: OpenStore
    var form: ExportForm
    var withChain = false

    /// Each certificate once, in the order of the entries.
    func certificates(of entries: [Keystore.Entry]) throws(StoreProblem) -> [UInt8] {
        var seen: Set<ArraySlice<UInt8>> = []
        let all = entries.flatMap { entry in
            if case .privateKey(_, let chain) = entry.content, !withChain { return Array(chain.prefix(1)) }
            return entry.content.certificates
        }.filter { seen.insert($0.bytes).inserted }
        guard let first = all.first else {
            throw StoreProblem(StoreFindings.noCertificate(entries.map { opened.shown($0) }, opened.context), exitCode: 1)
        }
        switch form {
        case .pem: return Array(PEM.encode(all).utf8)
        case .pkcs7: return Array(PEM.encode(pkcs7: PKCS7.certificatesOnly(all)).utf8)
        case .der, .pkcs12:
            guard all.count == 1 else { throw StoreProblem(StoreFindings.oneForDER(all.count, opened.context), exitCode: 2) }
            return first.der
        }
    }

    /// PKCS#8, in the clear or under `password`.
    func privateKey(of entry: Keystore.Entry, password: KeystorePassword?) throws(StoreProblem) -> [UInt8] {
        guard case .privateKey(let key, let chain) = entry.content else {
            throw StoreProblem(StoreFindings.noKey(opened.shown(entry), opened.context), exitCode: 1)
        }
        let keyPassword = try KeyPasswords.all(of: opened, [entry]).own[entry.alias] ?? opened.password ?? KeystorePassword("")
        do throws(KeystoreError) {
            let info = try key.open(password: keyPassword)
            let encrypted = try password.map { password throws(KeystoreError) in try info.encrypted(password: password) }
            if form == .der { return encrypted ?? info.der }
            let text = encrypted.map { PEM.encode(encryptedPrivateKey: $0) } ?? PEM.encode(info)
            return Array((text + (withChain ? PEM.encode(chain) : "")).utf8)
        } catch {
            throw opened.problem(error)
        }
    }

    /// The key's own bytes, nothing around them.
    func secretKey(of entry: Keystore.Entry) throws(StoreProblem) -> [UInt8] {
        guard case .secretKey(let key) = entry.content else {
            throw StoreProblem(StoreFindings.noKey(opened.shown(entry), opened.context), exitCode: 1)
        }
        let keyPassword = try KeyPasswords.all(of: opened, [entry]).own[entry.alias] ?? opened.password ?? KeystorePassword("")
        do throws(KeystoreError) { return try key.open(password: keyPassword).bytes } catch { throw opened.problem(error) }
    }

    /// The entries as a store of their own, all keys under its password; nil is the store's.
    func pkcs12(_ entries: [Keystore.Entry], password: KeystorePassword?) throws(StoreProblem) -> [UInt8] {
        let own = try KeyPasswords.all(of: opened, entries).own
        let old = opened.password ?? KeystorePassword("")
        let settings = KeystoreSettings.standard(for: .pkcs12)
        do throws(KeystoreError) {
            let conversion = KeystoreConversion(
                from: opened.format, to: settings, password: old, keyPasswords: own, newPassword: password ?? old, newKeyPasswords: [:])
            let (keystore, _) = try Keystore(entries: entries).converted(conversion)
            return try keystore.write(settings, password: password ?? old)
        } catch {
            throw opened.problem(error)
        }
    }
}
