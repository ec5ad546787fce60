// Goal: every fault of a registry is named with file, line and remedy, and the examples we ship have none. Method: one
// folder a fault under fixtures/registry with the problems expected in it; the shipped folder read as it stands.

import Foundation
import Monitoring
import Standards
import Testing

@Suite struct RegistryReaderTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    static let cases: [String] = {
        let folder = root.appending(path: "fixtures/registry").resolvingSymlinksInPath()
        return (try? FileManager.default.contentsOfDirectory(atPath: folder.path))?.sorted() ?? []
    }()

    @Test func `There is a fixture for each fault the project was asked for`() {
        #expect(Self.cases.count >= 20)
        #expect(Set(["good", "cycle", "missing-region", "duplicate-id"]).isSubset(of: Set(Self.cases)))
    }

    @Test(arguments: cases)
    func `A fixture has exactly the problems it says`(name: String) throws {
        let folder = Self.root.appending(path: "fixtures/registry/\(name)").resolvingSymlinksInPath()
        let (_, problems) = RegistryReader.read(try Self.yaml(in: folder))
        let expected = try String(contentsOf: folder.appending(path: "expected.txt"), encoding: .utf8)
            .split(separator: "\n").map(String.init).sorted()
        #expect(problems.map { "\($0.check) \($0.file):\($0.line)" }.sorted() == expected)
        #expect(problems.allSatisfy { !$0.remedy.isEmpty && $0.message.hasSuffix(".") })
        #expect(problems.allSatisfy { RegistryCheck(rawValue: $0.check) != nil })
    }

    @Test func `The registry we ship has no problem and says what it is`() throws {
        let folder = Self.root.appending(path: "stations").resolvingSymlinksInPath()
        let (registry, problems) = RegistryReader.read(try Self.yaml(in: folder))
        #expect(problems.map(\.description) == [])
        #expect(registry.boundaries.count == 3)
        #expect(registry.boundaries.values.allSatisfy { $0.isExample && $0.id.hasPrefix("example-") })
        #expect(registry.boundaries["example-three-regions"]?.regions.count == 3)
        #expect(registry.stations[StationID("EX-UP-1")]?.cadence == .hours(4))
        #expect(registry.stations[StationID("EX-UP-1")]?.parameters.count == 9)
        #expect(registry.sections(of: StationID("EX-DOWN-1")).map(\.id) == [SectionID("EX-DOWN")])
        #expect(registry.boundaryStandards["example-river-xinan"]?.itemProfile == "5+X")
        #expect(registry.profiles["example-water-4h"]?.flags["N"] == .valid)
        #expect(registry.adoptions.isEmpty)
        let section = try #require(registry.sections[SectionID("EX-CHI-2")])
        #expect(section.target(on: try #require(CivilDate("2024-12-31")))?.waterClass == WaterClass(rank: 3))
        #expect(section.target(on: try #require(CivilDate("2025-01-01")))?.waterClass == WaterClass(rank: 2))
        #expect(section.target(on: try #require(CivilDate("2019-12-31"))) == nil)
    }

    @Test func `Lakes of the national feed are found by basin and section, with their evidence`() throws {
        let folder = Self.root.appending(path: "stations").resolvingSymlinksInPath()
        let (registry, _) = RegistryReader.read(try Self.yaml(in: folder))
        #expect(registry.waterBody(of: StationID("江苏省/太湖流域/西山")) == .lake)
        #expect(registry.waterBody(of: StationID("太湖流域/西山")) == .lake)
        #expect(registry.waterBody(of: StationID("江苏省/太湖流域/沙渚")) == .river)
        #expect(registry.waterBody(of: StationID("北京市/海河流域/沿河城")) == nil)
        #expect(registry.waterBodies.values.allSatisfy { $0.evidence.count > 20 })
    }

    @Test func `A profile says how its text is written, and says nothing by default`() throws {
        let text = """
            profiles:
              - id: a
                name: {zh: 甲, en: A}
                offset: "-06:00"
                stamp: begin
                statistic: mean
                window: 1h
                origin: automatic
                future-tolerance: 0
                zones: {CST: "+08:00"}
                units: {chla: mg/L, 总磷: µg/L}
                decimal-mark: comma
                encoding: gb18030
                shape: wide
              - {id: b, name: {zh: 乙, en: B}, offset: Z, stamp: instant, statistic: instant, window: 0,
                 origin: automatic, future-tolerance: 0}
            """
        let (registry, problems) = RegistryReader.read([("profiles.yaml", text)])
        #expect(problems.map(\.description) == [])
        #expect(
            registry.profiles["a"]?.writing
                == SourceWriting(
                    zones: ["CST": .china], units: [ParameterID("chla"): "mg/L", ParameterID("tp"): "µg/L"],
                    decimalMark: .comma, encoding: .gb18030, shape: .wide))
        #expect(registry.profiles["b"]?.writing == .plain)
    }

    @Test func `Faults of how a profile's text is written point at line and column`() throws {
        let folder = Self.root.appending(path: "fixtures/registry/profile-writing").resolvingSymlinksInPath()
        let (_, problems) = RegistryReader.read(try Self.yaml(in: folder))
        #expect(
            problems.first { $0.check == "registry.profile.unit" && $0.line == 16 }?.description
                == "profiles.yaml:16:11: Profile example-profile sends co in `ppm`, which is not taken. "
                + "[registry.profile.unit] Send co in mg/m3: ppm becomes a mass concentration only at a stated "
                + "temperature and pressure, which the row does not give (GB 3095-2012, 3.14, names one until "
                + "2018-08-31 and another since), and by a molar volume that no clause gives and no decimal holds.")
    }

    @Test func `A profile names a zone in place of an offset, and a wrong name is answered with a right one`() throws {
        let folder = Self.root.appending(path: "fixtures/registry/profile-zone").resolvingSymlinksInPath()
        let (registry, problems) = RegistryReader.read(try Self.yaml(in: folder))
        let profile = try #require(registry.profiles["example-profile"])
        #expect(profile.zone?.text.hasPrefix("Europe/Berlin, tzdata 20") == true)
        #expect(profile.zone?.doubledHour == .later)
        #expect(profile.offset == UTCOffset("+01:00"))
        #expect(
            problems.first { $0.line == 5 }?.description
                == "profiles.yaml:5:62: The zone `europe/berlin` of Profile example-unknown is not known. "
                + "[registry.profile.zone] Write an IANA name such as Europe/Berlin, or `offset` where the source has one "
                + "time all year. Near it: Europe/Berlin.")
    }

    @Test func `A faulty entry is left out and the others stay`() throws {
        let text = """
            regions:
              - {id: a, name: {zh: 甲, en: A}, level: province}
              - {id: b, name: {zh: 乙}, level: kingdom}
            """
        let (registry, problems) = RegistryReader.read([("regions.yaml", text)])
        #expect(Array(registry.regions.keys) == [RegionID("a")])
        #expect(problems.map(\.check).sorted() == ["registry.value.missing", "registry.value.type"])
        #expect(problems.allSatisfy { $0.line == 3 })
    }

    @Test func `Agreements are passed over and nothing is read from nothing`() {
        let (registry, problems) = RegistryReader.read([("x/agreements/a.yaml", "parties: [a]\n")])
        #expect(registry.isEmpty && problems.isEmpty)
    }

    private static func yaml(in folder: URL) throws -> [(path: String, text: String)] {
        let all = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.allObjects ?? []
        return try all.compactMap { $0 as? URL }.filter { $0.pathExtension == "yaml" }.map { url in
            (
                path: String(url.path.dropFirst(folder.path.count + 1)),
                text: try String(contentsOf: url, encoding: .utf8)
            )
        }
    }
}
