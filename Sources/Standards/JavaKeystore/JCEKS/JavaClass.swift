/// The Java classes of which JCEKS makes secret keys. There are no others for the reader.
enum JavaClass: String, Hashable {
    case sealedObjectForKeyProtector = "com.sun.crypto.provider.SealedObjectForKeyProtector"
    case sealedObject = "javax.crypto.SealedObject"
    case byteArray = "[B"
    case secretKeySpec = "javax.crypto.spec.SecretKeySpec"
    case keyRep = "java.security.KeyRep"
    case keyRepType = "java.security.KeyRep$Type"
    case enumeration = "java.lang.Enum"

    struct Field: Hashable {
        var name: String
        /// As the stream has it: `[B` or `Ljava/lang/String;`.
        var signature: String
    }

    /// serialVersionUID.
    var serial: UInt64 {
        switch self {
        case .sealedObjectForKeyProtector: 0xCD57_CA59_E730_BB53
        case .sealedObject: 0x3E36_3DA6_C3B7_5470
        case .byteArray: 0xACF3_17F8_0608_54E0
        case .secretKeySpec: 0x5B47_0B66_E230_614D
        case .keyRep: 0xBDF9_4FB3_889A_A543
        case .keyRepType, .enumeration: 0
        }
    }

    /// SC_SERIALIZABLE, and SC_ENUM for enumerations.
    var flags: UInt8 { isEnumeration ? 0x12 : 0x02 }
    var isEnumeration: Bool { self == .keyRepType || self == .enumeration }

    var superclass: JavaClass? {
        switch self {
        case .sealedObjectForKeyProtector: .sealedObject
        case .keyRepType: .enumeration
        default: nil
        }
    }

    /// This class and those above it.
    var lineage: [JavaClass] { [self] + (superclass?.lineage ?? []) }

    var fields: [Field] {
        let (bytes, text) = ("[B", "Ljava/lang/String;")
        return switch self {
        case .sealedObject:
            [
                Field(name: "encodedParams", signature: bytes), Field(name: "encryptedContent", signature: bytes),
                Field(name: "paramsAlg", signature: text), Field(name: "sealAlg", signature: text),
            ]
        case .secretKeySpec: [Field(name: "algorithm", signature: text), Field(name: "key", signature: bytes)]
        case .keyRep:
            [
                Field(name: "algorithm", signature: text), Field(name: "encoded", signature: bytes), Field(name: "format", signature: text),
                Field(name: "type", signature: "Ljava/security/KeyRep$Type;"),
            ]
        case .sealedObjectForKeyProtector, .byteArray, .keyRepType, .enumeration: []
        }
    }
}
