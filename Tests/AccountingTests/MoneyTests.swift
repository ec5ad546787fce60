// Goal: money is exact, whole and checked. Method: written amounts both ways, and exit tests for broken preconditions.

import Accounting
import Exact
import Testing

struct MoneyTests {
    @Test(arguments: [
        (0, "0.00"), (1, "0.01"), (-1, "-0.01"), (100, "1.00"), (123_450, "1234.50"), (-999, "-9.99"),
        (Int64.max, "92233720368547758.07"), (Int64.min, "-92233720368547758.08"),
    ])
    func `An amount prints all its decimals`(minorUnits: Int64, text: String) {
        #expect(Money(.cny, minorUnits: minorUnits).plainText == text)
    }

    @Test(arguments: [
        ("0", 0), ("0.00", 0), ("-0.01", -1), ("1234.5", 123_450), ("39600000", 3_960_000_000), ("1.500", 150),
    ])
    func `Plain text is read back`(text: String, minorUnits: Int64) throws {
        #expect(try Money(plainText: text, .cny).minorUnits == minorUnits)
    }

    @Test(arguments: ["", "1,5", "1,234.50", "1e3", " 1", "1 ", "+1", "1.", ".5", "一", "1.2.3", "--1", "NaN"])
    func `Other text is not an amount`(text: String) {
        #expect(throws: MoneyProblem.notAnAmount(text)) { try Money(plainText: text, .cny) }
    }

    @Test func `A fraction of a fen is refused`() {
        #expect(throws: MoneyProblem.notWholeMinorUnits(Fraction(1, 3), .cny)) { try Money(Fraction(1, 3), .cny) }
        #expect(throws: MoneyProblem.notWholeMinorUnits(Fraction(5, 1_000), .cny)) {
            try Money(plainText: "0.005", .cny)
        }
        #expect(
            MoneyProblem.notWholeMinorUnits(Fraction(1, 8), .cny).description
                == "0.125 CNY is not a whole number of its smallest unit (2 decimals); "
                + "round it first by the rule the clause names.")
    }

    @Test func `An amount beyond 64 bits is refused`() {
        let huge = Fraction(Int.max)
        #expect(throws: MoneyProblem.outOfRange(huge, .cny)) { try Money(huge, .cny) }
    }

    @Test func `An exact amount becomes money and back`() throws {
        let money = try Money(Fraction(396, 10), .cny)
        #expect(money.minorUnits == 3_960)
        #expect(money.amount == Fraction(396, 10))
        #expect(money.description == "39.60 CNY")
    }

    @Test func `A currency without minor units prints whole numbers`() throws {
        let yen = try #require(Currency(code: "JPY"))
        #expect(Money(yen, minorUnits: -1_200).plainText == "-1200")
        #expect(throws: MoneyProblem.self) { try Money(plainText: "1.5", yen) }
        #expect(Currency(code: "XXX") == nil)
        #expect(Currency(code: "cny") == nil)
    }

    @Test func `Sums, differences and order`() {
        let two = Money(.cny, minorUnits: 200)
        let three = Money(.cny, minorUnits: 300)
        #expect((two + three).minorUnits == 500)
        #expect((two - three).minorUnits == -100)
        #expect((-two).magnitude == two)
        #expect(two < three)
        #expect(Money.zero(.cny).isZero)
    }

    @Test func `Two currencies are never added`() async {
        await #expect(processExitsWith: .failure) {
            _ = Money(.cny, minorUnits: 1) + Money(Currency(code: "EUR", minorUnitDigits: 2), minorUnits: 1)
        }
    }

    @Test func `A sum beyond 64 bits stops the program`() async {
        await #expect(processExitsWith: .failure) {
            _ = Money(.cny, minorUnits: .max) + Money(.cny, minorUnits: 1)
        }
    }

    @Test func `A difference beyond 64 bits stops the program`() async {
        await #expect(processExitsWith: .failure) {
            _ = Money(.cny, minorUnits: .min) - Money(.cny, minorUnits: 1)
        }
    }
}
