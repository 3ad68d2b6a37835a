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
        var budget = WorkBudget(limits)
        let outermost = try Self.verified(bytes, password: password, budget: &budget)
        (mac, integrity, trailingBytes) = (outermost.mac, outermost.integrity, outermost.trailingBytes)
        self.password = password
        var list = outermost.list
        let forms = outermost.forms

        var items = ItemBudget(fileSize: bytes.count)
        while !list.isAtEnd {
            try items.spend(on: "number of safes")
            guard let part = try clearPart(from: &list, forms: forms, budget: &budget) else {
                safes.append(.closed)
                continue
            }
            do {
                safes.append(.opened(try Self.safeContents(part.bytes), wasEncrypted: part.wasEncrypted))
            } catch {
                // Without a MAC nothing tells bytes that were written like this from those that a wrong password makes.
                throw part.wasEncrypted && integrity != .verified ? .integrity : error
            }
        }
    }

    /// The next safe's bytes; nil when it is encrypted and there is no password. A function of its own, so that what was encrypted is gone
    /// from memory before the clear bytes are rewritten as DER.
    private mutating func clearPart(
        from list: inout DERReader, forms: [PasswordBytes], budget: inout WorkBudget
    ) throws(KeystoreError) -> (bytes: ArraySlice<UInt8>, wasEncrypted: Bool)? {
        switch try ContentInfo(&list) {
        case .data(let content): return (content, false)
        case .encrypted(let encryption, let bytes):
            self.encryption = encryption.settings
            if forms.isEmpty { return nil }
            for form in forms {
                guard let clear = try encryption.decrypt(bytes, password: form, budget: &budget) else { continue }
                if Self.isSequence(clear) { return (clear[...], true) }
            }
            throw .integrity
        }
    }

    /// Whether one SEQUENCE fills `bytes`, as far as its length says so: of wrong passwords next to none gets here.
    private static func isSequence(_ bytes: [UInt8]) -> Bool {
        let isIndefinite = bytes.starts(with: [DERElement.Tag.sequence, 0x80])
        return isIndefinite || (try? DERReader.single(DERElement.Tag.sequence, in: bytes[...], "SafeContents")) != nil
    }

    /// What is outside of the safes, and the list of these. A function of its own for the same reason.
    private static func verified(
        _ bytes: [UInt8], password: KeystorePassword?, budget: inout WorkBudget
    ) throws(KeystoreError) -> (list: DERReader, mac: PKCS12MAC?, integrity: KeystoreIntegrity, forms: [PasswordBytes], trailingBytes: Int)
    {
        let exchange = try PersonalExchange(bytes)
        var forms = password.map(PasswordBytes.forms) ?? []
        var integrity = exchange.mac == nil ? KeystoreIntegrity.absent : .notChecked
        if let mac = exchange.mac, password != nil {
            // The form that the MAC fits comes first in what follows; writers have been known to mix them.
            let fitting = try mac.verify(over: exchange.contents, forms: forms, budget: &budget)
            forms.swapAt(0, fitting)
            integrity = .verified
        }
        let contents = exchange.contents
        let list = try readingDER { () throws(DERError) in
            let (der, read) = try DERThroughout.element(at: contents)
            guard read == contents.count else { throw DERError(.malformed, field: "AuthenticatedSafe", offset: contents.startIndex + read) }
            return try DERReader.single(DERElement.Tag.sequence, in: der, "AuthenticatedSafe").inside
        }
        return (list, exchange.mac, integrity, forms, exchange.trailingBytes)
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
