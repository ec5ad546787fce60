// Goal: what a profile declares of the text holds, and nothing is assumed that it does not declare. Method: fixtures in
// GB 18030 and Latin-1, own CSV with units, decimal commas and shapes.

import Exact
import Formats
import Monitoring
import Testing

private func profiles(_ change: (inout SourceProfile) -> Void) -> [FormatID: SourceProfile] {
    var profiles = BuiltInProfiles.all
    for format in [FormatID.tributaryCSV, .tributaryNDJSON, .tributaryWideCSV] {
        if var profile = profiles[format] {
            change(&profile)
            profiles[format] = profile
        }
    }
    return profiles
}

private let header = "station,parameter,time,value\n"
private let at = "2026-05-01T08:00:00+08:00"

struct DeclaredEncodingTests {
    @Test("GB 18030 is read where the profile declares it, and refused with the remedy where none does")
    func gb18030() throws {
        let declared = profiles { $0.writing.encoding = .gb18030 }
        let decoded = try decodeFixture("synthetic-gb18030-station.csv", profiles: declared)
        #expect(decoded.texts == ["示例上游站/codmn \(at) 2.31", "示例上游站/nh3n \(at) 0.21"])
        let refused = try #require(try decodeFixture("synthetic-gb18030-station.csv").stop)
        #expect(refused.reason == .wrongEncoding)
        #expect(refused.remedy.contains("GB 18030") && refused.remedy.contains("encoding: gb18030"))
    }

    @Test("A profile that declares GB 18030 still reads UTF-8, with or without a byte order mark, and ASCII")
    func declaredButUTF8() {
        let declared = profiles { $0.writing.encoding = .gb18030 }
        for text in ["\u{FEFF}" + header + "示例站,codmn,\(at),1\n", header + "A,codmn,\(at),1\n"] {
            #expect(decodeForTest(text, profiles: declared).readings.count == 1)
        }
    }

    @Test("Chinese that begins beyond the recognised part, and a gzip of it")
    func lateCharacters() {
        let declared = profiles { $0.writing.encoding = .gb18030 }
        var bytes = Array(header.utf8)
        for index in 0..<3_000 { bytes += Array("A,codmn,\(at),\(index)\n".utf8) }
        // 示例 in GB 18030: CA BE C0 FD.
        bytes += [0xCA, 0xBE, 0xC0, 0xFD] + Array(",codmn,\(at),1\r\n".utf8)
        #expect(decodeForTest(bytes, profiles: declared).readings.last?.series.station == StationID("示例"))
        #expect(decodeForTest(gzipForTest(bytes), profiles: declared).readings.count == 3_001)
        #expect(decodeForTest(bytes).reasons == [.wrongEncoding])
    }

    @Test("A character that is none costs its row; a cut gzip keeps the whole rows before the cut")
    func damage() {
        let declared = profiles { $0.writing.encoding = .gb18030 }
        let row = [0xCA, 0xBE] + Array(",codmn,\(at),1\n".utf8)
        let bytes = Array(header.utf8) + row + [0xCA, 0x20] + Array(",codmn,\(at),1\n".utf8) + row
        // A text that is not GB 18030 throughout its beginning is not beyond doubt.
        #expect(decodeForTest(bytes, profiles: declared).stop?.reason == .wrongEncoding)
        var long = Array(header.utf8)
        for _ in 0..<4_000 { long += row }
        long += [0xCA, 0x20] + Array(",codmn,\(at),1\n".utf8) + row
        let decoded = decodeForTest(long, profiles: declared)
        #expect(decoded.reasons == [.wrongEncoding])
        #expect(decoded.readings.count == 4_001)
        let compressed = gzipForTest(long)
        let cut = decodeForTest(Array(compressed.prefix(compressed.count - 40)), profiles: declared)
        #expect(cut.stop?.reason == .truncatedCompression)
        #expect(cut.readings.count > 100)
    }

    @Test("Latin-1 is read only where it is declared; a feed is not read in the encoding of another profile")
    func latin1() throws {
        let declared = profiles { $0.writing.encoding = .latin1 }
        let decoded = try decodeFixture("synthetic-latin1-station.csv", profiles: declared)
        #expect(decoded.texts == ["Mühlbach/codmn \(at) 2.31"])
        #expect(try decodeFixture("synthetic-latin1-station.csv").stop?.reason == .wrongEncoding)
        let feed = "location_id,datetime,parameter,units,value\n1,\(at),pm25,\u{B5}g/m3,1\n"
        let bytes = feed.unicodeScalars.map { UInt8($0.value) }
        let refused = decodeForTest(bytes, profiles: declared)
        #expect(refused.stop?.reason == .wrongEncoding)
        #expect(refused.stop?.excerpt == "openaq as latin-1")
    }

