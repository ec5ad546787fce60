// Goal: every agreement shipped under stations/ is sound and its worked examples come out. Method: `checkAgreement`
// on each file with the registry of the tree, and the published and derived cases by name.

import Accounting
import Compensation
import Exact
import Monitoring
import Standards
import Testing

struct AgreementFilesTests {
    @Test("The tree's registry is sound with the regions the catalogue adds")
    func soundRegistry() {
        let problems = RegistryReader.read(ProjectFiles.stations.map { ($0.path, $0.text) }).problems
        #expect(problems.map(\.description) == [])
    }

    @Test("Each agreement of the tree passes its own check", arguments: ProjectFiles.agreements)
    func soundFile(file: ProjectFile) {
        let check = checkAgreement(file.text, file: file.path, registry: ProjectFiles.registry)
        #expect(check.problems.map(\.description) == [])
    }

    private static let scores = ProjectFiles.agreements.map { file in
        let agreement = ProjectFiles.agreement(file.path)
        return (
            file: file.path, isTemplate: !agreement.blanks.isEmpty && agreement.isTemplate,
            score: mutationScore(of: agreement)
        )
    }

    @Test("No clause that a published case reaches has a figure, edge, rule or route no example notices")
    func publishedClauses() {
        for (file, _, score) in Self.scores {
            #expect(score.survivors.filter(\.isPublished).map { "\(file) [\($0.clause)] \($0.change)" } == [])
        }
    }

    @Test("docs/mutation-scores.md is what `tributary check stations --scores` prints")
    func scorePage() {
        let table = mutationTable(Self.scores)
        let page = ProjectFiles.text("docs/mutation-scores.md")
        // The whole page is long; a row that differs says where.
        let shown = Set(page.split(separator: "\n"))
        #expect(table.split(separator: "\n").filter { !shown.contains($0) } == [])
        #expect(page.hasSuffix(table))
    }

    @Test(
        "The catalogue's agreements carry these published and derived cases",
        arguments: [
            (
                "catalogue/yellow-river-henan-shandong/agreements/yellow-river-henan-shandong-r1.yaml",
                ["D-YR-3+0", "D-YR-2-3", "D-YR-2-45", "D-YR-4+10", "D-YR-4+50", "D-YR-1+0", "YR-2020+2021"]
            ),
            (
                "catalogue/yellow-river-gansu-ningxia/agreements/yellow-river-gansu-ningxia.yaml",
                ["D-GN-2", "D-GN-3", "D-GN-1"]
            ),
            (
                "catalogue/dabieshan/agreements/dabieshan.yaml",
                ["DBS-2023", "derived-just-better", "derived-worse", "derived-edge"]
            ),
            ("catalogue/chishui/agreements/chishui-r1.yaml", ["CS-2018", "derived-missed"]),
        ])
    func namedCases(path: String, names: [String]) {
        let agreement = ProjectFiles.agreement(path)
        #expect(agreement.examples.map(\.name) == names)
        for example in agreement.examples { #expect(run(example, of: agreement) == []) }
    }

    /// derived_cases.csv, D-YR: class, index change in points, 万元 (+: Shandong pays Henan).
    @Test(
        "Henan–Shandong round 1 pays as derived",
        arguments: [
            (3, 0, 0), (2, -3, 6_300), (2, -45, 10_000), (4, 10, -7_000), (4, 50, -10_000), (1, 0, 12_000),
        ])
    func henanShandong(rank: Int, change: Int, expected: Int) {
        let path = "catalogue/yellow-river-henan-shandong/agreements/yellow-river-henan-shandong-r1.yaml"
        #expect(signed(path, ["class_reached": rank, "change": change], downstream: "shandong") == expected)
    }

    /// derived_cases.csv, D-GN: annual class, 万元 (+: Ningxia pays Gansu).
    @Test("Gansu–Ningxia pays a lump by class", arguments: [(2, 0), (3, -5_000), (1, 5_000)])
    func gansuNingxia(rank: Int, expected: Int) {
        let path = "catalogue/yellow-river-gansu-ningxia/agreements/yellow-river-gansu-ningxia.yaml"
        #expect(signed(path, ["class_reached": rank], downstream: "ningxia") == expected)
    }

    /// golden.csv, CS-2018: the net is exactly the two transfers made in 2019, 2 000 万元 each.
    @Test("Chishui 2018 nets to two transfers of 2 000 to Yunnan")
    func chishui() {
        let agreement = ProjectFiles.agreement("catalogue/chishui/agreements/chishui-r1.yaml")
        let settled = settledAmounts(agreement, ["class_qingshuipu": 2, "class_lianyuxi": 2])
        let transfers = settled?.transfers.map { "\($0.payer) → \($0.payee) \($0.money.plainText)" }
        #expect(transfers == ["guizhou → yunnan 20000000.00", "sichuan → yunnan 20000000.00"])
        let gross = settled?.lines.map { "\($0.payer) → \($0.payee) \($0.money.plainText)" }
        #expect(
            gross == [
                "yunnan → pool 20000000.00", "guizhou → pool 100000000.00", "sichuan → pool 80000000.00",
                "pool → yunnan 60000000.00", "pool → guizhou 80000000.00", "pool → sichuan 60000000.00",
            ])
    }

    private func settledAmounts(_ agreement: Agreement, _ values: [String: Int]) -> Settled? {
        var given: [InputKey: (value: Fraction, unit: UnitOfMeasure)] = [:]
        for input in agreement.inputs {
            guard let value = values[input.name] else { continue }
            given[InputKey(name: input.name)] = (Fraction(value), input.unit)
        }
        guard let period = agreement.firstPeriod else { return nil }
        let run = settle(
            agreement, period: period, kind: .initial, inputs: TableInputSource(given, document: "test"),
            program: "test")
        guard case .settled(let settled) = run.outcome else { return nil }
        return settled
    }

    /// Whole 万元, positive when `downstream` pays.
    private func signed(_ path: String, _ values: [String: Int], downstream: String) -> Int? {
        guard let settled = settledAmounts(ProjectFiles.agreement(path), values) else { return nil }
        let sum = settled.lines.reduce(Fraction.zero) { sum, line in
            line.payer == downstream ? sum + line.money.amount : sum - line.money.amount
        }
        return (sum / Fraction(10_000)).integer
    }
}
