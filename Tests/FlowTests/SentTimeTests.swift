// Goal: what a revising source said last is current, whatever order its batches come in and by whatever door. Method: four
// tables of the water department, sent on known days; every order by hand, and turned orders through the other doors.

import Foundation
import Monitoring
import Testing

extension FlowTests {
    @Suite struct SentTimeTests {
        /// A table, and when it was sent.
        private struct Table {
            let name: String
            let sent: String
            let rows: [String]

            var text: String {
                (["断面名称,时间,日均流量(m³/s),资料状态,发布单位,文号"] + rows.map { $0 + ",示例水文局,\(name)" })
                    .joined(separator: "\n") + "\n"
            }
        }

        /// 1 May is compiled before its last preliminary report is sent; 2 May has preliminary reports only.
        private static let history = [
            Table(
                name: "a.csv", sent: "2025-05-03T08:00:00+08:00",
                rows: ["EX-DOWN-1,2025-05-01,33.1,初报", "EX-DOWN-1,2025-05-02,20.1,初报"]),
            Table(
                name: "b.csv", sent: "2025-05-04T08:00:00.250+08:00",
                rows: ["EX-DOWN-1,2025-05-01,34,初报", "EX-DOWN-1,2025-05-02,20.4,初报"]),
            Table(name: "c.csv", sent: "2025-05-10T08:00:00+08:00", rows: ["EX-DOWN-1,2025-05-01,34.8,整编"]),
            Table(
                name: "d.csv", sent: "2025-05-04T08:00:00.500+08:00",
                rows: ["EX-DOWN-1,2025-05-01,34.5,初报", "EX-DOWN-1,2025-05-02,20.2,初报"]),
            Table(name: "e.csv", sent: "2025-05-12T08:00:00+08:00", rows: ["EX-DOWN-1,2025-05-01,33.9,初报"]),
        ]
        private static let current = ["34.8 整编", "20.2 初报"]

