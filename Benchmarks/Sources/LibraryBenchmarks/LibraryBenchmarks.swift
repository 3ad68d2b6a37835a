import Foundation

/// Measures the libraries in this process and prints one number; `Benchmarks/driver` calls it and sets it beside other programs.
@main
struct LibraryBenchmarks {
    static func main() async {
        do {
            var arguments = CommandLine.arguments.dropFirst().map { $0 }
            guard !arguments.isEmpty else { throw Misuse() }
            switch arguments.removeFirst() {
            case "make-stores": try KeystoreBenchmark.make(arguments)
            case "read-store": try await KeystoreBenchmark.read(arguments)
            case "make-chains": try PathChains.make(arguments)
            case "path": try await PathBenchmark.serve(arguments)
            case "open-secrets": try SecretsBenchmark.run(arguments)
            case "hostile": try await HostileChains.run(arguments)
            default: throw Misuse()
            }
        } catch {
            FileHandle.standardError.write(Data("LibraryBenchmarks: \(error)\n".utf8))
            exit(error is Misuse ? 2 : 1)
        }
    }
}

struct Misuse: Error, CustomStringConvertible {
    var description: String {
        """
        make-stores BUNDLE.pem FOLDER | read-store FILE ROUNDS | make-chains rsa2048|p256 COUNT FILE | path MODE FILE | hostile [FILE.json]
        open-secrets COUNT
        """
    }
}

/// Median microseconds of `rounds` calls.
func medianOf(rounds: Int, _ work: () async throws -> Void) async rethrows -> Double {
    let clock = ContinuousClock()
    var samples: [Double] = []
    for _ in 0..<max(1, rounds) {
        let start = clock.now
        try await work()
        let taken = (clock.now - start).components
        samples.append(Double(taken.seconds) * 1e6 + Double(taken.attoseconds) / 1e12)
    }
    return samples.sorted()[samples.count / 2]
}
