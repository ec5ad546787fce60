// Goal: a check set is read with all of its numbers, and every mistake in one is told with its place and remedy.
// Method: the shipped example; small files written out, one mistake each; and one with many mistakes at once.

import Monitoring
import Quality
import Testing

private func problems(_ lines: String...) -> [String] {
    let text = lines.joined(separator: "\n") + "\n"
    return CheckSetReader.read([("checks/a.yaml", text)], registry: registry).problems.map {
        "\($0.line):\($0.column) \($0.check)"
    }
}

private let registry: Registry = {
    var registry = Registry()
    for id in ["S1", "S2"] {
        registry.stations[StationID(id)] = Station(
            id: StationID(id), name: BilingualName(chinese: id, english: id), medium: .water, region: nil,
            waterBody: nil, aliases: [], cadence: .hours(4), profile: "p", isProvisional: false)
    }
    return registry
}()

private let head = ["checks:", "  id: a", "  version: \"1\"", "  stations: [S1]", "  required: [gross-range]"]

private func withHead(_ lines: String...) -> [String] {
    let text = (head + lines).joined(separator: "\n") + "\n"
    return CheckSetReader.read([("checks/a.yaml", text)], registry: registry).problems.map {
        "\($0.line):\($0.column) \($0.check)"
    }
}

@Suite struct CheckSetReaderTests {
    @Test func `The shipped example is without fault and says what it says`() {
        let set = ExampleChecks.set
        #expect(set.id == "example-checks/1")
        #expect(set.required == [.grossRange])
        #expect(set.entries.count == 15 && set.rules.count == 3)
        let read = CheckSetReader.read([("checks/example-checks.yaml", ExampleChecks.text)], registry: nil)
        #expect(read.problems.map(\.description) == [])
    }

