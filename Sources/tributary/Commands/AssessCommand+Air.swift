// `tributary assess --period` without a water rule: air over days, months, quarters and years, from files or a data folder.

import Assessment
import Formats
import Foundation
import Monitoring
import Standards

/// What an assessment of air over periods is asked for, as it travels to a node.
struct AirAssessmentRequest: Codable, Sendable {
    let period: String
    /// `NAME=VALUE`, in the order given.
    let switches: [String]
    /// The text of the exclusion records and the name of their file.
    let exclusions: String?
    let exclusionsFile: String
    let change: String?
    let format: OutputFormat
}

extension AssessCommand {
    /// - Returns: the exit code; 1 when a file could not be read or no value was found.
    func assessAirPeriods(_ unit: CivilUnit) async throws -> Int32 {
        let request = AirAssessmentRequest(
            period: unit.rawValue, switches: `switch`, exclusions: try exclusions.map(Self.exclusionText),
            exclusionsFile: exclusions ?? "", change: change?.rawValue, format: output.format)
        if let data {
            return try await NodeGateway.perform(.assessAir(request), folder: absolutePath(data))
        }
        let folder = try stations.folder.map { try RegistryFolder.load($0) }
        for problem in folder?.problems ?? [] { Terminal.note("\(problem)") }
        let registry = folder?.registry ?? Registry()
        var gathered = GatheredAir(registry: registry)
        var isWhole = true
        for file in try FileList.files(under: paths.map(absolutePath)) {
            let isRead = decodeStationFile(file.path, registry: registry) { slice, _ in
                gathered.take(slice, profile: slice.profile)
            }
            isWhole = isWhole && isRead
        }
        if gathered.isEmpty {
            Terminal.note("No hour mean of air was found. Water is assessed over periods with --rule FILE.")
            return ExitStatus.needsAttention
        }
        let report = try AirPeriodReport(request, gathered: gathered, registry: registry)
        Terminal.output(Node.render(report.records(), output.format))
        return isWhole ? ExitStatus.done : ExitStatus.needsAttention
    }

    private static func exclusionText(_ path: String) throws -> String {
        guard let text = try? String(contentsOfFile: absolutePath(path), encoding: .utf8) else {
            throw CommandFailure(
                status: ExitStatus.inputUnusable, message: "\(path) cannot be read as UTF-8 text: check the path.")
        }
        return text
    }
}

extension AirPeriodReport {
    /// The report a request asks for.
    ///
    /// Records with a fault stop the assessment: one left out would change a figure without a word.
    init(_ request: AirAssessmentRequest, gathered: GatheredAir, registry: Registry) throws {
        guard let unit = CivilUnit(rawValue: request.period) else {
            throw CommandFailure(
                status: ExitStatus.inputUnusable,
                message: "--period \(request.period) is not day, month, quarter or year.")
        }
        let (records, problems) =
            request.exclusions.map { readExclusions($0, file: request.exclusionsFile) } ?? ([], [])
        guard problems.isEmpty else {
            throw CommandFailure(
                status: ExitStatus.inputUnusable,
                message: problems.map(\.description).joined(separator: "\n")
                    + "\n\(request.exclusionsFile) has faulty exclusion records: correct them, or assess without them.")
        }
        self.init(
            gathered: gathered, registry: registry, unit: unit, exclusions: records,
            rules: try Self.rules(request.switches, unit),
            compared: request.change.flatMap { ComparedPeriod(rawValue: $0) })
    }

    private static func rules(_ switches: [String], _ unit: CivilUnit) throws -> AirPeriodRules {
        var rules = AirPeriodRules(quality: .notInvalid)
        // A real-time hour shows its index with items missing, as feeds do (decision 0006); a day does not.
        if unit == .hour { rules.missingItems = .feedPractice }
        for text in switches {
            let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, rules.set(parts[0], to: parts[1]) else {
                let known = rules.switches.map(\.name).joined(separator: ", ")
                throw CommandFailure(
                    status: ExitStatus.inputUnusable,
                    message:
                        "--switch \(text) is no switch and value of the air assessment. The switches are \(known); "
                        + "docs/assessment-air.md lists their values.")
            }
        }
        return rules
    }
}
