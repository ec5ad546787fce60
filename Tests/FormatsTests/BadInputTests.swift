// Goal: whatever the bytes are, reading ends with a defined outcome, in bounded memory, and loses no good row.
// Method: limits set tiny, bombs made here, every cut of a small gzip, every slice size, random bytes.

import Exact
import Formats
import Monitoring
import Testing

private let header = "station,parameter,time,value,flag\n"

private func rows(_ count: Int) -> String {
    (0..<count).map { "EX-UP-1,codmn,2026-05-01T08:00:00+08:00,\($0),N\n" }.joined()
}

/// The integers of the readings, in order: rows are numbered by their values.
private func values(_ decoded: DecodedForTest) -> [Int] {
    decoded.readings.map { $0.value.flatMap { Int($0.description) } ?? -1 }
}

struct BadInputTests {
    @Test("Nothing, blanks alone and an empty gzip are an empty file")
    func empty() {
        for bytes in [[], Array(" \r\n\n".utf8), [0xEF, 0xBB, 0xBF], gzipForTest([])] as [[UInt8]] {
            let decoded = decodeForTest(bytes)
            #expect(decoded.stop == Rejection(.emptyFile, row: 0, remedy: "Send a header line and at least one row."))
        }
    }

    @Test("A header alone is read and holds no rows")
    func headerOnly() {
        let decoded = decodeForTest(header)
        #expect(decoded.stop == nil && decoded.summary?.rowCount == 0 && decoded.sliceCount == 0)
    }

    @Test("A plain CSV is read as plain whatever its name; gzip is told by its bytes")
    func namesDoNotMatter() {
        #expect(values(decodeForTest(header + rows(3), names: ["a.csv.gz"])) == [0, 1, 2])
        #expect(values(decodeForTest(gzipForTest(Array((header + rows(3)).utf8)), names: ["a.csv"])) == [0, 1, 2])
    }

