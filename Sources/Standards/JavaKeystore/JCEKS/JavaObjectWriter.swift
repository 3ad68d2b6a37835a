/// Writes one object as a Java serialization stream, with references to what was written before where Java makes them.
struct JavaObjectWriter {
    private var writer = ByteWriter()
    private var handles = 0
    private var classes: [JavaClass: Int] = [:]
    private var texts: [[UInt16]: Int] = [:]

    init() { writer.bytes = JavaObjectStream.header }
    var bytes: [UInt8] { writer.bytes }

    /// `values`: of all fields, those of the superclass first; texts and byte arrays only.
    mutating func object(_ type: JavaClass, values: [JavaValue]) throws(KeystoreError) {
        writer.bytes.append(JavaObjectStream.TypeCode.object)
        try descriptor(type)
        handles += 1
        for value in values { try append(value) }
    }

    private mutating func append(_ value: JavaValue) throws(KeystoreError) {
        switch value {
        case .text(let units): try text(units)
        case .bytes(let bytes):
            writer.bytes.append(JavaObjectStream.TypeCode.array)
            try descriptor(.byteArray)
            handles += 1
            try writer.bytes32(bytes, of: "serialized array")
        case .null, .object, .constant: throw .malformed(field: "serialized object", offset: writer.bytes.count)
        }
    }

    private mutating func descriptor(_ type: JavaClass?) throws(KeystoreError) {
        guard let type else { return writer.bytes.append(JavaObjectStream.TypeCode.null) }
        if let handle = classes[type] { return reference(handle) }
        writer.bytes.append(JavaObjectStream.TypeCode.classDescriptor)
        try writer.text(Array(type.rawValue.utf16), of: "class name")
        writer.unsigned64(type.serial)
        classes[type] = handles
        handles += 1
        writer.bytes.append(type.flags)
        writer.unsigned16(UInt16(type.fields.count))  // four at most
        for field in type.fields {
            writer.bytes += field.signature.utf8.prefix(1)
            try writer.text(Array(field.name.utf16), of: "field name")
            try text(Array(field.signature.utf16))
        }
        writer.bytes.append(JavaObjectStream.TypeCode.endOfBlock)
        try descriptor(type.superclass)
    }

    private mutating func text(_ units: [UInt16]) throws(KeystoreError) {
        if let handle = texts[units] { return reference(handle) }
        writer.bytes.append(JavaObjectStream.TypeCode.string)
        try writer.text(units, of: "serialized text")
        texts[units] = handles
        handles += 1
    }

    private mutating func reference(_ handle: Int) {
        writer.bytes.append(JavaObjectStream.TypeCode.reference)
        writer.unsigned32(UInt32(JavaObjectStream.firstHandle + handle))  // a handful of handles
    }
}
