package import AgentConfiguration
package import LocalFiles

/// A file in the home by which a command asks the agent for a new key pair.
package enum RekeyRequest {
    package static func path(_ layout: HomeLayout) -> String { layout.home + "/work/midguard-rekey" }

    package static func make(_ layout: HomeLayout) throws(FileFailure) {
        try Files.makeFolder(Files.parent(of: path(layout)))
        try Files.replace(path(layout), with: [UInt8]("A new key pair is wanted.\n".utf8))
    }

    static func withdraw(_ layout: HomeLayout) { try? Files.remove(path(layout)) }
}
