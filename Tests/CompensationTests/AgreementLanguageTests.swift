// Goal: sets, ranks, tiers, splits, ledgers, checks and exemptions mean what docs/agreement-language.md says.
// Method: one small agreement for each, whose worked examples are computed by hand; faults by check and words.

import Compensation
import Monitoring
import Testing

struct AgreementLanguageTests {
    /// An agreement around `terms`, with four parties, two sections and two indicators.
    static func text(_ terms: String, period: String = "year") -> String {
        """
        agreement: example-language
        title: {zh: 示例, en: Example}
        example: true
        document: {title: Example agreement, source: invented, confidence: example}
        validity: {from: 2024-01-01, until: 2027-01-01}
        period: \(period)
        parties:
          a: {name: {zh: 甲, en: A}, region: ra, role: upstream}
          b: {name: {zh: 乙, en: B}, region: rb, role: member}
          c: {name: {zh: 丙, en: C}, region: rc, role: downstream}
          pool: {name: {zh: 池, en: Pool}, role: pool}
        sections:
          s1: {name: {zh: 一, en: One}}
          s2: {name: {zh: 二, en: Two}}
        indicators:
          codmn: {zh: 高锰酸盐指数, en: permanganate index}
          tp: {zh: 总磷, en: total phosphorus}
        sets:
          towns: [a, b, c]
        evidence: [published]
        missing-data: {minimum-share: 0.75, clause: clause 5}
        \(terms)
        """
    }

    static let rank = """
        inputs:
          index: {measure: given, each: towns, unit: "1", clause: clause 1}
          second: {measure: given, each: towns, unit: "1", clause: clause 1}
        tiers:
          ladder:
            measures: rank
            gives: 万元
            how: exact
            rows: [{at: 1, value: 20}, {at: 2, value: 0}, {at: 3, value: -20}]
            clause: clause 2
            confidence: example
        formulas:
          - {name: place, each: t in towns, expression: "rank(t, x in towns: index[x] ascending, second[x] ascending)", unit: rank, clause: clause 2}
          - {name: pay, each: t in towns, expression: "tier(ladder, place[t])", unit: 万元, clause: clause 2}
        payments:
          - name: ladder_payment
            each: t in towns
            clause: clause 3
            branches:
              - {when: "pay[t] > 0 万元", payer: pool, payee: t, amount: "pay[t]"}
              - {when: "pay[t] < 0 万元", payer: t, payee: pool, amount: "−pay[t]"}
              - {when: "pay[t] = 0 万元", nothing: true}
        checks:
          - {name: zero_sum, clause: clause 3, equal: ["sum(t in towns: pay[t])", 0 万元]}
        examples:
          - name: plain
            source: invented
            inputs: {index: {a: 3, b: 1, c: 2}, second: {a: 1, b: 1, c: 1}}
            expect:
              steps: {"place[a]": 3, "place[b]": 1 rank}
              lines: [{payer: pool, payee: b, amount: 20 万元}, {payer: a, payee: pool, amount: 20 万元}]
          - name: broken-tie
            source: invented
            inputs: {index: {a: 1, b: 1, c: 2}, second: {a: 2, b: 1, c: 1}}
            expect:
              lines: [{payer: pool, payee: b, amount: 20 万元}, {payer: c, payee: pool, amount: 20 万元}]
          - name: tie
            source: invented
            inputs: {index: {a: 1, b: 1, c: 2}, second: {a: 1, b: 1, c: 1}}
            expect: {refuses: "a, b are equal in every key"}
        """

