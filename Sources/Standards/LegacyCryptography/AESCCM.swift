import Crypto
import CryptoExtras

/// AES in CCM mode without associated data (NIST SP 800-38C, RFC 3610), over swift-crypto's CBC and CTR.
package enum AESCCM {
    /// Clear text the MAC takes in at a time: large enough for the call not to matter, small enough to stay in the processor's cache.
    private static let chunkSize = 1 << 16

    /// Cipher text with the tag behind. `key` has 16, 24 or 32 bytes, `nonce` 7...13, `tagLength` is 4, 6 … 16; the clear text has to be
    /// shorter than 2^(8·(15 - nonce.count)) bytes, with the usual nonce of 12 bytes 16 MiB. Throws `unusableSize` otherwise.
    package static func seal(
        _ message: ArraySlice<UInt8>, key: [UInt8], nonce: [UInt8], tagLength: Int
    ) throws(LegacyCryptographyError) -> [UInt8] {
        try check(key: key, nonce: nonce, tagLength: tagLength)
        try check(messageSize: message.count, nonce: nonce)
        let secret = SymmetricKey(data: key)
        let tag = try authenticator(of: message, key: secret, nonce: nonce, tagLength: tagLength)
        let sealed = try applyCounters(from: 1, to: message, key: secret, nonce: nonce)
        return sealed + (try applyCounters(from: 0, to: tag[...], key: secret, nonce: nonce))
    }

    /// The clear text; nil when the tag does not fit it. Throws for the sizes that `seal` throws for.
    package static func open(
        _ sealed: ArraySlice<UInt8>, key: [UInt8], nonce: [UInt8], tagLength: Int
    ) throws(LegacyCryptographyError) -> [UInt8]? {
        try check(key: key, nonce: nonce, tagLength: tagLength)
        guard sealed.count >= tagLength else { return nil }
        try check(messageSize: sealed.count - tagLength, nonce: nonce)
        let secret = SymmetricKey(data: key)
        var message = try applyCounters(from: 1, to: sealed.dropLast(tagLength), key: secret, nonce: nonce)
        let tag = try applyCounters(from: 0, to: sealed.suffix(tagLength), key: secret, nonce: nonce)
        if equalInConstantTime(tag, try authenticator(of: message[...], key: secret, nonce: nonce, tagLength: tagLength)) { return message }
        message.wipe()
        return nil
    }

    /// RFC 3610 §2.1 and §5.
    private static func check(key: [UInt8], nonce: [UInt8], tagLength: Int) throws(LegacyCryptographyError) {
        guard [16, 24, 32].contains(key.count) else { throw .unusableSize(of: .key, bytes: key.count) }
        guard (7...13).contains(nonce.count) else { throw .unusableSize(of: .nonce, bytes: nonce.count) }
        guard (4...16).contains(tagLength), tagLength.isMultiple(of: 2) else { throw .unusableSize(of: .tag, bytes: tagLength) }
    }

    /// The length has to fit into its field in B_0.
    private static func check(messageSize: Int, nonce: [UInt8]) throws(LegacyCryptographyError) {
        let lengthSize = 15 - nonce.count
        guard lengthSize == 8 || messageSize >> (8 * lengthSize) == 0 else { throw .unusableSize(of: .message, bytes: messageSize) }
    }

    /// T, the first bytes of the CBC-MAC over B_0 and the message filled up with zeros (RFC 3610 §2.2). CBC encryption is that MAC: its
    /// last block is all we keep.
    private static func authenticator(
        of message: ArraySlice<UInt8>, key: SymmetricKey, nonce: [UInt8], tagLength: Int
    ) throws(LegacyCryptographyError) -> [UInt8] {
        let lengthSize = 15 - nonce.count
        let flags = UInt8((tagLength - 2) / 2 * 8 + lengthSize - 1)
        var chain = Array(repeating: UInt8(0), count: 16)
        var chunk = [flags] + nonce + bigEndian(message.count, size: lengthSize)
        var rest = message
        while true {
            guard let iv = try? AES._CBC.IV(ivBytes: chain),
                let encrypted = try? AES._CBC.encrypt(chunk, using: key, iv: iv, noPadding: true)
            else { throw .unusableSize(of: .key, bytes: key.bitCount / 8) }  // the only thing it could still refuse
            chain = Array(encrypted.suffix(16))
            if rest.isEmpty { return Array(chain.prefix(tagLength)) }
            chunk = Array(rest.prefix(chunkSize))
            rest = rest.dropFirst(chunkSize)
            chunk += Array(repeating: 0, count: -chunk.count & 15)
        }
    }

    /// The message with the key stream S_i, from i = `counter` on, over it (RFC 3610 §2.3). As the message is shorter than
    /// 2^(8·lengthSize) bytes, its blocks cannot overrun the counter, and BoringSSL counting in more bits than we does no harm.
    private static func applyCounters(
        from counter: Int, to message: ArraySlice<UInt8>, key: SymmetricKey, nonce: [UInt8]
    ) throws(LegacyCryptographyError) -> [UInt8] {
        if message.isEmpty { return [] }
        let lengthSize = 15 - nonce.count
        let first = [UInt8(lengthSize - 1)] + nonce + bigEndian(counter, size: lengthSize)
        guard let block = try? AES._CTR.Nonce(nonceBytes: first), let result = try? AES._CTR.encrypt(message, using: key, nonce: block)
        else { throw .unusableSize(of: .key, bytes: key.bitCount / 8) }
        return Array(result)
    }

    private static func bigEndian(_ number: Int, size: Int) -> [UInt8] {
        (0..<size).map { UInt8(truncatingIfNeeded: number >> (8 * (size - 1 - $0))) }
    }
}
