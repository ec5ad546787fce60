// Goal: a kill at any instant loses nothing that was acknowledged and repeats nothing. Method: the built program takes
// files from its drop folder and from commands while more arrive, and is killed at instants drawn from a seed, again and
// again; afterwards the book must be that of an undisturbed run. scripts/kill-loop runs thousands of cycles.

import Foundation
import Glibc
import Testing

extension FlowTests {
    @Suite struct KillLoopTests {
        private static let environment = ProcessInfo.processInfo.environment
        private static let cycles = environment["TRIBUTARY_KILL_CYCLES"].flatMap { Int($0) } ?? 40
        private static let seed = environment["TRIBUTARY_SEED"].flatMap { UInt64($0) } ?? 20_261_121
        /// A kill falls within this many microseconds of the start: into opening, the first sweeps, commits and alerts.
        private static let latestKill = 250_000

        @Test("Killed at random instants while batches arrive, again and again, it comes to the book of a calm run")
        func killLoop() throws {
            // A cycle takes about three of two files a day; the days go as far as they are needed.
            let days = max(60, Self.cycles * 3 / 2)
            let first = try #require(ISO8601DateFormatter().date(from: "2015-01-01T00:00:00Z"))
            let until = first.addingTimeInterval(Double(days) * 86_400).ISO8601Format().prefix(10)
            let river = try ExampleRiver(from: "2015-01-01", until: String(until))
            var loop = try KillLoop(river, numbers: SeededNumbers(seed: Self.seed))
            for cycle in 1...Self.cycles {
                try loop.run(killWithin: Self.latestKill)
                let problems = try loop.problems()
                try #require(problems.isEmpty, "seed \(Self.seed), cycle \(cycle): \(problems.joined(separator: "\n"))")
            }
            let served = try Program.run(loop.serve + ["--once"])
            #expect(served.exitCode == 0, "seed \(Self.seed): \(served.notes)")
            let calmData = river.folder.file("calm")
            try Program.run(["ingest"] + loop.sent + ["--data", calmData, "--stations", river.stations])
            let (killed, calm) = (try BookContents(loop.data), try BookContents(calmData))
            #expect(killed.snapshot == calm.snapshot && killed.accepted == calm.accepted, "seed \(Self.seed)")
            #expect(killed.batches.count == loop.sent.count && calm.batches.count == loop.sent.count)
            #expect(killed.faults.isEmpty, "seed \(Self.seed): \(killed.faults)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: loop.drop).isEmpty)
            #expect(try FileManager.default.contentsOfDirectory(atPath: loop.data + "/archive").count == 1)
            let (crashed, plain) = (
                try Program.run(["alerts", "--format", "json", "--data", loop.data]).records,
                try Program.run(["alerts", "--format", "json", "--data", calmData]).records
            )
            let standing = Set(plain.compactMap { $0["alert"] })
            #expect(standing.isSubset(of: crashed.compactMap { $0["alert"] }))
            // What ended 400 days before its station's newest reading opens no alert: after a long loop the calm run, which
            // takes all at once, has fewer. Of what is nearer nothing differs.
            for alert in crashed where !standing.contains(alert["alert"] ?? "") {
                let lapsed = try loop.newestDay(of: #require(alert["station"])).addingTimeInterval(-399 * 86_400)
                let end = try #require(alert["end"])
                #expect(end.first == "2" && end < lapsed.ISO8601Format(), "seed \(Self.seed): \(alert)")
            }
            #expect(loop.killed > Self.cycles / 2 && !loop.receipts.isEmpty, "The loop did what it is for.")
            print(
                "kill loop: seed \(Self.seed), \(Self.cycles) cycles, \(loop.killed) killed, \(loop.sent.count) batches, "
                    + "\(loop.receipts.count) receipts kept by clients")
        }
    }
}

/// One data folder, its drop folder and what was sent so far.
private struct KillLoop {
    let data: String
    let drop: String
    let serve: [String]
    /// Paths of the batches sent so far, in order.
    private(set) var sent: [String] = []
    /// What clients were told, by digest.
    private(set) var receipts: [String: String] = [:]
    private(set) var killed = 0
    private var waiting: ArraySlice<String>
    private var numbers: SeededNumbers
    private let stations: String

    init(_ river: ExampleRiver, numbers: SeededNumbers) throws {
        (data, drop, stations) = (river.folder.file("data"), river.folder.file("drop"), river.stations)
        self.numbers = numbers
        serve = ["serve", "--data", data, "--stations", stations, "--drop", drop, "--listen", "127.0.0.1:0"]
        waiting = try river.batchNames().map { river.batches + "/" + $0 }[...]
        try FileManager.default.createDirectory(atPath: drop, withIntermediateDirectories: true)
    }

