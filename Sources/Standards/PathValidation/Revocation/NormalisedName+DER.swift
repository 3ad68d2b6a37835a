import StrictDER
import SwiftASN1
import X509

extension NormalisedName {
    /// From the DER of a Name.
    init(der: ArraySlice<UInt8>) throws(DERError) {
        do {
            self.init(try DistinguishedName(derEncoded: SwiftASN1.DER.parse(der)))
        } catch {
            throw DERError(.malformed, field: "Name", offset: der.startIndex)
        }
    }
}
