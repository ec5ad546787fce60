// Goal: a statement reads as agreed, byte for byte, and adds up. Method: the example year against expected files under
// fixtures/agreements (TRIBUTARY_UPDATE_GOLDEN=1 rewrites them; the diff is read by a person), and an independent sum.

import Accounting
import Compensation
import Exact
import Foundation
import Monitoring
import Testing

struct StatementTests {
    @Test("The example year settles to the amounts that Python's fractions give")
    func independentSum() throws {
        let statement = try Statement(ExampleYear.run())
        // python3: P = F("0.80")*sum(F("0.25")*(F(sum)/count)/base); bonus = 5000*10000*(1-P), half up to 100 yuan.
        let exact = try #require(statement.run.steps.first { $0.name == "P" }).exact
        #expect(exact.description == "109581548712/141780006875")
        let lines = statement.settled.lines
        #expect(lines.map(\.money.plainText) == ["200000000.00", "11355100.00"])
        #expect(lines[1].exact.description == "2575876653040000/226848011")
        #expect(lines.map(\.payer) == ["zhejiang", "zhejiang"])
        #expect(lines.map(\.payee) == ["anhui", "anhui"])
        #expect(statement.run.verdicts.map(\.verdict) == [.met])
    }

    @Test(
        "Text, derivation, JSON and CSV of the example year are the expected bytes",
        arguments: [
            "example-xinan-2025.statement.txt", "example-xinan-2025.derivation.txt", "example-xinan-2025.json",
            "example-xinan-2025.csv",
        ])
    func golden(name: String) throws {
        let statement = try Statement(ExampleYear.run())
        let text =
            switch name.split(separator: ".").dropFirst().joined(separator: ".") {
            case "statement.txt": statement.text
            case "derivation.txt": statement.run.derivationText
            case "json": statement.run.json
            default: statement.csv
            }
        try expectGolden(text, name)
    }

    @Test("A run without a figure reads as a refusal that names section, cause and remedy")
    func refusalGolden() throws {
        var results = ExampleYear.results
        results[InputKey(name: "c", indicator: "tp")] = .missing("EX-DOWN-1 reported no total phosphorus in 2025.")
        let run = ExampleYear.run(results, kind: .provisional)
        #expect(throws: StatementProblem.self) { try Statement(run) }
        try expectGolden(run.refusalText, "example-xinan-2025.refusal.txt")
    }

    @Test("The same inputs give the same bytes, other inputs another run id")
    func repeatable() throws {
        let first = ExampleYear.run()
        let second = ExampleYear.run()
        #expect(first.json == second.json)
        #expect(first.id == second.id)
        #expect(ExampleYear.run(kind: .final).id != first.id)
    }

    @Test("A statement of a settled run balances: postings sum to zero and nets add up to nothing")
    func balance() throws {
        let settled = try Statement(ExampleYear.run()).settled
        for entry in settled.postings {
            #expect(entry.postings.reduce(0) { $0 + $1.money.minorUnits } == 0)
            #expect(entry.postings.count == 2)
        }
        #expect(settled.net.reduce(0) { $0 + $1.money.minorUnits } == 0)
    }

    @Test("Every statement of an example says so, in both languages")
    func exampleMark() throws {
        let statement = try Statement(ExampleYear.run())
        #expect(statement.text.contains("示例 EXAMPLE"))
        #expect(statement.run.derivationText.contains("示例 EXAMPLE"))
        #expect(statement.csv.contains(",true,"))
        let plain = ProjectFiles.agreement("catalogue/dabieshan/agreements/dabieshan.yaml")
        let period = try #require(SettlementPeriod(parsing: "2023"))
        let given = TableInputSource(
            [InputKey(name: "P"): (value: Fraction(673, 1_000), unit: UnitOfMeasure.one)], document: "notice")
        let onExampleBoundary = settle(
            plain, period: period, kind: .initial, inputs: given, program: "test", isExampleBoundary: true)
        let real = settle(plain, period: period, kind: .initial, inputs: given, program: "test")
        #expect(try Statement(onExampleBoundary).text.contains("示例 EXAMPLE"))
        #expect(try !Statement(real).text.contains("EXAMPLE"))
    }

    private func expectGolden(_ text: String, _ name: String) throws {
        let path = "fixtures/agreements/\(name)"
        if ProcessInfo.processInfo.environment["TRIBUTARY_UPDATE_GOLDEN"] == "1" {
            try text.write(to: ProjectFiles.root.appending(path: path), atomically: true, encoding: .utf8)
        }
        let expected = ProjectFiles.text(path).split(separator: "\n", omittingEmptySubsequences: false)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        for (line, wanted) in zip(lines, expected) { #expect(line == wanted) }
        #expect(lines.count == expected.count)
    }
}
