/// Values may be secrets, marked or not, so none is printed: not by description, not by reflection.
extension ConfigurationFile: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "ConfigurationFile(\(parameters.count) parameters)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["parameters": parameters]) }
}

extension ConfigurationFile.Parameter: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "Parameter(\(name), \(position))" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["name": name, "isSecure": isSecure, "position": position]) }
}
