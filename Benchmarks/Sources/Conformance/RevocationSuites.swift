import PathCorpora

extension Suite {
    static let revocation = Suite(name: "revocation", arguments: "FILE.json[.gz]…: lists and answers of BoringSSL and OpenSSL") { files in
        try files.flatMap { file in try RevocationCase.read(Corpora.contents(of: file)).map { $0.result() } }
    }

    static let ocsp = Suite(name: "ocsp", arguments: "FILE.json[.gz]…: generated OCSP answers") { files in
        try files.flatMap { file in try OCSPCase.read(Corpora.contents(of: file)).map { $0.result() } }
    }
}
