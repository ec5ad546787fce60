// Arrays of a SensorThings service: what CreateObservations takes, and what `$resultFormat=dataArray` gives.

internal import Exact
internal import Monitoring

/// Reads both shapes, observations numbered from 1 through all arrays:
/// - `[{"Datastream":{"@iot.id":7},"components":[…],"dataArray":[[…],…]},…]`
/// - `{"value":[{"Datastream@iot.navigationLink":"…Datastreams(7)","components":[…],"dataArray":[[…],…]}]}`
///
/// - The arrays name a datastream and nothing else. Its station is `Datastreams(7)`, which the registry joins to a
///   station as an alias; its parameter is the one the profile gives under that name, else it is unknown.
/// - Values are in the profile's `units` for the parameter, else in the catalogue's.
/// - Components stand in any order. `phenomenonTime` is an instant or an interval `begin/end`: a mean over it.
/// - A `null` result is missing. The flag is `resultQuality` as text.
///
/// Source: reference formats, section 8 (S77); OGC 18-088 (SensorThings API part 1, version 1.1), data array extension.
struct SensorThingsReader: DocumentReader, ~Copyable {
    private enum Place { case start, keys, groups, rows, done }

    private let context: ReadContext
    private let text: TextWriting
    private var scanner = JSONScanner()
    private var profiles: StationProfiles
    /// Parallel to the profiles.
    private var dialects: [(stamps: StampReader, writer: FeedRowWriter)]
    private var place = Place.start
    private var isUpload = false
    private var row = 0
    private var group = ObservationGroup()
    private var cells: [Cell] = []

    init(_ document: Cell, profile: SourceProfile, text: TextWriting, context: ReadContext) {
        self.context = context
        self.text = text
        profiles = StationProfiles(own: profile, format: .sensorThings, context: context)
        dialects = [(StampReader(profile), FeedRowWriter(profile: profile, context: context))]
        scanner.begin(document)
    }

    mutating func read(into sink: inout SliceBuilder) -> DocumentProgress {
        while true {
            switch place {
            case .start:
                isUpload = scanner.take(0x5B)
                guard isUpload || scanner.take(0x7B) else { return malformed("An array or object is expected.") }
                place = isUpload ? scanner.take(0x5D) ? .done : .groups : .keys
            case .keys:
                if let problem = readKey() { return problem }
            case .groups:
                guard scanner.take(0x7B) else { return malformed("A group of observations is an object.") }
                group = ObservationGroup()
                if let problem = readGroupKey(isFirst: true) { return problem }
            case .rows:
                if sink.isFull { return .sliceFull }
                if let problem = readRow(into: &sink) { return problem }
            case .done:
                scanner.skipBlanks()
                return scanner.isAtEnd ? .end : malformed("Nothing may follow the document.")
            }
        }
    }

    /// Keys of the reading document beside `value` (`@iot.count`, `@iot.nextLink`).
    private mutating func readKey() -> DocumentProgress? {
        if scanner.take(0x7D) {
            place = .done
            return nil
        }
        _ = scanner.take(0x2C)
        guard let key = scanner.string(), scanner.take(0x3A) else { return malformed("A key is expected.") }
        guard key.equals("value") else { return scanner.skipValue() ? nil : malformed("A value is expected.") }
        guard scanner.take(0x5B) else { return malformed("value is an array.") }
        place = scanner.take(0x5D) ? .keys : .groups
        return nil
    }

    /// Reads keys of a group up to its rows or its end.
    private mutating func readGroupKey(isFirst: Bool) -> DocumentProgress? {
        var isFirst = isFirst
        while true {
            if scanner.take(0x7D) { return endGroup() }
            if !isFirst, !scanner.take(0x2C) { return malformed("A comma is expected between keys.") }
            isFirst = false
            guard let key = scanner.string()?.text, scanner.take(0x3A) else { return malformed("A key is expected.") }
            if key == "dataArray" {
                guard !group.components.isEmpty else { return malformed("components comes before dataArray.") }
                guard scanner.take(0x5B) else { return malformed("dataArray is an array of rows.") }
                if scanner.take(0x5D) { continue }
                place = .rows
                return nil
            }
            guard group.read(key, &scanner) else {
                return malformed("The value of \(key) is not as the API writes it.")
            }
        }
    }

    private mutating func endGroup() -> DocumentProgress? {
        if scanner.take(0x2C) {
            place = .groups
            return nil
        }
        guard scanner.take(0x5D) else { return malformed("The array of groups ends with a bracket.") }
        place = isUpload ? .done : .keys
        return nil
    }

    private mutating func readRow(into sink: inout SliceBuilder) -> DocumentProgress? {
        cells.removeAll(keepingCapacity: true)
        let isArray = scanner.takeCells(into: &cells)
        guard isArray else { return malformed("A row is an array of values.") }
        row += 1
        sink.countRow()
        takeRow(into: &sink)
        if scanner.take(0x2C) { return nil }
        guard scanner.take(0x5D) else { return malformed("dataArray ends with a bracket.") }
        return readGroupKey(isFirst: false)
    }

