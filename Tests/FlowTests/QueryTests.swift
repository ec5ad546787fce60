// Goal: `tributary query` answers alone and through the daemon alike, in three formats, with the documented exit codes.
// Method: one small batch by hand; every line is written out.

import Foundation
import Glibc
import Testing

extension FlowTests {
    @Suite struct QueryTests {
        @Test("A query answers in text, csv and json, the same with and without the daemon")
        func formats() throws {
            let river = try ExampleRiver()
            let file = try river.write(
                "batch.csv",
                [
                    "EX-DOWN-1,codmn,2025-05-01T00:00:00+08:00,2.310,N",
                    "EX-DOWN-1,codmn,2025-05-01T04:00:00+08:00,NA,M",
                    "EX-DOWN-1,nh3n,2025-05-01T00:00:00+08:00,<0.025,N",
                ])
            let data = river.folder.file("data")
            try Program.run(["ingest", file, "--data", data, "--stations", river.stations])
            let sql = """
                SELECT o.start, o.value, o.value_real, o.qualifier, '=1+' || b.seq AS formula FROM observations o
                JOIN batches b ON b.seq = o.batch_seq WHERE o.station = 'EX-DOWN-1'
                AND o.start >= '2025-04-30' ORDER BY o.parameter, o.start_ms
                """
            let csv = """
                start,value,value_real,qualifier,formula
                2025-04-30T16:00:00Z,2.310,2.31,,'=1+3
                2025-04-30T20:00:00Z,,,,'=1+3
                2025-04-30T16:00:00Z,0.025,0.025,<,'=1+3

                """
            let json = """
                {"formula":"=1+3","qualifier":"","start":"2025-04-30T16:00:00Z","value":"2.310","value_real":2.31}
                {"formula":"=1+3","qualifier":"","start":"2025-04-30T20:00:00Z","value":null,"value_real":null}
                {"formula":"=1+3","qualifier":"<","start":"2025-04-30T16:00:00Z","value":"0.025","value_real":0.025}

                """
            func expectAnswers() throws {
                let table = try Program.run(["query", sql, "--data", data, "--format", "csv"])
                #expect(table.exitCode == 0 && table.notes.isEmpty)
                #expect(table.output == csv)
                #expect(try Program.run(["query", sql, "--data", data, "--format", "json"]).output == json)
                let text = try Program.run(["query", "SELECT count(*) AS n, NULL AS m FROM series", "--data", data])
                #expect(text.output == "n=2\n")
            }
            try expectAnswers()
            let drop = river.folder.file("drop")
            try FileManager.default.createDirectory(atPath: drop, withIntermediateDirectories: true)
            let daemon = try Daemon(data: data, stations: river.stations, drop: drop)
            try expectAnswers()
            #expect(daemon.end(with: SIGTERM) == 0)
        }

        @Test("What cannot be answered is said on standard error with its exit code")
        func refusals() throws {
            let river = try ExampleRiver()
            let file = try river.write("batch.csv", ["EX-DOWN-1,codmn,2025-05-01T00:00:00+08:00,2.31,N"])
            let data = river.folder.file("data")
            let select = "SELECT value FROM observations UNION ALL SELECT 'second'"
            #expect(try Program.run(["query", select, "--data", data]).exitCode == 65, "There is no book yet.")
            try Program.run(["ingest", file, "--data", data, "--stations", river.stations])
            let cut = try Program.run(["query", select, "--data", data, "--limit", "1"])
            #expect(cut.exitCode == 1)
            #expect(cut.output == "value=2.31\n")
            #expect(cut.notes.contains("more than 1 rows"))
            let refused: [(arguments: [String], code: Int32, says: String)] = [
                (["DELETE FROM alerts"], 65, "does not only read"), (["SELECT 1; SELECT 2"], 65, "more than one"),
                (["SELECT x FROM series"], 65, "no such column: x"), ([select, "--limit", "0"], 64, "--limit 0"),
                ([select, "--limit", "9999999"], 64, "1000000"),
            ]
            for (arguments, code, says) in refused {
                let result = try Program.run(["query"] + arguments + ["--data", data])
                #expect(result.exitCode == code, "\(arguments)")
                #expect(result.output.isEmpty && result.notes.contains(says), "\(arguments): \(result.notes)")
            }
            let doctor = try Program.run(["doctor", "--data", data])
            #expect(doctor.exitCode == 0 && doctor.output.contains("within its usual bound of 67108864"))
        }
    }
}
