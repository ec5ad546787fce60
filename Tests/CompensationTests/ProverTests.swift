// Goal: the proof of branches is sound (no class between two classes is left out by mistake, no dead branch overlooked) and
// refuses no complete text. Method: agreements whose cover is known by hand, found by an audit; verdicts by check and words.

import Compensation
import Monitoring
import Testing

struct ProverTests {
    private static func check(
        inputs: String, branches: [String] = ["otherwise: true, nothing: true"], formulas: String = "",
        constants: String = "", each: String = "", rest: String = "", example: String
    ) -> AgreementCheck {
        let terms = """
            statistics: {averaging: [], quality: valid-only, below-detection: half-limit, comparison: unrounded, ph-places: 2, clause: c}
            \(constants.isEmpty ? "" : "constants:\n\(constants)")
            inputs:
            \(inputs)
            \(formulas.isEmpty ? "" : "formulas:\n\(formulas)")
            payments:
              - name: pay
                clause: clause 2
                \(each)
                branches:
            \(branches.map { "      - {\($0)}" }.joined(separator: "\n"))
            \(rest)
            examples:
              - {name: one, source: invented, inputs: {\(example)}, expect: {nothing: true}}
            """
        return checkAgreement(AgreementLanguageTests.text(terms), file: "x.yaml", registry: Registry())
    }

    private static func given(_ name: String, _ unit: String = "\"1\"", _ more: String = "") -> String {
        "  \(name): {measure: given, unit: \(unit), clause: c\(more)}\n"
    }

    private static func pays(_ condition: String) -> String { "when: \"\(condition)\", nothing: true" }

    private static func branchFaults(_ check: AgreementCheck) -> [String] {
        check.problems.filter { $0.check.hasPrefix("agreement.branch") || $0.check.hasPrefix("expression") }.map(
            \.message)
    }

    @Test(
        "A complete text is not refused, however it is written",
        arguments: [
            (["max(x, y) > 1", "x ≤ 1 and y ≤ 1"], ""),
            (["min(x, y) > 1", "x ≤ 1 or y ≤ 1"], ""),
            (["abs(x) > 1", "-1 ≤ x ≤ 1"], ""),
            (["clamp(x, 0, 1) > 0.5", "0 ≤ clamp(x, 0, 1) ≤ 0.5"], ""),
            (["d > 0", "x ≤ y"], "  - {name: d, expression: x − y, unit: \"1\", clause: c}"),
            (["P > 0.5", "0 ≤ P ≤ 0.5"], "  - {name: P, expression: \"clamp(x, 0, 1)\", unit: \"1\", clause: c}"),
            (["x × y > 1", "x*y ≤ 1"], ""),
            (["x × y > 1", "y × x ≤ 1"], ""),
            (["(x + 1) × y > 1", "x × y + y ≤ 1"], ""),
            (["x ÷ (y + 2) > 1", "x/(y + 2) ≤ 1"], ""),
            (
                ["f > 1", "x ≤ 1 and y ≤ 1"],
                "  - {name: f, expression: when x > 1 then 2 else y, unit: \"1\", clause: c}"
            ),
        ])
    func complete(branches: [String], formulas: String) {
        let found = Self.check(
            inputs: Self.given("x") + Self.given("y"), branches: branches.map(Self.pays), formulas: formulas,
            example: "x: 1, y: 1")
        #expect(Self.branchFaults(found) == [])
        #expect(found.notices.filter { $0.check == "agreement.branch.unproved" } == [])
    }

    @Test("Members, their sets and their figures are known to the proof")
    func members() {
        let each = Self.check(
            inputs: Self.given("z", "万元"), branches: [Self.pays("t = a"), Self.pays("t ≠ a")],
            each: "each: t in towns", example: "z: 1")
        #expect(Self.branchFaults(each) == [])
        let listed = Self.check(
            inputs: Self.given("z", "万元"), branches: [Self.pays("t = a"), Self.pays("t = b"), Self.pays("t = c")],
            each: "each: t in towns", example: "z: 1")
        #expect(Self.branchFaults(listed) == [])
        let short = Self.check(
            inputs: Self.given("z", "万元"), branches: [Self.pays("t = a"), Self.pays("t = b")],
            each: "each: t in towns", example: "z: 1")
        #expect(Self.branchFaults(short).contains { $0.contains("covers every value (t = c)") }, "\(short.problems)")
        let constant = Self.check(
            inputs: Self.given("z", "万元"), branches: [Self.pays("kind[s] = 1"), Self.pays("kind[s] = 2")],
            constants: "  kind: {each: sections, values: {s1: 1, s2: 2}, unit: \"1\", clause: c, confidence: example}",
            each: "each: s in sections", example: "z: 1")
        #expect(Self.branchFaults(constant) == [])
    }

    @Test("Indices in either form, finite sums and squares are what they say")
    func sums() {
        let indexed = Self.given("c", "mg/L", ", each: [sections, indicators]")
        let example = "c: {s1: {codmn: 0, tp: 0}, s2: {codmn: 0, tp: 0}}"
        for branches in [
            ["c[s1, codmn] > 1 mg/L", "c[s1][codmn] ≤ 1 mg/L"],
            ["sum(s in sections: c[s, tp]) > 1 mg/L", "c[s1, tp] + c[s2, tp] ≤ 1 mg/L"],
            ["any(s in sections: c[s, tp] > 1 mg/L)", "c[s1, tp] ≤ 1 mg/L and c[s2, tp] ≤ 1 mg/L"],
            ["max(s in sections: c[s, tp]) > 1 mg/L", "all(s in sections: c[s, tp] ≤ 1 mg/L)"],
            ["count(s in sections: c[s, tp] > 1 mg/L) ≥ 1", "c[s1, tp] ≤ 1 mg/L and c[s2, tp] ≤ 1 mg/L"],
            // A concentration is never below zero.
            ["c[s1, tp] > 1 mg/L", "0 mg/L ≤ c[s1, tp] ≤ 1 mg/L"],
        ] {
            let found = Self.check(inputs: indexed, branches: branches.map(Self.pays), example: example)
            #expect(Self.branchFaults(found) == [], "\(branches)")
        }
    }

