public import struct FoundationEssentials.Date

/// Builds the path of a certificate that signed a list, with the help of `others`; nil when there is none to the anchor.
public typealias SignerPath =
    @Sendable (_ signer: ParsedCertificate, _ others: [ParsedCertificate], _ anchor: ParsedCertificate, _ time: Date) async ->
    CandidatePath?

/// What ties the signers of lists to the path whose certificates are asked about: the same anchor (RFC 5280 §6.3.3 (f)).
struct ListAnchorage: Sendable {
    /// End entity first, anchor last.
    let path: [ParsedCertificate]
    let signerPath: SignerPath

    func path(of signer: ParsedCertificate, others: [ParsedCertificate], at time: Date) async -> CandidatePath? {
        guard let anchor = path.last else { return nil }
        let found = await signerPath(signer, path.dropLast() + others, anchor, time)
        return found.flatMap { $0.isValid ? $0 : nil }
    }

    /// By `PathBuilder`, for no particular purpose.
    static let built: SignerPath = { signer, others, anchor, time in
        await PathBuilder().build(presented: [signer] + others, anchors: TrustAnchors([anchor]), at: time, purpose: .any).best
    }
}
