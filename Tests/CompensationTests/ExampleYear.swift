// The synthetic year the settlement tests share: means of the example border section as sums over counts.

import Compensation
import Exact
import Monitoring

/// Figures of the example Xin'an agreement for 2025, with evidence as the store would give it.
enum ExampleYear {
    static let period = SettlementPeriod(parsing: "2025")
    /// A frozen copy of the example, so that the expected files change only with the language.
    static let agreement = ProjectFiles.agreement(atPath: "fixtures/agreements/example-xinan.yaml")

    /// Sum of the valid readings (mg/L), their count; 2 190 are expected of six a day.
    static let sums: [(indicator: String, sum: String, count: Int)] = [
        ("codmn", "5375.13", 2_190), ("nh3n", "487.219", 2_185), ("tn", "3010.77", 2_188), ("tp", "110.432", 2_190),
    ]

    static let results: [InputKey: InputResult] = {
        var results: [InputKey: InputResult] = [:]
        for (position, (indicator, sum, count)) in sums.enumerated() {
            guard let total = Fraction(sum), let unit = try? UnitOfMeasure(parsing: "mg/L"), let period else {
                continue
            }
            let evidence = InputEvidence(
                series: ["EX-DOWN-1/\(indicator)/instant/0/automatic"], interval: period.interval(at: .china),
                count: count, expectedCount: 2_190, digest: String(repeating: "\(position + 1)a", count: 32))
            results[InputKey(name: "c", indicator: indicator)] = .value(
                InputValue(
                    value: total / Fraction(count), unit: unit, share: Fraction(count, 2_190), evidence: evidence))
        }
        return results
    }()

    static func run(
        _ results: [InputKey: InputResult] = results, kind: RunKind = .initial, agreement: Agreement = agreement
    ) -> SettlementRun {
        guard let period else { preconditionFailure("2025 is a period.") }
        return settle(
            agreement, period: period, kind: kind, inputs: TableInputSource(results), program: "tributary test")
    }
}
