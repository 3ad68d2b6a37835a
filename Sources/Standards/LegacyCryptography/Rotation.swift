// Rotation by 0 < count < bitWidth bits. Three times, as a generic one takes thirty times as long in a build for debugging.

extension UInt16 {
    @inline(__always) func turnedLeft(by count: UInt16) -> UInt16 { self &<< count | self &>> (16 &- count) }
}

extension UInt32 {
    @inline(__always) func turnedLeft(by count: UInt32) -> UInt32 { self &<< count | self &>> (32 &- count) }
}

extension UInt64 {
    @inline(__always) func turnedLeft(by count: UInt64) -> UInt64 { self &<< count | self &>> (64 &- count) }
}
