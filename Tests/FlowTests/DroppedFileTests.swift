// Goal: what lies in a folder comes into the book whole and under one name, by whichever door. Method: the built program
// takes files with odd names, of odd kinds and under the hands of their writers; the book is read with `dump`.

import Foundation
import Glibc
import Ingest
import Testing

extension FlowTests {
    @Suite struct DroppedFileTests {
        /// `(bytes of the file's name, the batch's name)`.
        private static let names: [(bytes: [UInt8], text: String)] = [
            ([0xB6, 0xCF, 0xC3, 0xE6] + Array(".csv".utf8), "~B6~CF~C3~E6.csv"), (Array("a\nb.csv".utf8), "a~0Ab.csv"),
            (Array("50%25.csv".utf8), "50~2525.csv"), (Array("a%2fb.csv".utf8), "a~252fb.csv"),
            (Array("zero\u{200B}.csv".utf8), "zero~E2~80~8B.csv"), (Array("\\back.csv".utf8), "~5Cback.csv"),
            (Array("断面.csv".utf8), "断面.csv"), ([0xB7, 0xCF, 0xC3, 0xE6] + Array(".csv".utf8), "~B7~CF~C3~E6.csv"),
        ]

        /// One row each, no two alike; the first is large.
        private static func text(_ place: Int) -> String {
            let header = "station,parameter,time,value,flag\n"
            func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
            if place > 0 { return header + "EX-DOWN-1,codmn,2025-06-0\(place)T00:00:00+08:00,2.31,N\n" }
            // 22,400 minutes of May: over 1 MiB.
            return header
                + (0..<22_400).map { minute in
                    let (day, hour) = (1 + minute / 1_440, minute / 60 % 24)
                    return "EX-DOWN-1,codmn,2025-05-\(two(day))T\(two(hour)):\(two(minute % 60)):00+08:00,2.31,N\n"
                }.joined()
        }

