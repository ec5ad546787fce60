// Reads the rows of an evidence table; what a row means is said by its kind, in a file of its own.

internal import Exact
internal import Monitoring

/// Takes evidence tables row by row. Every row names a section, and stands on a document with issuer and number.
struct EvidenceReader: LineReader, ~Copyable {
    static let columnLimit = 256
    /// Bytes of an issuer's name or a document's number: both are kept in the book.
    static let nameBytes = 1_024

    let layout: EvidenceLayout
    let profile: SourceProfile
    let parameters: ParameterCatalogue
    let values: EvidenceValueReader
    /// The clock of times that do not say theirs.
    var stamps: StampReader
    private let documentLimit: Int
    var fields = LineFields(capacity: Self.columnLimit)
    /// Powers of ten by printed unit and parameter: a table has a few of them.
    var powers: [String: Int?] = [:]

    init(layout: EvidenceLayout, profile: SourceProfile, context: ReadContext) {
        self.layout = layout
        self.profile = profile
        parameters = context.parameters
        stamps = StampReader(profile)
        documentLimit = context.limits.documents
        values = EvidenceValueReader(missingCodes: profile.missingCodes)
    }

    mutating func read(
        _ line: UnsafePointer<UInt8>, number: Int, into sink: inout SliceBuilder
    ) -> UnsafePointer<UInt8>? {
        let split = fields.split(line)
        guard split == .fields, fields.count == layout.count else {
            sink.reject(.unevenLine(split, line, fields.count, expected: layout.count, number: number))
            return fields.next
        }
        if (0..<fields.count).allSatisfy({ fields[$0].trimmed.isEmpty }) {
            sink.uncountRow()
            return fields.next
        }
        guard let section = section(row: number, into: &sink), cite(row: number, into: &sink),
            let origin = origin(row: number, into: &sink)
        else { return fields.next }
        let row = EvidenceRow(station: StationID(section), origin: origin, number: number)
        switch layout.kind {
        case .labResults: takeLabResult(row, into: &sink)
        case .sectionMonths: takeMonth(row, into: &sink)
        case .riverFlow: takeFlow(row, into: &sink)
        }
        return fields.next
    }

    /// The cell of `column`, empty where the table has no such column.
    func cell(_ column: EvidenceColumn) -> Cell {
        guard let place = layout.place(of: column) else { return Cell(start: fields.next, count: 0) }
        return fields[place].trimmed
    }

    /// What the row says of `column`, else what a line before the header says for all rows.
    func text(_ column: EvidenceColumn) -> String {
        let own = cell(column)
        let text = own.text ?? own.excerpt
        return text.isEmpty ? layout.stated(column) ?? "" : text
    }

    private func section(row: Int, into sink: inout SliceBuilder) -> String? {
        let code = cell(.sectionCode)
        return sink.name(code.isEmpty ? cell(.section) : code, row: row, field: "section")
    }

    private func cite(row: Int, into sink: inout SliceBuilder) -> Bool {
        let issuer = text(.issuer)
        let document = text(.document)
        guard !issuer.isEmpty, !document.isEmpty else {
            sink.reject(
                Rejection(
                    .missingDocument, row: row, field: issuer.isEmpty ? "issuer" : "document",
                    remedy: "Name the issuer (发布单位) and the document number (文号) of every row."))
            return false
        }
        guard max(issuer.utf8.count, document.utf8.count) <= Self.nameBytes else {
            sink.reject(
                Rejection(
                    .lineTooLong, row: row, field: "document", excerpt: document,
                    remedy: "Keep issuer and document number within \(Self.nameBytes) bytes each."))
            return false
        }
        guard sink.cite(EvidenceDocument.Name(issuer: issuer, number: document)) else {
            sink.reject(
                Rejection(
                    .inflatedTooLarge, row: row, field: "document", excerpt: document,
                    remedy: "A batch cites at most \(documentLimit) documents: send the rows in smaller batches."))
            return false
        }
        return true
    }

    private static let origins: [String: SeriesOrigin] = [
        "manual": .manual, "手工": .manual, "人工": .manual, "手工监测": .manual, "采测分离": .manual, "joint": .joint,
        "联合": .joint, "联合监测": .joint, "third-party": .thirdParty, "third party": .thirdParty, "第三方": .thirdParty,
        "第三方监测": .thirdParty, "published": .published, "公布": .published, "发布": .published,
    ]

    private func origin(row: Int, into sink: inout SliceBuilder) -> SeriesOrigin? {
        let text = text(.origin)
        if text.isEmpty || layout.kind == .sectionMonths { return profile.origin }
        if let origin = Self.origins[text.lowercased()] { return origin }
        sink.reject(
            Rejection(
                .unknownFlag, row: row, field: "origin", excerpt: text,
                remedy: "The origin is manual (手工), joint (联合), third-party (第三方) or published (公布)."))
        return nil
    }

    /// Stores one value, in the catalogue's unit.
    func store(
        _ value: EvidenceValue, _ key: SeriesKey, start: Int64, power: Int, flag: String, row: EvidenceRow,
        field: String, cell: Cell, into sink: inout SliceBuilder
    ) {
        let (decimal, qualifier, word): (ExactDecimal, Qualifier, String)
        switch value {
        case .missing(let reason): (decimal, qualifier, word) = (.zero, .missing, reason)
        case .invalid(let reason, let place, let remedy):
            let shown = place.isEmpty ? field : place
            sink.reject(Rejection(reason, row: row.number, field: shown, excerpt: cell.excerpt, remedy: remedy))
            return
        case .value(let given, let sign):
            if given.mantissa < 0, parameters[key.parameter]?.isNonNegative ?? false {
                sink.reject(.negative(row: row.number, field: field, cell: cell))
                return
            }
            guard let scaled = given.scaled(byPowerOfTen: power) else {
                sink.reject(
                    Rejection(
                        .numberOutOfRange, row: row.number, field: field, excerpt: cell.excerpt,
                        remedy: "Send a value whose power of ten stays within ±18 in the catalogue's unit."))
                return
            }
            (decimal, qualifier, word) = (scaled, sign, "")
        }
        let mark = flag.isEmpty ? word : flag
        sink.append(
            series: sink.index(of: key), start: start, value: decimal, qualifier: qualifier,
            flag: mark.isEmpty ? 0 : sink.index(ofFlag: mark), row: row.number)
    }
}

/// What every row of evidence says first.
struct EvidenceRow {
    let station: StationID
    let origin: SeriesOrigin
    let number: Int

    func key(_ parameter: ParameterID, _ statistic: SeriesStatistic, _ window: Duration64 = .zero) -> SeriesKey {
        SeriesKey(station: station, parameter: parameter, statistic: statistic, window: window, origin: origin)
    }
}
