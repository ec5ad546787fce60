// What an evidence table is and where its columns stand: read from the lines up to its header.

internal import Exact
internal import Monitoring

/// The kinds of evidence that people send as tables.
enum EvidenceKind {
    case labResults, sectionMonths, riverFlow

    var format: FormatID {
        switch self {
        case .labResults: .labResults
        case .sectionMonths: .sectionMonths
        case .riverFlow: .riverFlow
        }
    }
}

/// A column that carries values of one item, its unit in the heading.
struct EvidenceMeasure {
    let heading: EvidenceHeading
    let column: EvidenceColumn
    let field: Int
    let parameter: ParameterID
    /// Power of ten from the heading's unit to the catalogue's.
    let power: Int
}

/// Where the fields of an evidence table stand.
///
/// Lines before the header say what holds for every row: `#issuer: …`, `发布单位：…`, or a name and its value in two
/// cells. A column of the same meaning goes before them where its cell is not empty.
struct EvidenceLayout {
    let kind: EvidenceKind
    /// Lines that are not blank up to the header, the header among them.
    let headerLines: Int
    /// The header's line number, for messages.
    let headerRow: Int
    let count: Int
    private(set) var measures: [EvidenceMeasure] = []
    private(set) var problems: [Rejection] = []
    /// The unit that the heading of the results prints, empty when it prints none.
    private(set) var valueUnit = ""
    private let places: [EvidenceColumn: Int]
    private let preamble: [EvidenceColumn: String]
    /// What the lines before the header say of the clock: as written, and understood.
    private let clocks: [String]
    private let clock: EvidenceClock?

    /// A header is looked for in so many lines.
    static let preambleLimit = 30

    /// Whether a header that another format might take names what only evidence has.
    static func claims(_ header: [String]) -> Bool {
        header.contains { text in
            let heading = EvidenceHeading(text)
            switch heading.column {
            case .issuer, .document, .laboratory, .sampled: return true
            // Our own CSV has a column of this name.
            case .item: return heading.name.lowercased() != "parameter"
            default: return false
            }
        }
    }

    func place(of column: EvidenceColumn) -> Int? { places[column] }
    func stated(_ column: EvidenceColumn) -> String? { preamble[column] }
    func has(_ column: EvidenceColumn) -> Bool { places[column] != nil || preamble[column] != nil }

    /// The table that begins in `text`, or `nil` when it is none of these.
    init?(_ text: Cell, context: ReadContext) {
        var reader = PreambleReader()
        var lines = EvidenceLines(text)
        var found: (kind: EvidenceKind, headings: [EvidenceHeading], places: [EvidenceColumn: Int])?
        while found == nil, lines.seen < Self.preambleLimit, let cells = lines.next() {
            let headings = cells.map(EvidenceHeading.init)
            var places: [EvidenceColumn: Int] = [:]
            for (field, heading) in headings.enumerated() {
                guard let column = heading.column else { continue }
                if places[column] == nil { places[column] = field }
            }
            if let kind = Self.kind(headings, places, reader.stated, context) {
                found = (kind, headings, places)
            } else {
                reader.take(cells)
            }
        }
        guard let found else { return nil }
        kind = found.kind
        headerLines = lines.seen
        headerRow = lines.row
        count = found.headings.count
        places = found.places
        preamble = reader.stated
        clocks = reader.clocks
        clock = reader.clocks.first.flatMap { EvidenceClock($0, context: context) }
        for (field, heading) in found.headings.enumerated() { add(heading, field, context) }
    }

    private static func kind(
        _ headings: [EvidenceHeading], _ places: [EvidenceColumn: Int], _ stated: [EvidenceColumn: String],
        _ context: ReadContext
    ) -> EvidenceKind? {
        func has(_ columns: EvidenceColumn...) -> Bool { columns.contains { places[$0] != nil } }
        guard has(.section, .sectionCode) else { return nil }
        if has(.item), has(.value) { return has(.sampled, .time) ? .labResults : nil }
        let isMonthly = has(.month) || stated[.month] != nil
        if places.keys.contains(where: \.isFlowMeasure), has(.time, .sampled) || isMonthly, !has(.waterClass) {
            return .riverFlow
        }
        let items = headings.contains { $0.column == nil && context.parameters.id(for: $0.name) != nil }
        return isMonthly && !has(.clock) && (has(.waterClass) || items) ? .sectionMonths : nil
    }

