/// What a Java serialization stream holds, of the little that key streams need.
indirect enum JavaValue: Hashable {
    case null
    /// UTF-16 code units.
    case text([UInt16])
    case bytes(ArraySlice<UInt8>)
    case object(JavaClass, fields: [String: JavaValue])
    case constant(JavaClass, name: [UInt16])
}

/// Reads a Java serialization stream (Java Object Serialization Specification §6.4) over a closed set of classes, without instantiating
/// anything: JCEKS keeps secret keys in such streams, and a reader that builds whatever object a stream names is a way into the machine.
///
/// No block data, no annotations, no proxies, no resets; depth, handles and every length are bounded.
struct JavaObjectStream {
    static let header: [UInt8] = [0xAC, 0xED, 0x00, 0x05]
    static let firstHandle = 0x7E_0000
    static let depthLimit = 6
    static let handleLimit = 64

    enum TypeCode {
        static let null: UInt8 = 0x70, reference: UInt8 = 0x71, classDescriptor: UInt8 = 0x72, object: UInt8 = 0x73
        static let string: UInt8 = 0x74, array: UInt8 = 0x75, endOfBlock: UInt8 = 0x78, constant: UInt8 = 0x7E
    }

    private enum Handle {
        case descriptor(JavaClass)
        case value(JavaValue)
        /// Begun and not finished; nothing may refer to it yet.
        case pending
    }

    private var reader: ByteReader
    private var handles: [Handle] = []

    /// Reads one object from where `reader` stands, and leaves `reader` behind it: streams have no length in front.
    static func read(from reader: inout ByteReader) throws(KeystoreError) -> JavaValue {
        let start = reader.offset
        guard try reader.take(header.count, of: "serialization header").elementsEqual(header) else {
            throw .malformed(field: "serialization header", offset: start)
        }
        var stream = JavaObjectStream(reader: reader)
        let value = try stream.value(depth: 1)
        reader = stream.reader
        return value
    }

    private init(reader: ByteReader) { self.reader = reader }

    private mutating func value(depth: Int) throws(KeystoreError) -> JavaValue {
        guard depth <= Self.depthLimit else {
            throw .overLimit(field: "depth of the serialization stream", found: depth, limit: Self.depthLimit)
        }
        let start = reader.offset
        switch try reader.byte(of: "serialization type code") {
        case TypeCode.null: return .null
        case TypeCode.reference:
            guard case .value(let value) = try reference() else { throw .malformed(field: "serialization reference", offset: start) }
            return value
        case TypeCode.string: return try string()
        case TypeCode.array: return try array(at: start)
        case TypeCode.object: return try object(depth: depth)
        case TypeCode.constant: return try constant(at: start, depth: depth)
        default: throw .malformed(field: "serialization type code", offset: start)
        }
    }

    private mutating func string() throws(KeystoreError) -> JavaValue {
        let text = JavaValue.text(try reader.modifiedUTF8(of: "serialized text"))
        try remember(.value(text))
        return text
    }

    private mutating func array(at start: Int) throws(KeystoreError) -> JavaValue {
        guard let type = try classDescriptor(depth: 1), type == .byteArray else {
            throw .malformed(field: "serialized array", offset: start)
        }
        let place = try remember(.pending)
        let bytes = JavaValue.bytes(try reader.bytes32(of: "serialized array"))
        handles[place] = .value(bytes)
        return bytes
    }

    private mutating func object(depth: Int) throws(KeystoreError) -> JavaValue {
        let start = reader.offset
        guard let type = try classDescriptor(depth: 1), !type.isEnumeration, type != .byteArray else {
            throw .malformed(field: "serialized object", offset: start)
        }
        let place = try remember(.pending)
        var fields: [String: JavaValue] = [:]
        // A superclass's fields stand before those of its subclass.
        for level in type.lineage.reversed() {
            for field in level.fields { fields[field.name] = try value(depth: depth + 1) }
        }
        let object = JavaValue.object(type, fields: fields)
        handles[place] = .value(object)
        return object
    }

    private mutating func constant(at start: Int, depth: Int) throws(KeystoreError) -> JavaValue {
        guard let type = try classDescriptor(depth: 1), type.isEnumeration else {
            throw .malformed(field: "serialized constant", offset: start)
        }
        let place = try remember(.pending)
        guard case .text(let name) = try value(depth: depth + 1) else { throw .malformed(field: "serialized constant", offset: start) }
        let constant = JavaValue.constant(type, name: name)
        handles[place] = .value(constant)
        return constant
    }

    /// nil for no class, which ends a line of superclasses.
    private mutating func classDescriptor(depth: Int) throws(KeystoreError) -> JavaClass? {
        guard depth <= Self.depthLimit else {
            throw .overLimit(field: "depth of the serialization stream", found: depth, limit: Self.depthLimit)
        }
        let start = reader.offset
        switch try reader.byte(of: "serialized class") {
        case TypeCode.null: return nil
        case TypeCode.reference:
            guard case .descriptor(let type) = try reference() else { throw .malformed(field: "serialized class", offset: start) }
            return type
        case TypeCode.classDescriptor: return try newClass(at: start, depth: depth)
        default: throw .malformed(field: "serialized class", offset: start)
        }
    }

    private mutating func newClass(at start: Int, depth: Int) throws(KeystoreError) -> JavaClass {
        let name = String(decoding: try reader.modifiedUTF8(of: "class name"), as: UTF16.self)
        guard let type = JavaClass(rawValue: name) else { throw .forbiddenClass(String(name.prefix(200))) }
        let serial = try reader.signed64(of: "class serial number")
        try remember(.descriptor(type))
        let flags = try reader.byte(of: "class flags")
        let fieldCount = try reader.unsigned16(of: "class fields")
        guard UInt64(bitPattern: serial) == type.serial, flags == type.flags, fieldCount == type.fields.count else {
            throw .malformed(field: "class \(type.rawValue)", offset: start)
        }
        for field in type.fields {
            let code = try reader.byte(of: "field type")
            let fieldName = String(decoding: try reader.modifiedUTF8(of: "field name"), as: UTF16.self)
            guard case .text(let signature) = try fieldSignature(), fieldName == field.name,
                String(decoding: signature, as: UTF16.self) == field.signature, code == field.signature.utf8.first
            else { throw .malformed(field: "class \(type.rawValue)", offset: start) }
        }
        guard try reader.byte(of: "class annotation") == TypeCode.endOfBlock, try classDescriptor(depth: depth + 1) == type.superclass
        else {
            throw .malformed(field: "class \(type.rawValue)", offset: start)
        }
        return type
    }

    /// A text, or a reference to one.
    private mutating func fieldSignature() throws(KeystoreError) -> JavaValue {
        let start = reader.offset
        switch try reader.byte(of: "field signature") {
        case TypeCode.string: return try string()
        case TypeCode.reference:
            guard case .value(let value) = try reference() else { throw .malformed(field: "field signature", offset: start) }
            return value
        default: throw .malformed(field: "field signature", offset: start)
        }
    }

    private mutating func reference() throws(KeystoreError) -> Handle {
        let start = reader.offset
        let index = try reader.signed32(of: "serialization reference") - Self.firstHandle
        guard handles.indices.contains(index) else { throw .malformed(field: "serialization reference", offset: start) }
        return handles[index]
    }

    @discardableResult
    private mutating func remember(_ handle: Handle) throws(KeystoreError) -> Int {
        guard handles.count < Self.handleLimit else {
            throw .overLimit(field: "handles of the serialization stream", found: handles.count + 1, limit: Self.handleLimit)
        }
        handles.append(handle)
        return handles.count - 1
    }
}
