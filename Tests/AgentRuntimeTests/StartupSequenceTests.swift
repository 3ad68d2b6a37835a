import Diagnosis
import Testing

@testable import AgentRuntime

@Suite("Start-up waits out the network, and ends on what waiting does not mend") struct StartupSequenceTests {
    static let finding = Finding(id: "x.y", severity: .error, subject: "s", summary: "s", cause: "c")

    struct Row: Sendable, CustomTestStringConvertible {
        var step: StartupStep, event: StartupSequence.Event, persistence: Persistence, action: StartupSequence.Action
        var testDescription: String { "\(step) \(event) \(persistence)" }
    }
    static let rows = [
        Row(step: .configuration, event: .passed, persistence: .forever, action: .perform(.keystore)),
        Row(step: .validation, event: .passed, persistence: .forever, action: .serve),
        Row(step: .configuration, event: .refused([finding]), persistence: .forever, action: .end([finding])),
        Row(step: .keystore, event: .refused([finding]), persistence: .forever, action: .end([finding])),
        Row(step: .trust, event: .refused([finding]), persistence: .forever, action: .end([finding])),
        Row(
            step: .instanceInfo, event: .unreachable([finding]), persistence: .forever,
            action: .wait(.growing, failures: 1, then: .instanceInfo)),
        Row(step: .instanceInfo, event: .unreachable([finding]), persistence: .attempts(1), action: .end([finding])),
        Row(
            step: .instanceInfo, event: .unreachable([finding]), persistence: .attempts(2),
            action: .wait(.growing, failures: 1, then: .instanceInfo)),
        Row(step: .login, event: .refused([finding]), persistence: .forever, action: .wait(.growing, failures: 1, then: .login)),
        Row(step: .login, event: .refused([finding]), persistence: .attempts(9), action: .end([finding])),
        Row(
            step: .validation, event: .notValidated([finding]), persistence: .forever,
            action: .wait(.steady, failures: 1, then: .validation)),
        Row(step: .validation, event: .notValidated([finding]), persistence: .attempts(1), action: .end([finding])),
    ]
    @Test(arguments: rows) func decide(_ row: Row) {
        #expect(StartupSequence.performing(row.step, failures: 0).after(row.event, persistence: row.persistence).action == row.action)
    }

    @Test("Every step leads to the next, and the last one to serving") func whole() {
        var state = StartupSequence.initial
        var performed: [StartupStep] = [.configuration]
        for _ in 1..<StartupStep.allCases.count {
            let (next, action) = state.after(.passed, persistence: .forever)
            guard case .perform(let step) = action else { return #expect(Bool(false), "\(action)") }
            performed.append(step)
            state = next
        }
        #expect(performed == StartupStep.allCases)
        #expect(state.after(.passed, persistence: .forever).state == .serving)
    }

    @Test("After the end nothing happens any more") func ended() {
        #expect(StartupSequence.ended.after(.passed, persistence: .forever).action == .nothing)
        #expect(StartupSequence.serving.after(.unreachable([]), persistence: .forever).action == .nothing)
    }
}
