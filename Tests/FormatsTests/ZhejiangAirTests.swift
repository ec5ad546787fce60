// Goal: the three headers of the Zhejiang feed give the same series. Method: the fixtures, each value written out.

import Exact
import Formats
import Monitoring
import Testing

struct ZhejiangAirTests {
    private func lines(_ decoded: DecodedForTest) -> [String] {
        decoded.readings.map { reading in
            let series = reading.series
            return "\(series.station) \(series.parameter) \(series.statistic.rawValue) "
                + "\(series.window.milliseconds / 3_600_000) h from \(reading.start.iso8601(at: .china)): "
                + (reading.value?.description ?? "missing")
        }
    }

    @Test("Midnight as a date alone is the end of the day's last hour; sliding means reach back their window")
    func codes() throws {
        let decoded = try decodeFixture("synthetic-zhejiang-air.csv")
        #expect(
            lines(decoded).prefix(9) == [
                "330999001 o3 mean 1 h from 2026-04-30T23:00:00+08:00: 17",
                "330999001 pm25 mean 1 h from 2026-04-30T23:00:00+08:00: 5",
                "330999001 pm10 mean 1 h from 2026-04-30T23:00:00+08:00: 10",
                "330999001 so2 mean 1 h from 2026-04-30T23:00:00+08:00: 7",
                "330999001 no2 mean 1 h from 2026-04-30T23:00:00+08:00: 19",
                "330999001 co mean 1 h from 2026-04-30T23:00:00+08:00: 0.4",
                "330999001 o3 sliding-mean 8 h from 2026-04-30T16:00:00+08:00: 61",
                "330999001 pm10 sliding-mean 24 h from 2026-04-30T00:00:00+08:00: 6",
                "330999001 pm25 sliding-mean 24 h from 2026-04-30T00:00:00+08:00: 4",
            ])
        // Quoted numbers are numbers, `--` is missing in either form.
        #expect(lines(decoded)[10] == "330999T_2 pm25 mean 1 h from 2026-05-01T00:00:00+08:00: missing")
        #expect(lines(decoded)[11] == "330999T_2 pm10 mean 1 h from 2026-05-01T00:00:00+08:00: 61")
        #expect(decoded.reported.map(\.aqi) == [20, nil])
        #expect(decoded.reported.map(\.primary) == ["", "PM₁₀,PM₂.₅"])
        #expect(decoded.reported.map(\.name) == ["示例监测楼", "示例小学"])
        #expect(decoded.summary?.format == .zhejiangAir)
    }

    @Test("The header with a nameless first column, and the one with names instead of codes")
    func otherHeaders() throws {
        let numbered = try decodeFixture("synthetic-zhejiang-air-numbered.csv")
        #expect(
            lines(numbered) == [
                "330999001 o3 mean 1 h from 2026-05-01T08:00:00+08:00: 31",
                "330999001 o3 sliding-mean 8 h from 2026-05-01T01:00:00+08:00: 40",
                "330999001 pm25 mean 1 h from 2026-05-01T08:00:00+08:00: 4",
            ])
        let named = try decodeFixture("synthetic-zhejiang-air-names.csv")
        #expect(lines(named)[0] == "示例市/示例监测楼 so2 mean 1 h from 2026-05-01T16:00:00+08:00: missing")
        #expect(lines(named)[6] == "示例市/示例监测楼 o3 sliding-mean 8 h from 2026-05-01T09:00:00+08:00: 114")
        #expect(lines(named)[9] == "示例市/示例小学 so2 mean 1 h from 2026-04-30T23:00:00+08:00: 8")
        #expect(named.reported.map(\.aqi) == [nil, 56])
    }

    @Test("A column nobody knows is told once and the rest is read; joined files repeat their header")
    func extraColumns() {
        let header = "sitecode,AQI,time,PM25,O3H8,PM1,PM25_level\n"
        let decoded = decodeFeed(header + "A,1,2026-05-01 09:00:00,4,5,6,优\n" + header + "B,1,2026-05-01,4,5,6,优\n")
        #expect(decoded.rejections.map { "\($0.row) \($0.field) \($0.reason.rawValue)" } == ["1 PM1 extra-field"])
        #expect(decoded.readings.count == 4)
        #expect(decoded.summary?.rowCount == 2)
    }
}
