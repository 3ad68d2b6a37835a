/// Why a primitive did not run: its input has a size it cannot work with. Carries sizes only, never contents. That something did not
/// authenticate is no error here but an answer: `nil`.
package enum LegacyCryptographyError: Error, Equatable {
    case unusableSize(of: Input, bytes: Int)
    /// A key derivation needs at least one round.
    case unusableIterations(Int)

    package enum Input: Sendable { case key, initializationVector, nonce, tag, salt, message, output }
}
