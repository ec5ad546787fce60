// The sweep: a line turns through the readings, and the pairs that change their order about it are counted or listed.
//
// For a slope b let z = value − b × time. A pair's slope is below b exactly when its earlier reading has the larger z,
// so the inversions of z in time order count the slopes below b. Turning the line from one b to a larger one puts just
// those pairs out of order whose slopes lie between: nearly sorted columns, cheap to sort again, and an insertion sort
// meets every such pair and can list its slope. z is rounded to a grid so that it fits one integer with the reading's
// place; a slope within `fuzz` of b may therefore fall on either side of it, and a rank is trusted only when the slope
// found lies farther than that from both ends of its bracket.

/// The line's way through the slopes of one series.
struct SlopeSweep {
    /// Readings whose slopes are passed over one by one, rather than taken for equal within rounding.
    private static let passedCount = 2_048

    let room: SlopeScratch
    let count: Int
    let pairCount: Int
    let fallingCount: Int
    let levelCount: Int
    let timeStep: Double
    let timeReach: Double
    let valueReach: Double
    let valueLow: Double
    let valueHigh: Double
    let placeBits: UInt64
    let groupBits: UInt64
    let origin: Double
    let timeSpan: Double
    let sampleCount: Int
    /// Where the line stands, and the slopes below it.
    var line = -Double.infinity
    var below = 0
    /// Bounds whose count is known: slope and count, in order of the slope.
    var boundCount = 0
    /// Slopes per unit of slope about the bounds met last; from the sample at first.
    var density = 0.0
    var isDensityCounted = false

    init(_ search: SlopeSearch) {
        room = search.room
        count = search.count
        pairCount = search.pairCount
        fallingCount = search.fallingCount
        levelCount = search.levelCount
        timeStep = search.timeStep
        timeReach = search.timeReach
        valueReach = search.valueReach
        var (low, high) = (room.values[0], room.values[0])
        for index in 0..<count {
            low = min(low, room.values[index])
            high = max(high, room.values[index])
            room.orderedValues[index] = room.values[index]
            room.orderedTimes[index] = room.times[index]
        }
        valueLow = low
        valueHigh = high
        placeBits = UInt64(Int.bitWidth - (count - 1).leadingZeroBitCount)
        // Groups stand in the first bits, so that the readings of different groups never change their order.
        groupBits = UInt64(Int.bitWidth - Int(room.groups[count - 1]).leadingZeroBitCount)
        origin = search.timeLow
        timeSpan = search.timeHigh - search.timeLow
        sampleCount = count < 1_500 ? 512 : SlopeScratch.sampleCount
        drawSample()
    }

    /// The mean of the slopes at one or two neighbouring ranks of one sign, or `nil` when they cannot be parted.
    mutating func slope(at ranks: ClosedRange<Int>) -> Double? {
        let isRising = ranks.lowerBound >= fallingCount + levelCount
        var width = 1.0
        for attempt in 0..<120 where boundCount < SlopeScratch.boundCount - 4 {
            let bracket = self.bracket(ranks, isRising: isRising)
            if bracket.high - bracket.low <= 8 * fuzz(bracket.high.isFinite ? bracket.high : bracket.low) {
                return count > Self.passedCount ? representative(of: bracket) : nil
            }
            if attempt > 16, bracket.high.isFinite, bracket.low.isFinite {
                // Slopes lie so unevenly that no prediction holds: halve.
                turn(to: (bracket.low + bracket.high) / 2)
            }
            let nearest = bracket.distance(to: ranks)
            let doubt = (isDensityCounted ? 0.05 : 0.15) * Double(nearest)
            if bracket.isUnknown || doubt > 0.6 * Double(count) {
                turn(to: guess(Double(ranks.lowerBound), bracket))
                continue
            }
            let margin = width * (doubt + 0.15 * Double(count) + 16)
            if !isJustBelow(ranks.lowerBound, within: 1.5 * margin, isRising: isRising) {
                turn(to: guess(Double(ranks.lowerBound) - margin, bracket))
                if below > ranks.lowerBound || line < bracket.low {
                    width *= 2
                    continue
                }
            }
            let (low, belowLow) = (line, below)
            let high = guess(Double(ranks.upperBound) + margin, self.bracket(ranks, isRising: isRising))
            if high <= low + 4 * fuzz(low) {
                width *= 2
                turn(to: low - 4 * fuzz(low))
                continue
            }
            guard list(to: high) else {
                turn(to: low + (high - low) / 2)
                continue
            }
            if below <= ranks.upperBound {
                width *= 2
                continue
            }
            if let found = select(ranks, belowLow: belowLow, above: low, below: high) { return found }
            width *= 2
            turn(to: low - margin / max(density, .leastNormalMagnitude))
        }
        return nil
    }

    func isJustBelow(_ rank: Int, within reach: Double, isRising: Bool) -> Bool {
        line.isFinite && (isRising ? line > 0 : line < 0) && below <= rank && Double(rank - below) <= reach
    }

