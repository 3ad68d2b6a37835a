import Testing

@testable import TrustPolicy

@Suite("Every release checks what the published matrix says")
struct ReleaseProfileTests {
    /// A change to a profile is a change to this table.
    @Test func theMatrix() {
        #expect(
            ReleaseProfile.printed == """
                release       chain name ocsp crl table title
                new-york      no    no   no   no  no    New York and earlier
                orlando       no    no   yes  no  no    Orlando before P7a
                orlando-p8    yes   no   yes  no  no    Orlando from P7a
                paris         no    no   yes  no  no    Paris before P1 HF3a, HF5a and P2
                paris-p2      yes   no   yes  no  no    Paris from P2, P1 HF3a and HF5a
                quebec        yes   yes  yes  no  yes   Quebec
                rome          yes   yes  yes  no  yes   Rome
                san-diego     yes   yes  yes  no  yes   San Diego
                tokyo         yes   yes  yes  no  yes   Tokyo
                utah          yes   yes  yes  no  yes   Utah
                vancouver     yes   yes  yes  no  yes   Vancouver
                washington-dc yes   yes  yes  no  yes   Washington DC
                xanadu        yes   yes  yes  no  yes   Xanadu
                yokohama      yes   yes  yes  no  yes   Yokohama
                zurich        yes   yes  yes  no  yes   Zurich
                australia     yes   yes  yes  yes yes   Australia
                brazil        yes   yes  yes  yes yes   Brazil
                current       yes   yes  yes  yes yes   Midguard
                """)
    }

    @Test func everyProfileHasItsSourcesAndSoundRows() throws {
        for profile in ReleaseProfile.all {
            #expect(!profile.sources.isEmpty)
            try PolicyFile.check(profile.policies(instanceHosts: ["instance.example"]).rows)
        }
        #expect(Set(ReleaseProfile.all.map(\.name)).count == ReleaseProfile.all.count)
        #expect(ReleaseProfile.named("current")?.policies(instanceHosts: ["a.example"]) == .standard(instanceHosts: ["a.example"]))
    }
}
