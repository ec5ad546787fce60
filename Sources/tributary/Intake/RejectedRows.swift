// Rows of a batch that were rejected, or never reached: what of the batch the rules of now read and those of then did
// not. The batch is read again by both from the archive; nothing is told from the texts of its rejections.

import Exact
import Formats
import Monitoring
import Pipeline
import Storage

/// By what a batch, or an earlier admission of its rejected rows, was read.
struct RulesThen: Sendable {
    let rules: IntakeRules
    /// Only rows of this station were taken; `nil`: of all.
    let station: StationID?
}

/// Which values of a batch were read before: taken, or kept aside. A value is known by its part of the batch (the member
/// of a container), its row and what it measures; a row that holds one value by its row alone, so that a parameter of
/// another name makes no second value of it.
///
/// Memory: a bit for each row and measure.
final class ValuesReadBefore: AdmittedRowTaker {
    fileprivate struct Measure: Hashable {
        let parameter: ParameterID
        let statistic: SeriesStatistic
    }

    private struct Part {
        var read: [Measure: RowSet] = [:]
        var rows = RowSet()
        /// Some row holds several values.
        var isWide = false
    }

    private var parts: [String: Part] = [:]
    private var station: StationID?
    /// The part whose rows are being handed over.
    private var part = ""

    /// Reads the batch as it was read before.
    func add(_ then: RulesThen, _ raw: MappedBatch, _ batch: IncomingBatch) throws {
        station = then.station
        let read = try BatchAdmission(rules: then.rules.giving(back: raw)).admit(
            raw.bytes, name: batch.name, received: batch.receivedAt, entitled: nil, selecting: select, to: self)
        // Of bytes that are not what was sent nothing was taken.
        if read.isDamaged { parts = [:] }
    }

    private func select(_ slice: DecodedSlice) -> DecodedSlice? {
        part = slice.part
        return slice
    }

    func take(_ slice: AdmittedSlice, traits: SeriesTraits) throws {
        var known = parts.removeValue(forKey: part) ?? Part()
        known.isWide = known.isWide || slice.block.isWide
        let block = slice.block
        // A few measures of perhaps thousands of series: their sets are reached by number while rows go by.
        var measures: [Measure: Int] = [:]
        var sets: [RowSet] = []
        let measureOfSeries = block.seriesTable.map { key -> Int? in
            if let station, key.station != station { return nil }
            let measure = Measure(key)
            if let index = measures[measure] { return index }
            measures[measure] = sets.count
            sets.append(known.read.removeValue(forKey: measure) ?? RowSet())
            return sets.count - 1
        }
        for row in 0..<block.count {
            guard let measure = measureOfSeries[Int(block.series[row])] else { continue }
            sets[measure].insert(Int(block.row[row]))
            known.rows.insert(Int(block.row[row]))
        }
        for (measure, index) in measures { known.read[measure] = sets[index] }
        for kept in slice.quarantined where station == nil || kept.reading.series.station == station {
            known.read[Measure(kept.reading.series), default: RowSet()].insert(Int(kept.reading.row))
            known.rows.insert(Int(kept.reading.row))
        }
        parts[part] = known
    }

    /// Whether anything of a row was read.
    fileprivate func reaches(_ row: Int, of part: String) -> Bool { parts[part]?.rows.contains(row) ?? false }

    /// - Parameter isWide: rows of this part hold several values as they are read now.
    fileprivate func holds(_ measure: Measure, row: Int, of part: String, isWide: Bool) -> Bool {
        guard let known = parts[part] else { return false }
        guard isWide || known.isWide else { return known.rows.contains(row) }
        return known.read[measure]?.contains(row) ?? false
    }
}

extension ValuesReadBefore.Measure {
    fileprivate init(_ key: SeriesKey) { self.init(parameter: key.parameter, statistic: key.statistic) }
}

/// Hands on what of a batch was not read before. What is rejected still stays as it was noted when the batch came.
final class UnreadRows: AdmittedRowTaker {
    private let before: ValuesReadBefore
    private let station: StationID?
    private let next: any AdmittedRowTaker
    private var part = ""
    private var isWide = false
    /// Rejections of rows of which nothing was read before, and of columns.
    private(set) var stillRejected = 0

    /// - Parameter station: only rows of this station; `nil`: of all.
    init(besides before: ValuesReadBefore, station: StationID?, to next: any AdmittedRowTaker) {
        self.before = before
        self.station = station
        self.next = next
    }

    /// Reads a batch by the rules of now.
    ///
    /// - Returns: what reading it came to.
    func read(
        _ raw: MappedBatch, _ batch: IncomingBatch, rules: IntakeRules, entitled: Set<StationID>?
    ) throws -> AdmittedBatch {
        let read = try BatchAdmission(rules: rules.giving(back: raw)).admit(
            raw.bytes, name: batch.name, received: batch.receivedAt, entitled: entitled, selecting: select, to: self)
        stillRejected += read.ending.unkeptRejections + (read.stopped == nil ? 0 : 1)
        return read
    }

    private func select(_ slice: DecodedSlice) -> DecodedSlice? {
        if slice.part != part { (part, isWide) = (slice.part, false) }
        return slice
    }

    func take(_ slice: AdmittedSlice, traits: SeriesTraits) throws {
        isWide = isWide || slice.block.isWide
        for rejection in slice.rejections where !rejection.reason.isQuarantine {
            if !before.reaches(rejection.row, of: part) { stillRejected += 1 }
        }
        var rest = slice
        (rest.block, rest.numbers, rest.rejections) = (ObservationBlock(), nil, [])
        let block = slice.block
        let measures = block.seriesTable.map { ValuesReadBefore.Measure($0) }
        let isChosen = block.seriesTable.map { station == nil || $0.station == station }
        let indexes = block.seriesTable.map { rest.block.index(of: $0) }
        let flags = block.flagTable.map { rest.block.index(ofFlag: $0) ?? 0 }
        for row in 0..<block.count {
            let series = Int(block.series[row])
            guard isChosen[series],
                !before.holds(measures[series], row: Int(block.row[row]), of: part, isWide: isWide)
            else { continue }
            rest.block.append(block, row, series: indexes[series], flag: flags[Int(block.flag[row])])
        }
        rest.quarantined = slice.quarantined.filter { kept in
            let key = kept.reading.series
            return (station == nil || key.station == station)
                && !before.holds(.init(key), row: Int(kept.reading.row), of: part, isWide: isWide)
        }
        if rest.block.isEmpty, rest.quarantined.isEmpty { return }
        try next.take(rest, traits: traits)
    }
}

extension ObservationBlock {
    /// Whether some row of the batch holds several values, which then lie side by side.
    fileprivate var isWide: Bool {
        row.indices.dropFirst().contains { row[$0] == row[$0 - 1] && series[$0] != series[$0 - 1] }
    }

    /// Takes over a row of another block.
    mutating func append(_ other: borrowing ObservationBlock, _ index: Int, series: Int32, flag: UInt16) {
        append(
            series: series, start: Instant(milliseconds: other.start[index]),
            value: ExactDecimal(mantissa: other.mantissa[index], exponent: other.exponent[index]),
            qualifier: Qualifier(rawValue: other.qualifier[index])!, flag: flag, row: other.row[index])
    }
}
