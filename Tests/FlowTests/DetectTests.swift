// Goal: `tributary detect` judges a stored history by a limit profile, the same for any number of threads.
// Method: a folder filled through the program; counts, rows and notes compared with values worked out by hand.

import Foundation
import Testing

@Suite struct DetectTests {
    private static let profile = """
        limit-profiles:
          - id: example-limits
            name: {zh: 示例限值, en: Example limits}
            source: example, no law
            over-class: III
            hold-on: 3
            hold-off: 1
            flags: [N]
            limits:
              - {parameter: codmn, direction: max, values: ["2", "4", "6", "10", "15"]}
        """

    /// Ten readings at five minutes: 1 7 8.5 7.0 (M: left out) 12 6.0 - 7 1 1, and two of a parameter without limits.
    private static let batch = """
        station,parameter,time,value,flag
        D1,codmn,2025-01-01T00:00:00+08:00,1,N
        D1,codmn,2025-01-01T00:05:00+08:00,7,N
        D1,codmn,2025-01-01T00:10:00+08:00,8.5,N
        D1,codmn,2025-01-01T00:15:00+08:00,70,M
        D1,codmn,2025-01-01T00:20:00+08:00,12,N
        D1,codmn,2025-01-01T00:25:00+08:00,6.0,N
        D1,codmn,2025-01-01T00:30:00+08:00,,N
        D1,codmn,2025-01-01T01:00:00+08:00,7,N
        D1,codmn,2025-01-01T01:05:00+08:00,1,N
        D1,temp,2025-01-01T00:00:00+08:00,9.5,N
        D2,codmn,2025-01-01T00:00:00+08:00,3,N

        """

    @Test func `a history is judged by a limit profile`() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder.file("stations"), withIntermediateDirectories: true)
        try Self.profile.write(toFile: folder.file("stations/limits.yaml"), atomically: true, encoding: .utf8)
        try Self.batch.write(toFile: folder.file("a.csv"), atomically: true, encoding: .utf8)
        let (data, stations) = (folder.path + "/data", folder.path + "/stations")
        #expect(try Program.run(["ingest", folder.path + "/a.csv", "--data", data]).exitCode == 0)
        let words = ["detect", "--data", data, "--stations", stations]
        let json = try Program.run(words + ["--format", "json"])
        #expect(json.exitCode == 0, "\(json.notes)")
        // Means: (1 + 7 + 8.5 + 12 + 6) / 5 = 6.9, (7 + 1) / 2 = 4, 9.5, 3.
        #expect(
            json.lines == [
                #"{"class":5,"end":"2025-01-01T00:25:00+08:00","last":"2025-01-01T00:20:00+08:00","limit":"≤6","peak":"12.0","rows":3,"series":"D1/codmn/instant/0/automatic","start":"2025-01-01T00:05:00+08:00"}"#,
                #"{"censored":0,"classes":[2,1,1,3,1,0],"disputed":0,"episode_rows":3,"episodes":1,"hour_cells":4,"hour_sum":23.400000000,"left_out":1,"limits":"example, no law","missing":1,"over3":4,"rows":11,"series":3,"unjudged":1,"unjudged_series":1,"values":9}"#,
            ])
        for threads in ["1", "2", "7"] {
            let again = try Program.run(words + ["--format", "json"], environment: ["TRIBUTARY_THREADS": threads])
            #expect(again.output == json.output)
        }
        let csv = try Program.run(words + ["--format", "csv", "--until", "2025-01-01T00:15"])
        #expect(csv.output == "series,start,end,last,rows,peak,limit,class\n")
        let text = try Program.run(words)
        #expect(text.output.contains("example, no law"))
        #expect(text.output.contains("no other quality check was run"))
    }

    @Test func `without limits there is an answer that says so`() throws {
        let folder = try TemporaryFolder()
        try Self.batch.write(toFile: folder.file("a.csv"), atomically: true, encoding: .utf8)
        let data = folder.path + "/data"
        _ = try Program.run(["ingest", folder.path + "/a.csv", "--data", data])
        let refused = try Program.run(["detect", "--data", data])
        #expect(refused.exitCode == 65)
        #expect(refused.notes.contains("nothing says which limits hold"))
        let unknown = try Program.run(["detect", "--data", data, "--limits", "none"])
        #expect(unknown.exitCode == 65)
    }
}
