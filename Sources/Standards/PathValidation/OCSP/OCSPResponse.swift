import StrictDER

public import struct FoundationEssentials.Date

/// An answer of a responder (RFC 6960 §4.2), read but not believed.
public struct OCSPResponse: Sendable {
    public enum ErrorStatus: Int, Hashable, Sendable {
        case malformedRequest = 1, internalError = 2, tryLater = 3, sigRequired = 5, unauthorized = 6
    }
    public enum CertificateStatus: Hashable, Sendable {
        case good
        case revoked(at: Date, reason: RevocationReason?)
        case unknown
    }
    struct Single {
        var identifier: OCSPCertID
        var status: CertificateStatus
        var thisUpdate: Date
        var nextUpdate: Date?
        var unprocessed: Unprocessed?
    }
    enum Responder {
        case name(NormalisedName)
        /// SHA-1 of the key.
        case keyHash(ArraySlice<UInt8>)
    }

    let signature: SignedBytes
    let responder: Responder
    let producedAt: Date
    let singles: [Single]
    /// Sent along; who of them may sign is another question. One that cannot be read cannot be the signer's either and is left out.
    let certificates: [CertificateOutline]
    let nonce: [UInt8]?
    let unprocessed: Unprocessed?

    /// A response is a few KiB; more is none.
    public static let byteLimit = 1 << 20
    static let limit = (singles: 256, certificates: 16)

    enum Message {
        case error(ErrorStatus)
        case answer(OCSPResponse)
    }

    static func read(_ bytes: [UInt8]) throws(DERError) -> Message {
        guard bytes.count <= byteLimit else {
            throw DERError(.overLimit(found: bytes.count, limit: byteLimit), field: "OCSPResponse", offset: 0)
        }
        var outer = try DERReader.single(DERElement.Tag.sequence, in: bytes[...], "OCSPResponse").inside
        let code = try outer.take(DERElement.Tag.enumerated, "responseStatus")
        if try code.small("responseStatus") != 0 {
            // "If the value of responseStatus is one of the error conditions, the responseBytes field is not set", §4.2.1.
            try outer.end("OCSPResponse")
            guard let status = ErrorStatus(rawValue: try code.small("responseStatus")) else {
                throw DERError(.malformed, field: "responseStatus", offset: code.encoded.startIndex)
            }
            return .error(status)
        }
        let wrapped = try outer.take(DERElement.Tag.constructed(0), "responseBytes")
        try outer.end("OCSPResponse")
        var fields = try DERReader.single(DERElement.Tag.sequence, in: wrapped.content, "responseBytes").inside
        let type = try fields.take(DERElement.Tag.objectIdentifier, "responseType")
        guard EvidenceIdentifier.basicResponse == type.content else {
            throw DERError(.malformed, field: "responseType", offset: type.encoded.startIndex)
        }
        let basic = try fields.take(DERElement.Tag.octetString, "response").content
        try fields.end("responseBytes")
        return .answer(try OCSPResponse(basic: basic))
    }

    private init(basic bytes: ArraySlice<UInt8>) throws(DERError) {
        var outer = try DERReader.single(DERElement.Tag.sequence, in: bytes, "BasicOCSPResponse").inside
        let data = try outer.take(DERElement.Tag.sequence, "tbsResponseData")
        let algorithm = try outer.take(DERElement.Tag.sequence, "signatureAlgorithm")
        let bits = try outer.take(DERElement.Tag.bitString, "signature")
        signature = SignedBytes(signed: data.encoded, algorithm: algorithm.encoded, signature: try bits.bits("signature"))
        certificates = try Self.certificates(&outer)
        try outer.end("BasicOCSPResponse")
        var fields = data.inside
        try OCSPVersion.read(&fields)
        responder = try Self.responder(try fields.next("responderID"))
        producedAt = try EvidenceTime.inAnswer(try fields.next("producedAt"), "producedAt")
        var list = try fields.take(DERElement.Tag.sequence, "responses").inside
        var singles: [Single] = []
        while !list.isAtEnd {
            guard singles.count < Self.limit.singles else {
                throw DERError(.overLimit(found: singles.count + 1, limit: Self.limit.singles), field: "responses", offset: list.offset)
            }
            singles.append(try Single(try list.take(DERElement.Tag.sequence, "response")))
        }
        var items: [ExtensionElement] = []
        if let extensions = try fields.takeIfPresent(DERElement.Tag.constructed(1), "responseExtensions") {
            items = try ExtensionElement.list(in: extensions.content, "responseExtensions")
        }
        try fields.end("tbsResponseData")
        let known = [EvidenceIdentifier.nonce, EvidenceIdentifier.extendedRevoke]
        unprocessed = items.first { $0.isCritical && !$0.isOne(of: known) }?.unprocessed
        (self.singles, nonce) = (singles, OCSPRequest.nonce(in: items))
    }