    @Test("A text is not held whole: characters lie across every border of its pieces, plain and compressed")
    func pieces() {
        var limits = ReadLimits()
        limits.documentBytes = 100
        let declared = profiles { $0.writing.encoding = .gb18030 }
        // 𠀀 (U+20000) has four bytes in GB 18030 and 示 two: with a row of an odd length every border is met.
        let name: [UInt8] = [0x95, 0x32, 0x82, 0x36, 0xCA, 0xBE]
        var bytes = Array(header.utf8)
        for index in 0..<20_000 { bytes += name + Array(",codmn,\(at),\(index)\n".utf8) }
        for batch in [bytes, gzipForTest(bytes)] {
            let decoded = decodeForTest(batch, limits: limits, profiles: declared)
            #expect(decoded.stop == nil && decoded.rejections.isEmpty)
            #expect(decoded.readings.count == 20_000)
            #expect(Set(decoded.readings.map(\.series.station)) == [StationID("\u{20000}示")])
            #expect(decoded.readings.last?.value == ExactDecimal("19999"))
        }
        let text = header + (0..<20_000).map { "示例,codmn,\(at),\($0)\n" }.joined()
        #expect(decodeForTest(text, limits: limits, profiles: declared).readings.count == 20_000)
        // A text that ends inside a character.
        let cut = decodeForTest(Array(header.utf8) + name + Array(",codmn,\(at),1,".utf8) + [0xCA], profiles: declared)
        #expect(cut.readings.isEmpty && cut.rejections.count == 1)
    }

    @Test("Latin-1 in pieces: each byte is a character")
    func latin1Pieces() {
        let declared = profiles { $0.writing.encoding = .latin1 }
        var bytes = Array(header.utf8)
        for index in 0..<8_000 { bytes += [0x4D, 0xFC] + Array(",codmn,\(at),\(index)\n".utf8) }
        let decoded = decodeForTest(gzipForTest(bytes), profiles: declared)
        #expect(decoded.readings.count == 8_000 && decoded.readings.last?.series.station == StationID("Mü"))
    }

    @Test("A gzip whose checksum fails is refused as damaged in either encoding")
    func damagedChecksum() {
        let declared = profiles { $0.writing.encoding = .gb18030 }
        for row in [[0xCA, 0xBE], Array("示".utf8)] as [[UInt8]] {
            var bytes = gzipForTest(Array(header.utf8) + row + Array(",codmn,\(at),1\n".utf8))
            bytes[bytes.count - 6] ^= 1
            #expect(decodeForTest(bytes, profiles: declared).stop?.reason == .damagedCompression)
        }
    }
}

struct DeclaredRowTests {
    @Test("Units of the profile are converted exactly in the long and the wide shape; a heading's own unit comes first")
    func units() {
        let declared = profiles {
            $0.writing.units = [ParameterID("tp"): "ug/L"]
            $0.parameterNames = ["P_total": ParameterID("tp")]
        }
        let long = decodeForTest(
            header + "A,P_total,\(at),85.0\nA,codmn,\(at),2.3\nA,tp,\(at),<10\n", profiles: declared)
        #expect(long.texts == ["A/tp \(at) 0.0850", "A/codmn \(at) 2.3", "A/tp \(at) <0.010"])
        let wide = decodeForTest("station,time,P_total\nA,\(at),85\n", profiles: declared)
        #expect(wide.texts == ["A/tp \(at) 0.085"])
        let stated = decodeForTest("station,time,tp(mg/L)\nA,\(at),0.085\n", profiles: declared)
        #expect(stated.texts == ["A/tp \(at) 0.085"])
        let json = "{\"station\":\"A\",\"parameter\":\"tp\",\"time\":\"\(at)\",\"value\":85}\n"
        #expect(decodeForTest(json, profiles: declared).texts == ["A/tp \(at) 0.085"])
    }