    private mutating func takeRow(into sink: inout SliceBuilder) {
        guard cells.count == group.components.count else {
            let isShort = cells.count < group.components.count
            sink.reject(
                Rejection(
                    isShort ? .missingField : .extraField, row: row,
                    excerpt: cells.map(\.excerpt).joined(separator: ","),
                    remedy: "components names \(group.components.count) values and this row has \(cells.count)."))
            return
        }
        guard let result = group.place("result"), let time = group.place("phenomenonTime") else {
            let absent = group.place("result") == nil ? "result" : "phenomenonTime"
            sink.reject(
                Rejection(
                    .missingField, row: row, field: absent, remedy: "Name \(absent) among the components of the array.")
            )
            return
        }
        guard !group.stream.isEmpty else {
            sink.reject(
                Rejection(
                    .missingField, row: row, field: "Datastream",
                    remedy: "Give each array its Datastream with @iot.id, or the link to it."))
            return
        }
        let index = profiles.index(of: group.stream)
        let profile = profiles.profiles[index]
        guard text.mayHold(profile) else {
            sink.reject(text.refusal(profile, station: group.stream, row: row))
            return
        }
        while dialects.count <= index {
            let next = profiles.profiles[dialects.count]
            dialects.append((StampReader(next), FeedRowWriter(profile: next, context: context, isOther: true)))
        }
        guard let (start, window) = Self.interval(cells[time], &dialects[index].stamps) else {
            sink.reject(dialects[index].stamps.refusal(cells[time], row: row, field: "phenomenonTime"))
            return
        }
        let id = profile.parameterNames[group.stream] ?? ParameterID(group.stream.lowercased())
        let item = FeedItem(
            parameter: id, statistic: window.map { $0 == .zero ? .instant : .mean } ?? profile.statistic,
            window: window ?? profile.window)
        let parameter = context.parameters[id]
        let unit = profile.writing.units[id] ?? parameter?.unit ?? ""
        let value = FeedValue(
            cell: cells[result], item: item, conversion: parameter?.conversion(from: unit) ?? .scale(.one), unit: unit,
            unitField: "result", field: "result",
            flag: group.place("resultQuality").flatMap { cells[$0].text } ?? "")
        let writer = dialects[index].writer
        if window == nil {
            writer.take(value, station: group.stream, stamp: start, row: row, into: &sink)
        } else {
            writer.take(value, station: group.stream, start: start, row: row, into: &sink)
        }
    }

    /// The start of a phenomenon, and its length when the text is an interval; `nil` when it is no time.
    private static func interval(
        _ cell: Cell, _ stamps: inout StampReader
    ) -> (start: Int64, window: Duration64?)? {
        guard let slash = cell.index(of: 0x2F, from: 0) else { return stamps.read(cell).map { ($0, nil) } }
        let first = Cell(start: cell.start, count: slash)
        let last = Cell(start: cell.start + slash + 1, count: cell.count - slash - 1)
        guard let start = stamps.read(first), let end = stamps.read(last), start <= end else { return nil }
        return (start, Duration64(milliseconds: end - start))
    }

    private func malformed(_ remedy: String) -> DocumentProgress {
        let rest = Cell(start: scanner.place, count: scanner.end - scanner.place)
        return .malformed(Rejection(.malformedDocument, row: row + 1, excerpt: rest.excerpt, remedy: remedy))
    }
}

/// What an array says of all its rows.
private struct ObservationGroup {
    /// `Datastreams(7)`; empty until it is named.
    var stream = ""
    var components: [String] = []

    func place(_ component: String) -> Int? { components.firstIndex(of: component) }

    /// Takes the value of `key`; `false` when it is not what the API writes.
    mutating func read(_ key: String, _ scanner: inout JSONScanner) -> Bool {
        switch key {
        case "components":
            var names: [String] = []
            let isArray = scanner.elements { scanner in
                guard let name = scanner.string()?.text else { return false }
                names.append(name)
                return true
            }
            components = names
            return isArray && Set(names).count == names.count
        case "Datastream", "MultiDatastream":
            var id = ""
            let isObject = scanner.members { key, scanner in
                guard let value = scanner.value() else { return false }
                if key.equals("@iot.id") || key.equals("@id"), case .string(let text) = value { id = text.excerpt }
                if key.equals("@iot.id") || key.equals("@id"), case .number(let text) = value { id = text.excerpt }
                return true
            }
            if !id.isEmpty { stream = "Datastreams(\(id))" }
            return isObject
        case "Datastream@iot.navigationLink", "MultiDatastream@iot.navigationLink":
            guard let link = scanner.string()?.text else { return false }
            stream = String(link.split(separator: "/").last ?? "")
            return true
        default: return scanner.skipValue()
        }
    }
}

extension JSONScanner {
    /// Reads an array of plain values; nothing stands for `null`, an object or array is its text.
    fileprivate mutating func takeCells(into cells: inout [Cell]) -> Bool {
        forget()
        return elements { scanner in
            guard let value = scanner.value() else { return false }
            switch value {
            case .string(let text), .number(let text), .other(let text): cells.append(text)
            case .null: cells.append(Cell(start: scanner.place, count: 0))
            }
            return true
        }
    }
}
