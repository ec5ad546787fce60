// The built program as its users run it: a process with arguments, two streams and an exit code.

import Foundation
import Testing

/// What one run of `tributary` gave back.
struct ProgramResult {
    let exitCode: Int32
    let output: String
    let notes: String

    var lines: [Substring] { output.split(separator: "\n") }

    /// The records of `--format json`: one object a line, every member as text.
    var records: [[String: String]] {
        lines.compactMap { line in
            let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            return object?.mapValues { "\($0)" }
        }
    }
}

enum Program {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The executable beside the running tests: the same build products hold both.
    static let executable: URL = {
        let products = Bundle.main.executableURL!.deletingLastPathComponent()
        let beside = products.appending(path: "tributary")
        return FileManager.default.fileExists(atPath: beside.path)
            ? beside : root.appending(path: ".build/release/tributary")
    }()

    @discardableResult
    static func run(
        _ arguments: [String], in folder: URL = root, environment: [String: String] = [:], input: String? = nil
    ) throws -> ProgramResult {
        let (process, output, notes) = try start(arguments, in: folder, environment: environment, input: input)
        // Both pipes are read while the program runs, or a long output would stop it.
        let noteText = NoteReader(notes)
        let outputText = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return ProgramResult(exitCode: process.terminationStatus, output: outputText, notes: noteText.text())
    }

    /// Starts a process that goes on, such as the daemon.
    ///
    /// - Parameter input: a file that becomes its standard input.
    static func start(
        _ arguments: [String], in folder: URL = root, environment: [String: String] = [:], input: String? = nil
    ) throws -> (Process, output: Pipe, notes: Pipe) {
        let process = Process()
        process.executableURL = executable
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, given in given }
        let (output, notes) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = notes
        process.standardInput =
            try input.map { try FileHandle(forReadingFrom: URL(filePath: $0)) } ?? FileHandle.nullDevice
        try process.run()
        return (process, output, notes)
    }

    static func read(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }
}

/// Reads a pipe to its end on a thread of its own.
private final class NoteReader: @unchecked Sendable {
    private let done = DispatchSemaphore(value: 0)
    private var collected = Data()

    init(_ pipe: Pipe) {
        Thread.detachNewThread { [self] in
            collected = pipe.fileHandleForReading.readDataToEndOfFile()
            done.signal()
        }
    }

    func text() -> String {
        done.wait()
        return String(decoding: collected, as: UTF8.self)
    }
}

/// A folder of its own for one test, gone afterwards.
final class TemporaryFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "tributary-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    var path: String { url.path }

    func file(_ name: String) -> String { url.appending(path: name).path }
}

/// Compares with a golden text; `TRIBUTARY_UPDATE_GOLDEN=1` rewrites it, and a person reads the difference.
func expectGolden(_ text: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let url = Program.root.appending(path: "fixtures/golden/\(name)")
    if ProcessInfo.processInfo.environment["TRIBUTARY_UPDATE_GOLDEN"] == "1" {
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try text.write(to: url, atomically: true, encoding: .utf8)
        return
    }
    let expected = try String(contentsOf: url, encoding: .utf8)
    if text == expected { return }
    let (ours, theirs) = (text.split(separator: "\n"), expected.split(separator: "\n"))
    let line = zip(ours, theirs).enumerated().first { $1.0 != $1.1 }?.offset ?? min(ours.count, theirs.count)
    let got = line < ours.count ? String(ours[line]) : "(end)"
    let wanted = line < theirs.count ? String(theirs[line]) : "(end)"
    Issue.record(
        "\(name):\(line + 1) differs.\n  got:    \(got)\n  wanted: \(wanted)", sourceLocation: sourceLocation)
}
