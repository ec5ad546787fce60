// `tributary assess --period`: sections, rivers, stations and regions over periods, from files or a data folder.

import ArgumentParser
import Assessment
import Foundation
import Monitoring

/// The length of the periods to assess.
enum PeriodUnitOption: String, ExpressibleByArgument, CaseIterable {
    case hour, day, month, quarter, year
}

/// Whose index of air quality.
enum AirIndexOption: String, ExpressibleByArgument, CaseIterable {
    case cn, us
}

extension ComparedPeriod: ExpressibleByArgument {}

extension AssessCommand {
    /// - Returns: the exit code; 1 when a file could not be read or no value was found.
    func assessPeriods(_ unit: PeriodUnitOption) async throws -> Int32 {
        let request = PeriodAssessmentRequest(
            period: unit.rawValue, rule: try rule.map(RegistryFile.init(reading:)), switches: `switch`,
            exclusions: try exclusions.map(RegistryFile.init(reading:)), change: change?.rawValue, rivers: rivers,
            usIndex: index == .us, format: output.format)
        if let data {
            return try await NodeGateway.perform(.assessPeriods(request), folder: absolutePath(data))
        }
        try request.check()
        let folder = try stations.folder.map { try RegistryFolder.load($0) }
        for problem in folder?.problems ?? [] { Terminal.note("\(problem)") }
        var gathered = GatheredSeries(registry: folder?.registry ?? Registry(), wanted: request.medium.takes)
        for file in try FileList.files(under: paths.map(absolutePath)) { gathered.read(file) }
        let series = PeriodSeries(gathered)
        if series.isEmpty {
            Terminal.note(request.nothingFound)
            return ExitStatus.needsAttention
        }
        Terminal.output(try request.report(on: series))
        return gathered.isWhole ? ExitStatus.done : ExitStatus.needsAttention
    }
}

extension RegistryFile {
    /// A file that the command line names, with the name as given.
    /// - Throws: when the file is larger than `RegistryFolder.fileByteLimit`, or no UTF-8 text.
    init(reading path: String) throws {
        let attributes = try? FileManager.default.attributesOfItem(atPath: absolutePath(path))
        if let size = attributes?[.size] as? Int, size > RegistryFolder.fileByteLimit {
            throw CommandFailure(
                status: ExitStatus.inputUnusable,
                message: "\(path) has \(size) bytes; a text that people write has at most "
                    + "\(RegistryFolder.fileByteLimit) (registry file limit).")
        }
        guard let text = try? String(contentsOfFile: absolutePath(path), encoding: .utf8) else {
            throw CommandFailure(
                status: ExitStatus.inputUnusable, message: "\(path) cannot be read as UTF-8 text: check the path.")
        }
        self.init(path: path, text: text)
    }
}
