// Goal: what people and programs read of an alert. Method: one alert of each kind, the whole text written out.

import Alerting
import Detection
import Exact
import Monitoring
import Standards
import Testing

private func lines(_ cells: String, mark: AlertMark = .synthetic, now hour: Int? = nil) throws -> [AlertLine] {
    var book = AlertBook()
    let section = try #require(registry.sections[SectionID("EX-S1")])
    _ = book.update(
        try found(cells, now: hour), parties: AlertParty.parties(of: section, in: registry), mark: mark,
        at: instant(hour: 99))
    return book.ordered.map { AlertLine($0, registry: registry, parameters: parameters) }
}

@Suite struct AlertLineTests {
    @Test func `An episode reads in Chinese and English with class, multiple, text and marks`() throws {
        let line = try #require(try lines("0.500 1.200 1.845 0.9 0.8 0.7").first)
        // (1.845 − 1.0) / 1.0 = 0.845, two decimals half to even: 0.84.
        #expect(
            line.english
                == "【SYNTHETIC】[ended] Boundary Bridge (Jia County → Yi County), Example Station: ammonia "
                + "nitrogen over the limit: Ⅴ against target Ⅲ, peak 1.845 mg/L, limit ≤1.0, multiple 0.84, "
                + "GB 3838-2002, 表1 / table 1, "
                + "since 2026-04-01T04:00:00+08:00 until 2026-04-01T12:00:00+08:00; real-time, unreviewed【SYNTHETIC】")
        #expect(
            line.chinese
                == "【合成数据】[已结束] 界河断面（甲县 → 乙县）示例站 氨氮超限：Ⅴ（目标 Ⅲ），峰值 1.845 mg/L，限值 ≤1.0，"
                + "超标倍数 0.84，GB 3838-2002, 表1 / table 1，自 2026-04-01T04:00:00+08:00 至 "
                + "2026-04-01T12:00:00+08:00；实时·未经审核【合成数据】")
        #expect(line.alert.id.rawValue == "A-EX-S1-EX-W1-nh3n-20260331T200000Z-threshold")
    }

    /// The lines of one kind where the target names shares: 0.9 of the limit.
    private func linesWithShares(_ cells: String, _ kind: FindingID.Kind) throws -> [AlertLine] {
        let plain = try #require(registry.sections[SectionID("EX-S1")])
        let target = try #require(plain.targets.first)
        let section = Section(
            id: plain.id, name: plain.name, boundary: plain.boundary, river: nil, waterBody: plain.waterBody,
            upstream: plain.upstream, downstream: plain.downstream, stations: plain.stations,
            targets: [
                Section.Target(
                    span: target.span, waterClass: target.waterClass, indexLimit: nil,
                    preWarningShare: ExactDecimal("0.9"), forecastShare: ExactDecimal("0.9"), source: "example")
            ])
        let station = try #require(registry.stations[StationID("EX-W1")])
        let found = findings(
            section: section,
            stationSeries: [StationReadings(station: station, readings: [ParameterID("nh3n"): readings(cells)])],
            standard: .gb3838of2002, rules: DetectionRules(), now: nil)
        var book = AlertBook()
        let events = book.update(
            found, parties: AlertParty.parties(of: section, in: registry), mark: .measured, at: instant(hour: 99))
        // What the log keeps reads back the same.
        for event in events { #expect(AlertEvent(json: event.json) == event) }
        return book.ordered.filter { $0.finding.id.kind == kind }
            .map { AlertLine($0, registry: registry, parameters: parameters) }
    }

    @Test func `A pre-warning says that nothing was exceeded`() throws {
        let line = try #require(try linesWithShares("0.5 0.91 0.95 0.9 0.8 0.7", .preWarning).first)
        #expect(
            line.english
                == "[ended] Boundary Bridge (Jia County → Yi County), Example Station: ammonia nitrogen pre-warning, "
                + "not over the limit: near the limit ≤1.0 (share 0.9), nearest 0.95 mg/L, GB 3838-2002, "
                + "表1 / table 1, since 2026-04-01T04:00:00+08:00 until 2026-04-01T12:00:00+08:00; "
                + "real-time, unreviewed")
        #expect(
            line.chinese
                == "[已结束] 界河断面（甲县 → 乙县）示例站 氨氮预警（未超限）：接近限值 ≤1.0（预警比例 0.9），最接近值 0.95 mg/L，"
                + "GB 3838-2002, 表1 / table 1，自 2026-04-01T04:00:00+08:00 至 2026-04-01T12:00:00+08:00；实时·未经审核")
        #expect(line.multiple == "")
    }

    @Test func `A measured exceedance ends a pre-warning at once, and begins none`() throws {
        #expect(try linesWithShares("0.91 0.95 1.2 0.95 0.5", .preWarning).map(\.end) == ["2026-04-01T08:00:00+08:00"])
        #expect(try linesWithShares("1.1 1.2 0.95 1.1 0.5", .preWarning).isEmpty)
    }

    @Test func `A forecast says what the rest of the month may have`() throws {
        // Six readings of 6.0 on 1 April; 29 days of six remain: (180 × 1.0 − 36) / 174 = 0.8276.
        let line = try #require(try linesWithShares("6.0 6.0 6.0 6.0 6.0 6.0 0.5", .forecast).first)
        #expect(
            line.english
                == "[open] Boundary Bridge (Jia County → Yi County), Example Station: ammonia nitrogen month forecast: "
                + "mean of 6 readings 6.0000 mg/L against ≤1.0; the month's mean will miss the target unless the "
                + "remaining 174 have a mean of at most 0.8276 (no assessment), GB 3838-2002, 表1 / table 1, "
                + "since 2026-04-02T00:00:00+08:00 and lasting; real-time, unreviewed")
        #expect(
            line.chinese
                == "[持续] 界河断面（甲县 → 乙县）示例站 氨氮月均值预测：本月 6 个有效数据均值 6.0000 mg/L，限值 ≤1.0；"
                + "剩余 174 个数据均值须不高于 0.8276，否则月均值将不达目标（非考核结论），GB 3838-2002, 表1 / table 1，"
                + "自 2026-04-02T00:00:00+08:00 至今；实时·未经审核")
        // Six of 40 are more than the whole month may have.
        let lost = try #require(try linesWithShares("40 40 40 40 40 40 0.5", .forecast).first)
        #expect(lost.english.contains("however low the remaining 174 are, the month's mean will miss the target"))
        #expect(lost.chinese.contains("剩余 174 个数据无论多低，月均值都将超过目标"))
    }

    @Test func `A silence says when the station was last heard`() throws {
        let line = try #require(try lines("0.5 0.6", mark: .drill, now: 20).first)
        #expect(
            line.english
                == "【DRILL】[open] Boundary Bridge (Jia County → Yi County), Example Station: no data, last heard "
                + "2026-04-01T04:00:00+08:00, since 2026-04-01T08:00:00+08:00 and lasting; real-time, unreviewed【DRILL】"
        )
        #expect(line.multiple.isEmpty && line.peak.isEmpty && line.target.isEmpty)
    }

    @Test func `A measured alert carries no mark, and keeps the digits of its peak`() throws {
        let line = try #require(try lines("1.20 1.230", mark: .measured).first)
        #expect(line.english.hasPrefix("[open]") && line.peak == "1.230" && line.end.isEmpty)
    }

    @Test func `A CSV row has a field for every column`() throws {
        let line = try #require(try lines("0.500 1.200 1.845 0.9 0.8 0.7").first)
        #expect(AlertLine.csvHeader.split(separator: ",").count == 39)
        #expect(
            line.csvRow
                == "A-EX-S1-EX-W1-nh3n-20260331T200000Z-threshold,threshold,ended,synthetic,EX-S1,界河,Boundary Bridge,"
                + "甲县 → 乙县,Jia County → Yi County,EX-W1,nh3n,氨氮,ammonia nitrogen,5,3,,,0.84,2026-04-01T04:00:00+08:00,"
                + "2026-04-01T12:00:00+08:00,1.845,2026-04-01T08:00:00+08:00,≤1.0,mg/L,,,GB 3838-2002,GB 3838-2002,"
                + "表1 / table 1,\"real-time, unreviewed\",,,,,,,,,")
    }

    @Test func `JSON has classes as numbers, decimals as text and both sides`() throws {
        let line = try #require(try lines("1.2 1.4").first)
        let text = line.json.text()
        #expect(text.contains(#""class":4,"#) && text.contains(#""target_class":3"#))
        #expect(text.contains(#""peak":"1.4""#) && text.contains(#""end":null"#))
        #expect(text.contains(#"{"position":null,"reason":"","received_at":null,"region":"ex-up","respond_by":null"#))
    }
}