    @Test("A decimal comma is read where it is declared, and a point is then refused")
    func decimalComma() {
        let declared = profiles { $0.writing.decimalMark = .comma }
        let decoded = decodeForTest(
            header
                + "A,tp,\(at),\"0,085\"\nA,tp,\(at),\"1.000,5\"\nA,tp,\(at),\"<0,01\"\nA,tp,\(at),-999.0\nA,tp,\(at),3\n",
            profiles: declared)
        #expect(
            decoded.texts == ["A/tp \(at) 0.085", "A/tp \(at) <0.01", "A/tp \(at) missing", "A/tp \(at) 3"])
        #expect(decoded.reasons == [.notANumber])
    }

    @Test("Flags, qualifiers, repeated headers and faults are as on the plain path")
    func likeThePlainPath() {
        let declared = profiles { $0.writing.decimalMark = .comma }
        let text =
            "station,parameter,time,value,flag,qualifier\nA,tp,\(at),1,N,\nA,tp,\(at),1,,<\nA,tp,\(at),1,,x\n"
            + "station,parameter,time,value,flag,qualifier\n,tp,\(at),1,,\nA,tp,noon,1,,\nA,tp,\(at),-1,,\nA,tp,\(at)\n"
        let slow = decodeForTest(text, profiles: declared)
        let plain = decodeForTest(text)
        #expect(slow.texts == plain.texts)
        #expect(slow.reasons == plain.reasons)
        #expect(slow.rejections.map(\.row) == plain.rejections.map(\.row))
        #expect(slow.summary?.rowCount == plain.summary?.rowCount)
    }

    @Test("The wide shape: an empty cell says nothing, a missing code says there is none, a refused unit is told")
    func wide() throws {
        let decoded = try decodeFixture("synthetic-wide.csv")
        #expect(
            decoded.texts == [
                "EX-UP-1/codmn 2026-05-01T00:00:00+08:00 2.31 [N]", "EX-UP-1/nh3n 2026-05-01T00:00:00+08:00 0.210 [N]",
                "EX-UP-1/tp 2026-05-01T00:00:00+08:00 <0.01 [N]", "EX-UP-1/chla 2026-05-01T00:00:00+08:00 4.1 [N]",
                "EX-UP-1/codmn 2026-05-01T04:00:00+08:00 missing [D]", "EX-UP-1/tp 2026-05-01T04:00:00+08:00 0.062 [D]",
            ])
        #expect(decoded.rejections.map(\.field) == ["wq_index"])
        let refused = decodeForTest("station,time,tp(g),codmn\nA,\(at),1,2\n")
        #expect(refused.rejections.map { "\($0.field) \($0.reason.rawValue)" } == ["tp(g) unknown-unit"])
        #expect(refused.texts == ["A/codmn \(at) 2"])
    }

    @Test("A declared shape refuses the other; an extra column of the long shape is told once")
    func shape() throws {
        let wide = profiles { $0.writing.shape = .wide }
        #expect(decodeForTest(header + "A,tp,\(at),1\n", profiles: wide).stop?.remedy.contains("shape: wide") == true)
        let long = profiles { $0.writing.shape = .long }
        #expect(decodeForTest("station,time,tp\nA,\(at),1\n", profiles: long).stop?.reason == .unknownFormat)
        #expect(decodeForTest(header + "A,tp,\(at),1\n", profiles: long).readings.count == 1)
        let extra = try decodeFixture("synthetic-extra-column.csv")
        #expect(extra.rejections.map { "\($0.row) \($0.field) \($0.reason.rawValue)" } == ["1 operator extra-field"])
        #expect(extra.texts == ["EX-UP-1/codmn 2026-05-01T00:00:00+08:00 2.31"])
    }
}

struct SourceProfileChoiceTests {
    private func registry(_ change: (inout SourceProfile) -> Void) throws -> Registry {
        var registry = Registry()
        var profile = try #require(BuiltInProfiles.all[.tributaryCSV])
        profile.id = "own"
        change(&profile)
        registry.profiles["own"] = profile
        let id = StationID("EX-UP-1")
        registry.stations[id] = Station(
            id: id, name: BilingualName(chinese: "示例上游站", english: "Example"), medium: .water, region: nil,
            waterBody: nil, aliases: ["示例上游站"], cadence: nil, profile: "own", isProvisional: false)
        registry.stationNames = ["EX-UP-1": id, "示例上游站": id]
        return registry
    }

    private func chosen(_ bytes: [UInt8], _ registry: Registry) -> [FormatID: SourceProfile] {
        var context = ReadContext(
            profiles: BuiltInProfiles.all, parameters: feedCatalogue(), nameHints: [],
            received: Instant(milliseconds: 1_777_680_000_000))
        bytes.withUnsafeBytes { context.takeProfiles(of: registry, for: $0) }
        return context.profiles
    }

    @Test("A station's profile is found through the encoding it declares itself, and through no other station's")
    func encoding() throws {
        // 示例上游站 in GB 18030.
        let name: [UInt8] = [0xCA, 0xBE, 0xC0, 0xFD, 0xC9, 0xCF, 0xD3, 0xCE, 0xD5, 0xBE]
        let bytes = Array(header.utf8) + name + Array(",codmn,\(at),1\n".utf8)
        let declared = try registry { $0.writing.encoding = .gb18030 }
        #expect(chosen(bytes, declared)[.tributaryCSV]?.id == "own")
        #expect(decodeForTest(bytes, profiles: chosen(bytes, declared)).readings.count == 1)
        #expect(chosen(bytes, try registry { _ in })[.tributaryCSV]?.id == "tributary-csv")
        let stranger = Array(header.utf8) + name.suffix(4) + Array(",codmn,\(at),1\n".utf8)
        #expect(chosen(stranger, declared)[.tributaryCSV]?.id == "tributary-csv")
    }

    @Test("A profile named as a format replaces the built-in one; a batch of commas finds its station")
    func replaced() throws {
        var named = try registry { $0.writing.decimalMark = .comma }
        named.profiles["openaq"] = named.profiles["own"]
        let bytes = Array((header + "EX-UP-1,codmn,\(at),\"1,5\"\n").utf8)
        #expect(chosen(bytes, named)[.openAQ]?.id == "own")
        #expect(chosen(bytes, named)[.usgsRDB]?.id == "usgs-rdb")
        #expect(decodeForTest(bytes, profiles: chosen(bytes, named)).texts == ["EX-UP-1/codmn \(at) 1.5"])
        let ascii = Array((header + "EX-UP-1,codmn,\(at),1\n").utf8)
        #expect(chosen(ascii, named)[.tributaryWideCSV]?.id == "own")
    }
}
