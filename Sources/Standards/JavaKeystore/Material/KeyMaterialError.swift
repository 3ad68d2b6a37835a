/// What is wrong with a file of certificates and keys, and where. Facts only: no password, no key byte.
public struct KeyMaterialError: Error, Hashable, Sendable {
    @nonexhaustive
    public enum Problem: Hashable, Sendable {
        /// Neither a PEM block nor DER of a kind that we know.
        case nothingFound
        /// The file is a keystore: `Keystore.read` takes it.
        case keystore(KeystoreFormat)
        /// No END line, or another BEGIN before it: the block was cut.
        case notEnded
        /// An END line without its BEGIN: the beginning was cut off.
        case notBegun
        /// The END line names something else than the BEGIN line.
        case endsAs(String)
        /// A character that base64 does not have, at `line`.
        case notBase64(line: Int)
        /// The number of base64 characters is none that base64 has: some are missing.
        case base64Cut
        /// The contents are not what they should be. Offsets count in the decoded block, or in the file when it is DER.
        case contents(KeystoreError)
        /// Decoded, the block is nothing that we know.
        case unknownContents
    }
    public var problem: Problem
    public var place: KeyMaterial.Place

    public init(_ problem: Problem, at place: KeyMaterial.Place) { (self.problem, self.place) = (problem, place) }
}
