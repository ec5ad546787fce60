// Goal: whatever call to the disk fails or is the last one before a crash, nothing acknowledged is lost, the program
// says why, and the same files afterwards give the same book. Method: the built program with a preloaded library that
// fails, tears or dies at the n-th call below the data folder, for every n up to the number of calls of a calm run.

import Foundation
import Glibc
import Synchronization
import Testing

extension FlowTests {
    @Suite struct FaultTests {
        /// How the n-th call goes wrong.
        enum Fault: String, CaseIterable {
            /// It fails once, as a bad sector does.
            case inputOutputError
            /// It and all that follow fail, as on a full disk.
            case diskFull
            /// The program dies before it.
            case crash
            /// The program dies in the middle of it.
            case tornWrite
            /// It fails, and the machine goes down soon after.
            case errorThenCrash

            var settings: [String: String] {
                switch self {
                case .inputOutputError: ["HOW": "5"]
                case .diskFull: ["HOW": "28", "LASTS": "on"]
                case .crash: ["HOW": "crash"]
                case .tornWrite: ["HOW": "torn"]
                case .errorThenCrash: ["HOW": "5", "THEN": "2"]
                }
            }

            var endsProcess: Bool { self == .crash || self == .tornWrite || self == .errorThenCrash }
        }

        /// A folder that holds a first batch, the files of a second run, and what both come to.
        private struct Scene {
            let folder: String
            let files: [String]
            let first: [String: String]
            let calm: BookContents
            let callCount: Int

            var start: String { folder + "/start" }

            func arguments(_ data: String) -> [String] {
                ["ingest"] + files + ["--data", data, "--format", "json", "--commit-each"]
            }

            init() throws {
                folder = try memoryFolder()
                var paths: [String] = []
                for number in 0..<3 {
                    let rows = (1...9).map { "S\(number % 2),tn,2026-05-0\($0)T00:00:00+08:00,\(number).\($0)\n" }
                    paths.append(folder + "/batch-\(number).csv")
                    try Data(("station,parameter,time,value\n" + rows.joined()).utf8)
                        .write(to: URL(filePath: paths[number]))
                }
                files = Array(paths[1...])
                let before = try Program.run(["ingest", paths[0], "--data", folder + "/start", "--format", "json"])
                try #require(before.exitCode == 0, "\(before.notes)")
                first = try printedReceipts(before.output)
                let data = folder + "/calm"
                try FileManager.default.copyItem(atPath: folder + "/start", toPath: data)
                let counted = try FaultShim.environment(["ROOT": data, "COUNT": folder + "/count"])
                let whole = try Program.run(
                    ["ingest"] + files + ["--data", data, "--format", "json", "--commit-each"], environment: counted)
                try #require(whole.exitCode == 0, "\(whole.notes)")
                let count = try String(contentsOfFile: folder + "/count", encoding: .utf8)
                callCount = try #require(Int(count.dropLast()))
                calm = try BookContents(data)
            }
        }

        @Test(
            "The n-th call to the disk fails, for every n: it is said, nothing is lost, and a second run makes it good",
            arguments: Fault.allCases)
        func everyCall(_ fault: Fault) throws {
            let scene = try Scene()
            defer { try? FileManager.default.removeItem(atPath: scene.folder) }
            // Opening, two commits and closing: the count of a calm run says that the library sees the calls.
            try #require((60...400).contains(scene.callCount), "\(scene.callCount)")
            #expect(scene.calm.faults.isEmpty && scene.calm.batches.count == 3)
            let problems = Mutex<[String]>([])
            DispatchQueue.concurrentPerform(iterations: scene.callCount) { index in
                let found: [String]
                do { found = try Self.problems(of: fault, at: index + 1, scene) } catch { found = ["\(error)"] }
                problems.withLock { $0 += found.map { "call \(index + 1): \($0)" } }
            }
            let found = problems.withLock(\.self)
            #expect(found.isEmpty, "\(found.sorted().joined(separator: "\n"))")
        }

