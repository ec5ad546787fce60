// Names a feed by the beginning of its text, and reads it: one case a format of this folder's neighbours.

internal import Monitoring

/// A feed told by its content, with what its header says.
enum DetectedFeed {
    case zhejiangAir(FeedHeader)
    case wideTable(FeedHeader)
    case openAQ(FeedHeader)
    case aqsHourly(FeedHeader)
    case waterQualityPortal(FeedHeader)
    case usgsCSV(FeedHeader)
    case usgsRDB([String])
    case usgsJSON
    case sensorThings

    var id: FormatID {
        switch self {
        case .zhejiangAir: .zhejiangAir
        case .wideTable: .tributaryWideCSV
        case .openAQ: .openAQ
        case .aqsHourly: .aqsHourly
        case .waterQualityPortal: .waterQualityPortal
        case .usgsCSV: .usgsCSV
        case .usgsRDB: .usgsRDB
        case .usgsJSON: .usgsJSON
        case .sensorThings: .sensorThings
        }
    }

    /// A comma-separated header, or the tab-separated one of an RDB table without comments.
    init?(header names: [String], _ text: Cell, context: ReadContext) {
        let header = FeedHeader(names)
        if ZhejiangAirRows.recognises(header) {
            self = .zhejiangAir(header)
        } else if OpenAQRows.recognises(header) {
            self = .openAQ(header)
        } else if AQSHourlyRows.recognises(header) {
            self = .aqsHourly(header)
        } else if WaterQualityPortalRows.recognises(header) {
            self = .waterQualityPortal(header)
        } else if USGSFeatureRows.recognises(header) {
            self = .usgsCSV(header)
        } else if WideTableRows.recognises(header, context: context) {
            self = .wideTable(header)
        } else if let names = RDBTable.header(of: text) {
            self = .usgsRDB(names)
        } else {
            return nil
        }
    }

    /// A JSON document or a text that begins with comments.
    init?(document text: Cell) {
        if text.firstVisibleByte == 0x23 {
            guard let names = RDBTable.header(of: text) else { return nil }
            self = .usgsRDB(names)
        } else if text.contains("\"dataArray\""), text.contains("\"components\"") {
            self = .sensorThings
        } else if text.contains("\"FeatureCollection\""), text.contains("\"features\"") {
            self = .usgsJSON
        } else {
            return nil
        }
    }
}

extension BatchReading {
    /// Reads a feed to its end.
    mutating func feed(
        _ feed: DetectedFeed, profile: SourceProfile, text: TextWriting, context: ReadContext,
        _ handOn: (consuming DecodedSlice) throws -> Void
    ) rethrows -> DecodedOutcome {
        switch feed {
        case .zhejiangAir(let header):
            return try rows(ZhejiangAirRows(header: header, profile: profile, context: context), handOn)
        case .wideTable(let header):
            var writing = text
            (writing.shape, writing.separator) = (.wide, header.separator)
            let refusal = profile.writing.refusal(of: .wide) ?? profile.writing.refusal(of: header.separator)
            if context.profileOfStation == nil, let refusal { return .stopped(refusal, nil) }
            return try rows(
                WideTableRows(header: header, profile: profile, text: writing, context: context), handOn)
        case .openAQ(let header):
            return try rows(OpenAQRows(header: header, profile: profile, context: context), handOn)
        case .aqsHourly(let header):
            return try rows(AQSHourlyRows(header: header, profile: profile, context: context), handOn)
        case .waterQualityPortal(let header):
            return try rows(WaterQualityPortalRows(header: header, profile: profile, context: context), handOn)
        case .usgsCSV(let header):
            return try rows(USGSFeatureRows(header: header, profile: profile, context: context), handOn)
        case .usgsRDB(let names):
            guard FeedHeader(names).has(USGSRDBReader.required) else {
                return .stopped(USGSRDBReader.noTimeSeries(names, row: 0), nil)
            }
            return try lines(USGSRDBReader(profile: profile, context: context), headerLines: 0, handOn)
        case .usgsJSON:
            return try document({ USGSFeatureReader($0, profile: profile, context: context) }, handOn)
        case .sensorThings:
            return try document({ SensorThingsReader($0, profile: profile, text: text, context: context) }, handOn)
        }
    }

    private mutating func rows<Rows: FeedRows>(
        _ rows: Rows, _ handOn: (consuming DecodedSlice) throws -> Void
    ) rethrows -> DecodedOutcome {
        for name in rows.extra { sink.reject(.extraColumn(name)) }
        return try lines(FeedCSVReader(rows), headerLines: 1, handOn)
    }
}
