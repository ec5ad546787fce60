// `tributary assess --period`: sections, rivers, basins and cities over months, quarters and years.

import ArgumentParser
import Assessment
import Formats
import Foundation
import Monitoring
import Standards

/// The length of the periods to assess.
enum PeriodUnitOption: String, ExpressibleByArgument, CaseIterable {
    case hour, day, month, quarter, year

    var unit: CivilUnit {
        switch self {
        case .hour: .hour
        case .day: .day
        case .month: .month
        case .quarter: .quarter
        case .year: .year
        }
    }
}

extension ComparedPeriod: ExpressibleByArgument {}

extension AssessCommand {
    /// - Returns: the exit code; 1 when a file could not be read or no value was found.
    func assessPeriods(_ unit: CivilUnit, ruleFile: String) throws -> Int32 {
        let rule = try readRule(ruleFile)
        let records = try exclusions.map(readRecords) ?? []
        let folder = try stations.folder.map { try RegistryFolder.load($0) }
        for problem in folder?.problems ?? [] { Terminal.note("\(problem)") }
        let registry = folder?.registry ?? Registry()
        var gathered = GatheredWater(registry: registry)
        var isWhole = true
        for file in try FileList.files(under: paths.map(absolutePath)) {
            let isRead = decodeStationFile(file.path, registry: registry) { slice, _ in
                gathered.take(slice, profile: slice.profile)
            }
            isWhole = isWhole && isRead
        }
        let assessor = PeriodAssessor(
            gathered: gathered, registry: registry, rule: rule, unit: unit, exclusions: records)
        if assessor.periods.isEmpty {
            Terminal.note("No value of surface water was found: there is nothing to assess.")
            return ExitStatus.needsAttention
        }
        printSwitches(rule, unit)
        for period in assessor.periods { print(assessor.assess(period), assessor) }
        return isWhole ? ExitStatus.done : ExitStatus.needsAttention
    }

    private func print(_ result: PeriodResult, _ assessor: PeriodAssessor) {
        let before = change.map { assessor.assess(assessor.compared(with: result.period, $0)) }
        guard output.format == .text else {
            Terminal.output(Node.render(result.sectionRecords(assessor.rule), output.format))
            if rivers { Terminal.output(Node.render(result.systemRecords(assessor.rule), output.format)) }
            if let before {
                let records = result.changeRecords(from: before)
                Terminal.output(Node.render(records, output.format))
            }
            return
        }
        Terminal.output(result.sectionSentences(assessor.rule))
        if rivers { Terminal.output(result.systemSentences(assessor.rule)) }
        if let before { Terminal.output(result.changeSentences(from: before)) }
    }

    /// The rule and every switch in force stand before the results they hold for.
    private func printSwitches(_ rule: WaterAssessmentRule, _ unit: CivilUnit) {
        let switches = rule.switches(for: unit)
        guard output.format != .text else {
            Terminal.output("评价规则 · rule of assessment\n")
            for (name, value) in switches { Terminal.output("  \(name): \(value)\n") }
            return
        }
        let records = switches.map { [("record", "switch"), ("switch", $0.name), ("value", $0.value)] as DumpRecord }
        Terminal.output(Node.render(records, output.format))
    }

    private func readRule(_ path: String) throws -> WaterAssessmentRule {
        let (rule, problems) = readWaterAssessmentRule(try text(of: path), file: path)
        for problem in problems { Terminal.note("\(problem)") }
        guard let rule, problems.isEmpty else {
            throw CommandFailure(
                status: ExitStatus.inputUnusable, message: "\(path) is not a rule to assess by: see the problems above."
            )
        }
        return rule
    }

    /// Records with a fault stop the assessment: one left out would change a figure without a word.
    func readRecords(_ path: String) throws -> [Exclusion] {
        let (records, problems) = readExclusions(try text(of: path), file: path)
        for problem in problems { Terminal.note("\(problem)") }
        if !problems.isEmpty {
            throw CommandFailure(
                status: ExitStatus.inputUnusable,
                message: "\(path) has faulty exclusion records: correct them, or assess without --exclusions.")
        }
        return records
    }

    private func text(of path: String) throws -> String {
        guard let text = try? String(contentsOfFile: absolutePath(path), encoding: .utf8) else {
            throw CommandFailure(
                status: ExitStatus.inputUnusable, message: "\(path) cannot be read as UTF-8 text: check the path.")
        }
        return text
    }
}
