import Diagnosis

/// Passwords that cannot be had from where the call says.
extension Finding {
    static func passwordVariableMissing(_ name: String) -> Finding {
        Finding(
            id: "store.password-missing", severity: .error, subject: name, summary: "There is no environment variable \(name).",
            cause: "It is not set, or not exported to this process.", evidence: ["variable": name],
            fixes: [.init("Export it before the call, or give the password in a file with --password-file")])
    }

    static func passwordUnreadable(_ place: String) -> Finding {
        Finding(
            id: "store.password-missing", severity: .error, subject: place, summary: "No password can be read from \(place).",
            cause: "It is not open, is at its end, or its first line is no UTF-8 text.", evidence: ["source": place],
            fixes: [.init("Give a file whose first line is the password, with --password-file")])
    }

    static func passwordsDiffer() -> Finding {
        Finding(
            id: "store.password-missing", severity: .error, subject: "password", summary: "The two answers are not the same.",
            cause: "A new password is asked for twice, since nobody sees what is typed.", fixes: [.init("Try again")])
    }
}
