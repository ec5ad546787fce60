// Goal: what people and programs read of an alert. Method: one alert of each kind, the whole text written out.

import Alerting
import Detection
import Exact
import Monitoring
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
        #expect(AlertLine.csvHeader.split(separator: ",").count == 30)
        #expect(
            line.csvRow
                == "A-EX-S1-EX-W1-nh3n-20260331T200000Z-threshold,threshold,ended,synthetic,EX-S1,界河,Boundary Bridge,"
                + "甲县 → 乙县,Jia County → Yi County,EX-W1,nh3n,氨氮,ammonia nitrogen,5,3,,,0.84,2026-04-01T04:00:00+08:00,"
                + "2026-04-01T12:00:00+08:00,1.845,2026-04-01T08:00:00+08:00,≤1.0,mg/L,,,GB 3838-2002,GB 3838-2002,"
                + "表1 / table 1,\"real-time, unreviewed\"")
    }

    @Test func `JSON has classes as numbers, decimals as text and both sides`() throws {
        let line = try #require(try lines("1.2 1.4").first)
        let text = line.json.text()
        #expect(text.contains(#""class":4,"#) && text.contains(#""target_class":3"#))
        #expect(text.contains(#""peak":"1.4""#) && text.contains(#""end":null"#))
        #expect(text.contains(#"{"position":null,"reason":"","received_at":null,"region":"ex-up","respond_by":null"#))
    }
}
