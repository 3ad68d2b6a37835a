import PathCorpora

extension Suite {
    static let chains = Suite(name: "chains", arguments: "FILE.json[.gz]…: BoringSSL's given chains") { files in
        try files.flatMap { file in try GivenChainCase.read(Corpora.contents(of: file)).map { $0.result() } }
    }
}
