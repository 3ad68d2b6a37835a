/// Whether both hold the same bytes, in a time that does not depend on where they differ. Their lengths are no secret.
@inlinable package func equalInConstantTime(_ left: some Collection<UInt8>, _ right: some Collection<UInt8>) -> Bool {
    guard left.count == right.count else { return false }
    return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
}

/// All ones if `left < right`, else zero; without a branch. Both are below 2^31.
@inline(__always) func maskIfLess(_ left: UInt32, _ right: UInt32) -> UInt32 {
    UInt32(bitPattern: Int32(bitPattern: left &- right) >> 31)
}

extension [UInt8] {
    /// Overwrites the bytes with zeros before the array is given up. What earlier copies the runtime made keep is beyond us.
    package mutating func wipe() {
        withUnsafeMutableBytes { zero($0) }
    }
}

/// Never inlined: a store that nobody reads again would otherwise be dropped by the optimizer.
@inline(never) func zero(_ buffer: UnsafeMutableRawBufferPointer) {
    buffer.initializeMemory(as: UInt8.self, repeating: 0)
}
