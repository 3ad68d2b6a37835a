import Diagnosis
import FoundationEssentials
import LocalFiles

/// A script (ES5), run in a process of its own. Parameters `script` and `timeout` (seconds); with the others they are what `probe.getParameter`
/// gives. Script includes are files of the home. What the script asks of the network goes through the agent's transport, and is refused by the same verdict as everything else.
struct JavascriptProbe: Probe {
    let topic = "JavascriptProbe"
    /// Seconds, and a moment to answer.
    static let longest = 120
    var deadline: Duration { .seconds(Self.longest + 5) }
    /// What of a result goes into the queue.
    static let resultLimit = 1 << 20
    /// Lines that one script may leave in the log.
    static let logLimit = 1_000

    func run(_ job: ProbeJob, in surroundings: ProbeSurroundings) async -> ProbeReport {
        let settings = surroundings.scripts
        guard settings.isAllowed else { return Self.off(job, surroundings) }
        guard let script = job.parameters["script"], !script.isEmpty, script.utf8.count <= ScriptSettings.scriptLimit else {
            return ProbeRefusal(source: job.name, because: "The parameter script holds no script, or one of more than 1 MiB.").report
        }
        let process: ScriptProcess
        do throws(ScriptProcess.NotStarted) { process = try ScriptProcess(executable: settings.executable) } catch {
            return Self.missing(settings.executable, error.reason)
        }
        guard let seconds = Int(job.parameters["timeout"] ?? "\(Self.longest)"), (1...Self.longest).contains(seconds) else {
            return ProbeRefusal(source: job.name, because: "timeout is a number of seconds from 1 to \(Self.longest).").report
        }
        let clock = Task {
            try await Task.sleep(for: .seconds(seconds))
            process.end()
        }
        defer { clock.cancel() }
        return await withTaskCancellationHandler {
            await converse(with: process, job, script, surroundings)
        } onCancel: {
            process.end()
        }
    }

    private func converse(
        with process: ScriptProcess, _ job: ProbeJob, _ script: String, _ surroundings: ProbeSurroundings
    ) async -> ProbeReport {
        let settings = surroundings.scripts
        var refused: [Finding] = []
        var logged = 0
        for await line in process.lines {
            guard let word = ScriptMessages.word(line) else { break }
            if word.ready != nil {
                process.send(
                    ScriptMessages.line(
                        ScriptMessages.Job(
                            script: script, name: job.name, source: job.source, agent: settings.agent, sysID: settings.sysID,
                            parameters: job.parameters.filter { $0.key != "script" }, configuration: settings.configuration)))
            } else if let text = word.log {
                logged += 1
                if logged <= Self.logLimit { surroundings.log(String(text.prefix(4_000))) }
                if logged == Self.logLimit { surroundings.log("no more lines of this script are logged") }
                process.send(ScriptMessages.line(ScriptMessages.Heard()))
            } else if let name = word.include {
                let source = settings.include(name)
                process.send(
                    source.map { ScriptMessages.line(ScriptMessages.Included(source: $0)) }
                        ?? ScriptMessages.line(
                            ScriptMessages.Refused(
                                error: "There is no script include \(name.prefix(80)) in \(settings.includes) that can be read")))
            } else if let request = word.request {
                let report = await Self.send(request, for: job, surroundings)
                refused += report.findings
                process.send(Self.answer(report))
            } else if let result = word.result {
                var report = ProbeReport(fields: [("output", String(decoding: Array(result.utf8.prefix(Self.resultLimit)), as: UTF8.self))])
                if result.utf8.count > Self.resultLimit { report.fields.append(("output.cut_at", String(Self.resultLimit))) }
                return report
            } else if let failure = word.failure {
                return Self.failed(String(failure.prefix(4_000)), in: String((word.file ?? "").prefix(80)), at: word.line ?? 0, refused)
            }
        }
        return .failure("The script was ended: it took too much memory or time", findings: refused).withFindings()
    }

    /// As a RESTProbe of its own: the same limits, and credentials that the script never sees.
    private static func send(
        _ request: ScriptMessages.Request, for job: ProbeJob, _ surroundings: ProbeSurroundings
    ) async -> ProbeReport {
        var parameters = ["method": request.method, "body": request.body]
        for (name, value) in request.headers { parameters["header." + name] = value }
        parameters["credential"] = request.credential
        let question = ProbeJob(
            id: job.id, name: job.name, source: request.url, parameters: parameters, sealedSecrets: job.sealedSecrets)
        return await RESTProbe().run(question, in: surroundings)
    }

    private static func answer(_ report: ProbeReport) -> [UInt8] {
        guard report.resultCode == 0 else {
            let error = report.findings.isEmpty ? report.errorString : report.findings.exception + report.findings.way
            return ScriptMessages.line(ScriptMessages.Refused(error: error))
        }
        var response = ScriptMessages.Response(status: 0, headers: [:], body: "")
        for (name, text) in report.fields {
            switch name {
            case "status": response.status = Int(text) ?? 0
            case "body": response.body = text
            default: if name.hasPrefix("header.") { response.headers[String(name.dropFirst("header.".count))] = text }
            }
        }
        return ScriptMessages.line(response)
    }

    /// In the words of Java-based agents: what it was, and in which script include.
    private static func failed(_ message: String, in file: String, at line: Int, _ findings: [Finding]) -> ProbeReport {
        let place = file == "script" || file.isEmpty ? "the script" : "MID Server script include '\(file)'"
        let text = "\(message)\nCaused by error in \(place)" + (line > 0 ? " at line \(line)" : "")
        return .failure(text, findings: findings).withFindings()
    }

    private static func off(_ job: ProbeJob, _ surroundings: ProbeSurroundings) -> ProbeReport {
        let path = (surroundings.context.home ?? "HOME") + "/config.xml"
        let cause = "JavascriptProbe runs scripts, and that is off on this agent."
        return .failure(
            cause,
            findings: [
                Finding(
                    id: "runtime.job-refused", severity: .error, subject: job.name, summary: "The job is not done: \(cause)",
                    cause: "Whoever may insert jobs on the instance could run code here.",
                    evidence: ["parameter": ScriptSettings.parameter],
                    fixes: [
                        .init(
                            "To turn it on, add <parameter name=\"\(ScriptSettings.parameter)\" value=\"true\"/> and restart the agent",
                            command: "${EDITOR:-vi} \(AgentFindings.quoted(path))")
                    ])
            ]
        ).withFindings()
    }

    private static func missing(_ executable: String, _ reason: String) -> ProbeReport {
        .failure(
            "Scripts cannot be run: \(executable): \(reason)",
            findings: [
                Finding(
                    id: "runtime.script-engine-missing", severity: .error, subject: executable,
                    summary: "\(executable) does not start: \(reason).",
                    cause: "The program that runs scripts lies beside midguard, and needs the library of Duktape.",
                    fixes: [
                        .init("Look what it lacks", command: "ldd \(AgentFindings.quoted(executable))"),
                        .init("Install the engine", command: "sudo apt-get install libduktape207"),
                    ])
            ]
        ).withFindings()
    }
}
