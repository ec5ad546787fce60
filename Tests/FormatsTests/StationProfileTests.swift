// Goal: the rows of each station are read with the profile of its own registration, whatever stands before them in the
// file. Method: cases written out; then seeded files of many stations against the same rows in a file a station.

import Exact
import Formats
import Monitoring
import Testing

private let berlin: CivilZone = {
    func at(_ text: String) -> Instant { CivilDate(text)!.start(at: .utc).advanced(by: .hours(1)) }
    return CivilZone(
        name: "Europe/Berlin", edition: "by hand",
        spans: [
            .init(start: Instant(milliseconds: .min), offset: UTCOffset(minutes: 60), abbreviation: "CET"),
            .init(start: at("2025-03-30"), offset: UTCOffset(minutes: 120), abbreviation: "CEST"),
            .init(start: at("2025-10-26"), offset: UTCOffset(minutes: 60), abbreviation: "CET"),
        ])
}()

/// Stations by the profiles they are registered with.
private struct Stations {
    var registry = Registry()

    init(_ profiles: [(stations: [String], profile: SourceProfile)]) {
        for (number, entry) in profiles.enumerated() {
            var profile = entry.profile
            profile.id = "own-\(number)"
            registry.profiles[profile.id] = profile
            for name in entry.stations {
                let id = StationID(name)
                registry.stations[id] = Station(
                    id: id, name: BilingualName(chinese: name, english: name), medium: .water, region: nil,
                    waterBody: nil, aliases: [], cadence: nil, profile: profile.id, isProvisional: false)
                registry.stationNames[name] = id
            }
        }
    }

    func decode(_ text: String, blockRows: Int = 1_000) -> Decoded { decode(Array(text.utf8), blockRows: blockRows) }

    func decode(_ bytes: [UInt8], blockRows: Int = 1_000, workspace: DecodeWorkspace = DecodeWorkspace()) -> Decoded {
        var context = ReadContext(
            profiles: BuiltInProfiles.all, parameters: feedCatalogue(), nameHints: [],
            received: Instant(milliseconds: 1_777_680_000_000))
        context.limits.blockRows = blockRows
        var decoded = Decoded()
        bytes.withUnsafeBytes { raw in
            context.takeProfiles(of: registry, for: raw)
            decoded.outcome = decodeBatch(raw, context: context, workspace: workspace) { slice in
                let profile = slice.profile?.id ?? ""
                #expect(slice.numbers.map { $0.numbers.count == slice.block.seriesTable.count } ?? true)
                for row in 0..<slice.block.count {
                    let reading = slice.block[row]
                    decoded.readings.append(
                        "\(profile) \(reading.series.canonicalText) \(reading.plainText)")
                }
                decoded.rejections += slice.rejections
            }
        }
        return decoded
    }

    struct Decoded {
        var readings: [String] = []
        var rejections: [Rejection] = []
        var outcome: DecodedOutcome?

        var stop: Rejection? { if case .stopped(let rejection, _) = outcome { rejection } else { nil } }

        var summary: DecodedSummary? {
            switch outcome {
            case .read(let summary): summary
            case .stopped(_, let summary): summary
            case nil: nil
            }
        }
    }
}

private func profile(_ change: (inout SourceProfile) -> Void = { _ in }) -> SourceProfile {
    guard var profile = BuiltInProfiles.all[.tributaryCSV] else { preconditionFailure("CSV has a profile.") }
    change(&profile)
    return profile
}

private let micrograms = profile {
    $0.stamp = .end
    $0.statistic = .mean
    $0.window = .hours(1)
    $0.missingCodes = ["-77"]
    $0.writing.units = [ParameterID("tp"): "ug/L"]
    $0.offset = .utc
}

struct StationProfileTests {
    private let stations = Stations([(["UP"], profile()), (["DOWN"], micrograms)])

