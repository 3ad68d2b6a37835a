import JavaKeystore

/// No bytes make the reader of PEM, DER and PKCS#7 trap.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var limits = KeystoreLimits()
    (limits.iterations, limits.totalIterations, limits.scryptMemory, limits.scryptBlockSize) = (300, 600, 1 << 16, 8)
    _ = try? KeyMaterial.read(
        Array(UnsafeBufferPointer(start: start, count: count)), password: KeystorePassword("changeit"), limits: limits)
    return 0
}
