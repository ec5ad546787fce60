// Goal: no file makes the daemon hold more than a stated amount of memory, and the next good file is taken at once.
// Method: bombs dropped on the real daemon; the kernel says the most it ever held.

import Foundation
import Ingest
import Testing

extension FlowTests {
    @Suite struct BombTests {
        /// What the daemon may hold whatever a file says of itself and however long it is, in KiB. (A document, which is
        /// held whole and twice while it grows, takes most.)
        private static let budget = 128 << 10

        private static let header = Array("station,parameter,time,value\n".utf8)

        /// Its name, its bytes, and why it is refused; `nil`: it is read, and its rows are rejected.
        private static func bombs() -> [(name: String, bytes: [UInt8], reason: String?)] {
            let start = GzipMember.compress(header)
            let million = GzipMember.compress([UInt8](repeating: 0x0A, count: 1 << 20))
            let nothing = GzipMember.compress([])
            let document = Array(#"{"result":1,"thead":["断面名称","监测时间"],"tbody":"#.utf8)
            func many(_ bytes: [UInt8], _ count: Int) -> [UInt8] { Array(repeatElement(bytes, count: count).joined()) }
            return [
                ("a-gigabyte-of-line-feeds.csv.gz", start + many(million, 1 << 10), "inflated-too-large"),
                ("many-members.csv.gz", start + many(nothing, 150_000), "inflated-too-large"),
                ("one-line-of-100-megabytes.csv", header + [UInt8](repeating: 0x31, count: 100 << 20), nil),
                (
                    "one-line-compressed.csv.gz",
                    start + GzipMember.compress([UInt8](repeating: 0x31, count: 60 << 20)), "inflated-too-large"
                ),
                ("a-quote-never-closed.csv", header + [0x22] + many(Array("1,".utf8), 10 << 20), nil),
                ("nested.ndjson", many(Array("{\"station\":".utf8) + many([0x5B], 500_000) + [0x0A], 10), "any"),
                ("nested-document.json", document + [UInt8](repeating: 0x5B, count: 20 << 20), "any"),
            ]
        }

        @Test("Bombs of every kind are refused within the stated memory, and a good file after each is taken")
        func bombs() throws {
            let river = try ExampleRiver()
            let (data, drop) = (river.folder.file("data"), river.folder.file("drop"))
            let daemon = try Daemon(data: data, stations: river.stations, drop: drop)
            for (place, bomb) in Self.bombs().enumerated() {
                try Data(bomb.bytes).write(to: URL(filePath: drop + "/." + bomb.name))
                try FileManager.default.moveItem(atPath: drop + "/." + bomb.name, toPath: drop + "/" + bomb.name)
                let good = try river.write("good.csv", ["EX-DOWN-1,tn,2026-05-0\(place + 1)T00:00:00+08:00,1.21,N"])
                try FileManager.default.moveItem(atPath: good, toPath: drop + "/good-\(place).csv")
                #expect(
                    try poll(limit: 2_000) {
                        // Through the daemon's socket, so that each asking waits for its turn.
                        let answered = try Program.run(["dump", "batches", "--data", data]).exitCode == 0
                        return try answered && FileManager.default.contentsOfDirectory(atPath: drop).isEmpty
                    }, "\(bomb.name)")
                let peak = try daemon.peakKibibytes()
                #expect(peak < Self.budget, "\(bomb.name): \(peak) KiB")
            }
            print("bombs: the daemon held \(try daemon.peakKibibytes()) KiB at most")
            let batches = try Program.run(["dump", "batches", "--data", data, "--format", "json"]).records
            for bomb in Self.bombs() {
                let batch = try #require(batches.first { $0["name"] == bomb.name }, "\(bomb.name)")
                #expect(batch["accepted"] == "0" && batch["rejected"] != "0", "\(batch)")
                let aside = FileManager.default.enumerator(atPath: data + "/rejected")?.allObjects as? [String] ?? []
                let reason = aside.first { $0.hasSuffix(bomb.name + ".reason.json") }
                #expect((reason != nil) == (bomb.reason != nil), "\(bomb.name)")
                if let reason, let expected = bomb.reason, expected != "any" {
                    let text = try String(contentsOfFile: data + "/rejected/" + reason, encoding: .utf8)
                    #expect(text.contains("\"reason\":\"\(expected)\""), "\(text)")
                }
            }
            #expect(batches.count { $0["accepted"] == "1" } == Self.bombs().count)
            #expect(daemon.end(with: SIGTERM) == 0)
        }

        @Test("A long text whose profile declares another encoding is taken within the stated memory")
        func declaredEncoding() throws {
            let river = try ExampleRiver()
            let profile = river.stations + "/profiles/example-water-4h.yaml"
            let text = try String(contentsOfFile: profile, encoding: .utf8)
            let declared = text.replacing("    # encoding: gb18030", with: "    encoding: gb18030")
            try #require(declared != text)
            try Data(declared.utf8).write(to: URL(filePath: profile))
            // All of it is UTF-8, which the first of two passes finds out at its end only: 180 MB.
            let remark = String(repeating: "例", count: 20_000)
            let rows = (0..<3_000).map { row in
                let (hour, minute) = (row / 60 % 24, row % 60)
                let time = String(format: "2025-04-%02dT%02d:%02d:00+08:00", row / 1_440 + 1, hour, minute)
                return "EX-UP-1,codmn,\(time),1.\(row % 90 + 10),\(remark)\n"
            }
            let path = river.folder.file("long.csv")
            try Data(("station,parameter,time,value,remark\n" + rows.joined()).utf8).write(to: URL(filePath: path))
            let (data, drop) = (river.folder.file("data"), river.folder.file("drop"))
            let daemon = try Daemon(data: data, stations: river.stations, drop: drop)
            let taken = try Program.run(["ingest", path, "--data", data])
            #expect(taken.output.contains("3,000") || taken.output.contains("3000"), "\(taken.output) \(taken.notes)")
            let peak = try daemon.peakKibibytes()
            #expect(peak < Self.budget, "\(peak) KiB")
            #expect(daemon.end(with: SIGTERM) == 0)
        }
    }
}
