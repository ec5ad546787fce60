// Goal: the same seed gives the same bytes; ordinary days stay within the class limits; what is planted is there.
// Method: a small registry written here; the sine against Python 3's math.sin.

import Exact
import Monitoring
import Simulation
import Standards
import Statistics
import Testing

private func name(_ text: String) -> BilingualName { BilingualName(chinese: text, english: text) }

private func station(_ id: String, _ medium: Station.Medium) -> Station {
    Station(
        id: StationID(id), name: name(id), medium: medium, region: RegionID("example-a"),
        waterBody: medium == .water ? .river : nil, aliases: [], cadence: .hours(medium == .water ? 4 : 1),
        profile: "tributary-csv", isProvisional: false)
}

private func section(_ id: String, _ station: String, water: Int?, index: Int?) -> Section {
    Section(
        id: SectionID(id), name: name(id), boundary: "example", river: nil, waterBody: water == nil ? nil : .river,
        upstream: RegionID("example-a"), downstream: RegionID("example-b"), stations: [StationID(station)],
        targets: [
            Section.Target(
                span: DateSpan(from: nil, until: nil), waterClass: water.map { WaterClass(rank: $0) },
                indexLimit: index,
                source: "example")
        ])
}

private let registry: Registry = {
    var registry = Registry()
    for id in ["EX-W1", "EX-W2", "EX-W3", "EX-W4"] { registry.stations[StationID(id)] = station(id, .water) }
    registry.stations[StationID("EX-A1")] = station("EX-A1", .air)
    for (index, id) in ["EX-S1", "EX-S2"].enumerated() {
        registry.sections[SectionID(id)] = section(id, "EX-W\(index + 1)", water: 3, index: nil)
    }
    registry.sections[SectionID("EX-S9")] = section("EX-S9", "EX-A1", water: nil, index: 100)
    return registry
}()

private func date(_ text: String) throws -> CivilDate { try #require(CivilDate(text)) }

private func simulate(
    seed: UInt64 = 7, from: String, until: String, extras: SimulationExtras = []
) throws -> Simulation {
    Simulation(
        seed: seed, registry: registry, standard: .gb3838of2002, from: try date(from), until: try date(until),
        extras: extras)
}

private struct Row {
    let station, parameter, time, value, flag: Substring
}

private func rows(_ batch: SimulatedBatch) -> [Row] {
    String(decoding: batch.bytes, as: UTF8.self).split(separator: "\n").dropFirst().map { line in
        let fields = line.split(separator: ",", omittingEmptySubsequences: false)
        return Row(station: fields[0], parameter: fields[1], time: fields[2], value: fields[3], flag: fields[4])
    }
}

/// FNV-1a over the names and bytes of all batches.
private func fingerprint(_ simulation: Simulation) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    simulation.forEachBatch { batch in
        for byte in Array(batch.name.utf8) + batch.bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    }
    return hash
}

@Suite struct SimulationTests {
    @Test func `The generator gives the published SplitMix64 sequence`() {
        // Source: prng.di.unimi.it splitmix64.c; seed 1234567, as printed in the Rosetta Code task on SplitMix64.
        var generator = SplitMix64(seed: 1_234_567)
        #expect(generator.next() == 6_457_827_717_110_365_317)
        #expect(generator.next() == 3_203_168_211_198_807_973)
        #expect(generator.next() == 9_817_491_932_198_370_423)
        #expect(generator.next() == 4_593_380_528_125_082_431)
        #expect(generator.next() == 16_408_922_859_458_223_821)
    }

    // Python: math.sin(2*math.pi*x).
    @Test(arguments: [
        (0.0, 0.0), (0.1, 0.5877852522924731), (0.25, 1.0), (0.4, 0.5877852522924732), (0.5, 0.0),
        (-0.3, -0.9510565162951535), (1234.75, -1.0), (0.0123, 0.07720627083999129),
    ])
    func `The sine is within a billionth of the true one`(turns: Double, expected: Double) {
        #expect(abs(portableSine(turns: turns) - expected) < 1e-9)
    }

    @Test func `The same seed gives the same bytes and another seed others`() throws {
        let first = fingerprint(try simulate(from: "2025-03-01", until: "2025-03-11"))
        #expect(first == fingerprint(try simulate(from: "2025-03-01", until: "2025-03-11")))
        #expect(first != fingerprint(try simulate(seed: 8, from: "2025-03-01", until: "2025-03-11")))
    }

