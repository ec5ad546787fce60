// Goal: bytes that were refused are taken once what refused them is mended, by a person's act on record, and nothing that
// was read before changes. Method: batches of known rejections through the built program; the profile is mended; every
// count is worked out by hand.

import Foundation
import Testing

extension FlowTests {
    @Suite struct ReadAgainTests {
        private static let act = ["--by", "Lin Min", "--reason", "profile mended, No. 7"]

        /// Puts `lines` into the profile of the river's stations, in place of those of the same keys.
        private func mend(_ river: ExampleRiver, _ lines: [String]) throws {
            let path = river.stations + "/profiles/example-water-4h.yaml"
            let keys = lines.map { $0.prefix { $0 != ":" } + ":" }
            var text = try String(contentsOfFile: path, encoding: .utf8).split(
                separator: "\n", omittingEmptySubsequences: false)
            text.removeAll { line in
                let bare = line.drop { $0 == " " }
                return keys.contains { bare.hasPrefix($0) }
            }
            let place = try #require(text.firstIndex { $0.hasPrefix("    flags:") })
            text.insert(contentsOf: lines.map { "    " + $0 }, at: place)
            try Data(text.joined(separator: "\n").utf8).write(to: URL(filePath: path))
        }

        private func dump(_ subject: String, _ data: String) throws -> [[String: String]] {
            try Program.run(["dump", subject, "--data", data, "--format", "json"]).records
        }

        private func values(_ data: String) throws -> [String] {
            try dump("observations", data).map { record in
                ["station", "parameter", "value", "state"].map { record[$0] ?? "" }.joined(separator: " ")
            }
        }

        @Test("A batch in an undeclared encoding is taken once its profile declares it, once, with record and receipt")
        func wrongEncoding() throws {
            let river = try ExampleRiver()
            let data = river.folder.file("data")
            let file = river.folder.file("gb.csv")
            // 氨氮 in GB 18030.
            let item: [UInt8] = [0xB0, 0xB1, 0xB5, 0xAA]
            var bytes = Array("station,parameter,time,value\n".utf8)
            for hour in ["00", "04"] {
                bytes += Array("EX-UP-1,".utf8) + item + Array(",2025-05-01T\(hour):00:00+08:00,0.3\(hour)\n".utf8)
            }
            try Data(bytes).write(to: URL(filePath: file))
            let ingest = ["ingest", file, "--data", data, "--format", "json", "--commit-each"]
            let first = try Program.run(ingest + ["--stations", river.stations])
            let receipt = String(first.lines[0])
            let digest = try #require(first.records[0]["batch"])
            #expect(first.exitCode == 1 && first.records[0]["state"] == "rejected")

            // Nothing is mended yet.
            let idle = try Program.run(["admit", digest, "--data", data] + Self.act)
            #expect(idle.exitCode == 1 && idle.output.contains("nothing changed"), "\(idle.output)")
            #expect(try dump("admissions", data).isEmpty)

            try mend(river, ["encoding: gb18030"])
            let registry = ["--stations", river.stations]
            let look = try Program.run(["admit", "--all", "--dry-run", "--data", data, "--format", "json"] + registry)
            #expect(look.records.first?["read_again"] == "2" && look.records.first?["admissible"] == "2")
            #expect(try values(data).isEmpty)
            let admitted = try Program.run(["admit", "--all", "--data", data, "--format", "json"] + Self.act)
            #expect(admitted.exitCode == 0, "\(admitted.notes)")
            #expect(
                admitted.output.contains("\"accepted\":2") && admitted.output.contains("\"read_again\":\"complete\""))
            #expect(
                try values(data) == ["EX-UP-1 nh3n 0.300 undisputed", "EX-UP-1 nh3n 0.304 undisputed"])
            #expect(try dump("batches", data).map { $0["admitted"] } == ["2"])
            #expect(try dump("admissions", data).map { $0["read_again"] } == ["complete"])

