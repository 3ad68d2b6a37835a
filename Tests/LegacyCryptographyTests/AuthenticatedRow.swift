/// One line of `Vectors/authenticated/vectors.json`; no clear text means that the secret has to be refused.
struct AuthenticatedRow: Decodable {
    var kind: String, origin: String, key: Hex, nonce: Hex?, tagLength: Int?, plain: Hex?, secret: Hex?
    var size: Int?, secretSHA256: String?
}
