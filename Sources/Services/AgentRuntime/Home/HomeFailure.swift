public import AgentConfiguration
public import Diagnosis
public import LocalFiles

/// Why an agent's home cannot be used or made. `finding` says it in words, with what mends it.
public enum HomeFailure: Error, Sendable {
    case file(FileFailure)
    case configurationMissing(path: String)
    case configurationMalformed(path: String, ConfigurationError)
    case settings(path: String, SettingsError)
    /// The home's own table of policies cannot be used.
    case policies(PolicyFileFailure)
    /// `agent setup` never replaces a configuration.
    case alreadySetUp(path: String)
    /// The certificates for the trust store cannot be used.
    case trust(TrustUnavailable)
    case alreadyRunning(home: String, pid: String)

    public var finding: Finding {
        switch self {
        case .file(let failure): FileFindings.explaining(failure)
        case .configurationMissing(let path): ConfigurationFindings.missing(path)
        case .configurationMalformed(let path, let error): ConfigurationFindings.explaining(error, path: path)
        case .settings(let path, let error): ConfigurationFindings.explaining(error, path: path)
        case .policies(let failure): failure.finding
        case .alreadySetUp(let path): HomeFindings.alreadySetUp(path)
        case .trust(let unavailable): unavailable.findings.first ?? HomeFindings.noAnchors
        case .alreadyRunning(let home, let pid): HomeFindings.alreadyRunning(home, pid: pid)
        }
    }
}