    @Test func `A batch is one station and day in the contract's form`() throws {
        var batches: [SimulatedBatch] = []
        try simulate(from: "2025-03-01", until: "2025-03-02").forEachBatch { batches.append($0) }
        #expect(
            batches.map(\.name) == [
                "SYNTHETIC-EX-A1-20250301.csv", "SYNTHETIC-EX-W1-20250301.csv", "SYNTHETIC-EX-W2-20250301.csv",
                "SYNTHETIC-EX-W3-20250301.csv", "SYNTHETIC-EX-W4-20250301.csv",
            ])
        for batch in batches {
            #expect(String(decoding: batch.bytes, as: UTF8.self).hasPrefix("station,parameter,time,value,flag\n"))
            for row in rows(batch) {
                #expect(row.time.hasPrefix("2025-03-01T") && row.time.hasSuffix(":00:00+08:00"))
                #expect(row.value.isEmpty || ExactDecimal(String(row.value)) != nil)
                #expect(["N", "M", "C", "D", "B"].contains(row.flag))
            }
        }
        // Nine parameters six times a day, six parameters hourly, less the two in a thousand that are left out.
        #expect((50...54).contains(rows(batches[1]).count))
        #expect((138...144).contains(rows(batches[0]).count))
    }

    @Test func `Ordinary readings stay within the target and the planted episode does not`() throws {
        let simulation = try simulate(from: "2025-01-01", until: "2026-01-01")
        // GB 3838-2002, table 1: class Ⅲ, rivers.
        let limits = ["codmn": 6.0, "nh3n": 1.0, "tp": 0.2]
        let planted = simulation.planted
        var over: [String: Int] = [:]
        var spikes = 0
        simulation.forEachBatch { batch in
            for row in rows(batch) where row.flag == "N" {
                guard let limit = limits[String(row.parameter)], let value = Double(row.value) else { continue }
                if value <= limit { continue }
                let isSpike = planted.contains { event in
                    event.kind == .spike && event.station == StationID(String(row.station))
                        && event.parameter == ParameterID(String(row.parameter))
                        && event.onset.iso8601(at: .china) == row.time
                }
                if isSpike { spikes += 1 } else { over["\(row.station)/\(row.parameter)", default: 0] += 1 }
            }
        }
        #expect(Array(over.keys) == ["EX-W1/nh3n"])
        // 72 hours of 4-hourly readings, of which the first and last may stand under the limit.
        #expect((13...18).contains(over["EX-W1/nh3n"] ?? 0))
        #expect(spikes > 0)
        let kinds = Set(planted.map(\.kind))
        #expect(kinds == Set(PlantedEvent.Kind.allCases))
    }

    @Test func `The drift rises by the size the manifest names`() throws {
        let simulation = try simulate(from: "2025-07-01", until: "2026-01-01")
        let drift = try #require(simulation.planted.first { $0.kind == .drift })
        #expect(drift.station == StationID("EX-W2") && drift.parameter == ParameterID("codmn"))
        #expect(drift.onset.iso8601(at: .china) == "2025-10-13T00:00:00+08:00")
        // The season falls over these months, so the rise is read against a station without a drift.
        func rise(at station: StationID) -> Double {
            var before: [Double] = []
            var after: [Double] = []
            simulation.forEachBatch { batch in
                for row in rows(batch) where batch.station == station && row.parameter == "codmn" && row.flag == "N" {
                    guard let value = Double(row.value), value < 6 else { continue }
                    if batch.day.description < "2025-10-13" { before.append(value) }
                    if batch.day.description >= "2025-12-25" { after.append(value) }
                }
            }
            return after.reduce(0, +) / Double(after.count) - before.reduce(0, +) / Double(before.count)
        }
        // 0.24 of the class Ⅲ limit of 6 mg/L, less what the last week still lacks.
        #expect(abs(drift.size - 1.44) < 1e-9)
        #expect(abs(rise(at: drift.station) - rise(at: StationID("EX-W3")) - 1.37) < 0.25)
    }

    @Test func `Irregular batches come on request only`() throws {
        var kinds: [SimulatedBatch.Kind: [SimulatedBatch]] = [:]
        try simulate(from: "2025-01-01", until: "2025-04-01", extras: .all).forEachBatch {
            kinds[$0.kind, default: []].append($0)
        }
        #expect(kinds[.duplicate]?.count == 1 && kinds[.late]?.count == 1)
        #expect(kinds[.conflict]?.count == 1 && kinds[.bad]?.count == 1)
        let duplicate = try #require(kinds[.duplicate]?.first)
        let original = kinds[.regular]?.first { $0.station == duplicate.station && $0.day == duplicate.day }
        #expect(original?.bytes == duplicate.bytes)
        #expect(duplicate.name == "SYNTHETIC-EX-A1-20250101-duplicate.csv")
        let conflict = try #require(kinds[.conflict]?.first)
        #expect(rows(conflict).count == 1 && rows(conflict)[0].parameter == "turb")
        var regularKinds: Set<SimulatedBatch.Kind> = []
        try simulate(from: "2025-01-01", until: "2025-04-01").forEachBatch { regularKinds.insert($0.kind) }
        #expect(regularKinds == [.regular])
    }

    @Test func `Nothing is planted in silence: the manifest lists outages and says synthetic`() throws {
        let simulation = try simulate(from: "2025-01-01", until: "2025-04-01")
        let outage = try #require(simulation.planted.first { $0.kind == .outage && $0.station == StationID("EX-W1") })
        simulation.forEachBatch { batch in
            for row in rows(batch) where row.station == "EX-W1" {
                let onset = outage.onset.iso8601(at: .china)
                let end = outage.end.iso8601(at: .china)
                #expect(row.time < onset || row.time >= end)
            }
        }
        let manifest = simulation.manifest().text()
        #expect(manifest.hasPrefix(#"{"from":"2025-01-01","note":"Synthetic data"#))
        #expect(manifest.contains(#""synthetic":true"#))
    }
}
