import AgentProtocol
import LocalFiles
import Synchronization

/// Sends what the spool holds until the instance acknowledged it: up to 200 results in a request, the most urgent first.
struct ECCSender: Sendable {
    let spool: Spool
    let client: InstanceClient
    let agent: SysID
    let log: AgentLog
    let account: AgentAccount
    private static let thread = "ECCSender.1"

    /// Until cancelled.
    func run() async {
        while !Task.isCancelled {
            let seen = spool.news.count
            await drain()
            await spool.news.rung(after: seen)
        }
    }

    /// Returns when the spool is empty, or when cancelled. Failures are waited out.
    func drain() async {
        var failures = 0
        var maximum = 200
        while !Task.isCancelled {
            let batch = spool.batch(maximum: maximum)
            if batch.results.isEmpty { return }
            for result in batch.results { log.write(.debug, thread: Self.thread, "Sending ecc_queue.\(result.job).xml") }
            do throws(InstanceFailure) {
                let answer = try await client.deliver(results: batch.json, as: agent)
                let settled = settle(answer.receipts, of: batch.results)
                // An answer without receipts for what was sent is no progress, and must not turn this into a tight loop.
                failures = settled == 0 ? failures + 1 : 0
                maximum = 200
            } catch {
                failures += 1
                if error.kind == .badRequest {
                    if batch.results.count > 1 {
                        maximum = max(1, batch.results.count / 2)
                        failures = 0
                    } else if let poison = batch.results.first {
                        setAside(poison, json: batch.json, because: error.summary)
                        (maximum, failures) = (200, 0)
                    }
                }
                if failures > 0 {
                    log.write(
                        .warning, thread: Self.thread, "\(batch.results.count) results not delivered, will try again: \(error.summary)")
                }
            }
            if failures > 0 {
                try? await Task.sleep(for: Backoff(first: .milliseconds(250), cap: .seconds(30)).delay(afterFailures: failures))
            }
        }
    }

    private func settle(_ receipts: [AgentMessages.Receipt], of sent: [SpooledResult]) -> Int {
        let known = Dictionary(sent.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
        var settled: [String] = []
        for receipt in receipts {
            guard let result = known[receipt.idempotencyKey] else { continue }
            settled.append(result.key)
            switch receipt.outcome {
            case .stored, .duplicate: break
            case .stale:
                log.write(
                    .warning, thread: Self.thread, "ecc_queue.\(result.job).xml: another claim of the job counts; this result is dropped")
            case .unknownJob:
                log.write(
                    .warning, thread: Self.thread, "ecc_queue.\(result.job).xml: the instance knows no such job; this result is dropped")
            }
            account.tell(.resultAcknowledged(job: result.job, receipt.outcome))
        }
        spool.settle(settled)
        return settled.count
    }

    /// One result that the instance refuses to read must not hold up the others: it is kept in `output_error`, as the vendor's sender does.
    private func setAside(_ result: SpooledResult, json: [UInt8], because reason: String) {
        let folder = spool.folder + "/output_error"
        do throws(FileFailure) {
            try Files.makeFolder(folder)
            try Files.replace(folder + "/ecc_queue.\(result.job).json", with: json)
        } catch {
            log.write(AgentFindings.diskTrouble(error), thread: Self.thread)
        }
        spool.settle([result.key])
        log.write(.severe, thread: Self.thread, "ecc_queue.\(result.job).xml refused by the instance, kept in \(folder): \(reason)")
    }
}
