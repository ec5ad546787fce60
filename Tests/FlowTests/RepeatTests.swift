// Goal: the bytes of a sender that may speak for its rows are not lost because another sent them first. Method: two
// senders at the HTTP door of the built program, the first of which may speak for one of two stations.

import Foundation
import Testing

extension FlowTests {
    @Suite struct RepeatTests {
        @Test("A rightful sender's bytes are taken though another sent them first; it is on record once")
        func rightful() throws {
            let river = try ExampleRiver()
            let data = river.folder.file("data")
            func sender(_ id: String, _ whom: [String]) throws -> String {
                try Program.run(["station", "add", id, "--data", data] + whom)
                return String(try #require(try Program.run(["station", "token", id, "--data", data]).lines.first))
            }
            let narrow = try sender("gw-1", ["--speaks-for", "EX-UP-1"])
            let any = try sender("gw-2", ["--speaks-for-all"])
            let other = try sender("gw-3", ["--speaks-for", "EX-UP-1"])
            let daemon = try Daemon(data: data, stations: river.stations, drop: river.folder.file("drop"))
            let rows = """
                station,parameter,time,value
                EX-DOWN-1,codmn,2025-05-01T08:00:00+08:00,2
                EX-UP-1,codmn,2025-05-01T08:00:00+08:00,2
                NOPE,codmn,2025-05-01T08:00:00+08:00,2

                """
            func values() throws -> [String?] {
                try Program.run(["dump", "observations", "--data", data, "--format", "json"]).records.map {
                    $0["station"]
                }
            }
            func kinds() throws -> [String: Int] {
                try Program.run(["dump", "log", "--data", data, "--format", "json"]).records
                    .reduce(into: [:]) { $0[$1["kind"] ?? "", default: 0] += 1 }
            }
            let first = try put("ms.csv", rows, token: narrow, port: daemon.port)
            let body = try #require(first.text.split(separator: "\r\n\r\n").last)
            #expect(first.status == 201 && body.contains("\"quarantined\":2"), "\(first.text)")

            // A sender that may speak for no more changes nothing but the log.
            #expect(try put("ms.csv", rows, token: other, port: daemon.port).status == 200)
            #expect(try values() == ["EX-UP-1"])
            #expect(try kinds()["batch-repeat"] == 1 && kinds()["admission"] == nil)

            let second = try put("mine.csv", rows, token: any, port: daemon.port)
            #expect(second.status == 200 && second.text.hasSuffix(body), "The receipt stands as it was released.")
            #expect(try values() == ["EX-DOWN-1", "EX-UP-1"])
            #expect(try kinds()["batch-repeat"] == 2 && kinds()["admission"] == 1)
            for token in [narrow, any, other] {
                #expect(try put("ms.csv", rows, token: token, port: daemon.port).text.hasSuffix(body))
            }
            #expect(try kinds()["batch-repeat"] == 2 && kinds()["admission"] == 1)

            let digest = try #require(
                try Program.run(["dump", "batches", "--data", data, "--format", "json"]).records.first?["batch"])
            let report = try Program.run(["receipt", digest, "--data", data, "--format", "json"]).output
            #expect(report.contains("\"sender\":\"gw-1\"") && report.contains("\"name\":\"mine.csv\""), "\(report)")
            #expect(report.contains("\"by\":\"gw-2\"") && report.contains("gw-2 sent the same bytes"))
            #expect(daemon.end(with: SIGTERM) == 0)
            // NOPE waits for its own reason.
            let admit = ["admit", digest, "--data", data, "--by", "Zhou", "--reason", "looked at"]
            #expect(try Program.run(admit).output.contains("unknown-station 1"))
            #expect(try BookContents(data).faults.isEmpty)
        }

        @Test("Entitlement given later counts for every sender of the bytes")
        func later() throws {
            let river = try ExampleRiver()
            let data = river.folder.file("data")
            func add(_ id: String, _ whom: String) throws {
                try Program.run(["station", "add", id, "--data", data, "--speaks-for", whom])
            }
            func token(_ id: String) throws -> String {
                String(try #require(try Program.run(["station", "token", id, "--data", data]).lines.first))
            }
            try add("gw-1", "EX-UP-1")
            try add("gw-2", "EX-UP-1")
            let tokens = [try token("gw-1"), try token("gw-2")]
            let daemon = try Daemon(data: data, stations: river.stations, drop: river.folder.file("drop"))
            let rows = "station,parameter,time,value\nEX-DOWN-1,codmn,2025-05-01T08:00:00+08:00,2\n"
            for token in tokens { #expect(try put("m.csv", rows, token: token, port: daemon.port).status < 300) }
            let admit = ["admit", "--all", "--data", data, "--by", "Zhou", "--reason", "gw-2 speaks for both"]
            #expect(try Program.run(admit).exitCode == 1)
            try add("gw-2", "EX-UP-1,EX-DOWN-1")
            let admitted = try Program.run(admit)
            #expect(admitted.exitCode == 0 && admitted.output.contains("accepted 1"), "\(admitted.output)")
            #expect(daemon.end(with: SIGTERM) == 0)
        }
    }
}
