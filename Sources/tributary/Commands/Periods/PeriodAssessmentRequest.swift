// What an assessment over periods is asked for, as it travels to a node, and the report it comes to.

import Assessment
import Foundation
import Monitoring
import Standards

struct PeriodAssessmentRequest: Codable, Sendable {
    let period: String
    /// The rule of an assessment of water; air is assessed without.
    let rule: RegistryFile?
    /// `NAME=VALUE`, in the order given; air only.
    let switches: [String]
    let exclusions: RegistryFile?
    let change: String?
    /// Also rivers, basins and cities; water only.
    let rivers: Bool
    /// The index of the United States instead of China's; air by hour only.
    var usIndex = false
    let format: OutputFormat

    var medium: AssessedMedium { rule == nil ? .air : .water }

    /// Said where nothing was found that could be assessed.
    var nothingFound: String {
        switch medium {
        case .water: "No value of surface water was found: there is nothing to assess."
        case .air: "No hour mean of air was found. Water is assessed over periods with --rule FILE."
        }
    }

    /// Says what is wrong with the request before anything is read.
    func check() throws {
        _ = try exclusionRecords()
        if let rule { _ = try waterRule(rule) } else { _ = try airRules(try unit()) }
    }

    private func unit() throws -> CivilUnit {
        guard let unit = CivilUnit(rawValue: period) else {
            throw CommandFailure(
                status: ExitStatus.inputUnusable,
                message: "--period \(period) is not day, month, quarter or year.")
        }
        return unit
    }

    /// The report on what was gathered, which is something.
    func report(on series: PeriodSeries) throws -> String {
        let unit = try unit()
        let compared = change.flatMap { ComparedPeriod(rawValue: $0) }
        let records = try exclusionRecords()
        guard let rule else {
            if usIndex { return Node.render(USAirReport(gathered: series).records(), format) }
            let report = AirPeriodReport(
                gathered: series, registry: series.registry, unit: unit, exclusions: records, rules: try airRules(unit),
                compared: compared)
            return Node.render(report.records(), format)
        }
        let assessor = PeriodAssessor(
            gathered: series, registry: series.registry, rule: try waterRule(rule), unit: unit, exclusions: records)
        return waterReport(assessor, unit, compared)
    }

    // MARK: Water

    private func waterReport(_ assessor: PeriodAssessor, _ unit: CivilUnit, _ compared: ComparedPeriod?) -> String {
        var text = switches(assessor.rule, unit)
        for period in assessor.periods {
            let result = assessor.assess(period)
            let before = compared.map { assessor.assess(assessor.compared(with: period, $0)) }
            if format == .text {
                text += result.sectionSentences(assessor.rule) + result.weightedSentences()
                if rivers { text += result.systemSentences(assessor.rule) }
                if let before { text += result.changeSentences(from: before) }
            } else {
                text += Node.render(result.sectionRecords(assessor.rule), format)
                if assessor.rule.flowWeighting != nil { text += Node.render(result.weightedRecords(), format) }
                if rivers { text += Node.render(result.systemRecords(assessor.rule), format) }
                if let before { text += Node.render(result.changeRecords(from: before), format) }
            }
        }
        return text
    }

    /// The rule and every switch in force stand before the results they hold for.
    private func switches(_ rule: WaterAssessmentRule, _ unit: CivilUnit) -> String {
        let switches = rule.switches(for: unit)
        guard format != .text else {
            return "评价规则 · rule of assessment\n" + switches.map { "  \($0.name): \($0.value)\n" }.joined()
        }
        let records = switches.map { [("record", "switch"), ("switch", $0.name), ("value", $0.value)] as DumpRecord }
        return Node.render(records, format)
    }

    private func waterRule(_ file: RegistryFile) throws -> WaterAssessmentRule {
        let (rule, problems) = readWaterAssessmentRule(file.text, file: file.path)
        guard let rule, problems.isEmpty else {
            throw Self.failure(problems, "\(file.path) is not a rule to assess by: see the problems above.")
        }
        return rule
    }

    // MARK: Air

    private func airRules(_ unit: CivilUnit) throws -> AirPeriodRules {
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

    // MARK: Records

    /// Records with a fault stop the assessment: one left out would change a figure without a word.
    private func exclusionRecords() throws -> [Exclusion] { try exclusions.map(Self.exclusionRecords) ?? [] }

    static func exclusionRecords(_ file: RegistryFile) throws -> [Exclusion] {
        let (records, problems) = readExclusions(file.text, file: file.path)
        if problems.isEmpty { return records }
        throw failure(
            problems, "\(file.path) has faulty exclusion records: correct them, or assess without --exclusions.")
    }

    private static func failure(_ problems: [Problem], _ last: String) -> CommandFailure {
        CommandFailure(
            status: ExitStatus.inputUnusable, message: (problems.map(\.description) + [last]).joined(separator: "\n"))
    }
}
