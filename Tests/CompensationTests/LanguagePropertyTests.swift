// Goal: what must hold of every formula and agreement, not of chosen ones. Method: seeded random expressions against a
// slow evaluation of the tree they were written from; random figures under changes whose effect is known beforehand.

import Accounting
import Compensation
import Exact
import Monitoring
import Testing

struct LanguagePropertyTests {
    /// SplitMix64: the same cases every time.
    private struct Seeded: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }

        /// A decimal of up to two places, written as an agreement writes it.
        mutating func decimal(_ range: ClosedRange<Int>) -> (text: String, value: Fraction) {
            let hundredths = Int.random(in: range, using: &self) * 100 + Int.random(in: 0...99, using: &self)
            let rest = String(hundredths % 100)
            return (
                "\(hundredths / 100).\(rest.count == 1 ? "0" : "")\(rest)", Fraction(hundredths, 100)
            )
        }
    }

    // MARK: Expressions against the tree they were written from

    /// A formula as a tree; its text is written with the parentheses it needs, and sometimes more.
    private indirect enum Tree {
        case number(String, Fraction)
        case name(Int)
        case negated(Tree)
        case binary(String, Tree, Tree)
        case extreme(isLargest: Bool, [Tree])
        case magnitude(Tree)
        case choice(sign: String, Tree, Tree, then: Tree, otherwise: Tree)
        case steps(isStarted: Bool, Tree, step: Tree)

        static func random(_ depth: Int, _ random: inout Seeded) -> Tree {
            func part() -> Tree { .random(depth - 1, &random) }
            guard depth > 0 else {
                if Bool.random(using: &random) { return .name(Int.random(in: 0..<3, using: &random)) }
                let (text, value) = random.decimal(0...9)
                return .number(text, value)
            }
            switch Int.random(in: 0..<10, using: &random) {
            case 0: return .negated(part())
            case 1...5:
                let sign = ["+", "−", "×", "÷"].randomElement(using: &random) ?? "+"
                return .binary(sign, part(), part())
            case 6: return .extreme(isLargest: Bool.random(using: &random), [part(), part(), part()])
            case 7: return .magnitude(part())
            case 8:
                let sign = ["<", "≤", ">", "≥", "=", "≠"].randomElement(using: &random) ?? "<"
                return .choice(sign: sign, part(), part(), then: part(), otherwise: part())
            default:
                let (text, value) = random.decimal(1...3)
                return .steps(isStarted: Bool.random(using: &random), part(), step: .number(text, value))
            }
        }

        /// How tightly the text holds together: a sum 1, a product 2, a sign 3, anything closed 4; a choice 0.
        private var strength: Int {
            switch self {
            case .choice: 0
            case .binary(let sign, _, _): sign == "+" || sign == "−" ? 1 : 2
            case .negated: 3
            case .number, .name, .extreme, .magnitude, .steps: 4
            }
        }

        private func text(atLeast strength: Int, _ random: inout Seeded) -> String {
            let needs = self.strength < strength || Int.random(in: 0..<8, using: &random) == 0
            return needs ? "(\(text(&random)))" : text(&random)
        }

        func text(_ random: inout Seeded) -> String {
            switch self {
            case .number(let text, _): return text
            case .name(let index): return ["x", "y", "z"][index]
            case .negated(let inner): return "−" + inner.text(atLeast: 4, &random)
            case .binary(let sign, let left, let right):
                let first = left.text(atLeast: strength, &random)
                return "\(first) \(sign) \(right.text(atLeast: strength + 1, &random))"
            case .extreme(let isLargest, let parts):
                let texts = parts.map { $0.text(atLeast: 1, &random) }
                return "\(isLargest ? "max" : "min")(\(texts.joined(separator: ", ")))"
            case .magnitude(let inner): return "abs(\(inner.text(atLeast: 1, &random)))"
            case .choice(let sign, let left, let right, let then, let otherwise):
                let condition = "\(left.text(atLeast: 1, &random)) \(sign) \(right.text(atLeast: 1, &random))"
                let value = then.text(atLeast: 1, &random)
                return "when \(condition) then \(value) else \(otherwise.text(atLeast: 1, &random))"
            case .steps(let isStarted, let inner, let step):
                let name = isStarted ? "started_steps" : "whole_steps"
                return "\(name)(\(inner.text(atLeast: 1, &random)), \(step.text(&random)))"
            }
        }

        /// The value by the rules of arithmetic alone; `nil` where a divisor is zero.
        func value(_ names: [Fraction]) -> Fraction? {
            switch self {
            case .number(_, let value): return value
            case .name(let index): return names[index]
            case .negated(let inner): return inner.value(names).map { .zero - $0 }
            case .binary(let sign, let left, let right):
                guard let first = left.value(names), let second = right.value(names) else { return nil }
                switch sign {
                case "+": return first + second
                case "−": return first - second
                case "×": return first * second
                default: return second.isZero ? nil : first / second
                }
            case .extreme(let isLargest, let parts):
                let values = parts.compactMap { $0.value(names) }
                guard values.count == parts.count else { return nil }
                return values.dropFirst().reduce(values[0]) { ($0 < $1) == isLargest ? $1 : $0 }
            case .magnitude(let inner):
                return inner.value(names).map { $0 < .zero ? .zero - $0 : $0 }
            case .choice(let sign, let left, let right, let then, let otherwise):
                guard let first = left.value(names), let second = right.value(names) else { return nil }
                let holds =
                    switch sign {
                    case "<": first < second
                    case "≤": !(second < first)
                    case ">": second < first
                    case "≥": !(first < second)
                    case "=": !(first < second) && !(second < first)
                    default: first < second || second < first
                    }
                return holds ? then.value(names) : otherwise.value(names)
            case .steps(let isStarted, let inner, let step):
                guard let value = inner.value(names), let size = step.value(names) else { return nil }
                // Counted one by one.
                var count = 0
                if isStarted {
                    while Fraction(count) * size < value { count += 1 }
                } else {
                    while !(value < Fraction(count + 1) * size) { count += 1 }
                }
                return Fraction(count)
            }
        }
    }

    @Test("Random expressions have the value of the tree they were written from")
    func expressions() throws {
        var random = Seeded(state: 20_250_601)
        var scope = ExpressionScope()
        for name in ["x", "y", "z"] { scope.symbols[name] = ScopeSymbol(unit: .one) }
        var (compared, refused) = (0, 0)
        for _ in 0..<3_000 {
            let tree = Tree.random(Int.random(in: 1...4, using: &random), &random)
            let names = (0..<3).map { _ in random.decimal(-5...5).value }
            let text = tree.text(&random)
            guard let wanted = bounded(tree, names) else { continue }
            var values = EvaluationValues()
            for (name, value) in zip(["x", "y", "z"], names) { values[name, []] = value }
            let expression = try Expression(parsing: text)
            let found = try? ExpressionEvaluation.evaluate(expression, in: scope, with: values).value
            #expect(found == wanted.value, "\(text) at \(names)")
            compared += 1
            if wanted.value == nil { refused += 1 }
        }
        #expect(compared > 2_500 && refused > 20, "\(compared), \(refused)")
    }

    /// The reference counts steps one by one, so that a tree whose parts grow beyond ten thousand is left out.
    private func bounded(_ tree: Tree, _ names: [Fraction]) -> (value: Fraction?, Void)? {
        func isSmall(_ tree: Tree) -> Bool {
            switch tree {
            case .number, .name: true
            case .negated(let inner), .magnitude(let inner): isSmall(inner)
            case .binary(_, let left, let right): isSmall(left) && isSmall(right)
            case .extreme(_, let parts): parts.allSatisfy(isSmall)
            case .choice(_, let left, let right, let then, let otherwise):
                [left, right, then, otherwise].allSatisfy(isSmall)
            case .steps(_, let inner, _):
                isSmall(inner) && (inner.value(names).map { $0.magnitude < Fraction(10_000) } ?? true)
            }
        }
        return isSmall(tree) ? (tree.value(names), ()) : nil
    }

    // MARK: Units

    @Test("A figure in another unit of its kind is the same figure, exactly")
    func units() throws {
        var random = Seeded(state: 7)
        let kinds: [[(String, Fraction)]] = [
            [("mg/L", .one), ("ug/L", Fraction(1, 1_000)), ("g/m3", .one), ("kg/m3", Fraction(1_000))],
            [("元", .one), ("万元", Fraction(10_000)), ("亿元", Fraction(100_000_000))],
            [("t", .one), ("kg", Fraction(1, 1_000)), ("g", Fraction(1, 1_000_000))],
            [("m3/s", .one), ("m3/h", Fraction(1, 3_600)), ("L/s", Fraction(1, 1_000))],
        ]
        let scope = ExpressionScope()
        var compared = 0
        for kind in kinds {
            for _ in 0..<50 {
                let (from, to) = (kind.randomElement(using: &random)!, kind.randomElement(using: &random)!)
                let (text, value) = random.decimal(0...999)
                let same = (value * from.1 / to.1)
                // Not every share of an hour has a decimal that an agreement may write.
                guard var other = same.decimalText(places: 20) else { continue }
                while other.contains("."), let last = other.last, last == "0" || last == "." { other.removeLast() }
                guard other.count <= 18 else { continue }
                compared += 1
                let condition = try Expression(parsing: "\(text) \(from.0) = \(other) \(to.0)")
                #expect(ExpressionUnits.check(condition, in: scope).problems.isEmpty)
                #expect(
                    try ExpressionEvaluation.decide(condition, in: scope, with: EvaluationValues()).holds,
                    "\(condition.text)")
            }
        }
        #expect(compared > 150, "\(compared)")
    }

    // MARK: Agreements

    private static func agreement(_ terms: String, period: String = "year") throws -> Agreement {
        let read = readAgreement(AgreementLanguageTests.text(terms, period: period), file: "x.yaml")
        return try #require(read.agreement, "\(read.problems)")
    }

    private static func lines(
        _ agreement: Agreement, _ period: String, _ table: String
    ) throws -> [(payer: String, payee: String, amount: Fraction)] {
        let period = try #require(SettlementPeriod(parsing: period))
        let read = InputTable.read(InputTable.header + "\n" + table, file: "t.csv", for: agreement, period: period)
        let run = settle(
            agreement, period: period, kind: .special, inputs: try #require(read.source, "\(read.problems)"),
            program: "test")
        guard case .settled(let settled) = run.outcome else {
            Issue.record("\(run.refusalText)")
            return []
        }
        return settled.lines.map { ($0.payer, $0.payee, $0.money.amount) }
    }

    private static func loads(price: Int, cap: Int, towns: String = "a, b, c") -> String {
        """
        constants:
          price: {value: \(price), unit: 元/t, clause: clause 1, confidence: example}
          cap: {value: \(cap), unit: 元, clause: clause 1, confidence: example}
        inputs:
          load: {measure: given, each: towns, unit: t, clause: clause 1}
        formulas:
          - {name: place, each: d in towns, expression: "rank(d, x in towns: load[x] ascending, ties best)", unit: rank, clause: clause 2}
          - {name: due, each: d in towns, expression: "min(cap, price × load[d]) × place[d] ÷ 1 rank", unit: 元, clause: clause 2}
        payments:
          - {name: pay, each: d in towns, clause: clause 3, payer: d, payee: pool, amount: "due[d]"}
        examples:
          - {name: none, source: invented, inputs: {}, expect: {refuses: Supply}}
        """
    }

    private static func table(_ loads: [Int]) -> String {
        zip(["a", "b", "c"], loads).map { "load,\($0),,,\($1),t\n" }.joined()
    }

    @Test("Money scaled by a factor scales every amount; the order of the parties changes none")
    func scaledAndPermuted() throws {
        var random = Seeded(state: 11)
        for _ in 0..<60 {
            let loads = (0..<3).map { _ in Int.random(in: 1...400, using: &random) }
            let (price, cap) = (Int.random(in: 1...90, using: &random), Int.random(in: 1_000...30_000, using: &random))
            let factor = Int.random(in: 2...9, using: &random)
            let plain = try Self.lines(
                try Self.agreement(Self.loads(price: price, cap: cap)), "2024", Self.table(loads))
            let scaled = try Self.lines(
                try Self.agreement(Self.loads(price: price * factor, cap: cap * factor)), "2024", Self.table(loads))
            #expect(plain.count == 3)
            #expect(scaled.map(\.amount) == plain.map { $0.amount * Fraction(factor) })
            let text = AgreementLanguageTests.text(Self.loads(price: price, cap: cap))
                .replacing("towns: [a, b, c]", with: "towns: [c, a, b]")
            let turned = try Self.lines(
                try #require(readAgreement(text, file: "x.yaml").agreement), "2024", Self.table(loads))
            let byPayer = Dictionary(turned.map { ($0.payer, $0.amount) }) { first, _ in first }
            for line in plain { #expect(byPayer[line.payer] == line.amount, "\(loads)") }
        }
    }

    @Test("A year's load by months owes what its months owe one by one")
    func splitPeriod() throws {
        func terms(_ load: String, _ each: String) -> String {
            """
            constants:
              price: {value: 7, unit: 元/t, clause: clause 1, confidence: example}
            inputs:
              load: {measure: given, each: months, unit: t, clause: clause 1}
            payments:
              - {name: pay, clause: clause 3, payer: a, payee: b, amount: "\(load)"}
            examples:
              - {name: none, source: invented, inputs: {}, expect: {refuses: Supply}}
            """
        }
        var random = Seeded(state: 13)
        let whole = try Self.agreement(terms("sum(m in months: price × load[m])", "months"))
        let monthly = try Self.agreement(terms("sum(m in months: price × load[m])", "months"), period: "month")
        for _ in 0..<20 {
            let loads = (1...12).map { _ in Int.random(in: 1...900, using: &random) }
            let year = loads.enumerated().map {
                "load,,,m\($0.offset < 9 ? "0" : "")\($0.offset + 1),\($0.element),t\n"
            }
            let total = try Self.lines(whole, "2024", year.joined()).map(\.amount).reduce(.zero, +)
            var sum = Fraction.zero
            for (index, load) in loads.enumerated() {
                let month = "2024-\(index < 9 ? "0" : "")\(index + 1)"
                sum = sum + (try Self.lines(monthly, month, "load,,,m1,\(load),t\n").map(\.amount).reduce(.zero, +))
            }
            #expect(total == sum)
        }
    }

    @Test("The parts of a split add up to the whole, whatever the shares, the step and the rule")
    func splits() throws {
        var random = Seeded(state: 17)
        for _ in 0..<120 {
            let shares = (0..<3).map { _ in Int.random(in: 1...997, using: &random) }
            let total = random.decimal(5_000...90_000)
            let rule = ["half-up", "half-even", "up", "down"].randomElement(using: &random) ?? "down"
            // Coarse steps upwards could take more than the whole, which is refused.
            let steps = rule == "down" ? ["0.01 元", "1 元", "0.01 万元", "1 万元"] : ["0.01 元", "0.1 元"]
            let step = steps.randomElement(using: &random) ?? "1 元"
            let terms = """
                inputs:
                  fund: {measure: given, unit: 元, clause: clause 1}
                splits:
                  - {name: parts, direction: allocate, pool: pool, total: fund, remainder: c, clause: clause 2, shares: {a: \(shares[0]), b: \(shares[1]), c: \(shares[2])}, rounding: {to: \(step), rule: \(rule)}}
                examples:
                  - {name: none, source: invented, inputs: {}, expect: {refuses: Supply}}
                """
            let lines = try Self.lines(try Self.agreement(terms), "2024", "fund,,,,\(total.text),元\n")
            #expect(lines.map(\.amount).reduce(.zero, +) == total.value, "\(shares) \(step) \(rule)")
            #expect(lines.count == 3 && lines.allSatisfy { $0.payer == "pool" })
        }
    }
}
