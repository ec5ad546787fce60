// Goal: a crash of the station's program at any instant loses nothing and repeats safely. Method: the folder as each
// instant leaves it, then a run; and the real program killed while it sends. TLS with an authority of its own as well.

import Formats
import Forwarding
import Foundation
import Glibc
import Monitoring
import NIOSSL
import Synchronization
import Testing

@Suite struct ForwarderCrashTests {
    @Test func `a kept receipt lets its file go without asking the node`() async throws {
        let station = try Station()
        let node = try await UnreliableNode()
        try station.write("one", to: "a.csv")
        try await station.push(to: node)
        // As if the crash had come between the receipt and the move.
        try FileManager.default.moveItem(atPath: station.path("sent/a.csv"), toPath: station.path("a.csv"))
        // The same bytes under another name need no sending either.
        try station.write("one", to: "b.csv")
        let result = try await station.push(to: node)
        #expect(result.sent == 2 && node.requests == ["PUT a.csv"])
        #expect(try station.names(in: "sent") == ["a.csv", "b.csv"])
        await node.stop()
    }

    @Test(arguments: ["", "{}", "{\"accepted\":3,"])
    func `half a receipt is none`(text: String) async throws {
        let station = try Station()
        let node = try await UnreliableNode()
        try station.write("one", to: "a.csv")
        try await station.push(to: node)
        try station.write("two", to: "b.csv")
        try station.write(text, to: "receipts/\(digest("two")).json")
        try station.write(text, to: "receipts/\(digest("two")).json.part")
        #expect(try await station.push(to: node).sent == 1)
        #expect(node.requests == ["PUT a.csv", "PUT b.csv"])
        let kept = try #require(try station.files()["receipts/\(digest("two")).json"])
        #expect(try SignedReceipt(verifying: kept).batch.description == digest("two"))
        await node.stop()
    }

    @Test func `a receipt that somebody put there by another key lets no file go`() async throws {
        let station = try Station()
        let liar = try await UnreliableNode(key: UnreliableNode.otherKey)
        let node = try await UnreliableNode()
        try station.write("one", to: "a.csv")
        try await station.push(to: liar)
        await liar.stop()
        try FileManager.default.moveItem(atPath: station.path("sent/a.csv"), toPath: station.path("a.csv"))
        try station.write("\(UnreliableNode.key.publicKey)\n", to: "receipts/node-key.pub")
        #expect(try await station.push(to: node).sent == 1)
        #expect(node.batches == ["a.csv": 1])
        await node.stop()
    }

    @Test(arguments: [true, false])
    func `a file replaced or written over while it is sent stays, and goes as it is then`(
        byRename: Bool
    ) async throws {
        let station = try Station()
        let node = try await UnreliableNode { name, attempt in
            guard attempt == 0 else { return .works }
            try? station.write("second version", to: "a.csv", age: 5, byRename: byRename)
            // Written over, the node may have seen anything: what it refuses is not what lies there now.
            return byRename ? .works : .answers(413)
        }
        let first = "first"
        try station.write(first, to: "a.csv", age: 9)
        let result = try await station.push(to: node)
        #expect(result.sent == (byRename ? 2 : 1) && result.refused == 0)
        let files = try station.files()
        #expect(files["sent/a.csv"] == "second version")
        #expect((files["receipts/\(digest(first)).json"] != nil) == byRename)
        #expect(files["receipts/\(digest("second version")).json"] != nil)
        await node.stop()
    }

    @Test func `two files of one name are both kept, and sent files are deleted when that is asked for`() async throws {
        let station = try Station()
        let node = try await UnreliableNode()
        try station.write("one", to: "a.csv")
        try await station.push(to: node)
        try station.write("two", to: "a.csv")
        try await station.push(to: node)
        #expect(try station.names(in: "sent") == [digest("two").prefix(12) + "-a.csv", "a.csv"])
        try station.write("three", to: "a.csv")
        #expect(try await station.push(to: node, deletesSent: true).sent == 1)
        #expect(try station.names(in: "sent").count == 2)
        #expect(try station.waiting() == [])
        await node.stop()
    }

