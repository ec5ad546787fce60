// Goal: a person's table settles a published notice, and a wrong row is named. Method: the Dabieshan notice of 2023 and
// the example agreement, by hand.

import Accounting
import Compensation
import Exact
import Monitoring
import Testing

struct InputTableTests {
    private static let dabieshan = ProjectFiles.agreement("catalogue/dabieshan/agreements/dabieshan.yaml")

    @Test("The published P of 2023 settles from one row")
    func notice() throws {
        let period = try #require(SettlementPeriod(parsing: "2023"))
        let table = "name,party,section,period,value,unit\nP,,luoguanzha,2023,0.673,\n"
        let source = try #require(InputTable.read(table, file: "dbs.csv", for: Self.dabieshan, period: period).source)
        let run = settle(Self.dabieshan, period: period, kind: .special, inputs: source, program: "test")
        let lines = try Statement(run).settled.lines
        #expect(lines.map { "\($0.payer) → \($0.payee) \($0.money.plainText)" } == ["hefei → luan 40000000.00"])
        let evidence = try #require(run.inputs.first?.value?.evidence.series.first)
        // Computed by sha256sum.
        #expect(
            evidence == "输入表 table sha256:6e4c46ec949202d94313d941206eba73da3a7b22df3d54aa322a6adb7d4879d1")
        // The same table under another name is the same evidence, and gives the same run.
        let other = try #require(InputTable.read(table, file: "b.csv", for: Self.dabieshan, period: period).source)
        let again = settle(Self.dabieshan, period: period, kind: .special, inputs: other, program: "test")
        #expect(again.id == run.id)
    }

    @Test("The template lists every figure an agreement asks for")
    func template() {
        #expect(
            InputTable.template(for: ExampleYear.agreement) == """
                name,party,section,period,value,unit
                c[codmn],,border,,,mg/L
                c[nh3n],,border,,,mg/L
                c[tn],,border,,,mg/L
                c[tp],,border,,,mg/L

                """)
    }

    @Test(
        "A wrong row is named with its line",
        arguments: [
            ("P,,,,,", 2, "has no value"), ("P,,,,0,673,", 2, "7 cells"), ("p,,,,1,", 2, "asks for no “p”"),
            ("P,,jiekou,,1,", 2, "belongs to section “luoguanzha”"), ("P,,,2022,1,", 2, "is for 2022"),
            ("P,,,soon,1,", 2, "is for soon"),
            ("P,,,,1,bushel", 2, "is not a unit"), ("P,,,,1,\nP,,,,1,", 3, "stands twice"),
            ("P,,,,1e3,", 2, "not a number"), ("P,,,,010,", 2, "begins with a zero"),
            ("P,,,,-01.5,", 2, "begins with a zero"),
        ])
    func wrongRows(row: String, line: Int, words: String) throws {
        let period = try #require(SettlementPeriod(parsing: "2023"))
        let text = InputTable.header + "\n" + row + "\n"
        let (source, problems) = InputTable.read(text, file: "x.csv", for: Self.dabieshan, period: period)
        #expect(source == nil)
        #expect(problems.map(\.line) == [line])
        #expect(problems[0].message.contains(words), "\(problems[0])")
    }

    @Test("A table without the header is refused")
    func header() throws {
        let period = try #require(SettlementPeriod(parsing: "2023"))
        let problems = InputTable.read("", file: "x.csv", for: Self.dabieshan, period: period).problems
        #expect(problems.map(\.line) == [1])
    }
}
