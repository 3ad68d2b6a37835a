import PathValidation

import struct Foundation.Date

/// What is well today and will not stay so.
extension PathFindings {
    /// - Parameter presented: all that the peer sent, whether it is on the path or not.
    /// - Parameter scene: asked for only where there is something to say, which is seldom.
    static func ahead(
        _ path: CandidatePath, presented: [ParsedCertificate], at: Date, _ scene: @autoclosure () -> Scene
    ) -> [Finding] {
        guard path.isValid else { return [] }
        let (namesakes, ending) = (path.endedNamesakes(among: presented, at: at), soonEnding(path, at: at))
        guard !namesakes.isEmpty || ending != nil else { return [] }
        let scene = scene()
        return namesakes.map { endedNamesake($0, isPresented: true, removal: nil, scene) }
            + (ending.map { [self.ending($0, isLeaf: $0 == path.certificates.first, scene)] } ?? [])
    }

    /// Days before a certificate's end on which it is said; of one that lives shortly its last third.
    private static let warningDays = 30.0

    /// The certificate of a valid path that ends first, when that is soon. The anchor's own end counts for nobody.
    private static func soonEnding(_ path: CandidatePath, at: Date) -> ParsedCertificate? {
        let certificates = path.certificates.count > 1 ? path.certificates.dropLast() : path.certificates[...]
        guard let first = certificates.min(by: { $0.notAfter < $1.notAfter }) else { return nil }
        let left = first.notAfter.timeIntervalSince(at)
        let life = first.notAfter.timeIntervalSince(first.notBefore)
        return left >= 0 && left < min(warningDays * 86_400, life / 3) ? first : nil
    }

    private static func ending(_ first: ParsedCertificate, isLeaf: Bool, _ scene: Scene) -> Finding {
        let name = first.subject.isEmpty ? "The certificate of \(scene.owner)" : first.subject.description
        return Finding(
            id: "chain.expiring", severity: .warning, subject: scene.subject,
            summary: "\(name) ends \(Words.time(first.notAfter, from: scene.at)).",
            cause: isLeaf
                ? "From then on everybody who checks the chain refuses \(scene.owner)."
                : "It is an authority of the path: from then on everything that it issued is refused, that of \(scene.owner) included.",
            evidence: scene.facts.merging(
                ["certificate": name, "sha256": first.sha256, "notAfter": Words.time(first.notAfter), "at": Words.time(scene.at)]) { $1 },
            fixes: [
                .init(
                    isLeaf
                        ? "Ask the owner of \(scene.owner) whether it will be renewed in time"
                        : "Ask the owner of \(scene.owner) for a certificate from an authority that lives on")
            ], references: ["RFC 5280 §4.1.2.5"])
    }

    /// An authority of a valid path has a namesake that ended.
    ///
    /// - Parameter removal: the command that takes it out of the trust store; nil when it does not lie there, or the store is not ours.
    static func endedNamesake(_ certificate: ParsedCertificate, isPresented: Bool, removal: String?, _ scene: Scene) -> Finding {
        let name = certificate.subject.description
        let place = isPresented ? "\(scene.owner) sends" : "The trust store holds"
        return Finding(
            id: "chain.expired-alternate", severity: .warning, subject: scene.subject,
            summary: "\(place) a certificate \(name) that ended \(Words.time(certificate.notAfter, from: scene.at)).",
            cause:
                "Another one of that name makes the path valid here. Software that takes the first it finds ends at this one, and refuses.",
            evidence: scene.facts.merging([
                "certificate": name, "sha256": certificate.sha256, "notAfter": Words.time(certificate.notAfter),
                "foundIn": isPresented ? "what the peer sent" : "the trust store",
            ]) { $1 },
            fixes: [
                isPresented
                    ? .init("Ask the owner of \(scene.owner) to send it no longer") : .init("Take it out of the store", command: removal)
            ], references: ["RFC 5280 §6.1"])
    }
}
