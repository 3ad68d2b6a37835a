import ArgumentParser
import TrustPolicy

struct PolicyList: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "All rows, in the order in which they are asked.")

    @Option(help: "The agent's home directory.") var home: String?
    @OptionGroup var policy: PolicyOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let inForce = try PolicyInForce(policy, home: home)
        let rows = inForce.table.rows.map { PolicyRowText(row: $0) }
        if output.isJSON {
            Console.result(.object([("path", .optional(inForce.path)), ("policies", .array(rows.map(\.json)))]))
        } else {
            for row in rows { Console.result(row.lines.joined(separator: "\n")) }
        }
    }
}

struct PolicyShow: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "One row.")

    @Argument(help: "The row's name.") var name: String
    @Option(help: "The agent's home directory.") var home: String?
    @OptionGroup var policy: PolicyOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let row = PolicyRowText(row: try PolicyInForce(policy, home: home).row(name))
        if output.isJSON { Console.result(row.json) } else { Console.result(row.lines.joined(separator: "\n")) }
    }
}
