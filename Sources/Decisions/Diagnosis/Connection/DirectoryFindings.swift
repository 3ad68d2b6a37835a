public import LDAP
public import TrustPolicy

/// What an LDAP server says no with, after its certificate was accepted.
public enum DirectoryFindings {
    public static func binding(_ result: LDAPResult, _ endpoint: Endpoint, as name: String) -> Finding {
        let reason = activeDirectoryReason(result.message)
        let (cause, fix) =
            reason.map { ($0.cause, $0.fix) }
            ?? causes[result.code]
            ?? ("The server answered with result code \(result.code), \(result.name).", "Ask the directory's owner what its log says")
        return finding(
            "ldap.bind-refused", "\(endpoint.host) does not let \(name.isEmpty ? "anybody anonymous" : name) in: \(result.name).",
            cause, result, endpoint, fix)
    }

    public static func searching(_ result: LDAPResult, _ endpoint: Endpoint, as name: String) -> Finding {
        let (cause, fix) =
            searchCauses[result.code]
            ?? ("The server answered with result code \(result.code), \(result.name).", "Ask the directory's owner what its log says")
        return finding("ldap.search-refused", "\(endpoint.host) does not do the search: \(result.name).", cause, result, endpoint, fix)
    }

    private static func finding(
        _ id: String, _ summary: String, _ cause: String, _ result: LDAPResult, _ endpoint: Endpoint, _ fix: String
    ) -> Finding {
        var evidence = ["code": "\(result.code)", "message": String(result.message.prefix(400))]
        if !result.matchedName.isEmpty { evidence["matched"] = result.matchedName }
        if !result.referral.isEmpty { evidence["referral"] = result.referral.prefix(5).joined(separator: ", ") }
        return Finding(
            id: id, severity: .error, subject: endpoint.description, summary: summary, cause: cause, evidence: evidence,
            fixes: [.init(fix)], vendorMessages: ["[LDAP: error code \(result.code) - \(result.message.prefix(200))]"],
            references: ["RFC 4511"])
    }

    private static let causes: [Int: (String, String)] = [
        7: ("The server does not take name and password.", "Ask the directory's owner for a user that may bind by name and password"),
        8: ("The server wants more protection than this connection has.", "Use ldaps, or ldap with StartTLS, on the directory's own port"),
        13: ("The server wants encryption.", "Use ldaps, or ldap with StartTLS"),
        32: ("There is no such entry.", "Correct the name that the credential binds with"),
        34: (
            "The name is not a distinguished name.",
            "Write it as CN=reader,OU=Services,DC=corp,DC=example; Active Directory takes reader@corp.example, too"
        ),
        48: ("The server does not take this kind of login for that user.", "Give the job a credential with name and password"),
        49: ("The name or the password is wrong.", "Correct the credential on the instance"),
        53: ("The server refuses, often because anonymous sessions are switched off.", "Give the job a credential with name and password"),
    ]

    private static let searchCauses: [Int: (String, String)] = [
        1: (
            "Active Directory says this when nobody has logged in.", "Give the job a credential with name and password"
        ),
        3: ("The server's time limit was reached.", "Search below a nearer base_dn, or for indexed attributes"),
        4: ("The server's limit of entries was reached.", "Make the filter narrower"),
        10: ("Another server holds that part of the directory.", "Send the job to the server that the referral names"),
        11: ("A limit of the server's administrator was reached.", "Make the filter narrower, or page_size smaller"),
        12: ("The server does not know a control that was sent as critical.", "Ask the directory's owner what it supports"),
        32: ("There is no such base_dn.", "Correct base_dn: the evidence says how far it exists"),
        34: ("base_dn is not a distinguished name.", "Write it as OU=People,DC=corp,DC=example"),
        50: ("The user may not search there.", "Ask the directory's owner for the right to read there"),
    ]

    /// Active Directory answers `invalidCredentials` with a Windows error in its own words: `… data 52e, v4563`.
    private static func activeDirectoryReason(_ message: String) -> (cause: String, fix: String)? {
        guard let mark = message.firstRange(of: ", data ") else { return nil }
        return reasons[message[mark.upperBound...].prefix { $0.isHexDigit }.lowercased()]
    }

    private static let reasons: [String: (cause: String, fix: String)] = [
        "525": ("Active Directory does not know the user (error 525).", "Correct the user's name in the credential"),
        "52e": ("Active Directory knows the user; the password is wrong (error 52e).", "Correct the password in the credential"),
        "530": ("The user may not log in at this time (error 530).", "Ask the directory's owner for other logon hours"),
        "531": ("The user may not log in from this machine (error 531).", "Ask the directory's owner to allow this workstation"),
        "532": ("The user's password has expired (error 532).", "Change the password, then the credential"),
        "533": ("The user is disabled (error 533).", "Ask the directory's owner to enable the user"),
        "568": ("The user is in too many groups (error 568).", "Ask the directory's owner to take the user out of some"),
        "701": ("The user's account has expired (error 701).", "Ask the directory's owner to extend the account"),
        "773": ("The user must change the password first (error 773).", "Change the password, then the credential"),
        "775": (
            "The user is locked out after too many wrong passwords (error 775).", "Have the user unlocked, and correct the credential first"
        ),
    ]
}
