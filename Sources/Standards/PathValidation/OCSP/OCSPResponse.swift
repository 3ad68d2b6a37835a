import SwiftASN1
import X509

public import struct Foundation.Date

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
    }
    enum Responder: Hashable {
        case name(ArraySlice<UInt8>)
        case keyHash(ArraySlice<UInt8>)
    }

    let signature: SignedBytes
    let responder: Responder
    let singles: [Single]
    let certificates: [ParsedCertificate]
    let nonce: [UInt8]?
    let unsupported: String?

    /// A response is a few KiB; more is none.
    public static let byteLimit = 1 << 20
    static let limit = (singles: 256, certificates: 16)

    enum Message {
        case error(String)
        case answer(OCSPResponse)
    }

    static func read(_ bytes: [UInt8]) throws(EvidenceError) -> Message {
        guard bytes.count <= byteLimit else { throw .overLimit(bytes: bytes.count, limit: byteLimit) }
        var outer = try DERReader.single(DERElement.Tag.sequence, in: bytes[...], "OCSPResponse").inside
        let code = try outer.take(DERElement.Tag.enumerated, "responseStatus").small("responseStatus")
        guard code == 0 else { return .error(ErrorStatus(rawValue: code).map { "\($0)" } ?? "error status \(code)") }
        let wrapped = try outer.take(DERElement.Tag.constructed(0), "responseBytes")
        var fields = try DERReader.single(DERElement.Tag.sequence, in: wrapped.content, "responseBytes").inside
        let type = try fields.take(DERElement.Tag.objectIdentifier, "responseType")
        // id-pkix-ocsp-basic
        guard Array(type.content) == [0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x01] else { throw .malformed(field: "responseType") }
        return .answer(try OCSPResponse(basic: try fields.take(DERElement.Tag.octetString, "response").content))
    }

    private init(basic bytes: ArraySlice<UInt8>) throws(EvidenceError) {
        var outer = try DERReader.single(DERElement.Tag.sequence, in: bytes, "BasicOCSPResponse").inside
        let data = try outer.take(DERElement.Tag.sequence, "tbsResponseData")
        let algorithm = try outer.take(DERElement.Tag.sequence, "signatureAlgorithm")
        let bits = try outer.take(DERElement.Tag.bitString, "signature")
        signature = SignedBytes(signed: data.encoded, algorithm: algorithm.encoded, signature: try bits.bits("signature"))
        certificates = try Self.certificates(&outer)
        var fields = data.inside
        _ = try fields.takeIfPresent(DERElement.Tag.constructed(0), "version")
        let responder = try fields.next("responderID")
        switch responder.tag {
        case DERElement.Tag.constructed(1): self.responder = .name(responder.content)
        case DERElement.Tag.constructed(2):
            self.responder = .keyHash(try DERReader.single(DERElement.Tag.octetString, in: responder.content, "byKey").content)
        default: throw .malformed(field: "responderID")
        }
        _ = try DERTime.date(try fields.take(DERElement.Tag.generalizedTime, "producedAt"), "producedAt")
        var list = try fields.take(DERElement.Tag.sequence, "responses").inside
        var singles: [Single] = []
        var unsupported: String?
        while !list.isAtEnd {
            guard singles.count < Self.limit.singles else { throw .malformed(field: "responses: more than \(Self.limit.singles)") }
            singles.append(try Self.single(try list.take(DERElement.Tag.sequence, "response"), &unsupported))
        }
        var nonce: [UInt8]?
        if let extensions = try fields.takeIfPresent(DERElement.Tag.constructed(1), "responseExtensions") {
            nonce = try OCSPRequest.nonce(in: extensions.content)
            for item in try ExtensionElement.list(in: extensions.content, "responseExtensions")
            where item.isCritical && Array(item.identifier) != OCSPRequest.nonceIdentifier {
                unsupported = unsupported ?? "critical extension \(item.dotted)"
            }
        }
        (self.singles, self.nonce, self.unsupported) = (singles, nonce, unsupported)
    }

    private static func certificates(_ outer: inout DERReader) throws(EvidenceError) -> [ParsedCertificate] {
        guard let wrapped = try outer.takeIfPresent(DERElement.Tag.constructed(0), "certs") else { return [] }
        var list = try DERReader.single(DERElement.Tag.sequence, in: wrapped.content, "certs").inside
        var certificates: [ParsedCertificate] = []
        while !list.isAtEnd, certificates.count < limit.certificates {
            let element = try list.take(DERElement.Tag.sequence, "certificate")
            // One that cannot be read cannot be the signer's either.
            if let certificate = try? ParsedCertificate(der: Array(element.encoded)) { certificates.append(certificate) }
        }
        return certificates
    }

    private static func single(_ element: DERElement, _ unsupported: inout String?) throws(EvidenceError) -> Single {
        var fields = element.inside
        let identifier = try OCSPCertID(try fields.take(DERElement.Tag.sequence, "certID"))
        let choice = try fields.next("certStatus")
        let status: CertificateStatus
        switch choice.tag {
        case DERElement.Tag.primitive(0): status = .good
        case DERElement.Tag.primitive(2): status = .unknown
        case DERElement.Tag.constructed(1):
            var revoked = choice.inside
            let moment = try DERTime.date(try revoked.take(DERElement.Tag.generalizedTime, "revocationTime"), "revocationTime")
            var reason: RevocationReason?
            if let wrapped = try revoked.takeIfPresent(DERElement.Tag.constructed(0), "revocationReason") {
                let code = try DERReader.single(DERElement.Tag.enumerated, in: wrapped.content, "revocationReason")
                reason = RevocationReason(rawValue: try code.small("revocationReason"))
            }
            status = .revoked(at: moment, reason: reason)
        default: throw .malformed(field: "certStatus")
        }
        let thisUpdate = try DERTime.date(try fields.take(DERElement.Tag.generalizedTime, "thisUpdate"), "thisUpdate")
        var nextUpdate: Date?
        if let wrapped = try fields.takeIfPresent(DERElement.Tag.constructed(0), "nextUpdate") {
            let time = try DERReader.single(DERElement.Tag.generalizedTime, in: wrapped.content, "nextUpdate")
            nextUpdate = try DERTime.date(time, "nextUpdate")
        }
        if let extensions = try fields.takeIfPresent(DERElement.Tag.constructed(1), "singleExtensions") {
            for item in try ExtensionElement.list(in: extensions.content, "singleExtensions") where item.isCritical {
                unsupported = unsupported ?? "critical extension \(item.dotted)"
            }
        }
        return Single(identifier: identifier, status: status, thisUpdate: thisUpdate, nextUpdate: nextUpdate)
    }
}
