// Segment search offline: the steps of a series' mean that cost least, found exactly with functional pruning.

/// One stretch of a series with one mean.
package struct ChangeSegment: Equatable, Sendable {
    /// Places in the column, missing ones in between included.
    package let range: Range<Int>
    package let mean: Double

    package init(range: Range<Int>, mean: Double) {
        self.range = range
        self.mean = mean
    }
}

/// The most readings one search takes; memory is linear in them.
package let segmentCountLimit = 1_000_000

/// Splits a series into stretches of constant mean so that the squared deviations and a penalty a change cost least.
///
/// - Shape: `values`, n readings in time order; what is not finite is missing and belongs to the stretch around it.
/// - Units: `penalty` in the square of the values' unit; 2 σ² ln n is customary for independent readings.
/// - Returns: stretches that cover the column from its first reading to its last; none without a reading.
/// - Precondition: n ≤ `segmentCountLimit`; `penalty` is not negative.
/// - Complexity: O(n log n) time typically, O(n²) at worst; O(n) memory, allocated here: an offline search.
/// - Source: Maidstone, Hocking, Rigaill, Fearnhead, On optimal multiple changepoint algorithms for large data,
///   Statistics and Computing 27, 2017 (functional pruning optimal partitioning).
/// - Reference: `changeSegmentsReference(_:penalty:)`; the same cost up to rounding, and the same stretches unless two
///   ways cost the same.
package func changeSegments(_ values: Span<Double>, penalty: Double) -> [ChangeSegment] {
    precondition(values.count <= segmentCountLimit, "A segment search takes at most a million readings.")
    precondition(penalty >= 0, "A change costs nothing or something.")
    var places: [Int] = []
    for index in values.indices where values[index].isFinite { places.append(index) }
    guard let first = places.first else { return [] }
    // Near zero, so that squares keep their last digits.
    let origin = values[first]
    var (lowest, highest) = (0.0, 0.0)
    for place in places {
        lowest = min(lowest, values[place] - origin)
        highest = max(highest, values[place] - origin)
    }
    var lastStarts = [Int](repeating: 0, count: places.count)
    var pieces = [CostPiece(lower: lowest, upper: highest, count: 0, sum: 0, cost: 0, start: 0)]
    var next: [CostPiece] = []
    for (index, place) in places.enumerated() {
        var best = Double.infinity
        for piece in pieces.indices {
            pieces[piece].add(values[place] - origin)
            let least = pieces[piece].least
            if least < best {
                best = least
                lastStarts[index] = pieces[piece].start
            }
        }
        next.removeAll(keepingCapacity: true)
        for piece in pieces { piece.prune(above: best + penalty, start: index + 1, into: &next) }
        swap(&pieces, &next)
    }
    return segments(places, lastStarts, values)
}

/// The stretches that `lastStarts` tells of, from the last one back.
private func segments(_ places: [Int], _ lastStarts: [Int], _ values: Span<Double>) -> [ChangeSegment] {
    var found: [ChangeSegment] = []
    var end = places.count
    while end > 0 {
        let start = lastStarts[end - 1]
        var sum = 0.0
        for index in start..<end { sum += values[places[index]] }
        let upper = end == places.count ? places[end - 1] + 1 : places[end]
        found.append(ChangeSegment(range: places[start]..<upper, mean: sum / Double(end - start)))
        end = start
    }
    return found.reversed()
}

/// The least cost of all readings so far as a function of the last stretch's mean, where one beginning is best.
private struct CostPiece {
    /// Means for which it holds.
    var lower: Double
    var upper: Double
    /// cost + count µ² − 2 sum µ
    var count: Double
    var sum: Double
    var cost: Double
    /// The reading the last stretch begins with.
    let start: Int

    mutating func add(_ value: Double) {
        count += 1
        sum += value
        cost += value * value
    }

    /// The least cost within the piece.
    var least: Double {
        let mean = max(lower, min(upper, sum / count))
        return cost + (count * mean - 2 * sum) * mean
    }

    /// Keeps where the piece costs at most `level`; elsewhere a stretch that begins at `start` is cheaper.
    func prune(above level: Double, start: Int, into pieces: inout [CostPiece]) {
        let discriminant = sum * sum - count * (cost - level)
        guard discriminant > 0 else { return Self.append(lower, upper, level, start, to: &pieces) }
        let (mean, reach) = (sum / count, discriminant.squareRoot() / count)
        let (from, to) = (max(lower, mean - reach), min(upper, mean + reach))
        // Where all readings are equal there is one mean only.
        guard from < to || lower == upper && from == to else {
            return Self.append(lower, upper, level, start, to: &pieces)
        }
        if lower < from { Self.append(lower, from, level, start, to: &pieces) }
        var kept = self
        (kept.lower, kept.upper) = (from, to)
        pieces.append(kept)
        if to < upper { Self.append(to, upper, level, start, to: &pieces) }
    }

    /// Appends a new beginning, joined with a neighbour of the same kind.
    private static func append(
        _ lower: Double, _ upper: Double, _ level: Double, _ start: Int, to pieces: inout [CostPiece]
    ) {
        if let last = pieces.last, last.start == start {
            pieces[pieces.count - 1].upper = upper
        } else {
            pieces.append(CostPiece(lower: lower, upper: upper, count: 0, sum: 0, cost: level, start: start))
        }
    }
}

/// `changeSegments(_:penalty:)` of an array.
package func changeSegments(_ values: [Double], penalty: Double) -> [ChangeSegment] {
    changeSegments(values.span, penalty: penalty)
}
