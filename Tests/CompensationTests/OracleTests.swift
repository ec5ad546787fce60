// Goal: the engine and a second program written from the documentation alone give the same lines, net positions and steps
// for every worked example of every agreement file. Method: the runs as JSON, Tests/Oracle/oracle.py recomputes and compares.

import Accounting
import Compensation
import Exact
import Foundation
import Testing

struct OracleTests {
    @Test("Every worked example comes out the same in the independent oracle")
    func sameResults() throws {
        var dump: [String: [String: [[String: Any]]]] = [:]
        for file in ProjectFiles.agreements {
            let agreement = ProjectFiles.agreement(file.path)
            var examples: [String: [[String: Any]]] = [:]
            for example in agreement.examples {
                examples[example.name] = runs(of: example, of: agreement).map(plain)
            }
            dump[file.path] = examples
        }
        let file = FileManager.default.temporaryDirectory.appending(path: "oracle-\(UUID().uuidString.prefix(8)).json")
        try JSONSerialization.data(withJSONObject: dump, options: [.sortedKeys]).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let (exitCode, output) = try oracle(["--compare", file.path])
        #expect(exitCode == 0, "\(output)")
    }

    @Test("The oracle notices a wrong amount, a wrong step and a run that should have refused")
    func notices() throws {
        let path = "catalogue/yellow-river-gansu-ningxia/agreements/yellow-river-gansu-ningxia.yaml"
        let wrong: [String: Any] = [
            "refused": false, "lines": [["stake", "gansu", "ningxia", "CNY", "50000001"]], "net": [:], "steps": [:],
        ]
        let file = FileManager.default.temporaryDirectory.appending(path: "oracle-\(UUID().uuidString.prefix(8)).json")
        try JSONSerialization.data(withJSONObject: [path: ["D-GN-3": [wrong]]]).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let (exitCode, output) = try oracle(["--compare", file.path])
        #expect(exitCode == 1)
        #expect(output.contains("D-GN-3: lines stake gansu ningxia CNY: program 50000001, oracle 50000000"))
        #expect(output.contains("D-GN-2: the program did not run it"))
    }

    @Test("The oracle keeps ledgers apart in what an example states as net, and reads a group in a unit")
    func ledgersAndGroups() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "oracle-\(UUID().uuidString.prefix(8))")
        let file = folder.appending(path: "x/agreements/x.yaml")
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let terms = """
            constants: {rate: {value: 2, unit: 万元/(ug/m3), clause: clause 2, confidence: example}}
            ledgers: {quota: {name: {zh: 配额, en: quota}, unit: t, smallest: 0.001 t}}
            inputs:
              x: {measure: given, unit: ug/m3, clause: clause 1}
            payments:
              - {name: fee, clause: clause 2, payer: a, payee: b, amount: x × rate}
              - {name: part, clause: clause 3, payer: a, payee: b, amount: 3 t, ledger: quota}
            examples:
              - name: both
                source: invented; 21 × 2 = 42
                inputs: {x: 21}
                expect: {net: {b: 42 万元}}
            """
        let text = AgreementLanguageTests.text(terms)
        let agreement = try #require(readAgreement(text, file: "x.yaml").agreement)
        #expect(run(agreement.examples[0], of: agreement) == [])
        try text.write(to: file, atomically: true, encoding: .utf8)
        let (exitCode, output) = try oracle([], root: folder)
        #expect(exitCode == 0, "\(output)")
    }

    /// fixtures/catalogue/cases.csv: case, kind, agreement, example.
    @Test("Every published and derived case of the reference is a worked example in the file that is named for it")
    func everyCase() {
        let rows = ProjectFiles.text("fixtures/catalogue/cases.csv").split(separator: "\n").dropFirst(2)
        let cases = rows.map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
        #expect(Set(cases.filter { $0[1] == "published" }.map { $0[0] }).count == 53)
        #expect(Set(cases.filter { $0[1] == "derived" }.map { $0[0] }).count == 46)
        for fields in cases {
            let agreement = ProjectFiles.agreement(fields[2])
            let example = agreement.examples.first { $0.name == fields[3] }
            #expect(example != nil, "\(fields[0]) in \(fields[2])")
            // The mutation score asks most of clauses with a published case: each must be known as one.
            #expect(fields[1] != "published" || example?.isPublished == true, "\(fields[0]) in \(fields[2])")
        }
    }

    /// One run as the oracle reads it: fractions as text, steps in the unit of their formula.
    private func plain(_ run: SettlementRun) -> [String: Any] {
        var steps: [String: String] = [:]
        for step in run.steps where steps[step.name] == nil { steps[step.name] = text(step.exact) }
        guard case .settled(let settled) = run.outcome else {
            return ["refused": true, "lines": [], "net": [:], "steps": steps]
        }
        let lines = settled.lines.map {
            [
                String($0.name.prefix { $0 != "[" }), $0.payer, $0.payee, ledger($0.money.currency),
                text($0.money.amount),
            ]
        }
        var net: [String: String] = [:]
        for position in settled.net {
            net["\(position.party) \(ledger(position.money.currency))"] = text(position.money.amount)
        }
        return ["refused": false, "lines": lines, "net": net, "steps": steps]
    }

    /// A ledger's id; its code is unit and id, `t quota`.
    private func ledger(_ currency: Currency) -> String {
        currency.code.split(separator: " ").last.map(String.init) ?? currency.code
    }

    private func text(_ value: Fraction) -> String { value.description }

    private func oracle(
        _ arguments: [String], root: URL = ProjectFiles.root.appending(path: "stations")
    ) throws -> (exitCode: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/python3")
        let script = ProjectFiles.root.appending(path: "Tests/Oracle/oracle.py").path
        process.arguments = [script, root.path] + arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, output)
    }
}
