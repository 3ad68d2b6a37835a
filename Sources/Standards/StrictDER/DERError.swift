/// Why bytes are not the structure that was expected. Facts only.
public struct DERError: Error, Hashable, Sendable {
    public enum Problem: Hashable, Sendable {
        /// The bytes end inside the field.
        case truncated
        /// The field says what DER, or the structure, does not allow.
        case malformed
        /// Deeper or larger than we read.
        case overLimit(found: Int, limit: Int)
    }
    public var problem: Problem
    /// What was being read, in the specification's words.
    public var field: String
    /// Index, in the bytes that were given, at which the field begins.
    public var offset: Int

    public init(_ problem: Problem, field: String, offset: Int) { (self.problem, self.field, self.offset) = (problem, field, offset) }
}
