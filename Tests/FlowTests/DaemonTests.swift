// Goal: the daemon answers commands and pages while it serves, ends cleanly when told, and loses nothing when killed.
// Method: real processes on a free port of the loopback; a test waits for the line that says the daemon listens, and
// asks the program itself how far it is.

import Foundation
import Glibc
import Monitoring
import Storage
import Testing

extension FlowTests {
    @Suite struct DaemonTests {
        @Test("While it serves, commands reach it through its socket, a second one is refused, and pages are read")
        func serving() throws {
            let river = try ExampleRiver(until: "2025-06-01")
            let boundary = river.stations + "/example-river-xinan/boundary.yaml"
            let named = try String(contentsOfFile: boundary, encoding: .utf8)
                .replacing("en: Example border section}", with: "en: \"Example <i>border</i> & section\"}")
            try Data(named.utf8).write(to: URL(filePath: boundary))
            let drop = try river.drop(into: "drop")
            let data = river.folder.file("data")
            let count = try river.batchNames().count
            let daemon = try Daemon(data: data, stations: river.stations, drop: drop)
            #expect(FileManager.default.fileExists(atPath: daemon.socketPath))
            #expect(
                try poll { try Program.run(["dump", "batches", "--data", data]).lines.count == count },
                "All batches are taken while commands are answered.")
            #expect(
                try poll {
                    try Program.run(["alerts", "--data", data, "--format", "csv"]).output.contains("-nh3n-")
                }, "The planted episode opens an alert.")

            let call = ["settle", "--data", data, "--agreement", "example-class-step", "--period", "2025-05"]
            let settled = try Program.run(call)
            #expect(settled.exitCode == 0 && settled.output.contains("COMPENSATION STATEMENT"))
            // What fails keeps its code and its sentence on the way through the socket.
            let unknown = try Program.run(["statement", "run-0", "--data", data])
            #expect(unknown.exitCode == 65 && unknown.output.isEmpty && unknown.notes.contains("There is no run run-0"))
            let second = try Program.run([
                "serve", "--data", data, "--stations", river.stations, "--drop", drop, "--listen", "127.0.0.1:0",
            ])
            #expect(second.exitCode == 75 && second.notes.contains("the data folder is in use by process"))
            #expect(daemon.isRunning)

