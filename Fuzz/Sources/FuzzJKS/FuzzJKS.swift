import JavaKeystore

/// No bytes make the reader trap, and a store that it accepts is the same after writing and reading it back.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    let password = KeystorePassword("changeit")
    _ = try? Keystore.read(bytes, password: password)
    // Without a password the digest is not checked, so that mutated bytes reach the parser.
    guard let reading = try? Keystore.read(bytes, password: nil) else { return 0 }
    for entry in reading.keystore.entries {
        if case .privateKey(let key, _) = entry.content { _ = try? key.open(password: password) }
    }
    if let written = try? JKS.write(reading.keystore, password: password) {
        let again = try? Keystore.read(written, password: password)
        precondition(again?.keystore == reading.keystore, "a store changed by being written")
    }
    return 0
}