    private static func responder(_ element: DERElement) throws(DERError) -> Responder {
        switch element.tag {
        case DERElement.Tag.constructed(1): return .name(try NormalisedName(der: element.content))
        case DERElement.Tag.constructed(2):
            return .keyHash(try DERReader.single(DERElement.Tag.octetString, in: element.content, "byKey").content)
        default: throw DERError(.malformed, field: "responderID", offset: element.encoded.startIndex)
        }
    }

    private static func certificates(_ outer: inout DERReader) throws(DERError) -> [CertificateOutline] {
        guard let wrapped = try outer.takeIfPresent(DERElement.Tag.constructed(0), "certs") else { return [] }
        var list = try DERReader.single(DERElement.Tag.sequence, in: wrapped.content, "certs").inside
        var certificates: [CertificateOutline] = []
        while !list.isAtEnd {
            guard certificates.count < limit.certificates else {
                throw DERError(.overLimit(found: certificates.count + 1, limit: limit.certificates), field: "certs", offset: list.offset)
            }
            let element = try list.take(DERElement.Tag.sequence, "certificate")
            if let certificate = try? CertificateOutline(der: element.encoded) { certificates.append(certificate) }
        }
        return certificates
    }
}

extension OCSPResponse.Single {
    /// `SingleResponse`, RFC 6960 §4.2.1.
    fileprivate init(_ element: DERElement) throws(DERError) {
        var fields = element.inside
        identifier = try OCSPCertID(try fields.take(DERElement.Tag.sequence, "certID"))
        status = try Self.status(try fields.next("certStatus"))
        thisUpdate = try EvidenceTime.inAnswer(try fields.next("thisUpdate"), "thisUpdate")
        if let wrapped = try fields.takeIfPresent(DERElement.Tag.constructed(0), "nextUpdate") {
            let time = try DERReader.single(DERElement.Tag.generalizedTime, in: wrapped.content, "nextUpdate")
            nextUpdate = try EvidenceTime.inAnswer(time, "nextUpdate")
        }
        if let extensions = try fields.takeIfPresent(DERElement.Tag.constructed(1), "singleExtensions") {
            // They add to the status and do not change it (§4.4.2, §4.4.4, §4.4.5).
            let known = [
                EvidenceIdentifier.archiveCutoff, EvidenceIdentifier.listReferences, EvidenceIdentifier.reasonCode,
                EvidenceIdentifier.invalidityDate, EvidenceIdentifier.holdInstruction, EvidenceIdentifier.certificateTimestamps,
            ]
            let items = try ExtensionElement.list(in: extensions.content, "singleExtensions")
            unprocessed = items.first { $0.isCritical && !$0.isOne(of: known) }?.unprocessed
        }
        try fields.end("SingleResponse")
    }

    private static func status(_ choice: DERElement) throws(DERError) -> OCSPResponse.CertificateStatus {
        let malformed = DERError(.malformed, field: "certStatus", offset: choice.encoded.startIndex)
        switch choice.tag {
        case DERElement.Tag.primitive(0), DERElement.Tag.primitive(2):
            // NULL, implicitly tagged.
            guard choice.content.isEmpty else { throw malformed }
            return choice.tag == DERElement.Tag.primitive(0) ? .good : .unknown
        case DERElement.Tag.constructed(1):
            var revoked = choice.inside
            let moment = try EvidenceTime.inAnswer(try revoked.next("revocationTime"), "revocationTime")
            var reason: RevocationReason?
            if let wrapped = try revoked.takeIfPresent(DERElement.Tag.constructed(0), "revocationReason") {
                // A number that we do not know revokes all the same.
                let code = try DERReader.single(DERElement.Tag.enumerated, in: wrapped.content, "revocationReason")
                reason = RevocationReason(rawValue: try code.small("revocationReason"))
            }
            try revoked.end("RevokedInfo")
            return .revoked(at: moment, reason: reason)
        default: throw malformed
        }
    }
}
