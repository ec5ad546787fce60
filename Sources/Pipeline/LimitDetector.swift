// A whole history against its limits: columns of the store in, counts of classes, exact hour sums and episodes out.

package import Detection
internal import Exact
package import Formats
internal import Monitoring

/// Judges series after series; keeps its memory and its counts.
package struct LimitDetector {
    package private(set) var counts = LimitCounts()
    package private(set) var hours = HourTotals()
    private var limits: SeriesLimits?
    private var episodes = EpisodeScan(rule: EpisodeRule())
    /// Whether readings with a flag count, by the flag's code.
    private var counted: [Bool] = []
    /// The bounds used last.
    private var bounds: (span: Int, exponent: Int8, bounds: IntegerBounds)?
    private var judged: [UInt64] = []
    private var over: [UInt64] = []
    private var runs: [JudgedRun] = []

    package init() {}

    /// Begins the next series.
    package mutating func begin(_ next: SeriesLimits) {
        limits = next
        episodes = EpisodeScan(rule: next.episode)
        counted.removeAll(keepingCapacity: true)
        bounds = nil
        hours.endSeries()
    }

    /// Ends the series that was begun; its episodes in order of time.
    package mutating func end() -> [LimitEpisode] {
        hours.endSeries()
        limits = nil
        return episodes.episodes
    }

    /// Judges a block of the series; blocks come in order of time. Rows that do not count lose their values.
    package mutating func add(_ block: inout SeriesBlock, _ flags: FlagNames) {
        guard let limits else { preconditionFailure("A series is begun before its rows come.") }
        counts.rows += block.count
        counts.disputed += block.disputedRows.count
        let sent = block.valueCount
        counts.missing += block.count - sent - block.disputedRows.count
        leaveOutFlags(&block, flags, limits.flags)
        let censored = takeCensored(&block)
        let values = block.valueCount
        counts.values += values
        counts.censored += censored.count
        counts.leftOut += sent - values - censored.count
        hours.add(block)
        judge(block, values, censored, limits)
    }

    private mutating func leaveOutFlags(_ block: inout SeriesBlock, _ flags: FlagNames, _ rule: FlagRule) {
        while counted.count < flags.names.count { counted.append(rule.counts(flags.names[counted.count])) }
        var row = 0
        for index in block.flags.indices {
            let run = block.flags[index]
            if !counted[Int(run.code)] { block.leaveOut(row..<run.end) }
            row = run.end
        }
    }

    /// Takes the censored values that count out of the block.
    private func takeCensored(_ block: inout SeriesBlock) -> [CensoredReading] {
        var found: [CensoredReading] = []
        var row = 0
        for index in block.qualifiers.indices {
            let run = block.qualifiers[index]
            if let qualifier = Qualifier(rawValue: UInt8(run.code)), qualifier == .below || qualifier == .above {
                for row in row..<run.end {
                    guard let value = block.value(row) else { continue }
                    found.append(CensoredReading(row: row, qualifier: qualifier, value: value))
                }
                block.leaveOut(row..<run.end)
            }
            row = run.end
        }
        return found
    }

    /// Judges the rows span by span of the limits.
    private mutating func judge(
        _ block: borrowing SeriesBlock, _ values: Int, _ censored: [CensoredReading], _ limits: SeriesLimits
    ) {
        if values == 0, censored.isEmpty { return }
        let (first, last) = (block.start(0), block.start(block.count - 1))
        var left = values
        for (place, span) in limits.spans.enumerated() {
            let (start, end) = (span.interval.start.milliseconds, span.interval.end.milliseconds)
            if end <= first || start > last { continue }
            if start <= first, last < end {
                judge(block, values, censored, span, place)
                left = 0
                break
            }
            let rows = block.firstRow(from: start)..<block.firstRow(from: end)
            let part = block.part(rows)
            let count = part.valueCount
            left -= count
            let inside = censored.filter { rows.contains($0.row) }.map { $0.moved(by: rows.lowerBound) }
            judge(part, count, inside, span, place)
        }
        counts.unjudged += left
    }

    private mutating func judge(
        _ block: borrowing SeriesBlock, _ values: Int, _ censored: [CensoredReading], _ span: LimitSpan, _ place: Int
    ) {
        if values == 0, censored.isEmpty { return }
        let bounds = integerBounds(span, place, block.exponent)
        let beyond = beyondCounts(block, values, bounds)
        counts.classes[0] += values - beyond.first
        counts.classes[1] += beyond.first - beyond.second
        counts.classes[2] += beyond.second - beyond.third
        counts.classes[3] += beyond.third - beyond.fourth
        counts.classes[4] += beyond.fourth - beyond.fifth
        counts.classes[5] += beyond.fifth
        guard let rank = span.overRank, let limit = span.overLimit else { return }
        let overCount = beyond.count(rank)
        if censored.isEmpty, overCount == 0 {
            if episodes.isIdle { return }
            let first = block.firstValueRow
            return addWithin(block, JudgedRun(isOver: false, first: first, last: first, count: values))
        }
        prepareMarks(block, bounds, rank, span.overEnd)
        for reading in censored { mark(reading, limit) }
        var found: [JudgedRun] = []
        swap(&found, &runs)
        findJudgedRuns(judged: judged.span, over: over.span, wordCount: block.wordCount, into: &found)
        for run in found {
            if run.isOver {
                addOver(block, run, censored, limit)
            } else {
                addWithin(block, run)
            }
        }
        swap(&found, &runs)
    }

    private mutating func integerBounds(_ span: LimitSpan, _ place: Int, _ exponent: Int8) -> IntegerBounds {
        if let bounds, bounds.span == place, bounds.exponent == exponent { return bounds.bounds }
        let made = IntegerBounds(span.limits, exponent: exponent)
        bounds = (place, exponent, made)
        return made
    }

    /// How many of the values lie beyond each class.
    private func beyondCounts(_ block: borrowing SeriesBlock, _ values: Int, _ bounds: IntegerBounds) -> FiveCounts {
        var above: FiveCounts
        if block.isNarrow {
            above = countAbove(block.narrow.span.extracting(0..<block.count), bounds: bounds.narrow)
        } else {
            let counts = countAboveReference(block.wide.span.extracting(0..<block.count), bounds: bounds.bounds)
            above = FiveCounts(
                counts[0], counts[1], bounds.direction == .range ? 0 : counts[2],
                bounds.direction == .range ? 0 : counts[3], bounds.direction == .range ? 0 : counts[4])
        }
        // Rows without a value hold 0 and were counted where 0 is above the bound.
        above.takeOff(block.count - values, where: bounds.narrow)
        switch bounds.direction {
        case .maximum: return above
        case .minimum: return above.complement(values)
        case .range:
            let beyond = values - (above.first - above.second)
            return FiveCounts(beyond, beyond, beyond, beyond, beyond)
        }
    }

    /// Sets `judged` to the rows with a value and `over` to those beyond class `rank`.
    private mutating func prepareMarks(
        _ block: borrowing SeriesBlock, _ bounds: IntegerBounds, _ rank: Int, _ end: RangeEnd
    ) {
        let words = block.wordCount
        if judged.count < words {
            judged = [UInt64](repeating: 0, count: words)
            over = judged
        }
        for word in 0..<words { judged[word] = block.hasValue[word] }
        switch bounds.direction {
        case .maximum: mark(block, above: bounds.bounds[rank - 1])
        case .minimum: markBelow(block, bounds.bounds[rank - 1])
        case .range:
            if end != .highest { markBelow(block, bounds.bounds[0]) }
            if end == .lowest { return }
            let below = end == .both ? Array(over[..<words]) : []
            mark(block, above: bounds.bounds[1])
            for word in below.indices { over[word] |= below[word] }
        }
    }

    /// Marks the values that are not above `bound`.
    private mutating func markBelow(_ block: borrowing SeriesBlock, _ bound: Int64) {
        mark(block, above: bound)
        for word in 0..<block.wordCount { over[word] = ~over[word] & judged[word] }
    }

    private mutating func mark(_ block: borrowing SeriesBlock, above bound: Int64) {
        var words = over.mutableSpan
        if block.isNarrow {
            markAbove(block.narrow.span.extracting(0..<block.count), bound: Int32(clamping: bound), into: &words)
        } else {
            markAboveReference(block.wide.span.extracting(0..<block.count), bound: bound, into: &words)
        }
    }

    /// A censored reading takes part where the limit decides whatever the true value is.
    private mutating func mark(_ reading: CensoredReading, _ limit: TargetLimit) {
        let (word, bit) = (reading.row >> 6, UInt64(1) << UInt64(reading.row & 63))
        over[word] &= ~bit
        switch limit.judge(reading.value, reading.qualifier) {
        case .over:
            judged[word] |= bit
            over[word] |= bit
        case .within: judged[word] |= bit
        case .undecidable, .missing, .excluded, .noLimit: break
        }
    }

    private mutating func addWithin(_ block: borrowing SeriesBlock, _ run: JudgedRun) {
        episodes.addWithin(from: Instant(milliseconds: block.start(run.first)), count: run.count)
    }

    private mutating func addOver(
        _ block: borrowing SeriesBlock, _ run: JudgedRun, _ censored: [CensoredReading], _ limit: TargetLimit
    ) {
        var peak: LimitEpisode.Peak?
        if let value = block.furthest(run.first...run.last, beyond: limit) {
            peak = LimitEpisode.Peak(value: value, limit: limit)
        }
        for reading in censored where run.first <= reading.row && reading.row <= run.last {
            guard case .over = limit.judge(reading.value, reading.qualifier) else { continue }
            let other = LimitEpisode.Peak(value: reading.value, limit: limit)
            if peak.map({ other.exceeds($0) }) ?? true { peak = other }
        }
        guard let peak else { preconditionFailure("A run over the limit has a reading over the limit.") }
        episodes.addOver(
            from: Instant(milliseconds: block.start(run.first)), to: Instant(milliseconds: block.start(run.last)),
            count: run.count, peak: peak)
    }
}