            try checkPages(daemon.port)
            #expect(daemon.end(with: SIGTERM) == 0)
            #expect(!FileManager.default.fileExists(atPath: daemon.socketPath))
            #expect(try Program.run(call).output == settled.output, "Alone with the folder, the same run.")
        }

        @Test("A daemon that starts while a command has the folder waits for it and then serves")
        func waitsForCommand() throws {
            let river = try ExampleRiver()
            let data = river.folder.file("data")
            var holder: Book? = try Book(folder: data, create: true) { Instant(milliseconds: 0) }
            let (process, _, notes) = try Program.start([
                "serve", "--data", data, "--stations", river.stations, "--drop", river.folder.file("drop"),
                "--listen", "127.0.0.1:0",
            ])
            // Once it has opened the lock it has met the holder.
            let open = "/proc/\(process.processIdentifier)/fd"
            func hasLock() -> Bool {
                ((try? FileManager.default.contentsOfDirectory(atPath: open)) ?? []).contains { number in
                    (try? FileManager.default.destinationOfSymbolicLink(atPath: open + "/" + number)) == data + "/lock"
                }
            }
            while process.isRunning, !hasLock() { sched_yield() }
            #expect(process.isRunning)
            try holder?.close()
            // The lock goes with the book.
            holder = nil
            var heard = ""
            while !heard.contains("Listening on ") {
                let part = notes.fileHandleForReading.availableData
                if part.isEmpty { break }
                heard += String(decoding: part, as: UTF8.self)
            }
            #expect(heard.contains("Listening on "), "\(heard)")
            kill(process.processIdentifier, SIGTERM)
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
        }

        @Test("Where the address is taken, one sentence says so, and nothing else is an error")
        func addressTaken() throws {
            let river = try ExampleRiver()
            let drop = river.folder.file("drop")
            let daemon = try Daemon(data: river.folder.file("data"), stations: river.stations, drop: drop)
            for (listen, words) in [
                ("127.0.0.1:\(daemon.port)", "is taken by another program"),
                ("192.0.2.1:8787", "is no address of this machine"),
            ] {
                let refused = try Program.run([
                    "serve", "--data", river.folder.file("other"), "--stations", river.stations, "--drop", drop,
                    "--listen", listen,
                ])
                #expect(refused.exitCode == 73)
                let lines = refused.notes.split(separator: "\n")
                #expect(lines.last?.hasPrefix("tributary: \(listen) \(words)") == true, "\(refused.notes)")
                #expect(lines.count { $0.contains("error") || $0.hasPrefix("tributary: ") } == 1, "\(refused.notes)")
            }
            #expect(daemon.end(with: SIGTERM) == 0)
        }

        private func checkPages(_ port: Int) throws {
            let expected: [(path: String, words: [String])] = [
                ("/zh/", ["lang=\"zh", "报警", "示例跨省断面", "氨氮", "Ⅲ / Ⅱ", "合成数据"]),
                ("/en/", ["lang=\"en", "Alerts", "ammonia nitrogen", "over the limit", "SYNTHETIC"]),
                ("/zh/sections", ["断面", "示例上游断面", "新安江"]),
                ("/en/sections", ["Sections", "Example upstream section"]),
                ("/zh/statements", ["示例·按水质类别阶梯补偿协议", "浙江省", "安徽省"]),
                ("/en/statements", ["Statements", "compensation by class steps", "Zhejiang"]),
            ]
            for (path, words) in expected {
                let answer = try page(path, port: port)
                #expect(answer.status == 200, "\(path)")
                for word in words { #expect(answer.text.contains(word), "\(path): \(word)") }
                #expect(!answer.text.contains("<i>border"), "\(path) lets markup of a registry through.")
            }
            for path in ["/en/", "/en/sections"] {
                #expect(try page(path, port: port).text.contains("Example &lt;i&gt;border&lt;/i&gt; &amp; section"))
            }
            #expect(try page("/", port: port).status == 302)
            #expect(try page("/en/statements/run-0", port: port).status == 404)
        }

        @Test("Killed while it takes files and started again, it has taken every file exactly once")
        func killed() throws {
            // More files than one commit takes, so that the kill can fall between and into commits.
            let river = try ExampleRiver(from: "2025-01-01", until: "2025-11-01")
            let drop = try river.drop(into: "drop")
            let names = try river.batchNames()
            #expect(names.count > 2 * 256)
            let (data, whole) = (river.folder.file("data"), river.folder.file("whole"))
            let daemon = try Daemon(data: data, stations: river.stations, drop: drop)
            #expect(try poll { try !Program.run(["dump", "batches", "--data", data]).lines.isEmpty })
            #expect(daemon.end(with: SIGKILL) == nil)

            let again = try Program.run([
                "serve", "--data", data, "--stations", river.stations, "--drop", drop, "--once",
            ])
            #expect(again.exitCode == 0)
            #expect(try FileManager.default.contentsOfDirectory(atPath: drop).isEmpty)
            let batches = try Program.run(["dump", "batches", "--data", data, "--format", "json"]).records
            #expect(batches.compactMap { $0["name"] }.sorted() == names)
            #expect(batches.allSatisfy { $0["duplicate"] == "0" && $0["state"] == "complete" })
            let doctor = try Program.run(["doctor", "--data", data, "--format", "json"])
            #expect(doctor.exitCode == 0 && doctor.records.first?["faults"] == "0")

            // The same as without a crash: observations and alerts.
            try Program.run(["ingest", river.batches, "--data", whole, "--stations", river.stations])
            for arguments in [["dump", "observations"], ["alerts", "--format", "csv"]] {
                let (crashed, calm) = (
                    try Program.run(arguments + ["--data", data]), try Program.run(arguments + ["--data", whole])
                )
                #expect(crashed.output == calm.output && !calm.output.isEmpty, "\(arguments)")
            }
        }
    }
}