    static let chain = """
        maps:
          owner: {from: sections, to: parties, values: {s1: a, s2: b}, clause: annex}
        constants:
          limit: {each: [sections, indicators], values: {s1: {codmn: 4, tp: 0.1}, s2: {codmn: 6, tp: 0.2}}, unit: mg/L, clause: annex, confidence: example}
          price: {value: 10, unit: 万元/t, clause: clause 2, confidence: example}
        inputs:
          conc: {measure: given, each: [sections, indicators], unit: mg/L, clause: clause 1}
          flow: {measure: given, each: [sections, months], unit: m3/s, clause: clause 1}
          dry: {measure: given, each: sections, unit: d, clause: clause 4}
        exemptions:
          - {name: dried_up, each: s in sections, when: "dry[s] > 15 d", clause: clause 4}
        formulas:
          - {name: volume, each: s in sections, expression: "sum(m in months: flow[s, m] × days(m))", unit: m3, clause: clause 2}
          - {name: over, each: [s in sections, i in indicators], expression: "max(0 t, (conc[s, i] − limit[s][i]) × volume[s])", unit: t, clause: clause 2}
          - {name: charge, each: s in sections, expression: "when exempt(dried_up, s) then 0 万元 else price × sum(i in indicators: over[s, i])", unit: 万元, clause: clause 2}
          - {name: carried, each: t in towns, expression: "sum(s in sections where owner[s] = t: charge[s]) + (when first(t) then 0 万元 else sum(s in sections where owner[s] = prev(t): charge[s]))", unit: 万元, clause: clause 2}
        payments:
          - name: by_owner
            each: s in sections
            clause: clause 3
            rounding: {to: 1 元, rule: half-up, clause: clause 6}
            branches:
              - {when: "charge[s] > 0 万元", payer: "owner[s]", payee: pool, amount: "charge[s]"}
              - {when: "charge[s] = 0 万元", nothing: true}
              - {when: "charge[s] < 0 万元", undetermined: a credit is not foreseen}
        examples:
          - name: load
            source: invented; 31 days × 86 400 s × 1 m3/s × 1 mg/L = 2.6784 t, at 10 = 26.784
            inputs:
              conc: {s1: {codmn: 5, tp: 0.1}, s2: {codmn: 9, tp: 0.2}}
              flow: {s1: {m1: 1}, s2: {m1: 1}}
              dry: {s1: 0, s2: 16}
            expect:
              steps: {"charge[s1]": 26.784 万元, "carried[b]": 26.784 万元, "carried[c]": 0 万元, "over[s2,codmn]": 8.0352}
              exempt: ["dried_up[s2]"]
              lines: [{payer: a, payee: pool, amount: 267840 元}]
        """

    static let shared = """
        ledgers:
          quota: {name: {zh: 水量指标, en: water quota}, unit: t, smallest: 0.001 t}
        constants:
          area: {each: towns, values: {a: 1, b: 2, c: 4}, unit: "1", clause: annex, confidence: example}
          part: {dated: [{from: 2024-01-01, value: 75}, {from: 2025-01-01, value: 83}], unit: "%", clause: clause 7, confidence: example}
        inputs:
          total: {measure: given, unit: 万元, clause: clause 1}
          water: {measure: given, unit: t, clause: clause 1}
        formulas:
          - {name: due, expression: part × total, unit: 万元, clause: clause 7}
        checks:
          - {name: printed, clause: clause 1, at-most: [due, 100 万元]}
        splits:
          - {name: award, direction: allocate, pool: pool, total: due, shares: {a: 40, b: 30, c: 30}, remainder: c, rounding: {to: 0.1 万元, rule: down}, clause: clause 2}
          - {name: quota, direction: allocate, pool: pool, total: water, shares: {t in towns: "area[t]"}, remainder: c, rounding: half-up, ledger: quota, clause: clause 3}
        netting: {rule: bilateral, clause: clause 8}
        examples:
          - name: both
            source: invented; 75 % of 100.3 is 75.225
            inputs: {total: 100.3, water: 10}
            expect:
              bounds: {due: [75 万元, 75.3 万元]}
              lines:
                - {payer: pool, payee: a, amount: 30 万元}
                - {payer: pool, payee: b, amount: 22.5 万元}
                - {payer: pool, payee: c, amount: 22.725 万元}
                - {payer: pool, payee: a, amount: 1.429 t, ledger: quota}
                - {payer: pool, payee: b, amount: 2.857 t, ledger: quota}
                - {payer: pool, payee: c, amount: 5.714 t, ledger: quota}
          - name: later
            source: invented
            period: 2025
            inputs: {total: 100, water: 7}
            expect:
              net: {a: 33.2 万元, b: 24.9 万元, c: 24.9 万元, pool: -83 万元}
          - name: too-much
            source: invented
            inputs: {total: 200, water: 7}
            expect:
              refuses: "does not balance: due is 150 万元, more than 100 万元"
              steps: {due: 150}
        """