            // Again: nothing. The batch sent again keeps its receipt and is refused no longer.
            #expect(try Program.run(["admit", digest, "--data", data] + Self.act).exitCode == 0)
            #expect(try dump("admissions", data).count == 1)
            let again = try Program.run(ingest)
            #expect(again.exitCode == 0 && String(again.lines[0]) == receipt, "\(again.notes)")
            let key = try #require(try Program.run(["doctor", "--data", data, "--format", "json"]).records.first)
            #expect(key["faults"] == "0")
            let path = river.folder.file("admission.json")
            try Data(admitted.output.utf8).write(to: URL(filePath: path))
            #expect(try Program.run(["receipt", "--check", path, "--key", key["node_key"] ?? ""]).exitCode == 0)
        }

        @Test("Only what was rejected is read anew: what was taken stays, whatever the mended profile would make of it")
        func someRows() throws {
            let river = try ExampleRiver()
            let data = river.folder.file("data")
            let long = try river.write(
                "long.csv",
                [
                    "EX-UP-1,nh3n,2025-05-01T00:00:00+08:00,0.5,N", "EX-UP-1,nh3n,2025-05-01T04:00:00+08:00,n/d,N",
                    "EX-UP-1,nh3n,2025-05-01T08:00:00+08:00,0;7,N", "EX-DOWN-1,nh3n,2025-05-01T04:00:00+08:00,n/d,N",
                ])
            let wide = river.folder.file("wide.csv")
            try Data(
                """
                station,time,codmn,tp
                EX-UP-1,2025-05-02T00:00:00+08:00,2.1,0.05
                EX-UP-1,2025-05-02T04:00:00+08:00,2.2,n/d

                """.utf8
            ).write(to: URL(filePath: wide))
            let taken = try Program.run([
                "ingest", long, wide, "--data", data, "--stations", river.stations, "--format", "json",
            ])
            #expect(taken.records.last?["accepted"] == "4" && taken.records.last?["rejected"] == "4", "\(taken.output)")
            let before = try values(data)

            // In the same breath the profile learns another unit: what was taken in mg/L must stay as it was.
            try mend(river, [#"missing: ["NA", "--", "-", "*", "/", "n/d"]"#, "units: {nh3n: ug/L, codmn: ug/L}"])
            let only = ["admit", "--station", "EX-DOWN-1", "--data", data, "--stations", river.stations]
            #expect(try Program.run(only + Self.act).output.contains("accepted 1, duplicate 0, conflict 0, rejected 0"))
            let rest = try Program.run(["admit", "--all", "--data", data, "--format", "json"] + Self.act)
            let counts = rest.records.map {
                "\($0["name"] ?? "") \($0["read_again"] ?? "") \($0["still_rejected"] ?? "")"
            }
            #expect(counts.map { $0.split(separator: "/").last.map(String.init) } == ["long.csv 1 1", "wide.csv 1 0"])
            #expect(rest.exitCode == 0 && !rest.output.contains("\"duplicate\":1"), "\(rest.output)")
            let after = try values(data)
            #expect(after.filter { before.contains($0) } == before)
            #expect(
                after.filter { !before.contains($0) } == [
                    "EX-DOWN-1 nh3n  undisputed", "EX-UP-1 nh3n  undisputed", "EX-UP-1 tp  undisputed",
                ])
            let log = try dump("log", data)
            try Program.run(["admit", "--all", "--data", data] + Self.act)
            #expect(try dump("log", data) == log)
            #expect(try BookContents(data).faults.isEmpty)
        }

        @Test("A refusal names the file at hand, and the first name of its bytes beside it")
        func names() throws {
            let river = try ExampleRiver()
            let data = river.folder.file("data")
            let drop = river.folder.file("drop")
            let serve = [
                "serve", "--data", data, "--stations", river.stations, "--drop", drop, "--once", "--listen",
                "127.0.0.1:0",
            ]
            for name in ["e.csv", "zero.csv"] {
                try FileManager.default.createDirectory(atPath: drop, withIntermediateDirectories: true)
                try Data("no batch at all".utf8).write(to: URL(filePath: drop + "/" + name))
                try Program.run(serve)
            }
            let rejected = try FileManager.default.contentsOfDirectory(atPath: data + "/rejected")
            func reason(_ name: String) throws -> String {
                let file = try #require(rejected.first { $0.hasSuffix(name + ".reason.json") })
                return try String(contentsOfFile: data + "/rejected/" + file, encoding: .utf8)
            }
            #expect(try reason("-e.csv").contains("\"name\":\"e.csv\"") && !reason("-e.csv").contains("first_name"))
            #expect(try reason("zero.csv").contains("\"first_name\":\"e.csv\",\"name\":\"zero.csv\""))
        }
    }
}