    @Test("Many quantities in one condition are proved, not given up")
    func many() {
        let names = (0..<12).map { "v\($0)" }
        let found = Self.check(
            inputs: names.map { Self.given($0) }.joined(),
            branches: [
                Self.pays(names.map { "\($0) > 1" }.joined(separator: " and ")),
                Self.pays(names.map { "\($0) ≤ 1" }.joined(separator: " or ")),
            ], example: names.map { "\($0): 1" }.joined(separator: ", "))
        #expect(Self.branchFaults(found) == [])
        #expect(found.notices.filter { $0.check == "agreement.branch.unproved" } == [])
    }

    @Test("Only a class itself is whole, not its ratio or its product; a hole only a product sees is not proved")
    func whole() {
        let classes = "  k: {measure: section-class, each: sections, unit: class, clause: c}\n"
        let example = "k: {s1: 1, s2: 1}, x: 0.5"
        for (first, second) in [
            ("k[s1] ÷ k[s2] ≤ 1", "k[s1] ÷ k[s2] ≥ 2"), ("k[s1] × x ≤ 1 class", "k[s1] × x ≥ 2 class"),
        ] {
            let found = Self.check(
                inputs: classes + Self.given("x"), branches: [Self.pays(first), Self.pays(second)], example: example)
            #expect(
                found.notices.contains { $0.check == "agreement.branch.unproved" && $0.message.contains(" < k[s1]") },
                "\(found)")
            #expect(Self.branchFaults(found) == [])
        }
        let whole = Self.check(
            inputs: classes + Self.given("x"), branches: [Self.pays("k[s1] ≤ 2 class"), Self.pays("k[s1] ≥ 3 class")],
            example: example)
        #expect(Self.branchFaults(whole) == [])
        let difference = Self.check(
            inputs: classes + Self.given("x"),
            branches: [Self.pays("k[s1] − k[s2] ≤ 0 class"), Self.pays("k[s1] − k[s2] ≥ 1 class")], example: example)
        #expect(Self.branchFaults(difference) == [])
        let mean = Self.check(
            inputs: Self.given("r", "rank", ", range: any"),
            branches: [Self.pays("r ≤ 2 rank"), Self.pays("r ≥ 3 rank")],
            example: "r: 1")
        #expect(Self.branchFaults(mean).contains { $0.contains("covers 2 rank < r < 3 rank") }, "\(mean)")
    }

    @Test("A branch that never decides is found wherever the choice stands")
    func dead() {
        let x = Self.given("x")
        let nested = Self.check(
            inputs: x,
            formulas:
                "  - {name: g, expression: \"when x > 1 then (when x < 1 then 3 万元 else 2 万元) else 0 万元\", unit: 万元, clause: c}",
            example: "x: 1")
        #expect(Self.branchFaults(nested).contains { $0.contains("“x < 1” of formula “g” never decides") }, "\(nested)")
        let amount = Self.check(
            inputs: x,
            branches: [
                "otherwise: true, payer: a, payee: b, amount: \"when x > 1 then 1 万元 when x > 2 then 5 万元 else 0 万元\""
            ], example: "x: 1")
        #expect(Self.branchFaults(amount).contains { $0.contains("“x > 2” of payment “pay” never decides") })
        let guarded = Self.check(
            inputs: x,
            branches: [
                "when: x > 1, payer: a, payee: b, amount: \"when x < 1 then 1 万元 else 2 万元\"",
                "otherwise: true, nothing: true",
            ], example: "x: 1")
        #expect(Self.branchFaults(guarded).contains { $0.contains("“x < 1” of payment “pay” never decides") })
        let elsewhere = Self.check(
            inputs: x,
            rest: """
                checks:
                  - {name: total, clause: c, equal: ["when x > 1 then 1 when x > 3 then 2 else 0", "1"]}
                splits:
                  - {name: parts, direction: allocate, pool: pool, total: 1 万元, shares: {a: "when x > 1 then 1 when x > 4 then 2 else 3", b: 1}, remainder: a, rounding: half-up, clause: c}
                """, example: "x: 1")
        #expect(Self.branchFaults(elsewhere).contains { $0.contains("“x > 3” of check “total” never decides") })
        #expect(Self.branchFaults(elsewhere).contains { $0.contains("“x > 4” of split “parts” never decides") })
    }

    @Test("What is not proved says so")
    func unproved() {
        let found = Self.check(
            inputs: Self.given("x") + Self.given("y"), branches: [Self.pays("x × y > 1"), Self.pays("x × y < 1")],
            example: "x: 1, y: 1")
        #expect(Self.branchFaults(found) == [])
        #expect(found.notices.contains { $0.check == "agreement.branch.unproved" && $0.message.contains("x × y = 1") })
        let sure = Self.check(
            inputs: Self.given("x") + Self.given("y"),
            branches: [Self.pays("x > 0 and x × y > 1"), Self.pays("x > 0 and x × y ≤ 1")], example: "x: 1, y: 1")
        #expect(Self.branchFaults(sure).contains { $0.contains("covers x = 0") || $0.contains("covers x < 0") })
    }
}
