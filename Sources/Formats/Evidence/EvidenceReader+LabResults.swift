// Laboratory results of separated sampling (采测分离): one row a sample and item.

internal import Exact
internal import Monitoring

extension EvidenceReader {
    /// Takes one result: a reading at the time of sampling. A sampling date without a clock time stands at the day's
    /// first instant; the table says no more.
    mutating func takeLabResult(_ row: EvidenceRow, into sink: inout SliceBuilder) {
        guard let start = sampled(row, into: &sink),
            let name = sink.name(cell(.item), row: row.number, field: "item")
        else { return }
        guard let id = profile.parameterNames[name] ?? parameters.id(for: name), let parameter = parameters[id] else {
            sink.reject(
                Rejection(
                    .unknownParameter, row: row.number, field: "item", excerpt: name,
                    remedy: "Use the item's name or code as the catalogue has it; its unit cannot be told otherwise."))
            return
        }
        let unit = resultUnit
        guard let power = power(from: unit, to: parameter) else {
            sink.reject(
                Rejection(
                    unit.isEmpty ? .missingField : .unknownUnit, row: row.number, field: "unit", excerpt: unit,
                    remedy: "Give the result of \(name) in \(parameter.unit), or in a power of ten of it."))
            return
        }
        let given = cell(.value)
        let value = values.read(given, qualifier: cell(.qualifier), limit: cell(.detectionLimit))
        store(
            value, row.key(id, .instant), start: start, power: power, flag: text(.flag), row: row, field: "value",
            cell: given, into: &sink)
    }

    private mutating func sampled(_ row: EvidenceRow, into sink: inout SliceBuilder) -> Int64? {
        let cell = layout.place(of: .sampled) == nil ? cell(.time) : cell(.sampled)
        let clock =
            layout.place(of: .sampled) != nil && layout.place(of: .time) != nil ? self.cell(.time) : self.cell(.clock)
        let text = clock.isEmpty ? cell.excerpt : "\(cell.excerpt) \(clock.excerpt)"
        let start: Int64? =
            switch EvidenceTime(text) {
            case .moment(let moment): moment.instant(by: &stamps)
            case .day(let date): stamps.start(of: date)
            case .month, nil: nil
            }
        if let start { return start }
        sink.reject(
            stamps.zoneRefusal(text, row: row.number, field: "sampled")
                ?? Rejection(
                    cell.isEmpty ? .missingField : .notATime, row: row.number, field: "sampled", excerpt: text,
                    remedy: "Write the time of sampling as 2026-05-01 08:30, or its date as 2026-05-01."))
        return nil
    }

    /// The row's unit, else the one in the heading of the results (`结果(mg/L)`), else the table's.
    private var resultUnit: String {
        let own = cell(.unit).excerpt
        if !own.isEmpty { return own }
        let heading = layout.valueUnit
        return heading.isEmpty ? layout.stated(.unit) ?? "" : heading
    }

    private mutating func power(from unit: String, to parameter: Parameter) -> Int? {
        let key = "\(unit) \(parameter.id)"
        if let known = powers[key] { return known }
        let power = EvidenceUnit.power(from: unit, to: parameter.unit)
        if powers.count < 1_024 { powers[key] = .some(power) }
        return power
    }
}