    @Test func `A whole set without fault`() {
        #expect(
            withHead(
                "  parameters:", "    - parameter: codmn", "      source: papers", "      months: [1, 2, 3, 4, 5, 6]",
                "      climatology: {usual: [1, 5]}", "    - parameter: codmn", "      months: [7, 8, 9, 10, 11, 12]",
                "      climatology: {usual: [2, 9], source: papers}", "    - parameter: codmn", "      source: papers",
                "      gross-range: {possible: [0, 100], plausible: [0.2, 40]}",
                "      rate-of-change: {per-hour: 1.5}", "      window-spike: {side: 3, absolute: 1, deviations: 6}",
                "      attenuated-signal: {window: 1d, range: 0.05, readings: 5}",
                "      stuck-decimals: {readings: 12, decimals: 2}",
                "      variance-drop: {stretch: 1d, baseline: 14, share: 0.1, readings: 5}",
                "      maintenance-step: {side: 6, within: 2d, absolute: 1, relative: 0.3}",
                "      repeated-sequence: {readings: 12, distinct: 4}", "  neighbours:",
                "    - {station: S1, other: S2, parameter: codmn, travel: 12h, window: 8h, absolute: 2, relative: 0.5, "
                    + "source: study}", "  instruments:",
                "    - {kind: zero, parameter: codmn, limit: 1.0, every: 48h, source: papers}") == [])
    }

    @Test(arguments: [
        (["    - parameter: codmm"], "7:18 registry.parameter.unknown"),
        (["    - parameter: codmn", "      stations: [S9]"], "8:18 checks.station.missing"),
        (
            ["    - parameter: codmn", "      gross-range: {possible: [0, 9], plausible: [5, 1], source: x}"],
            "8:50 checks.range.order"
        ),
        (
            ["    - parameter: codmn", "      gross-range: {possible: [0, 9], plausible: [0, 10], source: x}"],
            "8:20 checks.range.order"
        ),
        (["    - parameter: codmn", "      flat-line: {readings: 8}"], "8:18 checks.source.missing"),
        (["    - parameter: codmn", "      flat-line: {readings: 1, source: x}"], "8:29 checks.count"),
        (
            ["    - parameter: codmn", "      spike: {absolute: -1, relative: 0, source: x}"],
            "8:25 checks.number.negative"
        ),
        (
            ["    - parameter: codmn", "      spike: {absolute: , relative: 0, source: x}"],
            "8:14 registry.value.missing"
        ),
        (["    - parameter: codmn", "      spikes: {absolute: 1}"], "8:7 registry.key.unknown"),
        (["    - parameter: codmn", "      months: [1, 13]"], "8:15 checks.months"),
    ])
    func `A mistake in an entry is told at its place`(lines: [String], expected: String) {
        let text = (head + ["  parameters:"] + lines).joined(separator: "\n") + "\n"
        let found = CheckSetReader.read([("checks/a.yaml", text)], registry: registry).problems
        let places = found.map { "\($0.line):\($0.column) \($0.check)" }
        #expect(places.contains { $0.split(separator: " ").last == expected.split(separator: " ").last }, "\(places)")
        #expect(places.contains(expected) || expected.hasSuffix("registry.value.missing"), "\(places)")
        #expect(found.allSatisfy { !$0.remedy.isEmpty && $0.file == "checks/a.yaml" })
    }

    @Test(arguments: ["[]", "[gap]"])
    func `A set that requires no look at a value is refused`(required: String) {
        let found = problems(
            "checks:", "  id: a", "  version: \"1\"", "  stations: [S1]", "  required: \(required)", "  parameters: []")
        #expect(found == ["5:13 checks.required.nothing"])
    }

    @Test func `Overlapping seasons and holes between them are told, by check and station`() {
        let found = withHead(
            "  parameters:", "    - parameter: codmn", "      months: [1, 2, 3]",
            "      climatology: {usual: [1, 5], source: x}", "    - parameter: codmn", "      months: [3, 4, 5]",
            "      climatology: {usual: [1, 6], source: x}", "    - parameter: codmn",
            "      flat-line: {readings: 8, source: x}")
        #expect(found == ["10:7 checks.season.hole", "10:7 checks.season.overlap"])
    }

    @Test func `All problems of a file are told at once`() {
        let found = problems(
            "checks:", "  id: a", "  example: true", "  stations: [S1, S9]", "  profiles: [nowhere]",
            "  required: [gross-rage]", "  parameters:", "    - parameter: nothing")
        let checks = Set(found.compactMap { $0.split(separator: " ").last.map(String.init) })
        #expect(
            checks == [
                "registry.value.missing", "checks.example.name", "checks.station.missing", "checks.profile.missing",
                "checks.check.unknown", "registry.parameter.unknown",
            ])
    }

    @Test func `Two sets for one station, a key twice, and a set for nobody are refused`() {
        let one = (head + ["  parameters: []"]).joined(separator: "\n") + "\n"
        let other = one.replacing("id: a", with: "id: b")
        let both = CheckSetReader.read([("checks/a.yaml", one), ("checks/b.yaml", other)], registry: registry)
        #expect(both.problems.map(\.check) == ["checks.scope.twice"])
        let same = CheckSetReader.read([("checks/a.yaml", one), ("checks/b.yaml", one)], registry: registry)
        #expect(Set(same.problems.map(\.check)) == ["checks.scope.twice", "checks.id.duplicate"])
        #expect(withHead("  id: b") == ["6:3 yaml.duplicate-key"])
        #expect(
            problems("checks:", "  id: a", "  version: \"1\"", "  required: [gross-range]")
                .map { String($0.split(separator: " ")[1]) } == ["checks.scope.missing"])
    }

    @Test func `A set named by the station goes before one by its profile, and none means not tested`() {
        func set(_ id: String, _ scope: String) -> (path: String, text: String) {
            ("checks/\(id).yaml", "checks:\n  id: \(id)\n  version: \"1\"\n  \(scope)\n  required: [gross-range]\n")
        }
        var known = registry
        known.profiles["p"] = nil
        let sets = CheckSetReader.read([set("a", "profiles: [p]"), set("b", "stations: [S2]")], registry: nil).sets
        func id(_ station: String) -> String? {
            registry.stations[StationID(station)].map { sets.set(for: $0, in: registry).id }
        }
        #expect(id("S1") == "a/1" && id("S2") == "b/1")
        let nobody = CheckSets()
        #expect(registry.stations[StationID("S1")].map { nobody.set(for: $0, in: registry).id } == "none")
    }

    @Test func `Any damage to the example is answered with problems, never with a fault`() {
        var random = TestRandom(seed: 7)
        let bytes = Array(ExampleChecks.text.utf8)
        for _ in 0..<300 {
            var copy = bytes
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0..<copy.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: copy[place] = UInt8.random(in: 32...126, using: &random)
                case 1: copy.remove(at: place)
                default: copy.insert(UInt8(ascii: "-"), at: place)
                }
            }
            let text = String(decoding: copy, as: UTF8.self)
            let read = CheckSetReader.read([("checks/a.yaml", text)], registry: nil)
            #expect(read.problems.allSatisfy { !$0.message.isEmpty && !$0.remedy.isEmpty })
        }
    }
}
