import Counterparts
import Foundation
import Testing

@Suite(
    "Trust stores are cared for in any format: what is added, removed, merged and restored is what keytool sees", .timeLimit(.minutes(15)))
struct TrustTests {
    @Test func whatLiesBesideTheStoreIsTrusted() throws {
        let authority = try CheckTests.Authority()
        let (chain, key) = try authority.leaf("good", hosts: "DNS:localhost")
        let server = try OpenSSLServer(chainPEM: chain, keyPEM: key)
        let installation = try Installation()
        let instance = try installation.startInstance()
        try installation.enrol()
        instance.end(SIGTERM)
        func check() throws -> Int32 {
            try MidguardProcess.run(["check", "https://localhost:\(server.port)", "--home", installation.home]).code
        }
        #expect(try check() == 1)
        let folder = installation.home + "/security/anchors.d"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        try FileManager.default.copyItem(atPath: authority.folder.path("root.pem"), toPath: folder + "/corp.pem")
        try Data("a note".utf8).write(to: URL(fileURLWithPath: folder + "/README"))
        #expect(try check() == 0)
        let listed = try MidguardProcess.run(["trust", "list", "--home", installation.home]).output
        #expect(listed.contains("anchors.d: 1 more certificate") && listed.contains("no certificate in README"), "\(listed)")
    }

