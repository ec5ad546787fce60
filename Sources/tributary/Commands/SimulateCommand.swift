// `tributary simulate`: synthetic batches of the registered stations, and what was planted in them.

import ArgumentParser
import Foundation
import Ingest
import Monitoring
import Simulation
import Standards

struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Write synthetic batches for the stations of a registry, and a manifest of what was planted.",
        discussion: """
            One gzip file a station and day, each named SYNTHETIC-…, with daily and seasonal cycles, noise, spikes, \
            gaps, flags, an episode, a slow drift and a step. The same seed and registry give the same bytes on any \
            machine. manifest.json lists every planted event.
            """)

    @Option(name: .long, help: ArgumentHelp("The folder to write to; it is made when missing.", valueName: "dir"))
    var out: String
    @Option(name: .long, help: ArgumentHelp("The registry folder.", valueName: "dir"))
    var stations: String
    @Option(name: .long, help: "The seed; any whole number.")
    var seed: UInt64 = 20_250_101
    @Option(name: .long, help: ArgumentHelp("First day.", valueName: "date"))
    var from = "2025-01-01"
    @Option(name: .long, help: ArgumentHelp("First day after the last.", valueName: "date"))
    var until = "2026-01-01"
    @Flag(name: .long, help: "Also send a duplicate, a late, a conflicting and a faulty batch.")
    var irregular = false

    func run() async throws {
        try await reportingFailures {
            guard let first = CivilDate(from), let last = CivilDate(until), first < last else {
                throw CommandFailure(
                    status: ExitStatus.inputUnusable,
                    message: "--from \(from) and --until \(until) are not two dates in order, as in 2025-01-01.")
            }
            let loaded = try RegistryFolder.load(absolutePath(stations))
            let simulation = Simulation(
                seed: seed, registry: loaded.registry, standard: .gb3838of2002, from: first, until: last,
                extras: irregular ? .all : [])
            let count = try write(simulation)
            Terminal.note("Wrote \(count) synthetic batches of \(simulation.stations.count) stations to \(out).")
            return ExitStatus.done
        }
    }

    private func write(_ simulation: Simulation) throws -> Int {
        let folder = URL(filePath: out, directoryHint: .isDirectory)
        var count = 0
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try simulation.forEachBatch { batch in
                let name = batch.name + ".gz"
                try Data(GzipMember.compress(batch.bytes)).write(to: folder.appending(path: name))
                count += 1
            }
            let manifest = simulation.manifest().text() + "\n"
            try Data(manifest.utf8).write(to: folder.appending(path: "manifest.json"))
        } catch let error as CocoaError {
            throw CommandFailure(
                status: ExitStatus.cannotWrite, message: "\(out) cannot be written: \(error.localizedDescription)")
        }
        return count
    }
}