        private static func problems(of fault: Fault, at call: Int, _ scene: Scene) throws -> [String] {
            let data = "\(scene.folder)/\(fault.rawValue)-\(call)"
            try FileManager.default.copyItem(atPath: scene.start, toPath: data)
            defer { try? FileManager.default.removeItem(atPath: data) }
            let settings = fault.settings.merging(["ROOT": data, "AT": "\(call)"]) { $1 }
            let run = try Program.run(scene.arguments(data), environment: try FaultShim.environment(settings))
            var problems: [String] = []
            switch run.exitCode {
            case 0: break
            case 73 where run.notes.hasPrefix("tributary: \(data)") && run.notes.contains("[book."): break
            case 137 where fault.endsProcess: break
            default: problems.append("exit \(run.exitCode): \(run.notes)")
            }
            let receipts = scene.first.merging(try printedReceipts(run.output)) { $1 }
            let stored = try storedReceipts(data)
            for (digest, receipt) in receipts where stored[digest] != receipt {
                problems.append("lost \(receipt); stored: \(stored[digest] ?? "nothing")")
            }
            let again = try Program.run(scene.arguments(data))
            if again.exitCode != 0 { problems.append("afterwards exit \(again.exitCode): \(again.notes)") }
            let contents = try BookContents(data)
            if contents != scene.calm { problems.append("\(contents) instead of \(scene.calm)") }
            return problems
        }

        @Test("A crash at every call while a folder is made leaves a folder that opens")
        func crashWhileMaking() throws {
            let folder = try memoryFolder()
            defer { try? FileManager.default.removeItem(atPath: folder) }
            let file = folder + "/a.csv"
            try Data("station,parameter,time,value\nS1,tn,2026-05-01T00:00:00+08:00,1.5\n".utf8)
                .write(to: URL(filePath: file))
            @Sendable func ingest(_ data: String, _ settings: [String: String] = [:]) throws -> ProgramResult {
                try Program.run(
                    ["ingest", file, "--data", data],
                    environment: settings.isEmpty ? [:] : FaultShim.environment(settings))
            }
            let calm = folder + "/calm"
            _ = try ingest(calm, ["ROOT": calm, "COUNT": folder + "/count"])
            let count = try #require(Int(try String(contentsOfFile: folder + "/count", encoding: .utf8).dropLast()))
            let expected = try BookContents(calm)
            let problems = Mutex<[String]>([])
            DispatchQueue.concurrentPerform(iterations: count) { index in
                let call = index + 1
                let data = "\(folder)/\(call)"
                var found = ""
                do {
                    let how = call % 2 == 0 ? "torn" : "crash"
                    let crashed = try ingest(data, ["ROOT": data, "AT": "\(call)", "HOW": how])
                    if crashed.exitCode != 137 { found += "exit \(crashed.exitCode) at the crash; " }
                    let again = try ingest(data)
                    if again.exitCode != 0 { found += again.notes }
                    let contents = try BookContents(data)
                    if contents != expected { found += "\(contents)" }
                    try FileManager.default.removeItem(atPath: data)
                } catch {
                    found += "\(error)"
                }
                if !found.isEmpty { problems.withLock { $0.append("call \(call): \(found)") } }
            }
            let found = problems.withLock(\.self)
            #expect(count > 50 && found.isEmpty, "\(found.sorted().joined(separator: "\n"))")
        }

        @Test("A disk that is full after any number of bytes refuses, says so, and takes everything once there is room")
        func smallDisk() throws {
            let scene = try Scene()
            defer { try? FileManager.default.removeItem(atPath: scene.folder) }
            var refused = 0
            for kilobytes in stride(from: 0, through: 400, by: 16) {
                let data = "\(scene.folder)/\(kilobytes)"
                try FileManager.default.copyItem(atPath: scene.start, toPath: data)
                let small = try FaultShim.environment(["ROOT": data, "BYTES": "\(kilobytes << 10)"])
                let run = try Program.run(scene.arguments(data), environment: small)
                if run.exitCode != 0 {
                    refused += 1
                    #expect(run.exitCode == 73 && run.notes.contains("Free space on this disk"), "\(run.notes)")
                }
                #expect(try storedReceipts(data).count >= scene.first.count)
                #expect(try Program.run(scene.arguments(data)).exitCode == 0)
                #expect(try BookContents(data) == scene.calm, "\(kilobytes) KiB")
                try FileManager.default.removeItem(atPath: data)
            }
            #expect((1..<26).contains(refused), "Some budgets were too small, and the last was enough.")
        }

