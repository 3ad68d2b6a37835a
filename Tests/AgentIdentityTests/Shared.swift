import AgentProtocol
import Foundation
import JavaKeystore

@testable import AgentIdentity

/// Keys take a while to make, so all tests share these.
enum Shared {
    /// 2020-10-26 17:11:32 UTC, as in the vendor's published start-up log.
    static let notBefore = Date(timeIntervalSince1970: 1_603_732_292.75)
    static let tail = "0123456789abcdef0123456789ABCDEF"
    static let first = Result { try IdentityKeyPair.generate(agentName: "DataCenter-Dev.7", tail: tail, notBefore: notBefore) }
    static let second = Result { try IdentityKeyPair.generate(agentName: "second", tail: tail, notBefore: notBefore) }
    static let password = KeystorePassword("3f0c9bd1a5e14b2f8c7d6e5f4a3b2c1d")

    static func id(_ digit: Character) throws -> SysID {
        guard let id = SysID(String(repeating: digit, count: 32)) else { throw IdentityError.tailNotHexadecimal }
        return id
    }
}

/// Part `index` of a text in compact form.
func part(_ index: Int, of text: String) -> String {
    String(text.split(separator: ".", omittingEmptySubsequences: false)[index])
}

func replacing(_ index: Int, of text: String, by new: String) -> String {
    var parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    parts[index] = new
    return parts.joined(separator: ".")
}