        private static func fill(_ folder: String) throws {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            for (place, name) in names.enumerated() {
                let descriptor = withCString(Array(folder.utf8) + [UInt8(ascii: "/")] + name.bytes) {
                    open($0, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
                }
                try FileHandle(fileDescriptor: descriptor, closeOnDealloc: true).write(
                    contentsOf: Data(text(place).utf8))
            }
        }

        private static func batches(_ data: String) throws -> [[String: String]] {
            try Program.run(["dump", "batches", "--data", data, "--format", "json"]).records
        }

        @Test("Whatever a file's name is made of, each door takes it, under the same name")
        func oddNames() throws {
            #expect(Self.text(0).utf8.count > 1 << 20)
            let river = try ExampleRiver()
            let expected = Self.names.map(\.text).sorted()
            let (data, given) = (river.folder.file("ingest-data"), river.folder.file("in"))
            try Self.fill(given)
            let ingested = try Program.run(["ingest", given, "--data", data, "--stations", river.stations])
            #expect(ingested.exitCode == 0 && ingested.notes.isEmpty, "\(ingested.notes)")
            #expect(try Self.batches(data).compactMap { $0["name"] }.sorted() == expected.map { "in/" + $0 })

            // By their own paths too, as a shell hands them on: two names differ in a byte that no text shows.
            let shell = Process()
            shell.executableURL = URL(filePath: "/bin/sh")
            let handData = river.folder.file("hand-data")
            shell.arguments = [
                "-c", "exec \"$0\" ingest \"$1\"/* --data \"$2\" --stations \"$3\" > \"$2.out\"",
                Program.executable.path,
                given, handData, river.stations,
            ]
            try shell.run()
            shell.waitUntilExit()
            #expect(shell.terminationStatus == 0)
            #expect(try Self.batches(handData).compactMap { $0["name"] }.sorted() == expected.map { "in/" + $0 })

            let (dropData, drop) = (river.folder.file("drop-data"), river.folder.file("drop"))
            try Self.fill(drop)
            let served = try Program.run([
                "serve", "--data", dropData, "--stations", river.stations, "--drop", drop, "--once",
            ])
            #expect(served.exitCode == 0)
            #expect(try Self.batches(dropData).compactMap { $0["name"] }.sorted() == expected)
            #expect(try FileManager.default.contentsOfDirectory(atPath: drop).isEmpty)

            let (pushData, outbox) = (river.folder.file("push-data"), river.folder.file("outbox"))
            try Self.fill(outbox)
            let token = river.folder.file("token")
            try Program.run(["station", "add", "down-1", "--speaks-for-all", "--data", pushData])
            let issued = try Program.run(["station", "token", "down-1", "--data", pushData])
            try Data(issued.output.utf8).write(to: URL(filePath: token))
            let daemon = try Daemon(data: pushData, stations: river.stations, drop: drop)
            let pushed = try Program.run([
                "push", outbox, "--to", "http://127.0.0.1:\(daemon.port)", "--token-file", token, "--once",
            ])
            #expect(pushed.exitCode == 0, "\(pushed.output) \(pushed.notes)")
            #expect(try Self.batches(pushData).compactMap { $0["name"] }.sorted() == expected)
            #expect(daemon.end(with: SIGTERM) == 0)
        }

        @Test("A large file is taken once and whole, however its writer pauses")
        func largeFileOfASlowWriter() throws {
            let river = try ExampleRiver()
            let (data, drop) = (river.folder.file("data"), river.folder.file("drop"))
            let daemon = try Daemon(data: data, stations: river.stations, drop: drop)
            let text = Data((Self.text(0) + Self.text(1).split(separator: "\n")[1] + "\n").utf8)
            let descriptor = open(drop + "/large.csv", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
            let writer = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
            try writer.write(contentsOf: text.prefix(text.count - 30))
            // The daemon goes through the folder between these; each is in the book before the next one comes.
            for place in 2...6 {
                try Data(Self.text(place).utf8).write(to: URL(filePath: drop + "/.small"))
                #expect(rename(drop + "/.small", drop + "/small-\(place).csv") == 0)
                #expect(try poll { try Self.batches(data).contains { $0["name"] == "small-\(place).csv" } })
            }
            #expect(try Self.batches(data).count == 5, "What is being written is not taken.")
            try writer.write(contentsOf: text.suffix(30))
            try writer.close()
            #expect(
                try poll {
                    try Self.batches(data).count == 6 && !FileManager.default.fileExists(atPath: drop + "/large.csv")
                })
            let large = try Self.batches(data).filter { $0["name"] == "large.csv" }
            #expect(large.map { $0["accepted"] } == ["22401"] && large.map { $0["state"] } == ["complete"])
            #expect(daemon.end(with: SIGTERM) == 0)
        }

        @Test("A folder called after a sender speaks for that sender's stations only")
        func foldersOfSenders() throws {
            let river = try ExampleRiver()
            let (data, drop) = (river.folder.file("data"), river.folder.file("drop"))
            try Program.run(["station", "add", "down-1", "--speaks-for", "EX-DOWN-1", "--data", data])
            for (folder, day) in [("down-1/2025", 1), ("other", 2)] {
                try FileManager.default.createDirectory(
                    atPath: drop + "/" + folder, withIntermediateDirectories: true)
                let rows = ["EX-DOWN-1", "EX-UP-1"].map { "\($0),codmn,2025-05-0\(day)T00:00:00+08:00,2.31,N" }
                try FileManager.default.moveItem(
                    atPath: try river.write("\(day).csv", rows), toPath: "\(drop)/\(folder)/\(day).csv")
            }
            let served = try Program.run([
                "serve", "--data", data, "--stations", river.stations, "--drop", drop, "--once",
            ])
            #expect(served.exitCode == 0)
            let batches = try Self.batches(data).map {
                "\($0["name"] ?? "") \($0["sender"] ?? "") \($0["accepted"] ?? "") \($0["quarantined"] ?? "")"
            }
            #expect(batches.sorted() == ["down-1/2025/1.csv down-1 1 1", "other/2.csv drop folder 2 0"])
        }

        @Test("Within a folder no link is followed, and what is left out is said")
        func linksAndLists() throws {
            let river = try ExampleRiver()
            let (data, folder) = (river.folder.file("data"), river.folder.file("in"))
            try FileManager.default.createDirectory(atPath: folder + "/deep", withIntermediateDirectories: true)
            let outside = try river.write("outside.csv", ["EX-DOWN-1,codmn,2025-05-01T00:00:00+08:00,2.31,N"])
            try Data(Self.text(2).utf8).write(to: URL(filePath: folder + "/good.csv"))
            try Data("[]".utf8).write(to: URL(filePath: folder + "/deep/series.json"))
            #expect(
                symlink(outside, folder + "/deep/link.csv") == 0 && symlink(river.stations, folder + "/linked") == 0)
            #expect(mkfifo(folder + "/pipe", 0o600) == 0)
            let call = ["ingest", folder, "--data", data, "--stations", river.stations, "--format", "json"]
            let taken = try Program.run(call)
            #expect(taken.exitCode == 1 && taken.records.dropLast().map { $0["name"] } == ["in/good.csv"])
            #expect(taken.records.last?["unreadable"] == "2")
            let notes = taken.notes.split(separator: "\n").sorted()
            try #require(notes.count == 4, "\(notes)")
            #expect(notes[0].contains("in/deep/link.csv is a symbolic link, and within a folder none is followed"))
            #expect(notes[1].contains("in/deep/series.json is left out: lists of this name lie beside batches."))
            #expect(notes[2].contains("in/linked is a symbolic link"))
            #expect(notes[3].hasSuffix("in/pipe is left out: it is no file but a pipe."))
            // By its own path a link is what a person means.
            let given = try Program.run(["ingest", folder + "/deep/link.csv", "--data", data, "--format", "json"])
            #expect(given.exitCode == 0 && given.records.last?["accepted"] == "1")
        }
    }
}
