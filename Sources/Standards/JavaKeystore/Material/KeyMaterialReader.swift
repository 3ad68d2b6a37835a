import StrictDER

/// Gathers what one file holds. Everything that can fail ends in `damages`, and reading goes on behind it.
struct KeyMaterialReader {
    private(set) var material = KeyMaterial()
    private(set) var damages: [KeyMaterialError] = []
    private let password: KeystorePassword?
    private let limits: KeystoreLimits
    private var budget: WorkBudget

    init(password: KeystorePassword?, limits: KeystoreLimits) {
        (self.password, self.limits, budget) = (password, limits, WorkBudget(limits))
    }

    private static let wholeFile = KeyMaterial.Place(block: 0)

    mutating func read(_ bytes: [UInt8]) {
        guard bytes.count <= limits.fileSize else {
            return damaged(.contents(.overLimit(field: "file", found: bytes.count, limit: limits.fileSize)), at: Self.wholeFile)
        }
        if let format = KeystoreFormat.probe(bytes), format != .pkcs12, format != .bcfks {
            return damaged(.keystore(format), at: Self.wholeFile)
        }
        if Self.looksBinary(bytes) { return readElements(bytes[...]) }
        let text = TextEncoding.lines(bytes)
        var scanner = PEMScanner(text)
        while let block = scanner.next() { read(block) }
        guard material.blocksBegun == 0, damages.isEmpty else { return }
        // A line copied out of a form or a database: base64 without its armour.
        guard Base64.looksLike(text), let bare = try? Base64.decode(text), Self.looksBinary(bare) else {
            return damaged(.nothingFound, at: Self.wholeFile)
        }
        readElements(bare[...])
    }

    /// DER of all that we know is a SEQUENCE, and what follows its first octet is no text.
    private static func looksBinary(_ bytes: [UInt8]) -> Bool {
        bytes.first == DERElement.Tag.sequence && bytes.prefix(8).contains { $0 >= 0x80 || $0 < 0x09 }
    }

    /// DER elements one after the other, as tools write that take a file for a stream of certificates.
    private mutating func readElements(_ bytes: ArraySlice<UInt8>) {
        var rest = bytes
        while !rest.isEmpty {
            let place = KeyMaterial.Place(block: material.blocksBegun + 1)
            material.blocksBegun += 1
            do throws(DERError) {
                let element = try Self.element(rest)
                rest = rest.dropFirst(element.read)
                take(element.der, labelled: "", at: place)
            } catch {
                return damaged(.contents(KeystoreError(error)), at: place)
            }
        }
    }

    /// The next element as DER, and the octets that it took. PKCS#7 alone may be BER, which can show in the first length already.
    private static func element(_ bytes: ArraySlice<UInt8>) throws(DERError) -> (der: ArraySlice<UInt8>, read: Int) {
        do throws(DERError) {
            var reader = DERReader(bytes)
            let element = try reader.next("DER element")
            return (element.encoded, element.encoded.count)
        } catch {
            guard error.problem == .malformed, let (der, read) = try? BER.normalised(bytes), MaterialKind(der[...]) == .signedData else {
                throw error
            }
            return (der[...], read)
        }
    }

    private mutating func read(_ block: PEMBlock) {
        switch block.ending {
        case .withoutBeginning: return damaged(.notBegun, at: block.place)
        case .missing:
            material.blocksBegun += 1
            return damaged(.notEnded, at: block.place)
        case .other(let label):
            material.blocksBegun += 1
            return damaged(.endsAs(label), at: block.place)
        case .matching: material.blocksBegun += 1
        }
        let label = block.place.label ?? ""
        guard let known = PEMLabel.known[label] else { return remark(.unknownBlock, at: block.place) }
        if case .remark(let kind) = known { return remark(kind, at: block.place) }
        var contents: [UInt8]
        do throws(Base64.Failure) { contents = try Base64.decode(block.body) } catch {
            switch error {
            case .length: return damaged(.base64Cut, at: block.place)
            case .character(let index): return damaged(.notBase64(line: block.line(of: index)), at: block.place)
            }
        }
        let isEncrypted = block.headers.contains { $0.name == "Proc-Type" && $0.value.hasSuffix("ENCRYPTED") }
        if isEncrypted {
            do throws(KeystoreError) {
                guard let password else { throw .passwordMissing(field: "private key") }
                contents = try TraditionalEncryption(headers: block.headers).open(contents, password: password) {
                    (try? Self.privateKey($0[...])) != nil
                }
            } catch { return damaged(.contents(error), at: block.place) }
        }
        take(contents[...], labelled: label, at: block.place)
    }

