import StrictDER

extension BCFKS {
    /// The store's data, opened:
    ///
    ///     ObjectStoreData ::= SEQUENCE { version, integrityAlgorithm, creationDate, lastModifiedDate, SEQUENCE OF ObjectData, comment? }
    ///     ObjectData ::= SEQUENCE { type, identifier, creationDate, lastModifiedDate, data OCTET STRING, comment? }
    ///
    /// Keys and certificates are slices of it; keys stay closed.
    struct ObjectStoreData {
        /// DER, to be compared with the one outside.
        private(set) var integrityAlgorithm: ArraySlice<UInt8> = []
        private(set) var entries: [Keystore.Entry] = []
        /// Replaced ones, and kinds that we do not know.
        private(set) var unseen: [UnseenEntry] = []
        private var (createdMilliseconds, modifiedMilliseconds): (Int64, Int64) = (0, 0)
        private var comment: String?
        private var details: [[UInt16]: EntryDetails] = [:]

        enum Kind {
            static let certificate = 0, privateKey = 1, secretKey = 2
            /// Closed by the caller of Java's API, not by the store; read in the same way, and written as the other two.
            static let protectedPrivateKey = 3, protectedSecretKey = 4
        }

        init(_ der: ArraySlice<UInt8>) throws(KeystoreError) {
            let list = try readingDER { () throws(DERError) in
                var fields = try DERReader.single(DERElement.Tag.sequence, in: der, "ObjectStoreData").inside
                // Bouncy Castle does not look at the number, which has always been 1.
                _ = try fields.take(DERElement.Tag.integer, "version")
                integrityAlgorithm = try fields.take(DERElement.Tag.sequence, "integrityAlgorithm").encoded
                createdMilliseconds = try DERTime.milliseconds(fields.next("creationDate"), "creationDate")
                modifiedMilliseconds = try DERTime.milliseconds(fields.next("lastModifiedDate"), "lastModifiedDate")
                let list = try fields.take(DERElement.Tag.sequence, "objectDataSequence").inside
                comment = try Self.comment(&fields)
                try fields.end("ObjectStoreData")
                return list
            }
            try readEntries(list, fileSize: der.count)
        }

        private mutating func readEntries(_ list: DERReader, fileSize: Int) throws(KeystoreError) {
            var list = list
            var budget = ItemBudget(fileSize: fileSize)
            var gathered = LastOfEachAlias()
            while !list.isAtEnd {
                try budget.spend(on: "number of entries")
                let object = try readingDER { () throws(DERError) in try ObjectData(list.take(DERElement.Tag.sequence, "ObjectData")) }
                guard let content = try content(of: object, budget: &budget) else {
                    // The kinds are numbered on: later versions have one for passwords.
                    gathered.pass(over: .unknownBag)
                    continue
                }
                gathered.add(
                    Keystore.Entry(aliasUnits: object.alias, createdMilliseconds: object.modifiedMilliseconds, content: content))
                details[object.alias] = object.details
            }
            (entries, unseen) = (gathered.entries, gathered.unseen)
        }

        /// nil for a kind that we do not know.
        private func content(of object: ObjectData, budget: inout ItemBudget) throws(KeystoreError) -> Keystore.Content? {
            switch object.kind {
            case Kind.certificate: return .trustedCertificate(StoredCertificate(bytes: object.data))
            case Kind.privateKey, Kind.protectedPrivateKey:
                var (key, chain) = try readingDER { () throws(DERError) in
                    var fields = try DERReader.single(DERElement.Tag.sequence, in: object.data, "EncryptedPrivateKeyData").inside
                    let key = try fields.take(DERElement.Tag.sequence, "encryptedPrivateKeyInfo").encoded
                    let chain = try fields.take(DERElement.Tag.sequence, "certificates").inside
                    try fields.end("EncryptedPrivateKeyData")
                    return (key, chain)
                }
                var certificates: [StoredCertificate] = []
                while !chain.isAtEnd {
                    try budget.spend(on: "number of certificates")
                    let der = try readingDER { () throws(DERError) in try chain.take(DERElement.Tag.sequence, "certificate").encoded }
                    certificates.append(StoredCertificate(bytes: der))
                }
                return .privateKey(ProtectedKey(.bcfks, stored: key), chain: certificates)
            case Kind.secretKey, Kind.protectedSecretKey:
                return .secretKey(ProtectedSecretKey(.bcfks, stored: object.data))
            default: return nil
            }
        }

        fileprivate static func comment(_ fields: inout DERReader) throws(DERError) -> String? {
            guard let element = try fields.takeIfPresent(DERElement.Tag.utf8String, "comment") else { return nil }
            return try text(element, "comment")
        }

        fileprivate static func text(_ element: DERElement, _ field: String) throws(DERError) -> String {
            guard let text = String(validating: element.content, as: UTF8.self) else {
                throw DERError(.malformed, field: field, offset: element.encoded.startIndex)
            }
            return text
        }

        /// Adds what the store says about itself.
        func complete(_ settings: inout Settings) {
            (settings.createdMilliseconds, settings.modifiedMilliseconds) = (createdMilliseconds, modifiedMilliseconds)
            (settings.comment, settings.details) = (comment, details)
        }
    }

    /// One entry's fields.
    private struct ObjectData {
        let kind: Int
        let alias: [UInt16]
        let firstCreatedMilliseconds: Int64
        let modifiedMilliseconds: Int64
        let data: ArraySlice<UInt8>
        let comment: String?

        init(_ element: DERElement) throws(DERError) {
            var fields = element.inside
            kind = try fields.take(DERElement.Tag.integer, "type").small("type")
            let name = try fields.take(DERElement.Tag.utf8String, "identifier")
            alias = Array(try ObjectStoreData.text(name, "identifier").utf16)
            firstCreatedMilliseconds = try DERTime.milliseconds(fields.next("creationDate"), "creationDate")
            modifiedMilliseconds = try DERTime.milliseconds(fields.next("lastModifiedDate"), "lastModifiedDate")
            data = try fields.take(DERElement.Tag.octetString, "data").content
            comment = try ObjectStoreData.comment(&fields)
            try fields.end("ObjectData")
        }

        /// nil where an `Entry` says it all.
        var details: EntryDetails? {
            if comment == nil, firstCreatedMilliseconds == modifiedMilliseconds { return nil }
            return EntryDetails(
                firstCreatedMilliseconds: firstCreatedMilliseconds, modifiedMilliseconds: modifiedMilliseconds, comment: comment)
        }
    }
}
