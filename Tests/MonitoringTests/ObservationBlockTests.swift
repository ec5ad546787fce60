// Goal: a block keeps every observation as received. Method: rows in, rows out, and its named limits.

import Exact
import Monitoring
import Testing

struct ObservationBlockTests {
    private func key(_ parameter: String) -> SeriesKey {
        SeriesKey(
            station: StationID("s1"), parameter: ParameterID(parameter), statistic: .mean, window: .hours(1),
            origin: .automatic)
    }

    @Test func `Rows come out as they went in`() throws {
        var block = ObservationBlock()
        #expect(block.isEmpty)
        let value = try #require(ExactDecimal("0.20"))
        let first = block.index(of: key("tp"))
        let second = block.index(of: key("tn"))
        let index = block.index(ofFlag: "RM")
        let flag = try #require(index)
        block.append(
            series: second, start: Instant(milliseconds: 7), value: value, qualifier: .below, flag: flag, row: 3)
        block.append(
            series: first, start: Instant(milliseconds: 8), value: .zero, qualifier: .missing, flag: 0, row: 4)
        #expect(block.count == 2)
        #expect(
            block[0]
                == Reading(
                    series: key("tn"), start: Instant(milliseconds: 7), value: value, qualifier: .below, flag: "RM",
                    row: 3))
        #expect(block[0].value?.isIdentical(to: value) == true)
        #expect(block[1].value == nil)
        #expect(block[1].flag == "")
        #expect(block[1].series == key("tp"))
    }

    @Test func `A series and a flag are listed once`() {
        var block = ObservationBlock()
        let series = ["tp", "tn", "tp"].map { block.index(of: key($0)) }
        #expect(series == [0, 1, 0])
        #expect(block.seriesTable == [key("tp"), key("tn")])
        let flags = ["", "H", "H"].map { block.index(ofFlag: $0) }
        #expect(flags == [0, 1, 1])
        #expect(block.flagTable == ["", "H"])
    }

    @Test func `The flag table has its named limit`() {
        var block = ObservationBlock()
        let flags = (1...ObservationBlock.flagLimit).map { block.index(ofFlag: "f\($0)") }
        #expect(flags.dropLast() == (1..<UInt16(ObservationBlock.flagLimit)).map(Optional.some)[...])
        #expect(flags.last == .some(nil))
        let known = block.index(ofFlag: "f1")
        #expect(known == 1)
    }

    @Test func `Columns appended at once are the same rows`() {
        var one = ObservationBlock()
        var all = ObservationBlock()
        _ = one.index(of: key("tp"))
        _ = all.index(of: key("tp"))
        for number in 0..<5 {
            let value = ExactDecimal(mantissa: Int64(number) * 11, exponent: -1)
            one.append(
                series: 0, start: Instant(milliseconds: Int64(number)), value: value, qualifier: .none, flag: 0,
                row: Int32(number + 1))
        }
        one.series.withUnsafeBufferPointer { series in
            one.start.withUnsafeBufferPointer { start in
                one.mantissa.withUnsafeBufferPointer { mantissa in
                    one.exponent.withUnsafeBufferPointer { exponent in
                        one.qualifier.withUnsafeBufferPointer { qualifier in
                            one.flag.withUnsafeBufferPointer { flag in
                                one.row.withUnsafeBufferPointer { row in
                                    all.append(
                                        series: series, start: start, mantissa: mantissa, exponent: exponent,
                                        qualifier: qualifier, flag: flag, row: row)
                                }
                            }
                        }
                    }
                }
            }
        }
        #expect((0..<5).allSatisfy { one[$0] == all[$0] })
        #expect(all.count == 5)
    }

    @Test func `A series has one stable text`() {
        #expect(key("tp").canonicalText == "s1/tp/mean/3600/automatic")
    }
}