    private mutating func add(_ heading: EvidenceHeading, _ field: Int, _ context: ReadContext) {
        if heading.text.isEmpty { return }
        if let column = heading.column {
            if column == .value, places[.value] == field { valueUnit = heading.unit }
            if let first = places[column], first != field, column != .unread {
                problems.append(
                    Rejection(
                        .extraField, row: headerRow, field: heading.text, excerpt: heading.text,
                        remedy: "Two columns say the same; the first was read. Name the other one for what it is."))
            } else if kind == .riverFlow, column.isFlowMeasure {
                addMeasure(heading, column, field, id: Self.flowParameter(column), context)
            }
            return
        }
        guard kind == .sectionMonths else {
            problems.append(.unknownColumn(heading.text, row: headerRow))
            return
        }
        // A name may end in parentheses itself: 铬(六价).
        guard let id = context.parameters.id(for: heading.name) ?? context.parameters.id(for: heading.text) else {
            problems.append(.unknownColumn(heading.text, row: headerRow))
            return
        }
        addMeasure(heading, .value, field, id: id, context)
    }

    private static func flowParameter(_ column: EvidenceColumn) -> ParameterID {
        switch column {
        case .volume: ParameterID("water_volume")
        case .direction: ParameterID("flow_direction")
        default: ParameterID("discharge")
        }
    }

    private mutating func addMeasure(
        _ heading: EvidenceHeading, _ column: EvidenceColumn, _ field: Int, id: ParameterID, _ context: ReadContext
    ) {
        guard let parameter = context.parameters[id] else {
            problems.append(.unknownColumn(heading.text, row: headerRow))
            return
        }
        let unit = heading.unit.isEmpty ? preamble[.unit] ?? "" : heading.unit
        let power = column == .direction ? 0 : EvidenceUnit.power(from: unit, to: parameter.unit)
        guard let power = power ?? EvidenceUnit.power(from: heading.unit, to: parameter.unit) else {
            problems.append(
                Rejection(
                    .unknownUnit, row: headerRow, field: heading.text, excerpt: heading.text,
                    remedy: "Write the unit in the heading, as \(heading.name)(\(parameter.unit)); the column was not "
                        + "read."))
            return
        }
        measures.append(
            EvidenceMeasure(heading: heading, column: column, field: field, parameter: id, power: power))
    }

    /// `profile`, or the same at the clock that the table itself names.
    func clocked(_ profile: SourceProfile) -> SourceProfile { clock.map { profile.at($0) } ?? profile }

    /// Why no row can be taken at all.
    var fault: Rejection? {
        let absent = [(EvidenceColumn.issuer, "issuer (发布单位)"), (.document, "document number (文号)")]
            .filter { !has($0.0) }.map(\.1)
        if !absent.isEmpty {
            return Rejection(
                .missingDocument, row: 0, excerpt: "no \(absent.joined(separator: " and no "))",
                remedy: "Name them in columns (发布单位, 文号; issuer, document), or in lines before the header such as "
                    + "“发布单位：…” and “文号：…”: evidence that nobody signed cannot be weighed.")
        }
        if clocks.count > 1 { return .twoClocks(clocks) }
        if let text = clocks.first, clock == nil { return .unknownClock(text) }
        if kind == .riverFlow, measures.isEmpty {
            return Rejection(
                .unknownUnit, row: 0, excerpt: "no column of flow, volume or direction with a unit we read",
                remedy: "Write the unit in the heading: 流量(m³/s), 水量(万m³), 流向.")
        }
        return nil
    }
}