    /// The slopes at `ranks` out of the pool, when neither end of the bracket is too near to trust.
    func select(
        _ ranks: ClosedRange<Int>, belowLow: Int, above low: Double, below high: Double
    ) -> Double? {
        let last = below - belowLow - 1
        let place = ranks.upperBound - belowLow
        let upper = selectElement(room.pool, low: 0, high: last, rank: place)
        var lower = upper
        if ranks.count == 2 {
            lower = -.infinity
            for index in 0..<place { lower = max(lower, room.pool[index]) }
        }
        guard lower > low + fuzz(low), upper < high - fuzz(high) else { return nil }
        return ranks.count == 1 ? upper : (lower + upper) / 2
    }

    // MARK: Turning the line

    /// The width about `slope` within which a pair may be counted on the wrong side.
    func fuzz(_ slope: Double) -> Double {
        let rounding = 8 * Double.ulpOfOne * (slope.magnitude * 2 * timeReach + valueReach)
        return 2 * (grid(slope).step + rounding) / timeStep
    }

    /// The grid that z is rounded to: its lowest point and its step.
    func grid(_ slope: Double) -> (low: Double, step: Double) {
        let turned = slope * timeSpan
        let low = valueLow - max(turned, 0)
        let bits = min(51, 64 - Int(placeBits + groupBits))
        return (low, (valueHigh - min(turned, 0) - low) / Double(1 << bits - 2))
    }

    /// Writes each reading's z for `slope`, with its place in the present order in the last bits.
    func writeKeys(_ slope: Double) {
        let (low, step) = grid(slope)
        let scale = 1 / step
        let (values, times, keys, bits) = (room.orderedValues, room.orderedTimes, room.keys, placeBits)
        let origin = origin
        for index in 0..<count {
            let distance = ((values[index] - slope * (times[index] - origin)) - low) * scale
            // Adding 2⁵² leaves the rounded integer in the last 52 bits.
            let integer = (distance + 0x1p52).bitPattern & (1 << 52 - 1)
            keys[index] = integer &<< bits | UInt64(truncatingIfNeeded: index)
        }
        if groupBits == 0 { return }
        for index in 0..<count { keys[index] |= room.groups[index] &<< (64 &- groupBits) }
    }

    /// Puts the readings into the order that the sorted keys name.
    mutating func takeOrder() {
        let mask: UInt64 = 1 << placeBits - 1
        for index in 0..<count {
            let place = Int(truncatingIfNeeded: room.keys[index] & mask)
            room.nextValues[index] = room.orderedValues[place]
            room.nextTimes[index] = room.orderedTimes[place]
        }
        room.orderedValues.update(from: room.nextValues, count: count)
        room.orderedTimes.update(from: room.nextTimes, count: count)
    }

    /// Turns the line to `slope` and counts the slopes below it.
    mutating func turn(to slope: Double) {
        writeKeys(slope)
        let changed = sortCountingInversions(room.keys, count: count, buffer: room.keyBuffer)
        takeOrder()
        note(slope, below: slope > line ? below + changed : below - changed)
    }

    /// Turns the line up to `slope` and lists the slopes it passes; `false`, with the line where it was, when the pool
    /// does not hold them.
    mutating func list(to slope: Double) -> Bool {
        writeKeys(slope)
        let mask: UInt64 = 1 << placeBits - 1
        let (values, times, keys, pool) = (room.orderedValues, room.orderedTimes, room.keys, room.pool)
        var filled = 0
        for index in 1..<count {
            let key = keys[index]
            if keys[index - 1] <= key { continue }
            let (value, time) = (values[index], times[index])
            var place = index
            while place > 0, keys[place - 1] > key {
                if filled == room.poolCount { return false }
                let other = Int(truncatingIfNeeded: keys[place - 1] & mask)
                pool[filled] = (value - values[other]) / (time - times[other]) + 0
                filled &+= 1
                keys[place] = keys[place - 1]
                place &-= 1
            }
            keys[place] = key
        }
        takeOrder()
        note(slope, below: below + filled)
        return true
    }

    mutating func note(_ slope: Double, below: Int) {
        if let nearest = nearestBound(to: slope) {
            let passed = (below - nearest.below).magnitude
            let gap = (slope - nearest.slope).magnitude
            if passed >= 64, passed < pairCount / 10, gap > 0 {
                density = Double(passed) / gap
                isDensityCounted = true
            }
        }
        line = slope
        self.below = below
        var place = boundCount
        while place > 0, room.bounds[2 * place - 2] > slope {
            room.bounds[2 * place] = room.bounds[2 * place - 2]
            room.bounds[2 * place + 1] = room.bounds[2 * place - 1]
            place -= 1
        }
        room.bounds[2 * place] = slope
        room.bounds[2 * place + 1] = Double(below)
        boundCount += 1
    }

    /// The known bound nearest to `slope` on its side of zero.
    func nearestBound(to slope: Double) -> (slope: Double, below: Int)? {
        var nearest: (slope: Double, below: Int)? = (0, slope > 0 ? fallingCount + levelCount : fallingCount)
        for index in 0..<boundCount {
            let other = room.bounds[2 * index]
            if (other > 0) == (slope > 0), (other - slope).magnitude < (nearest.map { ($0.slope - slope).magnitude })! {
                nearest = (other, Int(room.bounds[2 * index + 1]))
            }
        }
        return nearest
    }
}
