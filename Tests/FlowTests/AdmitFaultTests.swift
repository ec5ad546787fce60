// Goal: an admission is whole or not there, whatever call to the disk fails or is the last before a crash, and the same
// command afterwards makes it good. Method: the faults of FaultTests at every call of `tributary admit`.

import Foundation
import Synchronization
import Testing

extension FlowTests {
    @Suite struct AdmitFaultTests {
        private struct Scene {
            let stations: String
            let folder: String
            let calm: BookContents
            let callCount: Int

            var start: String { folder + "/start" }

            static func arguments(_ data: String, _ stations: String) -> [String] {
                [
                    "admit", "--all", "--data", data, "--stations", stations, "--by", "Lin Min", "--reason",
                    "registered", "--format", "json",
                ]
            }

            init(_ river: ExampleRiver) throws {
                stations = river.stations
                folder = try memoryFolder()
                let start = folder + "/start"
                let first = try Program.run([
                    "ingest", try AdmitTests.batch(river), "--data", start, "--stations", river.stations,
                ])
                try #require(first.exitCode == 0, "\(first.notes)")
                try AdmitTests.register(river)
                let data = folder + "/calm"
                try FileManager.default.copyItem(atPath: start, toPath: data)
                let counted = try FaultShim.environment(["ROOT": data, "COUNT": folder + "/count"])
                let whole = try Program.run(Self.arguments(data, river.stations), environment: counted)
                try #require(whole.exitCode == 1 && whole.output.contains("\"accepted\":3"), "\(whole.notes)")
                callCount = try #require(
                    Int(try String(contentsOfFile: folder + "/count", encoding: .utf8).dropLast()))
                calm = try BookContents(data)
            }
        }

        @Test(
            "The n-th call to the disk fails during an admission, for every n: it is whole or not there",
            arguments: FaultTests.Fault.allCases)
        func everyCall(_ fault: FaultTests.Fault) throws {
            let river = try ExampleRiver()
            let scene = try Scene(river)
            defer { try? FileManager.default.removeItem(atPath: scene.folder) }
            defer { withExtendedLifetime(river) {} }
            try #require((40...400).contains(scene.callCount), "\(scene.callCount)")
            let problems = Mutex<[String]>([])
            DispatchQueue.concurrentPerform(iterations: scene.callCount) { index in
                let found: [String]
                do { found = try Self.problems(of: fault, at: index + 1, scene) } catch { found = ["\(error)"] }
                problems.withLock { $0 += found.map { "call \(index + 1): \($0)" } }
            }
            let found = problems.withLock(\.self)
            #expect(found.isEmpty, "\(found.sorted().joined(separator: "\n"))")
        }

        private static func problems(of fault: FaultTests.Fault, at call: Int, _ scene: Scene) throws -> [String] {
            let data = "\(scene.folder)/\(fault.rawValue)-\(call)"
            try FileManager.default.copyItem(atPath: scene.start, toPath: data)
            defer { try? FileManager.default.removeItem(atPath: data) }
            let settings = fault.settings.merging(["ROOT": data, "AT": "\(call)"]) { $1 }
            let run = try Program.run(
                Scene.arguments(data, scene.stations), environment: try FaultShim.environment(settings))
            var problems: [String] = []
            switch run.exitCode {
            case 1: break
            case 73 where run.notes.hasPrefix("tributary: ") && run.notes.contains("[book."): break
            case 137 where fault.endsProcess: break
            default: problems.append("exit \(run.exitCode): \(run.notes)")
            }
            let between = try BookContents(data)
            if run.output.contains("\"accepted\":3"), between != scene.calm { problems.append("lost what was said") }
            if !between.faults.isEmpty { problems.append("\(between.faults)") }
            let again = try Program.run(Scene.arguments(data, scene.stations))
            if again.exitCode != 1 { problems.append("afterwards exit \(again.exitCode): \(again.notes)") }
            let contents = try BookContents(data)
            if contents != scene.calm { problems.append("\(contents) instead of \(scene.calm)") }
            let log = try Program.run(["dump", "log", "--data", data, "--format", "json"]).records
            if log.count(where: { $0["kind"] == "admission" }) != 1 { problems.append("admitted twice") }
            return problems
        }
    }
}