    @Test func `over TLS the authority given is trusted, and no other`() async throws {
        let fixtures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "fixtures/forwarding").path
        let certificate = try NIOSSLCertificate.fromPEMFile(fixtures + "/example-node.pem")
        let tls = try NIOSSLContext(
            configuration: .makeServerConfiguration(
                certificateChain: certificate.map { .certificate($0) },
                privateKey: .privateKey(NIOSSLPrivateKey(file: fixtures + "/example-node.key.pem", format: .pem))))
        let node = try await UnreliableNode(tls: tls)
        let station = try Station()
        try station.write("one", to: "a.csv")
        let base = "https://localhost:\(node.port)/"
        await #expect(throws: JumpingClock.Stuck.self) {
            try await station.push(to: node, base: base, clock: JumpingClock(pauseLimit: 10))
        }
        #expect(node.requests == [])
        #expect(station.waits.last?.words.contains("give the authority's certificate with --ca") == true)
        let authority = fixtures + "/example-authority.pem"
        #expect(try await station.push(to: node, base: base, authority: authority).sent == 1)
        await #expect(throws: ForwardingProblem.self) {
            try await station.push(to: node, base: base, authority: fixtures + "/README.md")
        }
        await node.stop()
    }

    @Test func `the program killed while it sends has lost nothing and repeats nothing`() async throws {
        let station = try Station()
        let (kills, kill) = AsyncStream<Void>.makeStream()
        // The third batch is in the node, but the station never hears of it.
        let node = try await UnreliableNode { name, attempt in
            guard name == "3.csv", attempt == 0 else { return .works }
            kill.yield()
            return .takesAndDrops
        }
        for number in 1...5 { try station.write("batch \(number)", to: "\(number).csv", age: Double(10 - number)) }
        try station.write("example-token\n", to: "receipts/token")
        let arguments = [
            "push", station.folder.path, "--to", "http://127.0.0.1:\(node.port)", "--token-file",
            station.path("receipts/token"),
        ]
        let process = try program(arguments)
        for await _ in kills { break }
        Glibc.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        #expect(process.terminationReason == .uncaughtSignal)
        let again = try program(arguments + ["--once"])
        await ended(again)
        #expect(again.terminationStatus == 0)
        #expect(node.batches == ["1.csv": 1, "2.csv": 1, "3.csv": 1, "4.csv": 1, "5.csv": 1])
        #expect(try station.names(in: "sent") == (1...5).map { "\($0).csv" })
        #expect(try station.names(in: "receipts").filter { $0.hasSuffix(".json") }.count == 5)
        await node.stop()
    }

    @Test func `the program says by its exit code that something was refused`() async throws {
        let station = try Station()
        let node = try await UnreliableNode { _, _ in .answers(413) }
        try station.write("one", to: "a.csv")
        try station.write("example-token", to: "receipts/token")
        let process = try program([
            "push", station.folder.path, "--to", "http://127.0.0.1:\(node.port)", "--once", "--token-file",
            station.path("receipts/token"),
        ])
        await ended(process)
        #expect(process.terminationStatus == 1)
        await node.stop()
    }

    @Test func `the program sends no token in the clear to another machine unless it is told to`() async throws {
        let station = try Station()
        try station.write("one", to: "a.csv")
        try station.write("example-token", to: "receipts/token")
        // An address for documents (RFC 5737): nobody answers there.
        let process = try program([
            "push", station.folder.path, "--to", "http://192.0.2.1", "--once", "--token-file",
            station.path("receipts/token"),
        ])
        await ended(process)
        #expect(process.terminationStatus == 64)
        #expect(try station.waiting() == ["a.csv"])
    }

    private func ended(_ process: Process) async {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                process.waitUntilExit()
                continuation.resume()
            }
        }
    }

    /// The built program beside the running tests.
    private func program(_ arguments: [String]) throws -> Process {
        let products = try #require(Bundle.main.executableURL).deletingLastPathComponent()
        let beside = products.appending(path: "tributary")
        let process = Process()
        process.executableURL =
            FileManager.default.fileExists(atPath: beside.path)
            ? beside
            : URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent().appending(path: ".build/release/tributary")
        process.arguments = arguments
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        return process
    }
}
