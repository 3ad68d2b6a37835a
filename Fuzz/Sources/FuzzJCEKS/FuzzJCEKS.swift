import HostileKeystore
import JavaKeystore

/// No bytes make the reader of JCEKS trap, and a store that it accepts is the same after writing and reading it back.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    HostileKeystore.tryReading(Array(UnsafeBufferPointer(start: start, count: count)), as: .jceks)
    return 0
}
