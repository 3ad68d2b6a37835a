import LegacyCryptography
import StrictDER

/// The safes of a store in file order, its MAC checked and what is encrypted decrypted, if there was a password.
struct OpenedSafes {
    enum Safe {
        /// DER of SafeContents.
        case opened(ArraySlice<UInt8>, wasEncrypted: Bool)
        /// Encrypted, and no password was given.
        case closed
    }
    private(set) var safes: [Safe] = []
    let integrity: KeystoreIntegrity
    let trailingBytes: Int
    private let mac: PKCS12MAC?
    private let password: KeystorePassword?
    /// Of the last safe that is encrypted.
    private var encryption: PKCS12.Encryption?

    init(_ bytes: [UInt8], password: KeystorePassword?, limits: KeystoreLimits) throws(KeystoreError) {
        let exchange = try PersonalExchange(bytes)
        (mac, trailingBytes, self.password) = (exchange.mac, exchange.trailingBytes, password)
        var budget = WorkBudget(limits)
        var forms = password.map(PasswordBytes.forms) ?? []
        if let mac, password != nil {
            // The form that the MAC fits comes first in what follows; writers have been known to mix them.
            let fitting = try mac.verify(over: exchange.contents, forms: forms, budget: &budget)
            forms.swapAt(0, fitting)
            integrity = .verified
        } else {
            integrity = mac == nil ? .absent : .notChecked
        }

        var items = ItemBudget(fileSize: bytes.count)
        let contents = exchange.contents
        var list = try readingDER { () throws(DERError) in
            let (der, read) = try DERThroughout.element(at: contents)
            guard read == contents.count else { throw DERError(.malformed, field: "AuthenticatedSafe", offset: contents.startIndex + read) }
            return try DERReader.single(DERElement.Tag.sequence, in: der, "AuthenticatedSafe").inside
        }
        while !list.isAtEnd {
            try items.spend(on: "number of safes")
            switch try ContentInfo(&list) {
            case .data(let content):
                safes.append(.opened(try Self.safeContents(content), wasEncrypted: false))
            case .encrypted(let encryption, let bytes):
                self.encryption = encryption.settings
                guard !forms.isEmpty else {
                    safes.append(.closed)
                    continue
                }
                safes.append(.opened(try decrypt(bytes, encryption, forms: forms, budget: &budget), wasEncrypted: true))
            }
        }
    }

    private func decrypt(
        _ bytes: ArraySlice<UInt8>, _ encryption: PasswordBasedEncryption, forms: [PasswordBytes], budget: inout WorkBudget
    ) throws(KeystoreError) -> ArraySlice<UInt8> {
        var problem = KeystoreError.integrity
        for form in forms {
            guard let clear = try encryption.decrypt(bytes, password: form, budget: &budget) else { continue }
            do { return try Self.safeContents(clear[...]) } catch { problem = error }
        }
        // Without a MAC nothing tells bytes that were written like this from those that a wrong password makes.
        throw integrity == .verified ? problem : .integrity
    }

    private static func safeContents(_ bytes: ArraySlice<UInt8>) throws(KeystoreError) -> ArraySlice<UInt8> {
        try readingDER { () throws(DERError) in
            let (der, read) = try DERThroughout.element(at: bytes)
            guard read == bytes.count, der.first == DERElement.Tag.sequence else {
                throw DERError(.malformed, field: "SafeContents", offset: bytes.startIndex)
            }
            return der
        }
    }

    /// How the store is protected. The JDK, too, lets a store keep what it was read with, and takes certificates in the clear as a wish.
    func settings(keys: PKCS12.Encryption?, seesClearCertificates: Bool) -> PKCS12.Settings {
        var settings = PKCS12.Settings.standard
        if let keys { settings.keys = keys }
        if let encryption {
            settings.certificates = encryption
        } else if seesClearCertificates || mac == nil {
            settings.certificates = nil
        }
        settings.mac = mac.flatMap { $0.settings ?? settings.mac }
        settings.allowsNonASCIIPasswords = !(password?.isPrintableASCII ?? true)
        return settings
    }
}
