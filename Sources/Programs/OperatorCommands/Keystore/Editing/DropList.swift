import ArgumentParser
import JavaKeystore

/// What may be lost: `--drop attributes,aliasCase`.
struct DropList: ExpressibleByArgument {
    var kinds: Set<KeystoreLoss.Kind> = []
    /// What a PKCS#12 file holds and Java does not see.
    var unseen = false

    static let names = KeystoreLoss.Kind.allCases.map(\.rawValue) + ["unseen"]

    init() {}
    init?(argument: String) {
        for name in argument.split(separator: ",").map(String.init) {
            if let kind = KeystoreLoss.Kind.allCases.first(where: { $0.rawValue.lowercased() == name.lowercased() }) {
                kinds.insert(kind)
            } else if name.lowercased() == "unseen" {
                unseen = true
            } else {
                return nil
            }
        }
    }

    static var allValueStrings: [String] { names }
}
