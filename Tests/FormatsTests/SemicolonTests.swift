// Goal: own CSV with semicolons says what the same table with commas says, in both shapes. Method: small tables written
// out, with decimal commas, quotes and damage; what a profile declares is held against what comes.

import Formats
import Monitoring
import Testing

private func profiles(_ change: (inout SourceProfile) -> Void) -> [FormatID: SourceProfile] {
    var profiles = BuiltInProfiles.all
    for format in [FormatID.tributaryCSV, .tributaryWideCSV] {
        if var profile = profiles[format] {
            change(&profile)
            profiles[format] = profile
        }
    }
    return profiles
}

private let at = "2026-05-01T08:00:00+08:00"

struct SemicolonTests {
    @Test("A header with semicolons is enough; a decimal comma must be declared")
    func long() {
        let text = "station;parameter;time;value;flag\r\nA;codmn;\(at);2.31;N\r\n\"B;1\";tp;\(at);\"0.05\";\r\n\r\n"
        let read = decodeForTest(text)
        #expect(read.texts == ["A/codmn \(at) 2.31 [N]", "B;1/tp \(at) 0.05"])
        #expect(read.summary?.format == .tributaryCSV && read.rejections.isEmpty)
        let comma = "station;parameter;time;value\nA;codmn;\(at);2,31\n"
        #expect(decodeForTest(comma).reasons == [.notANumber])
        let declared = profiles { $0.writing.decimalMark = .comma }
        #expect(decodeForTest(comma, profiles: declared).texts == ["A/codmn \(at) 2.31"])
    }

    @Test("A line that does not fit its header costs itself, a column too many is told once")
    func damage() {
        let text = """
            station;time;value;parameter;note
            A;\(at);1;codmn;x
            A;\(at);1
            A,\(at),1,codmn,x
            "A;\(at);1;codmn;x
            B;\(at);2;codmn;y

            """
        let read = decodeForTest(text)
        #expect(read.texts == ["A/codmn \(at) 1", "B/codmn \(at) 2"])
        #expect(read.reasons == [.extraField, .missingField, .missingField, .missingField])
        #expect(read.rejections.map(\.row) == [1, 3, 4, 5])
    }

    @Test("The wide shape with semicolons")
    func wide() {
        let declared = profiles { $0.writing.decimalMark = .comma }
        let text = "station;time;codmn;tp\nA;\(at);2,31;0,05\nA;2026-05-01T12:00:00+08:00;;0,06\n"
        let read = decodeForTest(text, profiles: declared)
        #expect(
            read.texts == [
                "A/codmn \(at) 2.31", "A/tp \(at) 0.05", "A/tp 2026-05-01T12:00:00+08:00 0.06",
            ])
        #expect(read.summary?.format == .tributaryWideCSV)
    }

    @Test("A profile that declares the separator refuses the other one")
    func declared() {
        let row = "A;codmn;\(at);1\n"
        let commas = "station,parameter,time,value\n" + row.replacing(";", with: ",")
        let semicolons = "station;parameter;time;value\n" + row
        for (separator, good, bad) in [
            (FieldSeparator.semicolon, semicolons, commas), (.comma, commas, semicolons),
        ] {
            let declared = profiles { $0.writing.separator = separator }
            #expect(decodeForTest(good, profiles: declared).texts == ["A/codmn \(at) 1"])
            let refused = decodeForTest(bad, profiles: declared).stop
            #expect(refused?.reason == .unknownFormat)
            #expect(refused?.remedy.contains("separator: \(separator.rawValue)") == true)
        }
    }
}
