// Goal: both array shapes give the same observations. Method: fixtures, with and without a profile that names the
// datastreams.

import Exact
import Formats
import Monitoring
import Testing

struct SensorThingsTests {
    private func profiles() throws -> [FormatID: SourceProfile] {
        var profile = try #require(BuiltInProfiles.all[.sensorThings])
        profile.parameterNames = ["Datastreams(7)": ParameterID("tp"), "Datastreams(a-8)": ParameterID("chla")]
        profile.writing.units = [ParameterID("chla"): "mg/L"]
        var profiles = BuiltInProfiles.all
        profiles[.sensorThings] = profile
        return profiles
    }

    @Test("What is uploaded: components in any order, null is missing, an interval is a mean over it")
    func upload() throws {
        let decoded = try decodeFixture("synthetic-sensorthings-upload.json", profiles: try profiles())
        #expect(
            decoded.texts == [
                "Datastreams(7)/tp 2026-05-01T00:00:00+08:00 0.085 [N]",
                "Datastreams(7)/tp 2026-05-01T04:00:00+08:00 missing [D]",
                "Datastreams(a-8)/chla 2026-05-01T00:00:00+08:00 2310",
            ])
        #expect(decoded.readings.map(\.series.statistic) == [.instant, .instant, .mean])
        #expect(decoded.readings.last?.series.window == .hours(1))
        #expect(decoded.rejections.map { "\($0.row) \($0.reason.rawValue)" } == ["3 missing-field"])
        #expect(decoded.summary?.rowCount == 4)
    }

    @Test("What is read: the link names the datastream; without a profile its parameter is unknown and kept")
    func reading() throws {
        let decoded = try decodeFixture("synthetic-sensorthings-reading.json")
        #expect(decoded.texts == ["Datastreams(7)/datastreams(7) 2026-05-01T08:00:00+08:00 0.085"])
        #expect(decoded.rejections.map { "\($0.row) \($0.field) \($0.excerpt)" } == ["2 result high"])
    }

    @Test("Faults are named: no result among the components, no datastream, an interval that ends before it begins")
    func faults() {
        let decoded = decodeFeed(
            "[{\"Datastream\":{\"@iot.id\":1},\"components\":[\"phenomenonTime\"],\"dataArray\":[[\"2026-05-01\"]]},"
                + "{\"components\":[\"phenomenonTime\",\"result\"],\"dataArray\":[[\"2026-05-01\",1]]},"
                + "{\"Datastream\":{\"@iot.id\":1},\"components\":[\"phenomenonTime\",\"result\"],"
                + "\"dataArray\":[[\"2026-05-02/2026-05-01\",1],[\"2026-05-01\",true]]}]")
        #expect(
            decoded.rejections.map { "\($0.row) \($0.field) \($0.reason.rawValue)" } == [
                "1 result missing-field", "2 Datastream missing-field", "3 phenomenonTime not-a-time",
                "4 result not-a-number",
            ])
        let late = decodeFeed("[{\"dataArray\":[[1]],\"components\":[\"result\"]}]")
        #expect(late.stop?.remedy == "components comes before dataArray.")
        #expect(
            decodeFeed("{\"value\":[{\"components\":[\"result\"],\"dataArray\":[[1]").stop?.reason == .malformedDocument
        )
    }
}
