// Columns of many observations in memory: what readers fill, checks flag and the store packs.

package import Exact

/// What stands before a value: nothing, or the sign of a censored result; or that no value was sent.
package enum Qualifier: UInt8, Sendable, CaseIterable {
    case none = 0
    /// `<`: below the detection limit given as the value.
    case below = 1
    /// `>`: above the range limit given as the value.
    case above = 2
    /// The source stated that there is no value; mantissa and exponent are 0.
    case missing = 3
}

/// A reading's machine verdict (质控结论). `notTested` never folds into `valid`.
package enum QualityVerdict: UInt8, Sendable, CaseIterable {
    case notTested = 0
    case valid = 1
    case suspect = 2
    case invalid = 3
}

/// Observations (观测值) as parallel columns; row `i` of the block is element `i` of each column.
///
/// | column | type | unit | meaning |
/// |---|---|---|---|
/// | series | Int32 | – | index into `seriesTable` |
/// | start | Int64 | ms UTC | start of the half-open interval |
/// | mantissa, exponent | Int64, Int8 | – | the exact value as received |
/// | qualifier | UInt8 | – | `Qualifier` raw value |
/// | flag | UInt16 | – | index into `flagTable`; 0 is "no flag" |
/// | row | Int32 | – | 1-based row (line, record) of the batch |
package struct ObservationBlock: Sendable {
    package private(set) var seriesTable: [SeriesKey] = []
    package private(set) var flagTable: [String] = [""]
    package private(set) var series: [Int32] = []
    package private(set) var start: [Int64] = []
    package private(set) var mantissa: [Int64] = []
    package private(set) var exponent: [Int8] = []
    package private(set) var qualifier: [UInt8] = []
    package private(set) var flag: [UInt16] = []
    package private(set) var row: [Int32] = []

    private var seriesIndexes: [SeriesKey: Int32] = [:]
    private var flagIndexes: [String: UInt16] = [:]
    /// A table of so few flags is searched from its beginning; `flagIndexes` serves longer ones.
    private static let fewFlags = 16

    /// Different flags one block may carry; a source flag is a letter or a short word, so more is not a flag column.
    package static let flagLimit = 4_096

    package init() {}

    package var count: Int { start.count }
    package var isEmpty: Bool { start.isEmpty }

    /// Adds a series that the block does not hold yet.
    ///
    /// - Precondition: `key` is not in `seriesTable`; readers that keep their own directory know it without asking.
    package mutating func append(newSeries key: SeriesKey) -> Int32 {
        // The parameters of a station: room for them at once.
        if seriesTable.isEmpty { seriesTable.reserveCapacity(16) }
        seriesTable.append(key)
        return Int32(seriesTable.count - 1)
    }

    /// The index of `key` in `seriesTable`, added when new.
    package mutating func index(of key: SeriesKey) -> Int32 {
        // Series that came without a question are looked at the first time somebody asks.
        for index in seriesIndexes.count..<seriesTable.count { seriesIndexes[seriesTable[index]] = Int32(index) }
        if let index = seriesIndexes[key] { return index }
        let index = Int32(seriesTable.count)
        seriesTable.append(key)
        seriesIndexes[key] = index
        return index
    }

    /// The index of `flag` in `flagTable`, or `nil` when the table is full.
    package mutating func index(ofFlag flag: String) -> UInt16? {
        if flagTable.count <= Self.fewFlags {
            if let index = flagTable.firstIndex(of: flag) { return UInt16(index) }
        } else {
            for index in flagIndexes.count..<flagTable.count { flagIndexes[flagTable[index]] = UInt16(index) }
            if let index = flagIndexes[flag] { return index }
        }
        guard flagTable.count < Self.flagLimit else { return nil }
        flagTable.append(flag)
        return UInt16(flagTable.count - 1)
    }

    package mutating func append(
        series: Int32, start: Instant, value: ExactDecimal, qualifier: Qualifier, flag: UInt16, row: Int32
    ) {
        self.series.append(series)
        self.start.append(start.milliseconds)
        mantissa.append(value.mantissa)
        exponent.append(value.exponent)
        self.qualifier.append(qualifier.rawValue)
        self.flag.append(flag)
        self.row.append(row)
    }

    /// Appends rows column by column; the columns are all of one length and hold what the table above says.
    package mutating func append(
        series: UnsafeBufferPointer<Int32>, start: UnsafeBufferPointer<Int64>, mantissa: UnsafeBufferPointer<Int64>,
        exponent: UnsafeBufferPointer<Int8>, qualifier: UnsafeBufferPointer<UInt8>, flag: UnsafeBufferPointer<UInt16>,
        row: UnsafeBufferPointer<Int32>
    ) {
        let count = series.count
        precondition(
            start.count == count && mantissa.count == count && exponent.count == count && qualifier.count == count
                && flag.count == count && row.count == count, "Appended columns are of one length.")
        self.series.append(contentsOf: series)
        self.start.append(contentsOf: start)
        self.mantissa.append(contentsOf: mantissa)
        self.exponent.append(contentsOf: exponent)
        self.qualifier.append(contentsOf: qualifier)
        self.flag.append(contentsOf: flag)
        self.row.append(contentsOf: row)
    }

    package mutating func reserve(_ capacity: Int) {
        series.reserveCapacity(capacity)
        start.reserveCapacity(capacity)
        mantissa.reserveCapacity(capacity)
        exponent.reserveCapacity(capacity)
        qualifier.reserveCapacity(capacity)
        flag.reserveCapacity(capacity)
        row.reserveCapacity(capacity)
    }

    /// One row as a value, for tests, messages and cold paths; hot loops read the columns.
    package subscript(index: Int) -> Reading {
        Reading(
            series: seriesTable[Int(series[index])],
            start: Instant(milliseconds: start[index]),
            value: qualifier[index] == Qualifier.missing.rawValue
                ? nil : ExactDecimal(mantissa: mantissa[index], exponent: exponent[index]),
            qualifier: Qualifier(rawValue: qualifier[index])!,
            flag: flagTable[Int(flag[index])],
            row: row[index])
    }
}