        private static func write(_ table: Table, to path: String) throws {
            let sent = try #require(Instant(iso8601: table.sent))
            try FileManager.default.createDirectory(
                atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
            // Aside and renamed: it is seen whole and with its date.
            let draft = path + ".part"
            try Data(table.text.utf8).write(to: URL(filePath: draft))
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: Double(sent.milliseconds) / 1_000)],
                ofItemAtPath: draft)
            try FileManager.default.moveItem(atPath: draft, toPath: path)
        }

        private static func permutations(_ tables: [Table]) -> [[Table]] {
            if tables.count < 2 { return [tables] }
            return tables.indices.flatMap { index in
                var rest = tables
                let first = rest.remove(at: index)
                return permutations(rest).map { [first] + $0 }
            }
        }

        private func current(_ data: String) throws -> [String] {
            try Program.run(["dump", "observations", "--data", data, "--format", "json"]).records
                .map { "\($0["value"] ?? "") \($0["flag"] ?? "")" }
        }

        @Test("Every order of a revising history by hand gives the same view and the same digest")
        func byHand() throws {
            let river = try ExampleRiver()
            for table in Self.history { try Self.write(table, to: river.folder.file("in/\(table.name)")) }
            var snapshots: Set<String> = []
            // Of the 120 orders those that begin with the compiled table or a preliminary one: 48.
            let orders = Self.permutations(Self.history).filter { ["b.csv", "c.csv"].contains($0[0].name) }
            for (number, order) in orders.enumerated() {
                let data = river.folder.file("data-\(number)")
                let taken = try Program.run(
                    ["ingest"] + order.map { river.folder.file("in/\($0.name)") }
                        + ["--data", data, "--stations", river.stations] + (number % 2 == 0 ? [] : ["--commit-each"]))
                #expect(taken.exitCode == 0, "\(taken.notes)")
                if number % 8 == 0 { #expect(try current(data) == Self.current, "\(order.map(\.name))") }
                snapshots.insert(try BookContents(data).snapshot)
                try FileManager.default.removeItem(atPath: data)
            }
            #expect(snapshots.count == 1)
        }

        @Test("The drop folder, HTTP, push and standard input carry the time of sending too")
        func otherDoors() throws {
            let river = try ExampleRiver()
            let calm = river.folder.file("calm")
            for table in Self.history { try Self.write(table, to: river.folder.file("in/\(table.name)")) }
            try Program.run(["ingest", river.folder.file("in"), "--data", calm, "--stations", river.stations])
            let snapshot = try BookContents(calm).snapshot
            #expect(try current(calm) == Self.current)

            for (number, order) in [Self.history, Self.history.reversed()].enumerated() {
                let data = river.folder.file("data-\(number)")
                let drop = river.folder.file("drop-\(number)")
                try Program.run(["station", "add", "hydro", "--speaks-for-all", "--data", data])
                let token = String(
                    try #require(try Program.run(["station", "token", "hydro", "--data", data]).lines.first))
                let tokenFile = river.folder.file("token-\(number)")
                try Data(token.utf8).write(to: URL(filePath: tokenFile))
                let daemon = try Daemon(data: data, stations: river.stations, drop: drop)
                func count() throws -> Int {
                    try Program.run(["dump", "batches", "--data", data, "--format", "json"]).records.count
                }
                for (place, table) in order.enumerated() {
                    switch (place + number) % 4 {
                    case 0:
                        try Self.write(table, to: drop + "/" + table.name)
                        #expect(try poll { try count() == place + 1 })
                    case 1:
                        let answer = try exchange(
                            """
                            PUT /v1/batches/\(table.name) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
                            Authorization: Bearer \(token)\r\nSent-At: \(table.sent)\r\n\
                            Content-Length: \(table.text.utf8.count)\r\n\r\n\(table.text)
                            """, port: daemon.port)
                        #expect(answer.status == 201, "\(answer.text)")
                    case 2:
                        let outbox = river.folder.file("outbox-\(number)-\(place)")
                        try Self.write(table, to: outbox + "/" + table.name)
                        let sent = try Program.run([
                            "push", outbox, "--to", "http://127.0.0.1:\(daemon.port)", "--token-file", tokenFile,
                            "--once",
                        ])
                        #expect(sent.exitCode == 0, "\(sent.notes)")
                    default:
                        let taken = try Program.run(
                            ["ingest", "-", "--name", table.name, "--sent", table.sent, "--data", data],
                            input: river.folder.file("in/\(table.name)"))
                        #expect(taken.exitCode == 0, "\(taken.notes)")
                    }
                }
                #expect(daemon.end(with: SIGTERM) == 0)
                #expect(try BookContents(data).snapshot == snapshot, "\(order.map(\.name))")
                #expect(try current(data) == Self.current)
                #expect(try BookContents(data).faults.isEmpty)
            }
        }

        @Test(
            "A time of sending that cannot be is left out, the first one of the same bytes holds, and receipts are the same"
        )
        func limits() throws {
            let river = try ExampleRiver()
            let data = river.folder.file("data")
            let table = Self.history[0]
            let path = river.folder.file("in/a.csv")
            try Self.write(table, to: path)
            let ingest = ["ingest", path, "--data", data, "--stations", river.stations, "--commit-each"]
            #expect(try Program.run(ingest + ["--sent", "2999-01-01T00:00:00Z"]).exitCode == 64)
            #expect(try Program.run(ingest + ["--sent", "yesterday"]).exitCode == 64)
            let first = try Program.run(ingest + ["--format", "json", "--sent", "2025-05-20T00:00:00Z"])
            let again = try Program.run(ingest + ["--format", "json"])
            #expect(first.lines.first == again.lines.first)
            func sent() throws -> [String?] {
                try Program.run(["dump", "batches", "--data", data, "--format", "json"]).records.map { $0["sent"] }
            }
            #expect(try sent() == ["2025-05-20T08:00:00+08:00"])
            // A file of the year 2999, and one without a date.
            for (name, date) in [("b.csv", 32_503_680_000.0), ("d.csv", 0)] {
                let file = river.folder.file("in/\(name)")
                try Self.write(try #require(Self.history.first { $0.name == name }), to: file)
                try FileManager.default.setAttributes(
                    [.modificationDate: Date(timeIntervalSince1970: date)], ofItemAtPath: file)
                try Program.run(["ingest", file, "--data", data])
            }
            #expect(try sent() == ["2025-05-20T08:00:00+08:00", "", ""])
        }
    }
}
