// Goal: exclusion records are read alike from both forms, and every fault is told with its place. Method: the shipped
// examples, and one mistake a file.

import Foundation
import Monitoring
import Standards
import Testing

@Suite struct ExclusionReaderTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private func text(_ name: String) throws -> String {
        let file = Self.root.appending(path: "fixtures/assessment/\(name)").resolvingSymlinksInPath()
        return try String(contentsOf: file, encoding: .utf8)
    }

    @Test func `The example says the same in both forms`() throws {
        let yaml = readExclusions(try text("example-exclusions.yaml"), file: "example-exclusions.yaml")
        let csv = readExclusions(try text("example-exclusions.csv"), file: "example-exclusions.csv")
        #expect(yaml.problems == [] && csv.problems == [])
        #expect(yaml.records == csv.records)
        let works = try #require(yaml.records.first)
        #expect(works.kind == .construction && works.isApproved && works.concerns(ParameterID("codmn")))
        #expect(
            !works.concerns(ParameterID("tp")) && works.concerns(place: ["EX-DOWN"])
                && !works.concerns(place: ["EX-UP"]))
        #expect(works.interval.start.iso8601(at: .china) == "2025-03-10T00:00:00+08:00")
        #expect(works.interval.duration == .days(3))
        #expect(yaml.records.last?.isApproved == false)
    }

    private static let record =
        "id: a, kind: ice, places: [S], from: 2025-01-01, until: 2025-02-01, offset: '+08:00', applicant: x, evidence: y"

    @Test(arguments: [
        ("kind: ice", "kind: fog", "registry.value.type"), ("places: [S]", "places: []", "exclusion.places"),
        ("until: 2025-02-01", "until: 2025-01-01", "exclusion.span"),
        ("evidence: y", "evidence: y, approver: z", "exclusion.approval"),
        ("evidence: y", "evidence: ~", "registry.value.missing"),
        ("kind: ice", "kind: natural-background", "exclusion.parameter"),
        ("evidence: y", "evidence: y, parameters: [gold]", "exclusion.parameter"),
        ("id: a", "id: a, note: b", "registry.key.unknown"),
    ])
    func `A mistake leaves the record out and is told`(from: String, to: String, check: String) {
        let text = "exclusions:\n  - {\(Self.record.replacing(from, with: to))}\n"
        let (records, problems) = readExclusions(text, file: "x.yaml")
        #expect(records.isEmpty && problems.map(\.check) == [check])
        #expect(problems.allSatisfy { $0.line == 2 && !$0.remedy.isEmpty })
    }

    @Test func `Two records of one id, a short row and a missing column are told`() {
        let twice = "exclusions:\n  - {\(Self.record)}\n  - {\(Self.record)}\n"
        #expect(readExclusions(twice, file: "x.yaml").problems.map(\.check) == ["exclusion.duplicate"])
        let header = "id,kind,places,parameters,from,until,offset,applicant,evidence,approver,document"
        #expect(readExclusions(header + "\na,ice\n", file: "x.csv").problems.map(\.check) == ["exclusion.row"])
        #expect(readExclusions("id,kind\n", file: "x.csv").problems.allSatisfy { $0.check == "exclusion.header" })
        #expect(readExclusions("", file: "x.csv").problems.map(\.check) == ["exclusion.header"])
        #expect(readExclusions("", file: "x.yaml").problems.isEmpty == false)
    }
}
