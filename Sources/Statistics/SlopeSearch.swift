// The search for slopes by rank: few pairs are listed whole, many are bracketed by counted inversions.

/// The slopes between all pairs of each group of one series, by rank.
struct SlopeSearch {
    let room: SlopeScratch
    let count: Int
    private(set) var pairCount = 0
    private(set) var order = ColumnOrder()
    private(set) var timeTies = ColumnOrder()
    private(set) var bothTies = ColumnOrder()
    /// Slopes below zero and slopes of zero: both known exactly from the order of the readings.
    private(set) var fallingCount = 0
    private(set) var levelCount = 0
    /// The shortest distance between different times.
    private(set) var timeStep = Double.infinity
    private(set) var valueReach = 0.0
    private(set) var timeReach = 0.0
    private(set) var timeLow: Double
    private(set) var timeHigh: Double

    /// - Precondition: `count` readings in `room`, groups in rising order, and times within them; at least one.
    init(_ room: SlopeScratch, count: Int) {
        self.room = room
        self.count = count
        (timeLow, timeHigh) = (room.times[0], room.times[0])
        var start = 0
        while start < count {
            var end = start + 1
            while end < count, room.groups[end] == room.groups[start] { end += 1 }
            take(start, end)
            start = end
        }
        timeReach = max(timeLow.magnitude, timeHigh.magnitude)
    }

    /// Counts what the order of one group's readings tells of its slopes.
    private mutating func take(_ start: Int, _ end: Int) {
        var (order, bothTies) = (ColumnOrder(), ColumnOrder())
        let tiedBefore = timeTies.tiedPairs
        groupEqualTimes(start, end, &bothTies)
        for index in start..<end {
            room.keys[index] = orderKey(room.values[index])
            valueReach = max(valueReach, room.values[index].magnitude)
        }
        timeLow = min(timeLow, room.times[start])
        timeHigh = max(timeHigh, room.times[end - 1])
        let size = end - start
        order.inversions = sortCountingInversions(room.keys + start, count: size, buffer: room.keyBuffer)
        countTies(room.keys + start, count: size, into: &order)
        pairCount += size * (size - 1) / 2 - (timeTies.tiedPairs - tiedBefore)
        fallingCount += order.inversions
        levelCount += order.tiedPairs - bothTies.tiedPairs
        self.order.add(order)
        self.bothTies.add(bothTies)
    }

    /// Puts readings of one time in rising order, so that they are never an inversion, and measures the times.
    private mutating func groupEqualTimes(_ first: Int, _ last: Int, _ bothTies: inout ColumnOrder) {
        var start = first
        while start < last {
            var end = start + 1
            while end < last, room.times[end] == room.times[start] { end += 1 }
            if end < last { timeStep = min(timeStep, room.times[end] - room.times[start]) }
            if end - start > 1 {
                timeTies.addTies(end - start)
                for index in start..<end { room.keys[index] = orderKey(room.values[index]) }
                _ = sortCountingInversions(room.keys + start, count: end - start, buffer: room.keyBuffer)
                countTies(room.keys + start, count: end - start, into: &bothTies)
                for index in start..<end { room.values[index] = valueOfOrderKey(room.keys[index]) }
            }
            start = end
        }
    }

    /// The variance that the limits follow when no other is given: corrected for ties of values and of times.
    var plainVariance: Double {
        let corrections: Int = order.tieCorrection + timeTies.tieCorrection
        let untied: Int = count * (count - 1) * (2 * count + 5)
        return Double(untied - corrections) / 18
    }

    /// - Parameter confidence: `nil` when only the slope is asked for; the limits are NaN then.
    func senSlope(confidence: Double?, variance: Double) -> SenSlope? {
        if pairCount == 0 { return nil }
        let ranks = SlopeRanks(pairCount: pairCount, variance: variance, confidence: confidence ?? 0.95)
        guard let found = slopes(at: ranks, withLimits: confidence != nil) else { return nil }
        return SenSlope(
            count: count, pairCount: pairCount, slope: found.middle, lower: found.lower, upper: found.upper)
    }

    /// The median slope and its limits.
    private func slopes(
        at ranks: SlopeRanks, withLimits: Bool
    ) -> (lower: Double, middle: Double, upper: Double)? {
        if pairCount <= SlopeScratch.poolMinimum / 4 { return slopesOfAllPairs(ranks) }
        var sweep = SlopeSweep(self)
        guard let middle = slope(at: ranks.middle, &sweep) else { return nil }
        if !withLimits { return (.nan, middle, .nan) }
        guard let upper = slope(at: ranks.upper...ranks.upper, &sweep),
            let lower = slope(at: ranks.lower...ranks.lower, &sweep)
        else { return nil }
        return (lower, middle, upper)
    }

    /// The mean of the slopes at one or two neighbouring ranks.
    private func slope(at ranks: ClosedRange<Int>, _ sweep: inout SlopeSweep) -> Double? {
        if ranks.lowerBound >= fallingCount, ranks.upperBound < fallingCount + levelCount { return 0 }
        let isSplit = ranks.upperBound == fallingCount || ranks.upperBound == fallingCount + levelCount
        if ranks.count == 2, isSplit {
            // One of the two has another sign: each is looked for on its own side.
            guard let low = slope(at: ranks.lowerBound...ranks.lowerBound, &sweep),
                let high = slope(at: ranks.upperBound...ranks.upperBound, &sweep)
            else { return nil }
            return (low + high) / 2
        }
        if let found = sweep.slope(at: ranks) { return found }
        if count > slopePassLimit { return nil }
        let passes = SlopePasses(room, count: count)
        let upper = passes.slope(rank: ranks.upperBound)
        return ranks.count == 1 ? upper : (passes.slope(rank: ranks.lowerBound) + upper) / 2
    }

    /// All slopes in the pool; the searches share what each has put in order.
    private func slopesOfAllPairs(_ ranks: SlopeRanks) -> (lower: Double, middle: Double, upper: Double) {
        var filled = 0
        for first in 0..<count {
            var second = first + 1
            while second < count, room.groups[second] == room.groups[first] {
                let elapsed = room.times[second] - room.times[first]
                // Written in any case and kept only when the times differ: no branch in the loop.
                room.pool[filled] = (room.values[second] - room.values[first]) / elapsed + 0
                filled &+= elapsed > 0 ? 1 : 0
                second &+= 1
            }
        }
        let last = filled - 1
        let upperMiddle = selectElement(room.pool, low: 0, high: last, rank: ranks.middle.upperBound)
        var middle = upperMiddle
        if ranks.middle.count == 2 {
            var below = -Double.infinity
            for index in 0..<ranks.middle.upperBound { below = max(below, room.pool[index]) }
            middle = (below + upperMiddle) / 2
        }
        func limit(_ rank: Int) -> Double {
            if rank == ranks.middle.upperBound { return upperMiddle }
            return rank < ranks.middle.upperBound
                ? selectElement(room.pool, low: 0, high: ranks.middle.upperBound - 1, rank: rank)
                : selectElement(room.pool, low: ranks.middle.upperBound + 1, high: last, rank: rank)
        }
        return (limit(ranks.lower), middle, limit(ranks.upper))
    }
}
