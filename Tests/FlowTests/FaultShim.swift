// The preloaded library that makes the disk and the clock fail on purpose, and what a book comes to afterwards.

import Foundation
import Glibc
import Monitoring
import Storage
import Testing

/// `Tests/FaultShim/faultshim.c`, built once for a test run.
enum FaultShim {
    /// - Throws: what the compiler said. The toolchain brings clang, so that it is there wherever this was built.
    static func library() throws -> String { try built.get() }

    private static let built: Result<String, any Error> = Result {
        let source = Program.root.appending(path: "Tests/FaultShim/faultshim.c").path
        let target = FileManager.default.temporaryDirectory.appending(path: "faultshim-\(getpid()).so").path
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["clang", "-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", target, source, "-ldl"]
        let notes = Pipe()
        process.standardError = notes
        try process.run()
        let said = String(decoding: notes.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw NotBuilt(said: said) }
        return target
    }

    struct NotBuilt: Error {
        let said: String
    }

    /// The environment of a program whose disk fails as `settings` say (`AT`, `HOW` …, see the source).
    static func environment(_ settings: [String: String]) throws -> [String: String] {
        var environment = ["LD_PRELOAD": try library()]
        for (name, value) in settings { environment["FAULT_" + name] = value }
        return environment
    }
}

/// A folder in memory: faults are injected, so that no disk needs to be waited for.
func memoryFolder() throws -> String {
    // The name that the kernel knows it by, for the shim compares descriptors' paths.
    let path = "/dev/shm/tributary-\(UUID().uuidString.prefix(8))"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
}

/// What a book comes to: equal for equal contents, however they came in.
struct BookContents: Equatable, CustomStringConvertible {
    let snapshot: String
    /// Names of the batches in the book with their digests, sorted.
    let batches: [String]
    let accepted: Int
    /// What `doctor` would say.
    let faults: [String]

    /// Opens the folder as the program does after a crash, and looks.
    init(_ data: String) throws {
        let book = try Book(folder: data, create: false) { Instant(milliseconds: 0) }
        defer { try? book.close() }
        let everything = Interval(start: Instant(milliseconds: 0), end: Instant(milliseconds: 4_000_000_000_000))
        (snapshot, batches, accepted, faults) = try book.read { reader in
            let records = try reader.batches(limit: 1_000_000)
            let keys = try reader.series().map(\.key)
            return (
                try reader.snapshot(keys, over: everything).digest.description,
                records.map { "\($0.receipt.name) \($0.receipt.digest)" }.sorted(),
                records.reduce(0) { $0 + $1.receipt.counts.accepted },
                (try reader.verifyLog() + reader.checkIntegrity()).map(\.description)
            )
        }
    }

    var description: String { "\(batches.count) batches, accepted \(accepted), snapshot \(snapshot), faults \(faults)" }
}

/// The receipts a book holds, by digest.
func storedReceipts(_ data: String) throws -> [String: String] {
    let book = try Book(folder: data, create: false) { Instant(milliseconds: 0) }
    defer { try? book.close() }
    return try book.read { reader in
        var receipts: [String: String] = [:]
        for batch in try reader.batches(limit: 1_000_000) {
            receipts[batch.receipt.digest.description] = try reader.receiptBody(batch.receipt.digest)
        }
        return receipts
    }
}

/// The receipts in what `ingest --format json` printed, by digest, without what signs them: that is made anew each time.
func printedReceipts(_ output: String) throws -> [String: String] {
    var receipts: [String: String] = [:]
    for line in output.split(separator: "\n") where line.hasSuffix("}") {
        guard case .object(var members) = CanonicalJSON(reading: String(line)),
            case .string(let digest) = members["batch"]
        else { continue }
        for name in ["schema", "node_key", "node_key_fingerprint", "signature"] { members[name] = nil }
        receipts[digest] = CanonicalJSON.object(members).text()
    }
    return receipts
}

/// Numbers that look random and are the same for the same seed (SplitMix64).
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