    /// Starts the daemon, or a command that works alone, sends batches meanwhile, and kills it at an instant.
    mutating func run(killWithin limit: Int) throws {
        let alone = Int.random(in: 0..<4, using: &numbers) == 0
        let mine = try takeFiles(Int.random(in: 1...4, using: &numbers))
        let arguments = alone ? ["ingest", "--commit-each", "--format", "json", "--data", data] + mine : serve
        let (process, output, notes) = try Program.start(arguments)
        let instant = Int.random(in: 0..<(alone ? limit * 3 / 5 : limit), using: &numbers)
        let killer = Killer(process.processIdentifier, after: instant)
        // Both pipes are drained, or a talkative program would stand still instead of dying.
        let said = Collected(output)
        let noted = Collected(notes)
        if !alone {
            for (place, path) in mine.enumerated() {
                if place % 3 == 1 {
                    let client = try Program.run(["ingest", path, "--format", "json", "--data", data])
                    let answered = try printedReceipts(client.output)
                    receipts.merge(answered) { $1 }
                    // Whoever got no receipt sends again.
                    if answered.isEmpty { try send(path, byRename: true) }
                } else {
                    try send(path, byRename: place % 2 == 0)
                }
            }
        }
        process.waitUntilExit()
        killer.end()
        if process.terminationReason == .uncaughtSignal {
            killed += 1
        } else if process.terminationStatus != 0 {
            // A daemon waits for a client that was quicker and has the folder to itself.
            throw Ended(code: process.terminationStatus, notes: noted.text())
        }
        receipts.merge(try printedReceipts(said.text())) { $1 }
        // What a killed command did not answer for is sent again, as its user would.
        if alone { for path in mine { try send(path, byRename: true) } }
    }

    /// The day of the newest batch of a station that was sent.
    func newestDay(of station: String) throws -> Date {
        let days = sent.filter { $0.contains("-\(station)-") }.compactMap { $0.split(separator: "-").last?.prefix(8) }
        let day = try #require(days.max())
        let text = "\(day.prefix(4))-\(day.dropFirst(4).prefix(2))-\(day.suffix(2))T00:00:00Z"
        return try #require(ISO8601DateFormatter().date(from: text))
    }

    struct Ended: Error {
        let code: Int32
        let notes: String
    }

    /// What does not hold: a receipt lost or changed, a file that is neither there nor in the book, a broken chain.
    func problems() throws -> [String] {
        guard FileManager.default.fileExists(atPath: data + "/book.sqlite") else { return [] }
        // Opening cuts off what was not acknowledged, as the next start would.
        let contents: BookContents
        do { contents = try BookContents(data) } catch  where "\(error)".contains("no such table") { return [] }
        let stored = try storedReceipts(data)
        var problems = contents.faults
        for (digest, receipt) in receipts where stored[digest] != receipt {
            problems.append("receipt \(receipt), stored \(stored[digest] ?? "nothing")")
        }
        let lying = Set(try FileManager.default.contentsOfDirectory(atPath: drop))
        let names = Set(
            contents.batches.map { String($0.prefix { $0 != " " }).split(separator: "/").last.map(String.init) })
        for path in sent {
            let name = (path as NSString).lastPathComponent
            if !lying.contains(name), !names.contains(name) { problems.append("\(name) is neither there nor taken") }
        }
        if names.count != contents.batches.count { problems.append("a batch is in the book twice") }
        return problems
    }

    private mutating func takeFiles(_ count: Int) throws -> [String] {
        let taken = Array(waiting.prefix(count))
        waiting = waiting.dropFirst(count)
        sent += taken
        return taken
    }

    private func send(_ path: String, byRename: Bool) throws {
        let name = (path as NSString).lastPathComponent
        let bytes = try #require(FileManager.default.contents(atPath: path))
        if byRename {
            try bytes.write(to: URL(filePath: drop + "/." + name))
            #expect(rename(drop + "/." + name, drop + "/" + name) == 0)
        } else {
            // In two writes: the kill may fall between them for the reader, never for what is read.
            let descriptor = open(drop + "/" + name, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
            let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
            try file.write(contentsOf: bytes.prefix(bytes.count / 2))
            try file.write(contentsOf: bytes.dropFirst(bytes.count / 2))
            try file.close()
        }
    }
}

/// Kills a process at an instant, unless it has ended by then.
private final class Killer: Sendable {
    private let isOver = DispatchSemaphore(value: 0)
    private let done = DispatchSemaphore(value: 0)

    init(_ process: Int32, after microseconds: Int) {
        Thread.detachNewThread { [isOver, done] in
            if isOver.wait(timeout: .now() + .microseconds(microseconds)) == .timedOut { _ = kill(process, SIGKILL) }
            done.signal()
        }
    }

    /// To be called as soon as the process was waited for: its number may soon be another's.
    func end() {
        isOver.signal()
        done.wait()
    }
}

/// Reads a pipe to its end on a thread of its own.
private final class Collected: @unchecked Sendable {
    private let done = DispatchSemaphore(value: 0)
    private var bytes = Data()

    init(_ pipe: Pipe) {
        Thread.detachNewThread { [self] in
            bytes = pipe.fileHandleForReading.readDataToEndOfFile()
            done.signal()
        }
    }

    func text() -> String {
        done.wait()
        return String(decoding: bytes, as: UTF8.self)
    }
}