    @Test("Several gzip members are one text, zero padding after them is nothing, other bytes are told")
    func members() {
        let first = gzipForTest(Array((header + rows(2)).utf8))
        let second = gzipForTest(Array("EX-UP-1,codmn,2026-05-01T08:00:00+08:00,2,N\n".utf8))
        #expect(values(decodeForTest(first + second)) == [0, 1, 2])
        #expect(decodeForTest(first + [0, 0, 0]).stop == nil)
        let trailing = decodeForTest(first + Array("tail".utf8))
        #expect(values(trailing) == [0, 1])
        #expect(trailing.stop?.reason == .trailingBytes)
        #expect(
            trailing.stop?.remedy == "Remove what follows the gzip stream; every row inside the stream was read.")
    }

    @Test("A gzip cut at any byte keeps whole rows only and says that it is truncated")
    func everyCut() {
        let text = header + rows(200)
        let whole = gzipForTest(Array(text.utf8))
        for cut in 2..<whole.count {
            let decoded = decodeForTest(Array(whole.prefix(cut)))
            #expect(decoded.stop?.reason == .truncatedCompression, "cut \(cut)")
            #expect(values(decoded) == Array(0..<decoded.readings.count), "cut \(cut)")
            #expect(decoded.rejections.isEmpty, "cut \(cut)")
        }
        let last = decodeForTest(Array(whole.dropLast()))
        #expect(last.readings.count == 200)
        #expect(last.stop?.excerpt == "after \(whole.count - 1) compressed bytes, 200 rows handed on before")
        #expect(
            last.stop?.remedy
                == "Send the file again: its gzip stream breaks off. The whole rows before the break were read.")
    }

    @Test("A flipped byte anywhere in a gzip stream hands on no row of that slice")
    func everyFlip() {
        let whole = gzipForTest(Array((header + rows(200)).utf8))
        // The first ten bytes are the gzip header, some of which carry no meaning.
        for place in 10..<whole.count {
            var damaged = whole
            damaged[place] ^= 0x41
            let decoded = decodeForTest(damaged)
            #expect(decoded.stop != nil, "byte \(place)")
            if decoded.stop?.reason == .damagedCompression { #expect(decoded.readings.isEmpty, "byte \(place)") }
        }
    }

    @Test(
        "Encodings other than UTF-8 are named with the first bad byte",
        arguments: [
            (
                [0xD5, 0xBE, 0xC3, 0xFB, 0x2C, 0x31, 0x0A], "byte 3: c3 fb 2c 31 0a",
                "It reads as GB 18030 (GBK): convert it to UTF-8, or write `encoding: gb18030` into its profile."
            ),
            ([0xFF, 0xFE, 0x73, 0x00], "byte 1: ff fe 73 00", "It begins as UTF-16: write the file as UTF-8."),
            (
                [0x61, 0x62, 0x00, 0xC0, 0x80, 0x01], "byte 4: c0 80 01",
                "It is neither text we read nor gzip: write the rows as UTF-8, or declare the `encoding` in its profile."
            ),
        ] as [([UInt8], String, String)])
    func encodings(bytes: [UInt8], excerpt: String, remedy: String) {
        let stop = decodeForTest(bytes).stop
        #expect(stop == Rejection(.wrongEncoding, row: 0, excerpt: excerpt, remedy: remedy))
    }

    @Test(
        "Text that is no format we read, and containers we do not open",
        arguments: [
            "a,b,c\n1,2,3\n", "{\"features\":[]}", "hello", "station,parameter,time\n", "PAR1xxxx", "%PDF-1.7 x",
        ])
    func unknownFormats(text: String) {
        let stop = decodeForTest(text).stop
        #expect(stop?.reason == .unknownFormat)
        #expect(stop?.remedy.hasSuffix(".") == true)
    }

    @Test("Slices of any size hold the same rows in the same order")
    func sliceSizes() {
        let text = header + rows(50) + "EX-UP-1,codmn,never,1,N\n" + rows(3)
        let expected = Array(0..<50) + [0, 1, 2]
        for size in [1, 2, 3, 7, 49, 50, 51, 1_000] {
            var limits = ReadLimits()
            limits.blockRows = size
            for bytes in [Array(text.utf8), gzipForTest(Array(text.utf8))] {
                let decoded = decodeForTest(bytes, limits: limits)
                #expect(values(decoded) == expected)
                #expect(decoded.largestBlock <= size)
                #expect(decoded.rejections.map(\.row) == [52])
            }
        }
    }

    @Test("Windows do not show: rows across every buffer boundary are whole")
    func windowBoundaries() {
        // 20 000 rows of changing length cross the 256 KiB window four times, at places that differ by run.
        for pad in 0..<5 {
            var text = header
            for index in 0..<20_000 {
                text +=
                    "EX\(String(repeating: "x", count: (index + pad) % 9)),codmn,2026-05-01T08:00:00+08:00,\(index),N\n"
            }
            #expect(values(decodeForTest(gzipForTest(Array(text.utf8)))) == Array(0..<20_000))
            #expect(values(decodeForTest(text)) == Array(0..<20_000))
        }
    }

    @Test("A line over the limit costs itself; so does an endless one")
    func longLines() {
        var limits = ReadLimits()
        limits.lineBytes = 100
        let long = "EX-UP-1,codmn,2026-05-01T08:00:00+08:00,7,\(String(repeating: "f", count: 400))\n"
        let decoded = decodeForTest(header + rows(2) + long + rows(2), limits: limits)
        #expect(values(decoded) == [0, 1, 0, 1])
        #expect(
            decoded.rejections.map { "\($0.row) \($0.reason.rawValue) \($0.remedy)" } == [
                "4 line-too-long Keep a line within 100 bytes."
            ])
        let endless = gzipForTest(Array(header.utf8) + [UInt8](repeating: 0x61, count: 3 << 20))
        let bounded = decodeForTest(
            endless,
            limits: {
                var all = ReadLimits(); all.inflationRatio = 10_000; return all
            }())
        #expect(bounded.reasons == [.lineTooLong])
        #expect(bounded.summary?.inflatedByteCount == header.utf8.count + 3 << 20)
        let middle = Array(header.utf8) + [UInt8](repeating: 0x61, count: 3 << 20) + Array(("\n" + rows(2)).utf8)
        #expect(values(decodeForTest(middle)) == [0, 1])
    }

    @Test("A field over the limit costs its row")
    func longFields() {
        var limits = ReadLimits()
        limits.fieldBytes = 50
        let name = String(repeating: "s", count: 51)
        let decoded = decodeForTest(header + "\(name),tp,2026-05-01T08:00:00+08:00,1,N\n" + rows(1), limits: limits)
        #expect(decoded.reasons == [.lineTooLong])
        #expect(decoded.rejections.first?.field == "station")
        #expect(values(decoded) == [0])
    }

    @Test("Limits on bytes, ratio, members and rows stop the batch and keep the rows before")
    func wholeBatchLimits() {
        let gzip = gzipForTest(Array((header + rows(30_000)).utf8))
        func stop(_ change: (inout ReadLimits) -> Void, _ bytes: [UInt8]) -> DecodedForTest {
            var limits = ReadLimits()
            change(&limits)
            return decodeForTest(bytes, limits: limits)
        }
        let tooManyBytes = stop({ $0.compressedBytes = 100 }, gzip)
        #expect(tooManyBytes.stop?.reason == .inflatedTooLarge && tooManyBytes.readings.isEmpty)
        let inflated = stop({ $0.inflatedBytes = 600_000 }, gzip)
        #expect(inflated.stop?.reason == .inflatedTooLarge)
        #expect(inflated.stop?.excerpt.hasPrefix("more than 600000 bytes of text") == true)
        #expect(values(inflated) == Array(0..<inflated.readings.count) && inflated.readings.count > 5_000)
        let fewRows = stop({ $0.rows = 10 }, gzip)
        #expect(values(fewRows) == Array(0..<10))
        #expect(fewRows.stop?.excerpt == "more than 10 rows" && fewRows.stop?.row == 12)
        let member = gzipForTest(Array(rows(1).utf8))
        let many = gzipForTest(Array(header.utf8)) + (0..<50).flatMap { _ in member }
        let members = stop({ $0.gzipMembers = 20 }, many)
        #expect(members.stop?.excerpt.hasPrefix("more than 20 gzip members") == true)
        #expect(members.readings.count <= 20)
    }

    @Test("A bomb stops at the ratio, after a bounded amount of text")
    func bomb() {
        let bomb = gzipForTest(Array(header.utf8) + [UInt8](repeating: 0x0A, count: 64 << 20))
        let decoded = decodeForTest(bomb)
        #expect(decoded.stop?.reason == .inflatedTooLarge)
        #expect(decoded.stop?.remedy == "Send rows that are not almost all alike, or send them uncompressed.")
        #expect((decoded.summary?.inflatedByteCount ?? .max) < 4 << 20)
    }

    @Test("A document over its limit is stopped")
    func longDocument() {
        var limits = ReadLimits()
        limits.documentBytes = 1_000
        let text = "{\"thead\":[\"省份\"],\"tbody\":[\(String(repeating: " ", count: 2_000))]}"
        let decoded = decodeForTest(text, limits: limits)
        #expect(decoded.stop?.reason == .inflatedTooLarge)
    }

    @Test("Rejections beyond the kept number are counted")
    func rejectionLimit() {
        var limits = ReadLimits()
        limits.keptRejections = 5
        let bad = String(repeating: "A,tp,never,1,N\n", count: 20)
        let decoded = decodeForTest(header + bad + rows(1), limits: limits)
        #expect(decoded.rejections.count == 5)
        #expect(decoded.summary?.unkeptRejections == 15)
        #expect(decoded.summary?.rowCount == 21)
    }

    @Test("Random bytes and random damage to each format end with an outcome", arguments: 0..<8)
    func randomDamage(seed: UInt64) {
        // SplitMix64: the seed is the argument, so a failure can be repeated.
        var state = seed
        func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var value = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
            value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
            return value ^ (value >> 31)
        }
        let texts = [
            header + rows(5), "{\"station\":\"A\",\"parameter\":\"tp\",\"time\":\"2026-05-01\",\"value\":1}\n",
            "timepoint,stationcode,aqi,pm10\n2026-05-01T0900,EX01A,50,4\n",
            "{\"thead\":[\"省份\",\"流域\",\"断面名称\",\"监测时间\",\"pH\"],"
                + "\"tbody\":[[\"P\",\"B\",\"S\",\"05-01 08:00\",\"7\"]]}",
            "date,hour,type,EX01A\n20260501,0,PM10,31\n",
            "No,year,month,day,hour,PM2.5,station\n1,2013,3,1,0,4,E\n",
        ]
        for text in texts {
            for _ in 0..<150 {
                var bytes = Array(text.utf8)
                for _ in 0...(next() % 4) {
                    let place = Int(next() % UInt64(bytes.count))
                    switch next() % 3 {
                    case 0: bytes[place] = UInt8(truncatingIfNeeded: next())
                    case 1: bytes.remove(at: place)
                    default: bytes.insert([0x2C, 0x22, 0x0A, 0x0D, 0x5B, 0x7B, 0x3C, 0x5C][Int(next() % 8)], at: place)
                    }
                }
                let decoded = decodeForTest(bytes)
                if let stop = decoded.stop {
                    #expect(!stop.remedy.isEmpty)
                } else {
                    #expect(decoded.summary != nil)
                }
            }
        }
    }
}
