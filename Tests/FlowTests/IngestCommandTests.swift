// Goal: `tributary ingest` serves hands and scripts: any number of files, standard input, files that cannot be read,
// and the same book with any number of threads. Method: the built program on small inputs made here; expected numbers
// are written out, and books are compared by what `dump` prints of them.

import Foundation
import Testing

extension FlowTests {
    @Suite struct IngestCommandTests {
        private static let row = "EX-DOWN-1,codmn,2025-05-01T00:00:00+08:00,2.31,N"

        @Test("One batch comes from standard input under the name given, and its copy is gone afterwards")
        func standardInput() throws {
            let river = try ExampleRiver()
            let data = river.folder.file("data")
            let file = try river.write("batch.csv", [Self.row])
            let temporary = river.folder.file("tmp")
            try FileManager.default.createDirectory(atPath: temporary, withIntermediateDirectories: true)
            func send(_ more: [String]) throws -> ProgramResult {
                try Program.run(
                    ["ingest", "-", "--data", data, "--stations", river.stations, "--format", "json"] + more,
                    environment: ["TMPDIR": temporary], input: file)
            }
            let named = try send(["--name", "2025/evening.csv"])
            #expect(named.exitCode == 0)
            #expect(named.notes.isEmpty, "In a pipe nothing is said of progress.")
            #expect(named.records.first?["name"] == "2025/evening.csv")
            #expect(named.records.last?["accepted"] == "1")
            // The same bytes under the default name are the same batch.
            let again = try send([])
            #expect(again.records.first?["name"] == "2025/evening.csv" && again.records.last?["duplicate"] == "1")
            #expect(try FileManager.default.contentsOfDirectory(atPath: temporary).isEmpty)
            for wrong in [["-"], ["--name", "../up"], ["--name", ""], ["--name", "a\u{7}b"]] {
                #expect(try send(wrong).exitCode == 64, "\(wrong)")
            }
            let nameless = try Program.run(["ingest", file, "--name", "x", "--data", data])
            #expect(nameless.exitCode == 64)
        }

        @Test("A file that cannot be read stops no other: each is named with cause and remedy, and counted")
        func unreadable() throws {
            let river = try ExampleRiver()
            let data = river.folder.file("data")
            let folder = river.folder.file("in")
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let good = try river.write("good.csv", [Self.row])
            try FileManager.default.moveItem(atPath: good, toPath: folder + "/b.csv")
            try Data("no format of ours".utf8).write(to: URL(filePath: folder + "/a.csv"))
            // A device is a file that a person can name and nobody can take, whoever runs the test.
            let call = [
                "ingest", river.folder.file("nowhere.csv"), "/dev/null", folder, "--data", data, "--stations",
                river.stations, "--format", "json",
            ]
            for expected in ["\"accepted\":1,\"duplicate\":0", "\"accepted\":0,\"duplicate\":1"] {
                let taken = try Program.run(call)
                #expect(taken.exitCode == 1)
                let last = try #require(taken.lines.last)
                #expect(last.contains(expected) && last.hasSuffix("\"refused\":1,\"unreadable\":2}"), "\(last)")
                #expect(taken.records.dropLast().map { $0["name"] } == ["in/a.csv", "in/b.csv"])
                let notes = taken.notes.split(separator: "\n")
                try #require(notes.count == 3)
                #expect(notes[0].hasSuffix("nowhere.csv does not exist."))
                #expect(notes[1].contains("/dev/null cannot be read: it is no regular file: give a file"))
                #expect(notes[2].contains("in/a.csv was refused: unknown-format"))
            }
            let none = try Program.run(["ingest", "/dev/null", "--data", data, "--format", "json"])
            #expect(none.exitCode == 65 && none.records.last?["unreadable"] == "1")
        }

        @Test("A refused file is refused again when it comes again, wherever reading ended, with the same exit code")
        func refusedAgain() throws {
            let folder = try TemporaryFolder()
            let data = folder.file("data")
            // The first ends reading at its header, the second in the middle of its document.
            for (name, text) in [
                ("a.csv", "station;time\nno,header\n"),
                ("b.json", "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{"),
            ] {
                let path = folder.file(name)
                try Data(text.utf8).write(to: URL(filePath: path))
                let first = try Program.run(["ingest", path, "--data", data, "--format", "json"])
                let again = try Program.run(["ingest", path, "--data", data, "--format", "json"])
                #expect(first.exitCode == 1 && again.exitCode == 1, "\(name): \(first.notes) \(again.notes)")
                #expect(first.notes == again.notes && first.notes.contains("was refused"))
            }
        }