        @Test(
            "A daemon whose disk fills up refuses batches, leaves files where they are, and goes on when there is room")
        func daemonGoesOn() throws {
            let river = try ExampleRiver(until: "2025-04-11")
            let drop = try river.drop(into: "drop")
            let (data, calm, room) = (
                river.folder.file("data"), river.folder.file("calm"), river.folder.file("room")
            )
            try Program.run(["station", "add", "s", "--speaks-for-all", "--data", data])
            let token = String(
                try #require(try Program.run(["station", "token", "s", "--data", data]).lines.first))
            let daemon = try Daemon(
                data: data, stations: river.stations, drop: drop,
                environment: FaultShim.environment(["ROOT": data, "BYTES": "\(900 << 10)", "ROOM": room]))
            /// Names and bodies of the uploads that were acknowledged.
            var acknowledged: [(name: String, text: String)] = []
            var refusal = ""
            for number in 0..<1_000 where refusal.isEmpty {
                let body = "station,parameter,time,value\nEX-UP-1,tp,2024-01-01T00:00:00Z,0.\(1_000 + number)\n"
                let answer = try put("u\(number).csv", body, token: token, port: daemon.port)
                if answer.status == 503 { refusal = answer.text } else { acknowledged.append(("u\(number)", body)) }
            }
            #expect(refusal.contains("retry-after: 30") || refusal.contains("Retry-After: 30"), "\(refusal)")
            #expect(refusal.contains("The disk of the node is full"), "\(refusal)")
            #expect(try page("/v1/health", port: daemon.port).status == 503)
            #expect(try page("/en/", port: daemon.port).status == 200, "Pages are read all the same.")
            let left = try FileManager.default.contentsOfDirectory(atPath: drop)
            #expect(!left.isEmpty && daemon.isRunning)
            daemon.waitUntilSaid("Files wait in the drop folder")
            try Data().write(to: URL(filePath: room))
            #expect(
                try poll {
                    _ = try Program.run(["version"])
                    return try FileManager.default.contentsOfDirectory(atPath: drop).isEmpty
                }, "Files are taken by themselves once there is room.")
            let body = "station,parameter,time,value\nEX-UP-1,tp,2024-01-02T00:00:00Z,0.5\n"
            #expect(try put("last.csv", body, token: token, port: daemon.port).status == 201)
            acknowledged.append(("last", body))
            #expect(daemon.end(with: SIGTERM) == 0)
            let said = daemon.laterNotes()
            #expect(said.components(separatedBy: "Files wait in the drop folder").count == 2, "\(said)")
            #expect(said.components(separatedBy: "the disk has room again").count == 2, "\(said)")
            var sent: [String] = []
            for (name, text) in acknowledged {
                sent.append(river.folder.file(name + ".csv"))
                try Data(text.utf8).write(to: URL(filePath: sent[sent.count - 1]))
            }
            try Program.run(["ingest", river.batches, "--data", calm, "--stations", river.stations])
            try Program.run(["ingest"] + sent + ["--data", calm])
            let (full, straight) = (try BookContents(data), try BookContents(calm))
            #expect(full.snapshot == straight.snapshot && full.batches.count == straight.batches.count)
            #expect(full.faults.isEmpty)
        }