    static let tiers = """
        tiers:
          base:
            measures: "1"
            gives: 万元
            how: step
            edge: upper
            rows: [{to: 0.1, value: 0}, {from: 0.1, to: 0.5, value: 10}, {from: 0.5, to: 1, value: 25}, {from: 1, value: 50}]
            clause: clause 1
            confidence: example
          award:
            measures: ug/m3
            gives: 万元·m3/ug
            how: marginal
            edge: upper
            rows: [{from: 0, to: 5, value: 10}, {from: 5, value: 20}]
            clause: clause 2
            confidence: example
        inputs:
          m: {measure: given, unit: "1", clause: clause 1}
          better: {measure: given, unit: ug/m3, range: any, clause: clause 2}
        formulas:
          - {name: fine, expression: "tier(base, m) × (1 + m)", unit: 万元, clause: clause 1}
          - {name: bonus, expression: "tier(award, better)", unit: 万元, clause: clause 2}
        payments:
          - {name: fine_payment, clause: clause 1, payer: a, payee: b, amount: fine}
          - {name: bonus_payment, clause: clause 2, payer: b, payee: a, amount: bonus}
        examples:
          - {name: edge, source: invented, inputs: {m: 0.5, better: 5}, expect: {steps: {fine: 15, bonus: 50}, net: {a: 35 万元}}}
          - {name: above, source: invented, inputs: {m: 0.51, better: 7}, expect: {steps: {fine: 37.75, bonus: 90}, net: {a: 52.25 万元}}}
          - {name: low, source: invented, inputs: {m: 0.1, better: 0}, expect: {steps: {fine: 0, bonus: 0}, net: {a: 0 万元}}}
          - {name: outside, source: invented, inputs: {m: 2, better: -1}, expect: {refuses: "The table “award” says nothing of -1 ug/m3", steps: {fine: 150}}}
        """

    @Test(
        "Worked examples of each part of the language hold",
        arguments: [
            ("rank", rank, "year"), ("chain", chain, "month"), ("shared", shared, "year"), ("tiers", tiers, "year"),
        ])
    func examplesHold(name: String, terms: String, period: String) throws {
        let (agreement, problems) = readAgreement(Self.text(terms, period: period), file: "\(name).yaml")
        #expect(problems.map(\.description) == [])
        for example in try #require(agreement).examples {
            #expect(run(example, of: try #require(agreement)) == [], "\(example.name)")
        }
    }

    /// A line of the terms above, what stands in its place, the check and words of its message.
    @Test(
        "A wrong term is named with its remedy",
        arguments: [
            (
                rank, "each: t in towns, expression: \"tier", "each: t in town, expression: \"tier",
                "There is no set “town”"
            ),
            (rank, "index[x] ascending, second", "index ascending, second", "has one value for each member of towns"),
            (rank, "tier(ladder", "tier(lader", "Did you mean “ladder”?"),
            (rank, "rank(t, x in towns", "rank(u, x in towns", "neither a running variable nor a member of towns"),
            (rank, "measures: rank", "measures: class", "“ladder” measures class"),
            (rank, "payer: pool, payee: t", "payer: pool, payee: q", "There is no party “q”"),
            (rank, "gives: 万元", "gives: t", "gives t, but its unit is 万元"),
            (chain, "owner[s] = t", "owner[s] = zz", "“zz” is no member of parties"),
            (chain, "limit[s][i]", "limit[s]", "has 2 indices (sections, indicators), and one is written"),
            (chain, "exempt(dried_up, s)", "exempt(dried, s)", "There is no exemption “dried”"),
            (chain, "values: {s1: a, s2: b}", "values: {s1: a, s2: bb}", "“bb” is no member of parties"),
            (tiers, "{from: 0.1, to: 0.5", "{from: 0.2, to: 0.5", "says nothing between 0.1 and 0.2"),
            (tiers, "{from: 0.1, to: 0.5", "{from: 0.05, to: 0.5", "overlap between 0.05 and 0.1"),
            (tiers, "{from: 0, to: 5, value: 10}", "{to: 5, value: 10}", "has no beginning"),
            (shared, "remainder: c, rounding: {", "remainder: pool, rounding: {", "has no share"),
            (shared, "value: 83", "value: 83%", "Write the fraction"),
            (shared, "value: 83", "value: 083", "begins with a zero"),
            (shared, "expression: part × total", "expression: part × due", "at or below it"),
            (shared, "values: {a: 1, b: 2, c: 4}", "values: {a: 1, b: \"2,5\", c: 4}", "The decimal mark is a point"),
            (shared, "smallest: 0.001 t", "smallest: 0.3 t", "not the smallest amount of a ledger"),
        ])
    func faults(terms: String, old: String, new: String, words: String) {
        let changed = terms.replacing(old, with: new)
        #expect(changed != terms)
        let problems = readAgreement(Self.text(changed), file: "x.yaml").problems
        #expect(problems.contains { $0.description.contains(words) }, "\(problems.map(\.description))")
    }
}
