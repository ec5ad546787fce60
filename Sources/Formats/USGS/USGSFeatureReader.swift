// GeoJSON of the USGS OGC API: a FeatureCollection, each feature one value.

internal import Monitoring

/// Reads `{"type":"FeatureCollection",…,"features":[{…,"properties":{…}},…]}`; features are numbered from 1.
struct USGSFeatureReader: DocumentReader, ~Copyable {
    private enum Place { case start, keys, features, done }

    private var scanner = JSONScanner()
    private var writer: USGSFeatureWriter
    private var place = Place.start
    private var row = 0
    private var hasFeatures = false

    init(_ document: Cell, profile: SourceProfile, context: ReadContext) {
        writer = USGSFeatureWriter(profile: profile, context: context)
        scanner.begin(document)
    }

    mutating func read(into sink: inout SliceBuilder) -> DocumentProgress {
        while true {
            switch place {
            case .start:
                guard scanner.take(0x7B) else { return malformed("An object is expected.") }
                place = .keys
            case .keys:
                if let problem = readKey() { return problem }
            case .features:
                if sink.isFull { return .sliceFull }
                if let problem = readFeature(into: &sink) { return problem }
            case .done:
                scanner.skipBlanks()
                return scanner.isAtEnd ? .end : malformed("Nothing may follow the collection.")
            }
        }
    }

    private mutating func readKey() -> DocumentProgress? {
        if scanner.take(0x7D) {
            place = .done
            return hasFeatures ? nil : malformed("The collection has no features.")
        }
        _ = scanner.take(0x2C)
        guard let key = scanner.string(), scanner.take(0x3A) else { return malformed("A key is expected.") }
        guard key.equals("features") else {
            return scanner.skipValue() ? nil : malformed("A value is expected.")
        }
        guard scanner.take(0x5B) else { return malformed("features is an array.") }
        hasFeatures = true
        place = scanner.take(0x5D) ? .keys : .features
        return nil
    }

    private mutating func readFeature(into sink: inout SliceBuilder) -> DocumentProgress? {
        scanner.forget()
        var feature: USGSFeature?
        let isObject = scanner.members { key, scanner in
            guard key.equals("properties") else { return scanner.skipValue() }
            feature = Self.properties(&scanner)
            return feature != nil
        }
        guard isObject else { return malformed("A feature is an object with properties.") }
        row += 1
        sink.countRow()
        if let feature {
            writer.take(feature, row: row, into: &sink)
        } else {
            sink.reject(
                Rejection(
                    .missingField, row: row, field: "properties",
                    remedy: "A feature carries its value in properties: send the collection as the API writes it."))
        }
        if scanner.take(0x2C) { return nil }
        guard scanner.take(0x5D) else { return malformed("features ends with a bracket.") }
        place = .keys
        return nil
    }

    private static func properties(_ scanner: inout JSONScanner) -> USGSFeature? {
        let none = Cell(start: scanner.place, count: 0)
        var feature = USGSFeature(
            location: none, parameter: none, statistic: none, time: none, value: none, unit: none, approval: none,
            qualifier: "")
        let isObject = scanner.members { key, scanner in
            guard let value = scanner.value() else { return false }
            let cell =
                switch value {
                case .string(let text), .number(let text), .other(let text): text.trimmed
                case .null: none
                }
            if key.equals("monitoring_location_id") { feature.location = cell }
            if key.equals("parameter_code") { feature.parameter = cell }
            if key.equals("statistic_id") { feature.statistic = cell }
            if key.equals("time") { feature.time = cell }
            if key.equals("value") { feature.value = cell }
            if key.equals("unit_of_measure") { feature.unit = cell }
            if key.equals("approval_status") { feature.approval = cell }
            if key.equals("qualifier") { feature.qualifier = qualifier(cell) }
            return true
        }
        return isObject ? feature : nil
    }

    /// A qualifier is a text or an array of texts: `["ICE"]` and `ICE` are the same.
    private static func qualifier(_ cell: Cell) -> String {
        let text = cell.text ?? ""
        guard text.first == "[" else { return text }
        return text.split { "[]\", ".contains($0) }.joined(separator: ",")
    }

    private func malformed(_ remedy: String) -> DocumentProgress {
        let rest = Cell(start: scanner.place, count: scanner.end - scanner.place)
        return .malformed(Rejection(.malformedDocument, row: row + 1, excerpt: rest.excerpt, remedy: remedy))
    }
}

extension JSONScanner {
    /// Reads an object: hands over each key with the scanner at its value, which `take` must step over.
    ///
    /// `false` where the text is no object, or `take` said so.
    mutating func members(_ take: (Cell, inout JSONScanner) -> Bool) -> Bool {
        guard self.take(0x7B) else { return false }
        if self.take(0x7D) { return true }
        repeat {
            guard let key = string(), self.take(0x3A), take(key, &self) else { return false }
        } while self.take(0x2C)
        return self.take(0x7D)
    }

    /// Reads an array: hands the scanner over at each element, which `take` must step over.
    mutating func elements(_ take: (inout JSONScanner) -> Bool) -> Bool {
        guard self.take(0x5B) else { return false }
        if self.take(0x5D) { return true }
        repeat {
            guard take(&self) else { return false }
        } while self.take(0x2C)
        return self.take(0x5D)
    }
}