        @Test("A serving daemon whose disk fills up ends with a sentence and keeps the files it could not take")
        func daemonOnFullDisk() throws {
            let river = try ExampleRiver(until: "2025-04-11")
            let drop = try river.drop(into: "drop")
            let (data, calm) = (river.folder.file("data"), river.folder.file("calm"))
            let serve = ["serve", "--data", data, "--stations", river.stations, "--drop", drop, "--once"]
            // Enough to make the folder and note the registry, not enough for the batches.
            let full = try Program.run(
                serve, environment: FaultShim.environment(["ROOT": data, "BYTES": "\(350 << 10)"]))
            #expect(full.exitCode == 73 && full.notes.contains("Free space on this disk"), "\(full.notes)")
            #expect(full.notes.split(separator: "\n").count < 10, "\(full.notes)")
            let left = try FileManager.default.contentsOfDirectory(atPath: drop)
            let stored = try BookContents(data)
            #expect(
                Set(left).union(stored.batches.map { String($0.prefix { $0 != " " }) }) == Set(try river.batchNames()))
            #expect(!left.isEmpty)
            #expect(try Program.run(serve).exitCode == 0)
            try Program.run(["ingest", river.batches, "--data", calm, "--stations", river.stations])
            #expect(try BookContents(data).snapshot == BookContents(calm).snapshot)
        }

        @Test("A file the daemon may not read is told of once and stops nothing")
        func unreadable() throws {
            let river = try ExampleRiver(until: "2025-04-03")
            let drop = try river.drop(into: "drop") { place, name in place == 0 ? "secret-\(name)" : name }
            let names = try river.batchNames()
            let run = try Program.run(
                [
                    "serve", "--data", river.folder.file("data"), "--stations", river.stations, "--drop", drop,
                    "--once",
                ],
                environment: FaultShim.environment(["CLOSED": "secret-\(names[0])"]))
            #expect(run.exitCode == 0)
            let told = "tributary: \(drop)/secret-\(names[0]) cannot be read: Permission denied."
            #expect(run.notes.components(separatedBy: told).count == 2, "\(run.notes)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: drop) == ["secret-\(names[0])"])
            #expect(try BookContents(river.folder.file("data")).batches.count == names.count - 1)
        }

        @Test("A clock that jumps back and forth between batches changes no value, and the log stays whole")
        func clock() throws {
            let river = try ExampleRiver(until: "2025-04-13", irregular: true)
            let (data, calm) = (river.folder.file("data"), river.folder.file("calm"))
            let offset = river.folder.file("offset")
            // Shuffled, and one day late: seconds added to the clock of each run.
            let jumps = [0, -300 * 86_400, 3_600, 900 * 86_400, -1, -40 * 86_400]
            var names = try river.batchNames().map { river.batches + "/" + $0 }
            var numbers = SeededNumbers(seed: 11)
            names.shuffle(using: &numbers)
            let share = names.count / jumps.count
            for (place, jump) in jumps.enumerated() {
                try Data("\(jump)".utf8).write(to: URL(filePath: offset))
                let upper = place == jumps.count - 1 ? names.count : (place + 1) * share
                let some = Array(names[(place * share)..<upper])
                let run = try Program.run(
                    ["ingest"] + some + ["--data", data, "--stations", river.stations],
                    environment: FaultShim.environment(["CLOCK": offset]))
                try #require(run.exitCode == 0, "\(run.notes)")
            }
            try Program.run(["ingest", river.batches, "--data", calm, "--stations", river.stations])
            let received = try storedReceipts(data).values.compactMap { receipt in
                receipt.split(separator: "\"received_at\":").last.flatMap { Int($0.prefix { $0 != "," && $0 != "}" }) }
            }
            #expect(Set(received.map { $0 / 86_400_000 }).count > 3, "The clock did jump.")
            let (jumped, straight) = (try BookContents(data), try BookContents(calm))
            #expect(jumped.snapshot == straight.snapshot && jumped.batches == straight.batches && jumped.faults.isEmpty)
            let observations = ["dump", "observations", "--format", "csv", "--data"]
            #expect(try Program.run(observations + [data]).output == Program.run(observations + [calm]).output)
        }
    }
}