        @Test("Any number of threads gives the same receipts in the same order, log, observations and archive")
        func threads() throws {
            let river = try ExampleRiver(until: "2025-05-01", irregular: true)
            // Many files: several commit groups are under way at once. Among them repeats, and files that are refused.
            let folder = river.folder.file("many")
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            for number in 0..<700 {
                let day = 1 + number / 24 % 28
                let hour = number % 24
                let time = "2025-05-\(day < 10 ? "0" : "")\(day)T\(hour < 10 ? "0" : "")\(hour):00:00+08:00"
                let text =
                    number % 50 == 7
                    ? "neither \(number)"
                    : "station,parameter,time,value\nEX-DOWN-1,codmn,\(time),\(number % 90).5\n"
                        + "NEW-\(number % 13),tp,\(time),0.1\n"
                try Data(text.utf8).write(to: URL(filePath: "\(folder)/\(1_000 + number).csv"))
            }
            struct Book: Equatable {
                var receipts: [String] = []
                var dumps: [String] = []
                var total: Substring = ""
            }
            func book(_ threads: String) throws -> Book {
                let data = river.folder.file("data-" + threads)
                let taken = try Program.run(
                    ["ingest", folder, river.batches, "--data", data, "--format", "json"],
                    environment: ["TRIBUTARY_THREADS": threads])
                #expect(taken.exitCode == 1, "\(taken.notes)")
                var book = Book()
                book.total = try #require(taken.lines.last)
                book.receipts = taken.records.dropLast().map { record in
                    ["name", "batch", "accepted", "duplicate", "conflict", "rejected", "state", "log_sequence"]
                        .map { record[$0] ?? "?" }.joined(separator: " ")
                }
                for subject in ["observations", "versions", "series", "rejections", "alerts"] {
                    book.dumps.append(try Program.run(["dump", subject, "--data", data, "--format", "csv"]).output)
                }
                let log = try Program.run(["dump", "log", "--data", data, "--format", "json"]).records
                book.dumps.append(log.map { "\($0["seq"] ?? "") \($0["kind"] ?? "")" }.joined(separator: "\n"))
                #expect(try Program.run(["doctor", "--data", data]).exitCode == 0)
                return book
            }
            let one = try book("1")
            #expect(one.receipts.count == 700 + (try river.batchNames()).count)
            for threads in ["2", "5"] { #expect(try book(threads) == one, "\(threads) threads") }
            for wrong in ["0", "two", "-1"] {
                let refused = try Program.run(
                    ["ingest", folder, "--data", river.folder.file("data-1")],
                    environment: ["TRIBUTARY_THREADS": wrong])
                #expect(refused.exitCode == 64 && refused.notes.contains("TRIBUTARY_THREADS=\(wrong)"))
            }
        }

        @Test("More files than one request holds go through a daemon too, with the same sums and exit code")
        func throughDaemon() throws {
            let river = try ExampleRiver()
            let folder = river.folder.file("many")
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            // 2,048 files are one request.
            for number in 0..<2_100 {
                let time = "2025-05-\(number / 100 < 9 ? "0" : "")\(number / 100 + 1)T00:00:00+08:00"
                let text =
                    "station,parameter,time,value\nEX-DOWN-1,codmn,\(time),0.5\n"
                    + "EX-DOWN-1,tp,2025-06-01T00:00:00+08:00,0.\(10_000 + number)\n"
                try Data(text.utf8).write(to: URL(filePath: "\(folder)/\(10_000 + number).csv"))
            }
            let (data, drop) = (river.folder.file("data"), river.folder.file("drop"))
            let daemon = try Daemon(data: data, stations: river.stations, drop: drop)
            let taken = try Program.run(["ingest", folder, "/dev/null", "--data", data, "--format", "csv"])
            #expect(taken.exitCode == 1)
            #expect(taken.lines.first == "name,batch,state,rows,accepted,duplicate,conflict,rejected,quarantined")
            #expect(taken.lines.count == 2_101, "One header, however many requests there were.")
            #expect(taken.lines.last?.hasPrefix("many/12099.csv,") ?? false)
            #expect(taken.notes.contains("/dev/null cannot be read"))
            let sums = try Program.run(["ingest", folder, "--data", data, "--format", "json"])
            #expect(sums.records.last?["files"] == "2100" && sums.exitCode == 0)
            #expect(daemon.end(with: SIGTERM) == 0)
        }

        @Test("On a terminal one line on standard error says how far it is, and it is gone at the end")
        func progress() throws {
            let river = try ExampleRiver()
            let seen = try Self.seenOnTerminal(river, try river.write("batch.csv", [Self.row]))
            #expect(seen.hasPrefix("\r0.0 of 0.0 MB · 0 of 1 files · 0 rows\u{1B}[K"), "\(seen)")
            #expect(seen.hasSuffix("\r\u{1B}[K"), "\(seen)")
        }

        @Test("Within one large file the line says how much of it was read")
        func progressWithinFile() throws {
            let river = try ExampleRiver()
            let seen = try Self.seenOnTerminal(river, try river.writeLong("long.csv"))
            #expect(seen.hasPrefix("\r0.0 of 2.7 MB · 0 of 1 files · 0 rows\u{1B}[K"), "\(seen)")
            let within = /\r(0\.[1-9]|[12]\.\d) of 2\.7 MB · 0 of 1 files · [1-9]\d* rows/
            #expect(seen.firstMatch(of: within) != nil, "\(seen)")
        }

        /// What `ingest` draws on a terminal while it takes one file.
        private static func seenOnTerminal(_ river: ExampleRiver, _ file: String) throws -> String {
            // script (of util-linux, on every Debian) gives a program a terminal and prints what it sees there.
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/script")
            let call = [
                Program.executable.path, "ingest", file, "--data", river.folder.file("data"), "--stations",
                river.stations,
            ]
            process.arguments = [
                "-q", "-e", "-c", call.map { "'\($0)'" }.joined(separator: " ") + " > /dev/null", "/dev/null",
            ]
            let output = Pipe()
            process.standardOutput = output
            process.standardInput = FileHandle.nullDevice
            try process.run()
            let seen = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
            return seen
        }
    }
}
