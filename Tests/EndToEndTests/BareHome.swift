import Foundation

/// An agent's home that holds no more than its config.xml.
struct BareHome {
    let path: String

    init(at path: String, _ parameters: [String: String] = [:]) throws {
        self.path = path
        try FileManager.default.createDirectory(atPath: path + "/work", withIntermediateDirectories: true)
        let least = ["url": "https://corp.example/", "mid.instance.username": "u", "mid.instance.password": "p", "name": "n"]
        let rows = least.merging(parameters) { $1 }.map { "<parameter name=\"\($0.key)\" value=\"\($0.value)\"/>" }
        try Data("<parameters>\(rows.joined())</parameters>".utf8).write(to: URL(fileURLWithPath: path + "/config.xml"))
    }

    /// The store at the place where a home has its own.
    func trusting(_ store: String) throws -> BareHome {
        try FileManager.default.createDirectory(atPath: path + "/security", withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: store, toPath: path + "/security/cacerts")
        return self
    }
}
