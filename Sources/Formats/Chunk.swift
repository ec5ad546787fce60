// A chunk: every version of every observation of one series in one span, as columns. The store's unit of storage.

package import Exact
package import Monitoring

/// One stored statement about one start: what some batch said, and which.
package struct ChunkVersion: Hashable, Sendable {
    package let start: Instant
    /// The value as received, `nil` when the source stated that there is none.
    package let value: ExactDecimal?
    package let qualifier: Qualifier
    package let flag: String
    /// The log sequence of the batch that brought it.
    package let sequence: Int64

    package init(start: Instant, value: ExactDecimal?, qualifier: Qualifier, flag: String, sequence: Int64) {
        self.start = start
        self.value = value
        self.qualifier = qualifier
        self.flag = flag
        self.sequence = sequence
    }
}

/// Versions of one series in one span, ordered by start.
///
/// Within a start, versions stand in order of arrival; in a revising chunk in order of their sent time, so that
/// the last one is current. Columns, row `i` being element `i` of each:
///
/// | column | type | unit | meaning |
/// |---|---|---|---|
/// | start | Int64 | ms UTC | start of the half-open interval |
/// | mantissa, exponent | Int64, Int8 | – | the exact value as received; 0 and 0 when missing |
/// | qualifier | UInt8 | – | `Qualifier` raw value |
/// | flag | UInt16 | – | index into `flagTable`; 0 is "no flag" |
/// | sequence | Int64 | – | log sequence of the batch that brought the version |
package struct Chunk: Sendable {
    package internal(set) var start: [Int64] = []
    package internal(set) var mantissa: [Int64] = []
    package internal(set) var exponent: [Int8] = []
    package internal(set) var qualifier: [UInt8] = []
    package internal(set) var flag: [UInt16] = []
    package internal(set) var sequence: [Int64] = []
    package internal(set) var flagTable: [String] = [""]
    /// The source revises: of several versions of a start, the one sent last is current.
    package internal(set) var revises: Bool

    /// Versions one chunk may hold: a day at 10 Hz has 864,000. More are kept aside by the store.
    package static let versionLimit = 1 << 20
    /// Versions of one start: a station contradicts itself a few times, more is an attack on the merge.
    package static let versionsOfStartLimit = 256
    /// Starts a chunk may hold: years 1…9999 of the calendar, in ms UTC.
    package static let startRange: ClosedRange<Int64> = -62_135_596_800_000...253_402_300_799_999

    package init(revises: Bool = false) {
        self.revises = revises
    }

    package var count: Int { start.count }
    package var isEmpty: Bool { start.isEmpty }

    /// Row `index` as a value.
    package subscript(index: Int) -> ChunkVersion {
        let qualifier = Qualifier(rawValue: qualifier[index]) ?? .missing
        return ChunkVersion(
            start: Instant(milliseconds: start[index]),
            value: qualifier == .missing ? nil : ExactDecimal(mantissa: mantissa[index], exponent: exponent[index]),
            qualifier: qualifier, flag: flagTable[Int(flag[index])], sequence: sequence[index])
    }

    /// Empties the chunk and keeps its memory for the next one.
    package mutating func reset(revises: Bool) {
        start.removeAll(keepingCapacity: true)
        mantissa.removeAll(keepingCapacity: true)
        exponent.removeAll(keepingCapacity: true)
        qualifier.removeAll(keepingCapacity: true)
        flag.removeAll(keepingCapacity: true)
        sequence.removeAll(keepingCapacity: true)
        if flagTable.count > 1 { flagTable.removeLast(flagTable.count - 1) }
        self.revises = revises
    }

    /// The index of `text` in the flag table, added when new; `nil` when the table is full.
    package mutating func index(ofFlag text: String) -> UInt16? {
        if text.isEmpty { return 0 }
        if let index = flagTable.firstIndex(of: text) { return UInt16(index) }
        guard flagTable.count < ObservationBlock.flagLimit else { return nil }
        flagTable.append(text)
        return UInt16(flagTable.count - 1)
    }

    /// The first row whose start is not before `instant`.
    package func firstRow(from instant: Int64) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if start[middle] < instant { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Every version of one start.
    package func versions(of instant: Instant) -> [ChunkVersion] {
        var row = firstRow(from: instant.milliseconds)
        var found: [ChunkVersion] = []
        while row < count, start[row] == instant.milliseconds {
            found.append(self[row])
            row += 1
        }
        return found
    }

    /// Whether two rows say the same: numerically equal value, qualifier and flag.
    func saysSame(_ left: Int, _ right: Int) -> Bool {
        guard qualifier[left] == qualifier[right], flag[left] == flag[right] else { return false }
        if exponent[left] == exponent[right] { return mantissa[left] == mantissa[right] }
        return ExactDecimal(mantissa: mantissa[left], exponent: exponent[left])
            == ExactDecimal(mantissa: mantissa[right], exponent: exponent[right])
    }

    func isMissing(_ row: Int) -> Bool { qualifier[row] == Qualifier.missing.rawValue }
}
