// A sign of tampering: a stretch of readings that repeats an earlier one digit for digit.

package import Monitoring

/// How long a stretch of readings may equal an earlier one.
package struct RepeatedSequenceLimit: Hashable, Sendable {
    /// Readings in a row from which a repetition is suspect.
    package let readings: Int
    /// Different values the stretch holds at least: what hardly moves repeats honestly.
    package let distinct: Int
    /// Where the numbers come from, or the word `example`.
    package let source: String

    package static let readingsLimit = 1_000

    /// - Precondition: 2…`readingsLimit` readings, of which some differ.
    package init(readings: Int, distinct: Int, source: String) {
        precondition(
            (2...Self.readingsLimit).contains(readings) && (1...readings).contains(distinct),
            "A sequence has readings, and not more values than readings.")
        self.readings = readings
        self.distinct = distinct
        self.source = source
    }
}

/// Tests whether the usable readings repeat a stretch of earlier ones; the later stretch is suspect.
package struct RepeatedSequenceCheck: Sendable {
    package let limit: RepeatedSequenceLimit?

    package init(limit: RepeatedSequenceLimit?) { self.limit = limit }

    package func run(_ series: SeriesColumns, _ neighbours: Neighbourhood) -> CheckResult {
        guard let limit else { return .notRun(.repeatedSequence, count: series.count, .noConfiguration) }
        let places = series.start.indices.filter { neighbours.usable[$0] == 1 }
        guard places.count >= 2 * limit.readings else {
            return .notRun(.repeatedSequence, count: series.count, .tooFewReadings)
        }
        let values = places.map { series.value[$0] }
        var repeats = [QualityVerdict](repeating: .notTested, count: values.count)
        var table = [Int](repeating: -1, count: sequenceTableCount(values.count))
        var span = repeats.mutableSpan
        var tableSpan = table.mutableSpan
        repeatedSequences(values.span, limit, table: &tableSpan, into: &span)
        var verdicts = [QualityVerdict](repeating: .notTested, count: series.count)
        for (place, index) in places.enumerated() { verdicts[index] = repeats[place] }
        return CheckResult(check: .repeatedSequence, verdicts: verdicts, of: series, otherwise: .noNeighbour)
    }
}

/// Places in the scratch table of `repeatedSequences` for `count` values: a power of two, at most half full.
package func sequenceTableCount(_ count: Int) -> Int {
    var size = 16
    while size < 2 * count { size *= 2 }
    return size
}

/// Flags each value of a stretch that equals one which ended before it began.
///
/// - Shape: `values`, n finite numbers; `verdicts`, n, all written. Scratch: `table`, `sequenceTableCount(n)`, each −1.
/// - Complexity: O(n) expected: a rolling hash finds the candidates, every one of which is compared.
/// - Reference: `repeatedSequencesReference(_:_:)`; equal for all inputs.
package func repeatedSequences(
    _ values: Span<Double>, _ limit: RepeatedSequenceLimit, table: inout MutableSpan<Int>,
    into verdicts: inout MutableSpan<QualityVerdict>
) {
    let (count, length) = (values.count, limit.readings)
    precondition(verdicts.count == count && table.count == sequenceTableCount(count), "Columns are equally long.")
    for index in 0..<count { verdicts[index] = .valid }
    guard count >= 2 * length else { return }
    var known = RollingHash(values, length)
    var found = RollingHash(values, length)
    for _ in 0..<length { found.roll(values) }
    // Values up to here are marked.
    var marked = 0
    while found.begin + length <= count {
        insert(known, values, length, &table)
        let begin = found.begin
        if holds(found, values, length, table), isVaried(values, from: begin, limit) {
            for index in max(marked, begin)..<(begin + length) { verdicts[index] = .suspect }
            marked = begin + length
        }
        known.roll(values)
        found.roll(values)
    }
}

/// The hash of the stretch that begins at `begin`.
private struct RollingHash {
    private static let base: UInt64 = 0x9E37_79B9_7F4A_7C15
    private(set) var begin = 0
    private(set) var hash: UInt64 = 0
    /// The base to the power of the length: what the leaving value is weighed with.
    private var leaving: UInt64 = 1
    private let length: Int

    init(_ values: Span<Double>, _ length: Int) {
        self.length = length
        for index in 0..<length {
            hash = hash &* Self.base &+ Self.pattern(values[index])
            leaving = leaving &* Self.base
        }
    }

    /// Goes on by one value.
    mutating func roll(_ values: Span<Double>) {
        let next = begin + length
        if next < values.count {
            hash =
                hash &* Self.base &+ Self.pattern(values[next]) &- leaving &* Self.pattern(values[begin])
        }
        begin += 1
    }

    /// 0 and −0 are one value.
    private static func pattern(_ value: Double) -> UInt64 {
        let bits = (value + 0).bitPattern
        return (bits ^ (bits >> 29)) &* 0xBF58_476D_1CE4_E5B9
    }
}

/// Notes a stretch, unless an equal one is noted.
private func insert(_ stretch: RollingHash, _ values: Span<Double>, _ length: Int, _ table: inout MutableSpan<Int>) {
    var slot = slot(stretch, table.count)
    while table[slot] >= 0 {
        if areEqual(values, table[slot], stretch.begin, length) { return }
        slot = (slot + 1) & (table.count - 1)
    }
    table[slot] = stretch.begin
}

private func holds(
    _ stretch: RollingHash, _ values: Span<Double>, _ length: Int, _ table: borrowing MutableSpan<Int>
) -> Bool {
    var slot = slot(stretch, table.count)
    while table[slot] >= 0 {
        if areEqual(values, table[slot], stretch.begin, length) { return true }
        slot = (slot + 1) & (table.count - 1)
    }
    return false
}

private func slot(_ stretch: RollingHash, _ count: Int) -> Int {
    Int(truncatingIfNeeded: stretch.hash ^ (stretch.hash >> 32)) & (count - 1)
}

private func areEqual(_ values: Span<Double>, _ first: Int, _ second: Int, _ length: Int) -> Bool {
    for place in 0..<length where values[first + place] != values[second + place] { return false }
    return true
}

/// Whether a stretch holds enough different values; it stops as soon as it does.
private func isVaried(_ values: Span<Double>, from begin: Int, _ limit: RepeatedSequenceLimit) -> Bool {
    var different = 0
    for index in begin..<(begin + limit.readings) {
        var isNew = true
        for before in begin..<index where values[before] == values[index] {
            isNew = false
            break
        }
        if isNew { different += 1 }
        if different >= limit.distinct { return true }
    }
    return false
}
