// Names a batch's format by its first bytes, never by its file's name.

internal import Monitoring

/// What the beginning of a text is.
enum DetectedFormat {
    case tributaryCSV(TributaryColumns)
    case tributaryNDJSON
    case nationalAir(NationalAirColumns)
    case nationalWaterJSON
    case nationalWaterCSV([String])
    case chinaSites([String])
    case beijingSites([String])
    case feed(DetectedFeed)
    case evidence(EvidenceLayout)

    var id: FormatID {
        switch self {
        case .tributaryCSV: .tributaryCSV
        case .tributaryNDJSON: .tributaryNDJSON
        case .nationalAir: .nationalAir
        case .nationalWaterJSON: .nationalWaterJSON
        case .nationalWaterCSV: .nationalWaterCSV
        case .chinaSites: .chinaSites
        case .beijingSites: .beijingSites
        case .feed(let feed): feed.id
        case .evidence(let layout): layout.kind.format
        }
    }

    /// The format of `text`, or `nil` when it is none we read.
    ///
    /// - Precondition: `text` has no byte order mark and is not blank.
    init?(_ text: Cell, context: ReadContext) {
        if let columns = TributaryColumns(common: text) {
            self = .tributaryCSV(columns)
            return
        }
        if text.firstVisibleByte == 0x7B {
            if text.contains("\"thead\"") || text.contains("\"tbody\"") {
                self = .nationalWaterJSON
            } else if text.contains("\"station\""), text.contains("\"parameter\"") {
                self = .tributaryNDJSON
            } else if let feed = DetectedFeed(document: text) {
                self = .feed(feed)
            } else {
                return nil
            }
            return
        }
        if text.firstVisibleByte == 0x5B || text.firstVisibleByte == 0x23 {
            if let feed = DetectedFeed(document: text) {
                self = .feed(feed)
                return
            }
            // A number sign may also begin the lines that name a table's document.
            if text.firstVisibleByte == 0x5B { return nil }
        }
        let header = Self.header(of: text)
        if let columns = TributaryColumns(header: header), columns.hasOnlyItsOwn || !EvidenceLayout.claims(header) {
            self = .tributaryCSV(columns)
        } else if let columns = NationalAirColumns(header: header, context: context) {
            self = .nationalAir(columns)
        } else if header.contains("断面名称"), header.contains("监测时间"), !EvidenceLayout.claims(header) {
            self = .nationalWaterCSV(header)
        } else if ChinaSitesReader.recognises(header) {
            self = .chinaSites(header)
        } else if ["year", "month", "day", "hour", "station", "PM2.5"].allSatisfy(header.contains) {
            self = .beijingSites(header)
        } else if let feed = DetectedFeed(header: header, text, context: context) {
            self = .feed(feed)
        } else if let layout = EvidenceLayout(text, context: context) {
            self = .evidence(layout)
        } else if let own = Self.withSemicolons(text, context: context) {
            self = own
        } else {
            return nil
        }
    }

    /// Tributary's own CSV where the header has semicolons.
    private static func withSemicolons(_ text: Cell, context: ReadContext) -> DetectedFormat? {
        let header = header(of: text, separator: .semicolon)
        if var columns = TributaryColumns(header: header) {
            columns.separator = .semicolon
            return .tributaryCSV(columns)
        }
        let wide = FeedHeader(header, separator: .semicolon)
        return WideTableRows.recognises(wide, context: context) ? .feed(.wideTable(wide)) : nil
    }

    /// The cells of the first line that is not blank.
    static func header(of text: Cell, separator: FieldSeparator = .comma) -> [String] {
        var start = 0
        while start < text.count, text.start[start] == 0x0A || text.start[start] == 0x0D { start += 1 }
        let end = text.index(of: 0x0A, from: start) ?? text.count
        var line = Array(UnsafeBufferPointer(start: text.start + start, count: end - start))
        line.append(0x0A)
        line.append(contentsOf: repeatElement(0, count: TextSource.padding))
        let columns = line.reduce(into: 1) { count, byte in count += byte == separator.byte ? 1 : 0 }
        var fields = LineFields(capacity: min(columns, ChinaSitesReader.columnLimit))
        return line.withUnsafeBufferPointer { buffer in
            guard let address = buffer.baseAddress, fields.split(address, by: separator.byte) == .fields else {
                return []
            }
            return fields.texts
        }
    }

    static let remedy =
        "The batch is none of the formats we read: a header line station,parameter,time,value or of a known feed, a table "
        + "as docs/evidence-files.md describes, or JSON objects with those names."
}

extension Cell {
    /// The first byte that is no blank and no line end.
    var firstVisibleByte: UInt8? { bytes.first { $0 != 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D } }

    func contains(_ text: StaticString) -> Bool {
        let length = text.utf8CodeUnitCount
        var place = 0
        while place + length <= count {
            if bytesEqual(start + place, text.utf8Start, length) { return true }
            place += 1
        }
        return false
    }

    /// The name of a container that is not opened inside another one.
    static func nestedContainer(_ text: Cell) -> String? {
        let bytes = UnsafeRawBufferPointer(text.bytes)
        if bytes.count >= 4, ZipArchive.isZip(bytes) { return "zip" }
        return CompressedFraming(bytes)?.rawValue ?? foreignContainer(bytes)
    }

    /// The name of a container we do not open, told by its first bytes.
    static func foreignContainer(_ bytes: UnsafeRawBufferPointer) -> String? {
        switch bytes[0] {
        case 0xD0 where bytes.starts(with: [0xD0, 0xCF, 0x11, 0xE0]): "password-protected or pre-2007 Excel"
        case 0x25 where bytes.starts(with: [0x25, 0x50, 0x44, 0x46, 0x2D]): "PDF"
        case 0x50 where bytes.starts(with: [0x50, 0x41, 0x52, 0x31]): "parquet"
        case 0x28 where bytes.starts(with: [0x28, 0xB5, 0x2F, 0xFD]): "zstd"
        case 0x42 where bytes.starts(with: [0x42, 0x5A, 0x68]): "bzip2"
        case 0xFD where bytes.starts(with: [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]): "xz"
        default: nil
        }
    }
}