    @Test func theStoreInForceIsTheOneThatTheRuntimeReads() throws {
        let authority = try CheckTests.Authority()
        let (chain, key) = try authority.leaf("good", hosts: "DNS:localhost")
        let server = try OpenSSLServer(chainPEM: chain, keyPEM: key)
        let installation = try Installation()
        let instance = try installation.startInstance()
        try installation.enrol()
        instance.end(SIGTERM)
        let (home, url) = (installation.home, "https://localhost:\(server.port)")
        // Imported where one would think, and another store is the one in use.
        let stores = try Stores("a")
        let external = try stores.store("external.jks", "a")
        let added = try MidguardProcess.run(["trust", "add", authority.folder.path("root.pem"), "--home", home, "--yes"])
        #expect(added.code == 0, "\(added.error)")
        #expect(try MidguardProcess.run(["check", url, "--home", home]).code == 0)
        try FileManager.default.createDirectory(atPath: home + "/conf", withIntermediateDirectories: true)
        let lines = [
            "#encoding=UTF-8", "wrapper.java.additional.105=-Djavax.net.ssl.trustStore=\"\(external)\"",
            "wrapper.java.additional.106=-Djavax.net.ssl.trustStorePassword=changeit",
        ]
        try Data(lines.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: home + "/conf/wrapper-override.conf"))
        let refused = try MidguardProcess.run(["check", url, "--home", home])
        #expect(refused.code == 1 && refused.output.contains("store.not-in-force"), "\(refused.output)")
        #expect(refused.output.contains("wrapper-override.conf, line 2"), "\(refused.output)")
        // The same command adds to the right one now, and says so.
        let again = try MidguardProcess.run(["trust", "add", authority.folder.path("root.pem"), "--home", home, "--yes"])
        #expect(again.code == 0 && again.output.contains("external.jks") && again.error.contains("store.not-in-force"), "\(again)")
        #expect(try MidguardProcess.run(["check", url, "--home", home]).code == 0)
        // Gone, it is said who wants it.
        try FileManager.default.removeItem(atPath: external)
        let missing = try MidguardProcess.run(["check", url, "--home", home])
        let mend = "${EDITOR:-vi} +2 \(home)/conf/wrapper-override.conf"
        #expect(missing.code == 3 && missing.error.contains("store.missing") && missing.error.contains(mend), "\(missing)")
    }

    @Test func whatAnUpgradeTakesAwayIsSaidAndComesBack() throws {
        let site = try RotationTests.Site()
        let (installation, home) = (site.installation, site.installation.home)
        let store = home + "/security/cacerts"
        let pristine = try Data(contentsOf: URL(fileURLWithPath: store))
        let authorities = try Stores("a", "b")
        for name in ["a", "b"] {
            let added = try MidguardProcess.run(["trust", "add", authorities.path("\(name).pem"), "--home", home, "--yes"])
            #expect(added.code == 0, "\(added.error)")
        }
        func restarted() throws -> String {
            site.agent.end(SIGTERM)
            site.agent = try installation.startAgent()
            try site.sealedJobWorks()
            return try MidguardProcess.run(["agent", "status", "--home", home]).output
        }
        #expect(try !restarted().contains("customer-certificates-lost"))
        // The upgrade brings its own store along.
        try pristine.write(to: URL(fileURLWithPath: store))
        #expect(try restarted().contains("store.customer-certificates-lost"))
        let watch = try MidguardProcess.run(["trust", "watch", "--home", home])
        #expect(watch.code == 4 && watch.output.contains("CN=Authority a; CN=Authority b"), "\(watch.output)")
        let command = try #require(watch.output.firstMatch(of: #/midguard trust add [^\n]*/#)?.0)
        try CheckTests.paste(String(command), in: installation.folder)
        let listed = try MidguardProcess.run(["trust", "list", "--home", home])
        #expect(listed.output.contains("Authority a") && listed.output.contains("Authority b"))
        #expect(try !restarted().contains("customer-certificates-lost"))
        #expect(!FileManager.default.fileExists(atPath: home + "/security/midguard_anchors.lost.pem"))
        // What is taken out on purpose is not missed.
        let said = try Counterpart.openssl.run(
            ["x509", "-in", authorities.path("a.pem"), "-noout", "-fingerprint", "-sha256"], in: installation.folder)
        let fingerprint = try #require(said.firstMatch(of: #/=([0-9A-F:]{95})/#)?.1)
        let removed = try MidguardProcess.run(["trust", "remove", "--fingerprint", String(fingerprint), "--home", home])
        #expect(removed.code == 0, "\(removed.error)")
        #expect(try !restarted().contains("customer-certificates-lost"))
    }

    final class Stores {
        let folder: TemporaryFolder
        var names: [String] = []

        /// Self-signed authorities a, b, c … as PEM files.
        init(_ names: String...) throws {
            folder = try TemporaryFolder()
            for name in names {
                try Counterpart.openssl.run(
                    [
                        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "\(name).key", "-out",
                        "\(name).pem", "-days", "400", "-subj", "/CN=Authority \(name)",
                    ], in: folder)
            }
        }

        func path(_ name: String) -> String { folder.path(name) }
        func pem(_ name: String) throws -> String { try String(contentsOfFile: path("\(name).pem"), encoding: .utf8) }

        /// A store of the format that its ending names, with these authorities.
        func store(_ file: String, _ names: String...) throws -> String {
            let path = folder.path(file)
            if file.hasSuffix(".pem") {
                return try folder.write(try names.map(pem).joined(), to: file)
            }
            for name in names {
                let type = file.hasSuffix("p12") ? "PKCS12" : file.hasSuffix("jceks") ? "JCEKS" : "JKS"
                try Counterpart.keytool.run(
                    [
                        "-importcert", "-noprompt", "-alias", name, "-file", "\(name).pem", "-keystore", file, "-storetype", type,
                        "-storepass",
                        "changeit",
                    ], in: folder)
            }
            return path
        }

        /// The subjects, by our own listing and, for keystores, the number by keytool's.
        func subjects(_ file: String) throws -> [String] {
            struct Listing: Decodable {
                struct Row: Decodable { var subject: String }
                var certificates: [Row]
            }
            let outcome = try MidguardProcess.run(["trust", "list", "--trust-store", path(file), "--json"])
            let found = try JSONDecoder().decode(Listing.self, from: Data(outcome.output.utf8)).certificates.map {
                String($0.subject.suffix(1))
            }
            if !file.hasSuffix(".pem") {
                let theirs = try Counterpart.keytool.run(["-list", "-keystore", file, "-storepass", "changeit"], in: folder)
                #expect(theirs.components(separatedBy: "trustedCertEntry").count - 1 == found.count)
            }
            return found.sorted()
        }
    }

    static func run(_ words: String...) throws -> MidguardProcess.Outcome { try MidguardProcess.run(["trust"] + words) }

    @Test(arguments: ["store.jks", "store.jceks", "store.p12", "store.pem"]) func addAndRemove(_ file: String) throws {
        let stores = try Stores("a", "b", "c")
        let store = try stores.store(file, "a")
        // PKCS#7 and a bundle, whole.
        try Counterpart.openssl.run(
            ["crl2pkcs7", "-nocrl", "-certfile", "b.pem", "-certfile", "c.pem", "-outform", "DER", "-out", "bc.p7b"], in: stores.folder)
        let added = try Self.run("add", stores.path("bc.p7b"), stores.path("a.pem"), "--trust-store", store)
        #expect(added.code == 0, "\(added.error)")
        #expect(added.output.contains("already there: CN=Authority a"))
        #expect(try stores.subjects(file) == ["a", "b", "c"])

        let fingerprint = try Counterpart.openssl.run(["x509", "-in", "b.pem", "-noout", "-fingerprint", "-sha256"], in: stores.folder)
        let digits = String(fingerprint.split(separator: "=")[1].prefix { $0 != "\n" })
        #expect(try Self.run("remove", "--fingerprint", digits, "--trust-store", store, "--dry-run").code == 0)
        #expect(try stores.subjects(file) == ["a", "b", "c"])
        #expect(try Self.run("remove", "--fingerprint", digits, "--trust-store", store).code == 0)
        #expect(try stores.subjects(file) == ["a", "c"])
        #expect(try Self.run("remove", "--fingerprint", digits, "--trust-store", store).code == 1)
    }

    @Test func anExportIsWhatAddTakes() throws {
        let stores = try Stores("a", "b")
        let (store, other) = (try stores.store("store.p12", "a", "b"), try stores.store("other.jks", "a"))
        let bundle = stores.path("bundle.pem")
        #expect(try Self.run("export", "--trust-store", store, "--out", bundle).code == 0)
        #expect(try Self.run("export", "--trust-store", store, "--out", bundle).code == 3)
        #expect(try Self.run("add", bundle, "--trust-store", other).code == 0)
        #expect(try Self.run("compare", store, "--trust-store", other).code == 0)
    }

    @Test func aThreeWayMergeTakesWhatOthersDidAndKeepsWhatWasDoneHere() throws {
        let stores = try Stores("a", "b", "c", "d")
        let base = try stores.store("base.jks", "a", "b", "c")
        // Here c was removed; there b was removed and d added.
        let here = try stores.store("here.jks", "a", "b")
        let there = try stores.store("there.pem", "a", "c", "d")
        let differing = try Self.run("compare", there, "--trust-store", here)
        #expect(differing.code == 1 && differing.output.contains("Authority d"))
        let merged = try Self.run("merge", there, "--base", base, "--trust-store", here)
        #expect(merged.code == 0 && merged.output.contains("stays removed: CN=Authority c"))
        #expect(try stores.subjects("here.jks") == ["a", "d"])
        #expect(try Self.run("merge", there, "--base", base, "--trust-store", here).output.contains("has all of it already"))
        // Without a base everything that others trust is added.
        #expect(try Self.run("merge", base, "--trust-store", here).code == 0)
        #expect(try stores.subjects("here.jks") == ["a", "b", "c", "d"])
    }

    /// A Java MID Server whose upgrade put a new `cacerts` in place.
    @Test func whatAnUpgradeLeftBehindIsMigratedByTheStrategy() throws {
        let stores = try Stores("a", "b")
        try Counterpart.openssl.run(
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "s.key", "-out", "s.pem",
                "-days",
                "400", "-subj", "/CN=Server s", "-addext", "basicConstraints=critical,CA:false",
            ], in: stores.folder)
        let home = stores.path("agent")
        let folders = ["jre/lib/security", "work/truststore_migration/1700000000", "work/truststore_migration/1800000000"]
        for folder in folders {
            try FileManager.default.createDirectory(atPath: "\(home)/\(folder)", withIntermediateDirectories: true)
        }
        func write(strategy: String) throws {
            let rows = ["url": "https://corp.example/", "mid.instance.username": "u", "mid.instance.password": "p", "name": "n"].merging(
                ["mid.truststore.migration.strategy": strategy]) { $1 }
            let text = rows.map { "<parameter name=\"\($0.key)\" value=\"\($0.value)\"/>" }.joined()
            try Data("<parameters>\(text)</parameters>".utf8).write(to: URL(fileURLWithPath: home + "/config.xml"))
        }
        let new = home + "/jre/lib/security/cacerts"
        try FileManager.default.copyItem(atPath: stores.store("new.jks", "a"), toPath: new)
        try FileManager.default.copyItem(atPath: stores.store("older.jks", "b"), toPath: "\(home)/\(folders[1])/cacerts_before")
        try FileManager.default.copyItem(atPath: stores.store("old.jks", "a", "b", "s"), toPath: "\(home)/\(folders[2])/cacerts_before")
        func subjects() throws -> [String] {
            try? FileManager.default.removeItem(atPath: stores.path("now.jks"))
            try FileManager.default.copyItem(atPath: new, toPath: stores.path("now.jks"))
            return try stores.subjects("now.jks")
        }

        try write(strategy: "do_not_migrate")
        let none = try Self.run("migrate", "--home", home)
        #expect(none.code == 0 && none.output.contains("left behind (do_not_migrate): CN=Authority b"), "\(none)")
        #expect(none.output.contains("already there: CN=Authority a") && none.output.contains("do_not_migrate: 0 of 3 certificates"))
        try write(strategy: "migrate_non_ca")
        #expect(try Self.run("migrate", "--home", home, "--dry-run").output.contains("would migrate: CN=Server s"))
        #expect(try subjects() == ["a"])
        let some = try Self.run("migrate", "--home", home)
        #expect(some.output.contains("left behind (migrate_non_ca: it is an authority): CN=Authority b"), "\(some)")
        #expect(try subjects() == ["a", "s"])
        #expect(try Self.run("migrate", "--home", home, "--strategy", "migrate_delta").code == 0)
        #expect(try subjects() == ["a", "b", "s"])
        try write(strategy: "migrate_some")
        #expect(try Self.run("migrate", "--home", home).code == 1)
    }

    @Test func aCopyComesBackAlsoWhenTheStoreIsDamaged() throws {
        let stores = try Stores("a")
        let store = try stores.store("store.jks", "a")
        let backup = try Self.run("backup", "--trust-store", store).output.trimmingCharacters(in: .whitespacesAndNewlines)
        try Data("damaged".utf8).write(to: URL(fileURLWithPath: store))
        #expect(try Self.run("list", "--trust-store", store).code == 3)
        #expect(try Self.run("restore", backup, "--trust-store", store).code == 0)
        #expect(try stores.subjects("store.jks") == ["a"])
        // A copy that is none is not taken.
        let junk = try stores.folder.write("junk", to: "junk.bak")
        #expect(try Self.run("restore", junk, "--trust-store", store).code == 3)
        #expect(try stores.subjects("store.jks") == ["a"])
    }

    @Test(arguments: ["store.jks", "store.pem"]) func whatEndsIsSaid(_ file: String) throws {
        let stores = try Stores("a")
        let store = try stores.store(file, "a")
        #expect(try Self.run("watch", "--trust-store", store).code == 0)
        let soon = ISO8601DateFormatter().string(from: Date(timeIntervalSinceNow: 385 * 86_400))
        let ending = try Self.run("watch", "--trust-store", store, "--at", soon)
        #expect(ending.code == 4 && ending.output.contains("store.entry-expiring"))
        let after = ISO8601DateFormatter().string(from: Date(timeIntervalSinceNow: 500 * 86_400))
        #expect(try Self.run("watch", "--trust-store", store, "--at", after).output.contains("store.entry-expired"))
    }

    @Test func aServersOwnCertificateIsTakenWithAWarning() throws {
        let authority = try CheckTests.Authority()
        _ = try authority.leaf("leaf", hosts: "DNS:localhost")
        let store = authority.folder.path("root.pem")
        let added = try Self.run("add", authority.folder.path("leaf.pem"), "--trust-store", store)
        #expect(added.code == 0 && added.error.contains("store.leaf-trusted"))
        // A bundle that was cut is refused whole, and nothing is written.
        let text = try String(contentsOfFile: authority.folder.path("intermediate.pem"), encoding: .utf8)
        let cut = try authority.folder.write(text + String(text.prefix(200)), to: "cut.pem")
        let refused = try Self.run("add", cut, "--trust-store", store)
        #expect(refused.code == 1 && refused.error.contains("store.bundle-cut"))
    }
}
