// Goal: the mutation score counts only what worked examples notice, and changes every kind of figure and rule. Method:
// agreements whose examples are blind to one thing, the survivors written out.

import Compensation
import Testing

struct MutationScoreTests {
    private static func survivors(_ terms: String) throws -> [String] {
        let text = AgreementLanguageTests.text(terms)
        let (agreement, problems) = readAgreement(text, file: "x.yaml")
        return mutationScore(of: try #require(agreement, "\(problems)")).survivors.map(\.change)
    }

    private static func edge(_ examples: [String]) -> String {
        """
        inputs:
          x: {measure: given, unit: mg/L, clause: c}
        payments:
          - name: y
            clause: c4
            branches:
              - {when: x ≤ 10 mg/L, payer: a, payee: b, amount: 9 万元}
              - {when: x > 10 mg/L, payer: b, payee: a, amount: 9 万元}
        examples:
          - {name: e, source: invented, inputs: {x: 1}, expect: {lines: [{payer: a, payee: b, amount: 9 万元}]}}
          - {name: f, source: invented, inputs: {x: 1000}, expect: {lines: [{payer: b, payee: a, amount: 9 万元}]}}
        \(examples.joined(separator: "\n"))
        """
    }

    @Test("Both sides of an edge move together, and only an example notices")
    func sharedEdge() throws {
        #expect(
            try Self.survivors(Self.edge([])) == [
                "y: “≤” changed to “<” in “x ≤ 10 mg/L”, and in 1 more with this edge",
                "y: “10 mg/L” changed to 11 mg/L, and in 1 more places with this edge",
                "y: “10 mg/L” changed to 9 mg/L, and in 1 more places with this edge",
            ])
        let at =
            "  - {name: g, source: invented, inputs: {x: 10}, expect: {lines: [{payer: a, payee: b, amount: 9 万元}]}}"
        let above =
            "  - {name: h, source: invented, inputs: {x: 10.1}, expect: {lines: [{payer: b, payee: a, amount: 9 万元}]}}"
        #expect(try Self.survivors(Self.edge([at, above])) == [])
    }

    @Test("Dated figures, ties, ranking keys, maps, shares, remainders, differences and roundings are changed too")
    func kinds() throws {
        let found = try Self.survivors(
            """
            constants:
              price: {dated: [{from: 2019-01-01, value: 20}, {from: 2025-01-01, value: 999}], unit: 万元, clause: c1, confidence: example}
              w: {each: towns, values: {a: 1, b: 3, c: 4}, unit: "1", clause: c5, confidence: example}
            maps:
              owner: {from: sections, to: towns, values: {s1: a, s2: b}, clause: c6}
            inputs:
              v: {measure: given, each: towns, unit: "1", clause: c}
            formulas:
              - {name: place, each: d in towns, expression: "rank(d, x in towns: v[x] ascending, ties best)", unit: rank, clause: c2}
            payments:
              - {name: pay, clause: c1, payer: a, payee: b, amount: price, rounding: {to: 0.01 万元, rule: half-up, clause: c3}}
            splits:
              - {name: s, direction: allocate, pool: pool, total: 8 万元, shares: "d in towns: w[d] × 2", remainder: a, rounding: half-up, clause: c7}
            checks:
              - {name: z, clause: c9, equal: ["1 万元", "1 万元"], within: 5 万元}
            examples:
              - {name: e, source: invented, inputs: {v: {a: 1, b: 1, c: 1}}, expect: {lines: [{payer: a, payee: b, amount: 20 万元}, {payer: pool, payee: a, amount: 1 万元}, {payer: pool, payee: b, amount: 3 万元}, {payer: pool, payee: c, amount: 4 万元}]}}
            """)
        for words in [
            "price from 2025-01-01: 999 万元 changed to", "place: key 1 turned round in",
            "place: ties best changed to ties worst",
            "owner[s1]: a changed to b", "s: “2” changed to 2.2", "s: the remainder of a given to b",
            "z: “5 万元” changed to 5.5 万元", "pay: rounding to 0.01 万元 changed to 1000 CNY",
            "s: rounding half-up changed to down",
        ] {
            #expect(found.contains { $0.contains(words) }, "\(words): \(found)")
        }
        #expect(!found.contains { $0.contains("payer and payee exchanged") || $0.contains("from 2019-01-01") })
    }

    @Test("An edge beside an equality is one of three, and one that moves nothing is not counted")
    func equality() throws {
        let found = try Self.survivors(
            """
            inputs:
              x: {measure: given, unit: class, clause: c}
            payments:
              - name: y
                clause: c4
                branches:
                  - {when: x = 2 class, nothing: true}
                  - {when: x > 2 class, payer: a, payee: b, amount: 9 万元}
                  - {when: x < 2 class, payer: b, payee: a, amount: 9 万元}
            examples:
              - {name: e, source: invented, inputs: {x: 2}, expect: {nothing: true}}
              - {name: f, source: invented, inputs: {x: 3}, expect: {lines: [{payer: a, payee: b, amount: 9 万元}]}}
              - {name: g, source: invented, inputs: {x: 1}, expect: {lines: [{payer: b, payee: a, amount: 9 万元}]}}
            """)
        #expect(found == [])
    }
}
