/// RC4, a stream cipher with biases and, in PKCS#12's weaker form, keys of 40 bits; for reading old files. Not in constant time: see
/// `InsecureDES`.
package enum InsecureRC4 {
    /// `message` with the key stream over it: the same call encrypts and decrypts. `key` has 1...256 bytes; throws `unusableSize` otherwise.
    package static func apply(_ message: ArraySlice<UInt8>, key: [UInt8]) throws(LegacyCryptographyError) -> [UInt8] {
        guard (1...256).contains(key.count) else { throw .unusableSize(of: .key, bytes: key.count) }
        var state = Array(UInt8.min...UInt8.max)
        defer { state.wipe() }
        var output = Array(message)
        state.withUnsafeMutableBufferPointer { state in
            var j: UInt8 = 0
            for i in 0..<256 {
                j = j &+ state[i] &+ key[i % key.count]
                state.swapAt(i, Int(j))
            }
            var i: UInt8 = 0
            j = 0
            for index in output.indices {
                i &+= 1
                let first = state[Int(i)]
                j &+= first
                let second = state[Int(j)]
                state[Int(i)] = second
                state[Int(j)] = first
                output[index] ^= state[Int(first &+ second)]
            }
        }
        return output
    }
}
