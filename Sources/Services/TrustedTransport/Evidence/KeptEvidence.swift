import Crypto
import LocalFiles
import NIOPosix
import PathValidation
import Synchronization

/// OCSP answers and lists that once decided, on disk: what connections go on with when a responder is silent, also after a restart.
///
/// One file for each question. Only answers that were verified and decided are kept, so no portal's page takes the place of a good answer, and
/// what is kept is verified again whenever it is used: whoever can write the folder gains nothing.
public final class KeptEvidence: Sendable {
    public let folder: String
    private let isReady = Mutex(false)

    /// Files in the folder, and octets of all of them; beyond these the oldest go.
    static let fileLimit = 2_000
    static let sizeLimit = 256 << 20

    public init(folder: String) { self.folder = folder }

    func keep(_ body: [UInt8], for request: EvidenceRequest) {
        // Trouble with the folder is no reason against a connection: the answer at hand decides.
        do throws(FileFailure) {
            if !isReady.withLock({ $0 }) {
                try Files.makeFolder(folder)
                try prune()
                isReady.withLock { $0 = true }
            }
            if answer(to: request) != body { try Files.replace(path(request), with: body) }
        } catch { return }
    }

    func answer(to request: EvidenceRequest) -> [UInt8]? {
        try? Files.read(path(request), limit: EvidenceFetcher.limit(for: request.kind))
    }

    func has(_ request: EvidenceRequest) -> Bool { Files.sizeAndChange(path(request)) != nil }

    private func path(_ request: EvidenceRequest) -> String {
        var hash = SHA256()
        let kind: String
        switch request.kind {
        case .ocsp(let question):
            kind = "ocsp"
            hash.update(data: question)
        case .crl: kind = "crl"
        case .issuer: kind = "issuer"
        }
        hash.update(data: Array(request.url.utf8))
        let digest = hash.finalize().prefix(16).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        return "\(folder)/\(digest).\(kind)"
    }

    private func prune() throws(FileFailure) {
        var files: [(path: String, size: Int, changed: Int)] = []
        for name in try Files.list(folder) where name.hasSuffix(".ocsp") || name.hasSuffix(".crl") {
            guard let (size, changed) = Files.sizeAndChange(folder + "/" + name) else { continue }
            files.append((folder + "/" + name, size, changed))
        }
        files.sort { $0.changed > $1.changed }
        var total = 0
        for (index, file) in files.enumerated() {
            total += file.size
            if index >= Self.fileLimit || total > Self.sizeLimit { try Files.remove(file.path) }
        }
    }
}

/// Answers from what was kept; everything else cannot be reached.
struct KeptSource: EvidenceSource {
    var kept: KeptEvidence

    func fetch(_ request: EvidenceRequest) async -> EvidenceAnswer {
        let answer = try? await NIOThreadPool.singleton.runIfActive { kept.answer(to: request) }
        return (answer ?? nil).map { .answered(status: 200, contentType: nil, via: nil, body: $0) } ?? .failed(.backingOff)
    }
}

/// Passes questions on, and remembers what was answered until it is known whether that decided.
final class WitnessedSource: EvidenceSource {
    private let source: any EvidenceSource
    private let seen = Mutex<[EvidenceRequest: [UInt8]]>([:])

    init(_ source: any EvidenceSource) { self.source = source }

    func fetch(_ request: EvidenceRequest) async -> EvidenceAnswer {
        let answer = await source.fetch(request)
        if case .answered(200, _, _, let body) = answer { seen.withLock { $0[request] = body } }
        return answer
    }

    func keep(what decided: Set<String>, in kept: KeptEvidence) {
        for (request, body) in seen.withLock({ $0 }) where decided.contains(request.url) { kept.keep(body, for: request) }
    }
}
