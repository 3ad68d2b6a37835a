import Testing

@testable import JavaKeystore

@Suite("A file's derivations cost no more than the limits allow, and are refused before the work") struct WorkBudgetTests {
    struct Scrypt: Sendable { var cost: Int, blockSize: Int, parallelism: Int, isAllowed: Bool }
    @Test(arguments: [
        Scrypt(cost: 16_384, blockSize: 8, parallelism: 8, isAllowed: true),
        Scrypt(cost: 1 << 20, blockSize: 8, parallelism: 1, isAllowed: true),
        Scrypt(cost: 1 << 17, blockSize: 64, parallelism: 64, isAllowed: false),
        Scrypt(cost: 1 << 20, blockSize: 8, parallelism: 2, isAllowed: false),
        Scrypt(cost: 1 << 30, blockSize: 8, parallelism: 8, isAllowed: false),
        Scrypt(cost: 1000, blockSize: 8, parallelism: 8, isAllowed: false),
        Scrypt(cost: 1 << 62, blockSize: 64, parallelism: 1, isAllowed: false),
        Scrypt(cost: 2, blockSize: 0, parallelism: 1, isAllowed: false),
    ]) func scrypt(_ row: Scrypt) {
        var budget = WorkBudget(.standard)
        let allowed = (try? budget.spend(scryptCost: row.cost, blockSize: row.blockSize, parallelism: row.parallelism)) != nil
        #expect(allowed == row.isAllowed)
    }

    @Test func manySmallDerivationsAreOneLargeOne() throws {
        var budget = WorkBudget(.standard)
        for _ in 0..<4 { try budget.spend(iterations: 5_000_000, on: "iterations") }
        #expect(throws: KeystoreError.overLimit(field: "iterations in all", found: 20_000_001, limit: 20_000_000)) {
            try budget.spend(iterations: 1, on: "iterations")
        }
        #expect(throws: KeystoreError.malformed(field: "iterations", offset: 0)) { try budget.spend(iterations: 0, on: "iterations") }
    }
}
