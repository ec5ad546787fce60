// Goal: a source with a named zone is taken as its clock means it, rows that its clock leaves open wait until the profile
// says more, and the log keeps which table of zones was used. Method: the example river with the profile moved to
// Berlin, through the built program; instants worked out by hand.

import Foundation
import Testing

extension FlowTests {
    @Suite struct ZoneFlowTests {
        private static let rows = [
            "EX-DOWN-1,codmn,2025-03-30T01:30,2.1,N",  // 00:30 UTC
            "EX-DOWN-1,codmn,2025-03-30T02:30,2.2,N",  // no clock showed it
            "EX-DOWN-1,codmn,2025-03-30T03:30,2.3,N",  // 01:30 UTC
            "EX-DOWN-1,codmn,2025-10-26T02:30,2.4,N",  // twice
            "EX-DOWN-1,codmn,2025-10-26T02:30+01:00,2.5,N",  // 01:30 UTC
            "EX-DOWN-1,codmn,2025-10-26 02:45 CEST,2.6,N",  // 00:45 UTC
        ]

        private func declare(_ keys: String, instead old: String, _ river: ExampleRiver) throws {
            let path = river.stations + "/profiles/example-water-4h.yaml"
            let text = try String(contentsOfFile: path, encoding: .utf8)
            try #require(text.contains(old))
            try Data(text.replacing(old, with: keys).utf8).write(to: URL(filePath: path))
        }

        @Test("Checked, taken, kept aside, admitted after the profile says which of two hours it means")
        func life() throws {
            let river = try ExampleRiver()
            try declare("zone: Europe/Berlin    #", instead: "offset: \"+08:00\"          #", river)
            let file = try river.write("batch.csv", Self.rows)
            let checked = try Program.run(["check", file, "--stations", river.stations])
            for text in [
                "a time without a zone is Europe/Berlin (tzdata 20", "; an hour shown twice is kept aside; ",
                "EX-DOWN-1/codmn 2025-03-30T00:30:00Z (2025-03-30T01:30:00+01:00) 2.1 flag N\n",
                "EX-DOWN-1/codmn 2025-03-30T01:30:00Z (2025-03-30T03:30:00+02:00) 2.3 flag N\n",
                "  quarantined 1 × skipped-time\n    row 3, time, “2025-03-30T02:30”: No clock in Europe/Berlin",
                "  quarantined 1 × doubled-time\n    row 5, time, “2025-10-26T02:30”: Clocks in Europe/Berlin showed",
            ] {
                #expect(checked.output.contains(text), "\(text)\nis not in\n\(checked.output)\(checked.notes)")
            }
            let data = river.folder.file("data")
            let taken = try Program.run([
                "ingest", file, "--data", data, "--stations", river.stations, "--format", "json", "--commit-each",
            ])
            #expect(taken.records.first?["accepted"] == "4", "\(taken.output)\(taken.notes)")
            #expect(taken.records.first?["quarantined"] == "2")
            let log = try Program.run(["dump", "log", "--data", data, "--format", "json"]).output
            #expect(log.contains("\\\"zone\\\":\\\"Europe/Berlin, tzdata 20"), "\(log)")

            try declare("zone: Europe/Berlin\n    ambiguous: earlier   #", instead: "zone: Europe/Berlin    #", river)
            let admitted = try Program.run([
                "admit", "--all", "--data", data, "--stations", river.stations, "--by", "Lin Min", "--reason", "clock",
                "--format", "json",
            ])
            #expect(admitted.output.contains("\"accepted\":1"), "\(admitted.output)\(admitted.notes)")
            #expect(admitted.output.contains("\"skipped-time\":1"), "\(admitted.output)")
            let rows = try Program.run(["dump", "observations", "--data", data, "--format", "csv"]).output
            // Stamps are printed at +08:00: 00:30 UTC is 08:30.
            #expect(rows.contains("2025-10-26T08:30:00+08:00"), "\(rows)")
        }

        @Test("A zone nobody knows is told with file, line, column and the nearest name")
        func unknown() throws {
            let river = try ExampleRiver()
            try declare("zone: Europe/berlin    #", instead: "offset: \"+08:00\"          #", river)
            let checked = try Program.run(["check", river.stations])
            #expect(checked.exitCode != 0)
            #expect(
                (checked.output + checked.notes).contains("Near it: Europe/Berlin."),
                "\(checked.output)\(checked.notes)")
        }
    }
}
