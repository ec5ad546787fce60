// Goal: no byte of a file is lost, whoever writes it and whatever its name is made of. Method: writers that hold files of
// a real folder open and add to them while the node takes other files; a clock that jumps.

import Forwarding
import Foundation
import Ingest
import Monitoring
import Synchronization
import Testing

@Suite struct ForwarderFileTests {
    @Test func `a file goes whole, once its writer has closed it`() async throws {
        let station = try Station()
        try station.write("row 1\n", to: "a.csv", age: 60)
        try station.write("b", to: "b.csv")
        let writer = try station.writer(of: "a.csv")
        let node = try await UnreliableNode { name, _ in
            if name == "b.csv" {
                try? writer.write(contentsOf: Data("row 2\n".utf8))
                try? writer.close()
            }
            return .works
        }
        let result = try await station.push(to: node)
        #expect(result.sent == 2 && result.left == 0)
        #expect(node.requests == ["PUT b.csv", "PUT a.csv"], "The older one waited for its writer.")
        #expect(try station.files()["sent/a.csv"] == "row 1\nrow 2\n")
        await node.stop()
    }

    @Test(arguments: [false, true])
    func `a file taken up again while it is sent stays, and goes again with what was added`(
        deletesSent: Bool
    ) async throws {
        let station = try Station()
        try station.write("row 1\n", to: "a.csv", age: 60)
        try station.write("b", to: "b.csv")
        let writer = Mutex<FileHandle?>(nil)
        let node = try await UnreliableNode { name, attempt in
            if name == "a.csv", attempt == 0 { writer.withLock { $0 = try? station.writer(of: "a.csv") } }
            if name == "b.csv" {
                writer.withLock { writer in
                    try? writer?.write(contentsOf: Data("row 2\n".utf8))
                    try? writer?.close()
                }
            }
            return .works
        }
        let result = try await station.push(to: node, deletesSent: deletesSent)
        #expect(node.requests == ["PUT a.csv", "PUT b.csv", "PUT a.csv"])
        #expect(result.sent == 3, "Batches: two are of one file, which did not leave the first time.")
        #expect(try station.names(in: "receipts").contains(digest("row 1\nrow 2\n") + ".json"))
        #expect(try station.files()["sent/a.csv"] == (deletesSent ? nil : "row 1\nrow 2\n"))
        #expect(try station.waiting() == [])
        await node.stop()
    }

    @Test func `a file held open for good is left, said once, and the others go`() async throws {
        let station = try Station()
        try station.write("half a ro", to: "S1/a.csv", age: 60)
        let writer = try station.writer(of: "S1/a.csv")
        try station.write("b", to: "b.csv")
        let node = try await UnreliableNode()
        let clock = JumpingClock()
        let result = try await station.push(to: node, clock: clock)
        #expect(result.sent == 1 && result.left == 1 && node.requests == ["PUT b.csv"])
        #expect(clock.elapsed >= DropFolder.writerPatience)
        #expect(
            station.notices == [
                "\(station.folder.path)/S1/a.csv is held open by its writer: it is taken when that closes it."
            ])
        #expect(try station.waiting() == ["S1/a.csv"])
        try writer.close()
        #expect(try await station.push(to: node).sent == 1)
        await node.stop()
    }

    @Test func `where nobody can tell of writers, a file goes when it has lain still for as long as patience lasts`()
        async throws
    {
        let station = try Station()
        try station.write("one", to: "a.csv")
        let node = try await UnreliableNode()
        let clock = JumpingClock()
        let result = try await station.push(to: node, clock: clock, writer: { _ in .unknown })
        #expect(result.sent == 1 && clock.elapsed >= DropFolder.writerPatience)
        await node.stop()
    }

    @Test func `a file goes whatever its name is made of, under a name every node takes, and keeps its own`()
        async throws
    {
        let names: [(bytes: [UInt8], sent: String)] = [
            ([0xB6, 0xCF, 0xC3, 0xE6] + Array(".csv".utf8), "~B6~CF~C3~E6.csv"), (Array("a\nb.csv".utf8), "a~0Ab.csv"),
            (Array("50%25.csv".utf8), "50~2525.csv"), (Array("a%2fb.csv".utf8), "a~252fb.csv"),
            (Array("zero\u{200B}.csv".utf8), "zero~E2~80~8B.csv"), (Array("\\back.csv".utf8), "~5Cback.csv"),
            (Array("断面 a+b.csv".utf8), "断面 a+b.csv"),
            (
                [UInt8](repeating: 0xB6, count: 255),
                String(repeating: "~B6", count: 42) + "..." + String(repeating: "~B6", count: 42)
            ),
        ]
        let station = try Station()
        for (place, name) in names.enumerated() { try station.write("batch \(place)", named: name.bytes) }
        let node = try await UnreliableNode()
        let result = try await station.push(to: node)
        #expect(result.sent == names.count && result.refused == 0 && result.left == 0)
        #expect(node.batches.keys.sorted() == names.map(\.sent).sorted())
        let sent = try #require(OpenFolder([], root: Array((station.folder.path + "/sent").utf8))?.names())
        #expect(Set(sent) == Set(names.map(\.bytes)))
        await node.stop()
    }

    @Test func `a refused file of the longest name is moved aside with its reason`() async throws {
        let station = try Station()
        let name = String(repeating: "n", count: 251) + ".csv"
        try station.write("bad", to: name)
        let node = try await UnreliableNode { _, _ in .answers(413) }
        #expect(try await station.push(to: node).refused == 1)
        let kept = try station.names(in: "refused")
        #expect(
            kept.count == 2 && kept[0].hasPrefix(digest("bad").prefix(12) + "-nnn")
                && kept[1] == kept[0] + ".reason.json")
        await node.stop()
    }
}
