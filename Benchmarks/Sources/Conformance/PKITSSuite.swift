import PathCorpora

extension Suite {
    static let pkits = Suite(name: "pkits", arguments: "FILES.tar[.gz] MANIFEST.json: NIST's test suite") { files in
        guard files.count == 2 else { throw Misuse(message: "PKITS takes an archive and a manifest.") }
        let contents = TarArchive.files(in: try Corpora.contents(of: files[0]))
        var results: [CaseResult] = []
        for item in try PKITSCase.read(Corpora.contents(of: files[1])) { results.append(await item.result(contents)) }
        return results
    }
}