    @Test("Behind another station's row units, missing codes, offset, stamp and statistic are the station's own")
    func long() {
        let decoded = stations.decode(
            """
            station,parameter,time,value
            UP,tp,2026-04-20T08:00:00,0.2
            UP,nh3n,2026-04-20T08:00:00,-99
            DOWN,tp,2026-04-20T08:00:00,200
            DOWN,nh3n,2026-04-20T08:00:00,-77
            UP,tp,2026-04-20T09:00:00+08:00,0.3
            DOWN,tp,2026-04-20T09:00:00+08:00,300

            """)
        #expect(
            decoded.readings == [
                "own-0 UP/tp/instant/0/automatic UP/tp 2026-04-20T08:00:00+08:00 0.2",
                "own-0 UP/nh3n/instant/0/automatic UP/nh3n 2026-04-20T08:00:00+08:00 missing",
                "own-0 UP/tp/instant/0/automatic UP/tp 2026-04-20T09:00:00+08:00 0.3",
                "own-1 DOWN/tp/mean/3600/automatic DOWN/tp 2026-04-20T15:00:00+08:00 0.200",
                "own-1 DOWN/nh3n/mean/3600/automatic DOWN/nh3n 2026-04-20T15:00:00+08:00 missing",
                "own-1 DOWN/tp/mean/3600/automatic DOWN/tp 2026-04-20T08:00:00+08:00 0.300",
            ])
        #expect(decoded.rejections.isEmpty)
        #expect(decoded.summary?.profile.id == "own-0")
        #expect(decoded.summary?.otherProfiles.map(\.id) == ["own-1"])
    }

    @Test("The same in the wide shape, in NDJSON and with semicolons")
    func otherShapes() {
        let expected = [
            "own-0 UP/tp/instant/0/automatic UP/tp 2026-04-20T08:00:00+08:00 0.2",
            "own-1 DOWN/tp/mean/3600/automatic DOWN/tp 2026-04-20T15:00:00+08:00 0.200",
        ]
        for text in [
            "station,time,总磷\nUP,2026-04-20T08:00:00,0.2\nDOWN,2026-04-20T08:00:00,200\n",
            "station;parameter;time;value\nUP;tp;2026-04-20T08:00:00;0.2\nDOWN;tp;2026-04-20T08:00:00;200\n",
            #"{"station":"UP","parameter":"tp","time":"2026-04-20T08:00:00","value":0.2}"# + "\n"
                + #"{"station":"DOWN","parameter":"tp","time":"2026-04-20T08:00:00","value":200}"# + "\n",
        ] {
            #expect(stations.decode(text).readings == expected, "\(text)")
        }
    }

    @Test("Arrays of a SensorThings service are read with the profile of their own datastream")
    func arrays() {
        let first = profile { $0.parameterNames = ["Datastreams(1)": ParameterID("tp")] }
        var second = micrograms
        second.parameterNames = ["Datastreams(2)": ParameterID("tp")]
        let decoded = Stations([(["Datastreams(1)"], first), (["Datastreams(2)"], second)]).decode(
            """
            [{"Datastream":{"@iot.id":1},"components":["phenomenonTime","result"],"dataArray":[["2026-04-20T08:00:00",0.2]]},
            {"Datastream":{"@iot.id":2},"components":["phenomenonTime","result"],"dataArray":[["2026-04-20T08:00:00",200]]}]
            """)
        #expect(
            decoded.readings.map { $0.split(separator: " ").suffix(2).joined(separator: " ") } == [
                "2026-04-20T08:00:00+08:00 0.2", "2026-04-20T15:00:00+08:00 0.200",
            ])
    }

    @Test("A station nobody registered is read with the format's profile, before and behind a registered one")
    func stranger() {
        let rows = ["X,tp,2026-04-20T08:00:00,200", "DOWN,tp,2026-04-20T08:00:00,200"]
        for order in [rows, rows.reversed()] {
            let decoded = stations.decode("station,parameter,time,value\n" + order.joined(separator: "\n") + "\n")
            #expect(
                decoded.readings.sorted() == [
                    "own-1 DOWN/tp/mean/3600/automatic DOWN/tp 2026-04-20T15:00:00+08:00 0.200",
                    "tributary-csv X/tp/instant/0/automatic X/tp 2026-04-20T08:00:00+08:00 200",
                ])
        }
    }

    @Test("A time that only the station's own profile understands is read by it; its zone's faults are told")
    func zones() {
        let decoded = Stations([
            (["UP"], profile()), (["B"], profile { $0.zone = SourceZone(berlin, doubledHour: nil) }),
        ])
        .decode(
            """
            station,parameter,time,value
            UP,tp,2025-10-26T02:30:00,1
            B,tp,2025-10-26 02:45 CEST,2
            B,tp,2025-10-26T02:30:00,3
            UP,tp,2025-03-30T02:30:00,4
            B,tp,2025-03-30T02:30:00,5
            UP,tp,2025-10-26 02:45 CEST,6

            """)
        #expect(decoded.readings.count == 3)
        #expect(decoded.readings.contains { $0.hasSuffix("B/tp 2025-10-26T08:45:00+08:00 2") })
        #expect(
            decoded.rejections.map { "\($0.row) \($0.reason.rawValue)" } == [
                "4 doubled-time", "6 skipped-time", "7 not-a-time",
            ])
        #expect(decoded.summary?.zoneText == "Europe/Berlin, by hand")
    }

    @Test("Rows whose profile the file as a whole contradicts are kept aside, with what to do; the others are read")
    func otherProfile() throws {
        let declared = Stations([
            (["UP"], profile()), (["W"], profile { $0.writing.shape = .wide }),
            (["S"], profile { $0.writing.separator = .semicolon }),
        ])
        for order in [["UP", "W", "S"], ["W", "UP", "S"], ["S", "W", "UP"]] {
            let rows = order.map { "\($0),tp,2026-04-20T08:00:00,1\n" }.joined()
            let decoded = declared.decode("station,parameter,time,value\n" + rows)
            #expect(decoded.readings.map { $0.hasPrefix("own-0 UP") } == [true])
            #expect(decoded.rejections.map(\.reason) == [.otherProfile, .otherProfile])
            #expect(decoded.rejections.allSatisfy { $0.field == "station" && $0.reason.isQuarantine })
        }
        let wide = declared.decode("station,time,tp\nUP,2026-04-20,1\nW,2026-04-20,2\nS,2026-04-20,3\n")
        #expect(wide.readings.count == 2)
        #expect(wide.rejections.map(\.excerpt) == ["S"])
        #expect(try #require(wide.rejections.first).remedy.contains("`separator: comma`, then `tributary admit`"))
    }

    @Test(
        "GB 18030 is read for the stations that declare it; the rows of others wait instead of the file being refused")
    func encoding() throws {
        let chinese = Stations([(["示例站"], profile { $0.writing.encoding = .gb18030 }), (["UP"], profile())])
        // 示例站 and 示例 in GB 18030.
        let known: [UInt8] = [0xCA, 0xBE, 0xC0, 0xFD, 0xD5, 0xBE]
        let stranger: [UInt8] = [0xCA, 0xBE, 0xC0, 0xFD]
        let row = Array(",tp,2026-04-20T08:00:00,1\n".utf8)
        let header = Array("station,parameter,time,value\n".utf8)
        let mixed = chinese.decode(header + stranger + row + known + row + Array("UP".utf8) + row)
        #expect(mixed.readings == ["own-0 示例站/tp/instant/0/automatic 示例站/tp 2026-04-20T08:00:00+08:00 1"])
        #expect(
            mixed.rejections.map { "\($0.row) \($0.reason.rawValue) \($0.excerpt)" } == [
                "2 other-profile 示例", "4 other-profile UP",
            ])
        #expect(try #require(mixed.rejections.first).remedy.contains("`encoding: gb18030`, then `tributary admit`"))
        let alone = chinese.decode(header + stranger + row)
        #expect(alone.stop == nil && alone.rejections.map(\.reason) == [.otherProfile])
        // Where no profile of the registry declares it, nothing says what the bytes are.
        let nobody = Stations([(["UP"], profile())]).decode(header + stranger + row)
        #expect(nobody.stop?.reason == .wrongEncoding)
        // A feed is not read in an encoding that its own profile does not declare.
        let feed = Array("location_id,datetime,parameter,units,value\n1,2026-04-20T08:00:00Z,pm25,".utf8)
        #expect(chinese.decode(feed + stranger + Array(",1\n".utf8)).stop?.reason == .wrongEncoding)
    }

    private static func randomProfile(_ numbers: inout ChunkGenerator) -> SourceProfile {
        profile {
            $0.offset = [UTCOffset.china, .utc, UTCOffset(minutes: -300)].randomElement(using: &numbers) ?? .utc
            if Int.random(in: 0..<3, using: &numbers) == 0 { $0.zone = SourceZone(berlin, doubledHour: .later) }
            if Bool.random(using: &numbers) {
                $0.stamp = Bool.random(using: &numbers) ? .end : .begin
                $0.statistic = .mean
                $0.window = .hours(1)
            }
            $0.missingCodes = [["-77"], ["200"], []].randomElement(using: &numbers) ?? []
            if Bool.random(using: &numbers) { $0.writing.units = [ParameterID("tp"): "ug/L"] }
            if Int.random(in: 0..<3, using: &numbers) == 0 { $0.writing.decimalMark = .comma }
            $0.parameterNames =
                [[:], ["P": ParameterID("tp")], ["P": ParameterID("nh3n")]]
                .randomElement(using: &numbers) ?? [:]
            $0.origin = Bool.random(using: &numbers) ? .manual : .automatic
        }
    }

    private static let times = [
        "2026-04-20T08:00:00", "2026-04-20T08:00:00+08:00", "2026-04-20T09:00:00+08:00", "2026-04-20", "noon",
        "2025-03-30T02:30:00", "2025-10-26T02:30:00", "2025-10-26 02:45 CEST",
    ]
    private static let values = ["200", "0.2", "-77", "<3", "1.5", "1,5", "", "-1", "x", "12.34", "7"]

    @Test("A file of many stations gives what a file a station gives", arguments: 1...60 as ClosedRange<UInt64>)
    func property(seed: UInt64) {
        var numbers = ChunkGenerator(state: seed)
        let names = (0..<5).map { "S\($0)" }
        // The last station is registered nowhere.
        let stations = Stations(names.dropLast().map { ([$0], Self.randomProfile(&numbers)) })
        let shape = Int(seed % 5)
        func pick(_ texts: [String]) -> String { texts.randomElement(using: &numbers) ?? "" }
        let rows = (0..<40).map { _ -> (station: String, line: String) in
            let (station, parameter, time, value) = (
                pick(names), pick(["tp", "P", "总磷", "codmn"]), pick(Self.times), pick(Self.values)
            )
            let flag = pick(["", "N", "D", "xy"])
            let quoted = value.contains(",") ? "\"\(value)\"" : value
            let line =
                switch shape {
                case 0: "\(station),\(parameter),\(time),\(quoted),\(flag)"
                case 1: "\(quoted),\(time),\(station),\(parameter),\(flag)"
                case 2: "\(station);\(parameter);\(time);\(value);\(flag)"
                case 3: "\(station),\(time),\(flag),\(quoted),\(pick(Self.values.filter { !$0.contains(",") }))"
                default:
                    #"{"station":"\#(station)","parameter":"\#(parameter)","time":"\#(time)","value":"\#(value)","#
                        + #""flag":"\#(flag)"}"#
                }
            return (station, line + "\n")
        }
        let header = [
            "station,parameter,time,value,flag\n", "value,time,station,parameter,flag\n",
            "station;parameter;time;value;flag\n", "station,time,flag,tp,P\n", "",
        ][shape]
        let workspace = DecodeWorkspace()
        func bytes(_ lines: [(station: String, line: String)]) -> [UInt8] {
            Array((header + lines.map(\.line).joined()).utf8)
        }
        var expected: [String] = []
        var reasons: [RejectionReason: Int] = [:]
        for name in names {
            let own = rows.filter { $0.station == name }
            if own.isEmpty { continue }
            let decoded = stations.decode(bytes(own))
            expected += decoded.readings
            for rejection in decoded.rejections where rejection.row > 1 || shape == 4 {
                reasons[rejection.reason, default: 0] += 1
            }
        }
        // Twice through one workspace: what it remembers of the stations changes nothing.
        for blockRows in [7, 1_000] {
            let decoded = stations.decode(bytes(rows), blockRows: blockRows, workspace: workspace)
            #expect(decoded.readings.sorted() == expected.sorted(), "seed \(seed)")
            var found: [RejectionReason: Int] = [:]
            for rejection in decoded.rejections where rejection.row > 1 || shape == 4 {
                found[rejection.reason, default: 0] += 1
            }
            #expect(found == reasons, "seed \(seed)")
        }
    }
}
