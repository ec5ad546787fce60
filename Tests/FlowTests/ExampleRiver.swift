// A small world for tests: the example river with its two stations, and the synthetic batches they send.

import Foundation
import Testing

/// A registry of the example river only, and batches of a span of days beside it.
struct ExampleRiver {
    let folder: TemporaryFolder
    var stations: String { folder.file("stations") }
    var batches: String { folder.file("batches") }

    /// - Parameter until: the first day after the last; `nil` writes no batches.
    init(from: String = "2025-04-01", until: String? = nil, irregular: Bool = false) throws {
        folder = try TemporaryFolder()
        let source = Program.root.appending(path: "stations")
        try FileManager.default.createDirectory(atPath: folder.file("stations"), withIntermediateDirectories: true)
        for name in ["regions.yaml", "profiles", "checks", "example-river-xinan"] {
            try FileManager.default.copyItem(
                at: source.appending(path: name), to: folder.url.appending(path: "stations/\(name)"))
        }
        guard let until else { return }
        let simulated = try Program.run(
            ["simulate", "--out", batches, "--stations", stations, "--from", from, "--until", until]
                + (irregular ? ["--irregular"] : []))
        try #require(simulated.exitCode == 0, "\(simulated.notes)")
    }

    /// The batches' file names, in order.
    func batchNames() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: batches).filter { $0.hasSuffix(".gz") }.sorted()
    }

    /// Copies the batches into a drop folder under names given by their place in `order`.
    func drop(into name: String, _ rename: (Int, String) -> String = { $1 }) throws -> String {
        let target = folder.file(name)
        try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
        for (place, batch) in try batchNames().enumerated() {
            try FileManager.default.copyItem(
                atPath: batches + "/" + batch, toPath: target + "/" + rename(place, batch))
        }
        return target
    }

    /// Writes one batch in Tributary's own CSV and returns its path.
    func write(_ name: String, _ rows: [String]) throws -> String {
        let path = folder.file(name)
        let text = (["station,parameter,time,value,flag"] + rows).joined(separator: "\n") + "\n"
        try Data(text.utf8).write(to: URL(filePath: path))
        return path
    }

    /// Writes a batch of 2,704,829 bytes: 55,200 minutes of the downstream station, and returns its path.
    func writeLong(_ name: String) throws -> String {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return try write(
            name,
            (0..<55_200).map { minute in
                let day = minute / 1_440
                let date = day < 31 ? "01-\(two(day + 1))" : "02-\(two(day - 30))"
                let time = "\(two(minute / 60 % 24)):\(two(minute % 60)):00"
                return "EX-DOWN-1,codmn,2015-\(date)T\(time)+08:00,\(minute % 9 + 1).\(two(minute % 100)),N"
            })
    }
}

/// All tests here start processes: one after another, so that two cores are enough and no daemon is starved.
@Suite(.serialized) enum FlowTests {}