    /// Takes one decoded object; the label decides only what an unreadable one was meant to be.
    private mutating func take(_ der: ArraySlice<UInt8>, labelled label: String, at place: KeyMaterial.Place) {
        let meant = PEMLabel.known[label]
        do throws(KeystoreError) {
            if case .certificateWithTrust? = meant { return try takeTrusted(der, at: place) }
            guard let kind = MaterialKind(der) ?? meant?.kind else {
                return damaged(.unknownContents, at: place)
            }
            switch kind {
            case .certificate: try takeCertificate(der)
            case .signedData: try takeSignedData(der, at: place)
            case .privateKeyInfo, .rsaPrivateKey, .ellipticCurvePrivateKey, .dsaPrivateKey:
                material.privateKeys.append(try Self.privateKey(der, as: kind))
            case .encryptedPrivateKey:
                guard let password else { throw .passwordMissing(field: "private key") }
                material.privateKeys.append(try PKCS12.openPrivateKey(der, password: password, budget: &budget))
            case .certificateRequest: return remark(.certificateRequest, at: place)
            case .publicKey: return remark(.publicKey, at: place)
            case .revocationList: return remark(.revocationList, at: place)
            case .keystore(let format): return damaged(.keystore(format), at: place)
            }
            material.blocksComplete += 1
        } catch {
            damaged(.contents(error), at: place)
        }
    }

    private mutating func takeCertificate(_ der: ArraySlice<UInt8>) throws(KeystoreError) {
        _ = try readingDER { () throws(DERError) in try CertificateOutline(der: der) }
        material.certificates.append(StoredCertificate(bytes: der))
    }

    /// OpenSSL's own: a certificate, and behind it a SEQUENCE of what it is trusted for.
    private mutating func takeTrusted(_ der: ArraySlice<UInt8>, at place: KeyMaterial.Place) throws(KeystoreError) {
        let (certificate, hasTrust) = try readingDER { () throws(DERError) in
            var reader = DERReader(der)
            let certificate = try reader.take(DERElement.Tag.sequence, "certificate").encoded
            let trust = try reader.takeIfPresent(DERElement.Tag.sequence, "trust settings")
            try reader.end("trust settings")
            return (certificate, trust != nil)
        }
        try takeCertificate(certificate)
        if hasTrust { remark(.trustSettingsDropped, at: place) } else { material.blocksComplete += 1 }
    }

    private mutating func takeSignedData(_ der: ArraySlice<UInt8>, at place: KeyMaterial.Place) throws(KeystoreError) {
        let contents = try PKCS7.certificates(in: der)
        for certificate in contents.certificates {
            _ = try readingDER { () throws(DERError) in try CertificateOutline(der: certificate) }
        }
        material.certificates += contents.certificates.map { StoredCertificate(bytes: $0) }
        if contents.hasOtherCertificates { list(.init(.otherCertificate, at: place)) }
        if contents.hasRevocationLists { list(.init(.revocationList, at: place)) }
    }

    private static func privateKey(_ der: ArraySlice<UInt8>, as kind: MaterialKind? = nil) throws(KeystoreError) -> PrivateKeyInfo {
        guard der.count <= ProtectedKey.sizeLimit else {
            throw .overLimit(field: "private key", found: der.count, limit: ProtectedKey.sizeLimit)
        }
        switch kind ?? MaterialKind(der) {
        case .rsaPrivateKey: return try PrivateKeyInfo(pkcs1: der)
        case .ellipticCurvePrivateKey: return try PrivateKeyInfo(sec1: der)
        case .dsaPrivateKey: return try PrivateKeyInfo(openSSLDSA: der)
        default: return try PrivateKeyInfo(der: Array(der))
        }
    }

    /// A whole block that is not for us.
    private mutating func remark(_ kind: KeyMaterial.Remark.Kind, at place: KeyMaterial.Place) {
        material.blocksComplete += 1
        list(KeyMaterial.Remark(kind, at: place))
    }

    private mutating func list(_ remark: KeyMaterial.Remark) {
        if material.remarks.count < KeyMaterial.listLimit { material.remarks.append(remark) }
    }

    private mutating func damaged(_ problem: KeyMaterialError.Problem, at place: KeyMaterial.Place) {
        if damages.count < KeyMaterial.listLimit { damages.append(KeyMaterialError(problem, at: place)) }
    }
}

/// What labels stand for.
enum PEMLabel {
    case object(MaterialKind), certificateWithTrust, remark(KeyMaterial.Remark.Kind)

    var kind: MaterialKind? { if case .object(let kind) = self { kind } else { nil } }

    static let known: [String: PEMLabel] = [
        "CERTIFICATE": .object(.certificate), "X509 CERTIFICATE": .object(.certificate), "TRUSTED CERTIFICATE": .certificateWithTrust,
        "PKCS7": .object(.signedData), "CMS": .object(.signedData), "PKCS #7 SIGNED DATA": .object(.signedData),
        "PRIVATE KEY": .object(.privateKeyInfo), "ENCRYPTED PRIVATE KEY": .object(.encryptedPrivateKey),
        "RSA PRIVATE KEY": .object(.rsaPrivateKey), "EC PRIVATE KEY": .object(.ellipticCurvePrivateKey),
        "DSA PRIVATE KEY": .object(.dsaPrivateKey), "CERTIFICATE REQUEST": .remark(.certificateRequest),
        "NEW CERTIFICATE REQUEST": .remark(.certificateRequest), "PUBLIC KEY": .remark(.publicKey), "RSA PUBLIC KEY": .remark(.publicKey),
        "X509 CRL": .remark(.revocationList), "EC PARAMETERS": .remark(.parameters), "DSA PARAMETERS": .remark(.parameters),
        "DH PARAMETERS": .remark(.parameters), "X9.42 DH PARAMETERS": .remark(.parameters),
    ]
}
