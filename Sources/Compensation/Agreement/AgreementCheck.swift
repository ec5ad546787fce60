// What `tributary check` says of an agreement file: everything that can be known before a figure arrives.

internal import Accounting
internal import Exact
package import Monitoring
internal import Standards

/// The findings on one agreement file.
package struct AgreementCheck: Sendable {
    package let agreement: Agreement?
    /// Faults: the file must not be used.
    package let problems: [Problem]
    /// What a reader should know: blanks of a template, sections that no station measures.
    package let notices: [Problem]
}

/// Checks one agreement file: shape, names, units, dates, references into `registry`, and its own worked examples.
///
/// - Parameter registry: `nil` where there is none, as when a table is settled by hand: references are not followed.
package func checkAgreement(_ text: String, file: String, registry: Registry?) -> AgreementCheck {
    let (agreement, problems) = readAgreement(text, file: file)
    guard let agreement else { return AgreementCheck(agreement: nil, problems: problems, notices: []) }
    var check = ReferenceCheck(agreement: agreement, registry: registry)
    check.boundary()
    check.parties()
    check.sections()
    check.inputs()
    check.blanks()
    check.proofs()
    check.examples()
    check.untriedClauses()
    return AgreementCheck(agreement: agreement, problems: check.problems, notices: check.notices)
}

private struct ReferenceCheck {
    let agreement: Agreement
    let registry: Registry?
    var problems: [Problem] = []
    var notices: [Problem] = []

    init(agreement: Agreement, registry: Registry?) {
        self.agreement = agreement
        self.registry = registry
    }

    private func finding(
        _ check: String, line: Int = 0, column: Int = 0, _ message: String, _ remedy: String
    ) -> Problem {
        Problem(check: check, file: agreement.file, line: line, column: column, message: message, remedy: remedy)
    }

    mutating func boundary() {
        guard let registry, let id = agreement.boundary else { return }
        guard let boundary = registry.boundaries[id] else {
            problems.append(
                finding(
                    "agreement.boundary.missing", "The registry has no boundary “\(id)”.",
                    "Correct boundary:, or register the boundary under stations/."))
            return
        }
        if boundary.isExample, !agreement.isExample {
            notices.append(
                finding(
                    "agreement.boundary.example", "The boundary “\(id)” is an example; so is every statement on it.",
                    "Register the real boundary before money moves."))
        }
    }

    mutating func parties() {
        for party in agreement.parties {
            guard let registry, let region = party.region, registry.regions[region] == nil else { continue }
            problems.append(
                finding(
                    "agreement.region.missing", "The registry has no region “\(region)” (party “\(party.id)”).",
                    "Correct region:, or register the region under stations/."))
        }
    }

    mutating func sections() {
        guard let registry else { return }
        for section in agreement.sections {
            guard let id = section.registered else {
                notices.append(
                    finding(
                        "agreement.section.unregistered", "Section “\(section.id)” has no station in the registry.",
                        "It settles from given figures only; write section: and its id once it is registered."))
                continue
            }
            guard let found = registry.sections[id] else {
                problems.append(
                    finding(
                        "agreement.section.missing", "The registry has no section “\(id)”.",
                        "Correct section:, or register the section under stations/."))
                continue
            }
            if let boundary = agreement.boundary, found.boundary != boundary {
                problems.append(
                    finding(
                        "agreement.section.boundary",
                        "Section “\(id)” belongs to “\(found.boundary)”, not “\(boundary)”.",
                        "Name a section of the agreement's own boundary."))
            }
        }
    }

    /// Indicators must be known parameters, and means must be asked for in a unit of their own kind.
    mutating func inputs() {
        let catalogue = ParameterCatalogue.standard
        for indicator in agreement.indicators where catalogue[indicator.parameter] == nil {
            problems.append(
                finding(
                    "agreement.indicator.missing", "“\(indicator.parameter)” is not a known parameter.",
                    "Use an id of the parameter table, such as codmn, nh3n, tp, tn, pm25."))
        }
        for input in agreement.inputs where input.measure == .periodMean || input.measure == .previousPeriodMean {
            let asked = input.parameter.map { [$0] } ?? agreement.indicators.map(\.parameter)
            if let parameter = input.parameter, catalogue[parameter] == nil {
                problems.append(
                    finding(
                        "agreement.indicator.missing", "“\(parameter)” is not a known parameter.",
                        "Use an id of the parameter table, such as codmn, nh3n, tp, tn, pm25."))
            }
            for parameter in asked {
                guard let text = catalogue[parameter]?.unit, let unit = try? UnitOfMeasure(parsing: text),
                    !unit.isCommensurable(with: input.unit)
                else { continue }
                problems.append(
                    finding(
                        "agreement.input.unit",
                        "Input “\(input.name)” is in \(input.unit.shown), but \(parameter) is kept in \(unit.shown).",
                        "Ask for it in \(unit.symbol)."))
            }
        }
        let classes = agreement.inputs.filter { $0.measure == .sectionClass }
        for input in classes where !input.unit.isCommensurable(with: .classStep) {
            problems.append(
                finding(
                    "agreement.input.unit", "Input “\(input.name)” is a class, but its unit is \(input.unit.shown).",
                    "Write unit: class."))
        }
        if !classes.isEmpty, agreement.indicators.isEmpty {
            problems.append(
                finding(
                    "agreement.indicators", "A class is asked for, but the agreement lists no indicators.",
                    "List under indicators what the class is taken over."))
        }
    }

    mutating func blanks() {
        // What means need stops nothing where none is formed.
        for blank in agreement.blanks where agreement.isMeasured || !blank.concernsMeasuring {
            notices.append(
                finding(
                    "agreement.blank", line: blank.line, column: blank.column,
                    "“\(blank.name)” is blank and required.",
                    "\(blank.clause) of \(blank.document) must supply it; until then nothing settles."))
        }
    }

    /// What no example reaches.
    mutating func untriedClauses() {
        for found in agreement.untriedClauses() {
            notices.append(
                finding(
                    "agreement.example.clause", line: found.line, column: found.column, found.message, found.remedy))
        }
    }

    /// What can be proved of the branches, weights and routes before any figure arrives.
    mutating func proofs() {
        for found in agreement.proofFindings() {
            let problem = finding(
                found.check, line: found.line, column: found.column, found.message, found.remedy)
            if found.isFault { problems.append(problem) } else { notices.append(problem) }
        }
    }

    mutating func examples() {
        if agreement.examples.isEmpty {
            problems.append(
                finding(
                    "agreement.examples.none", "The agreement has no worked example.",
                    "Add at least one case computed by hand under examples:."))
        }
        for example in agreement.examples {
            for fault in run(example, of: agreement) {
                problems.append(
                    finding(
                        "agreement.example.differs", line: example.line, column: example.column,
                        "Example “\(example.name)”: \(fault)",
                        "Find out which is wrong, the example or the rule; both are signed."))
            }
        }
    }
}
