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

    private let room: SlopeScratch
    private let count: Int
    private let pairCount: Int
    private let fallingCount: Int
    private let levelCount: Int
    private let timeStep: Double
    private let timeReach: Double
    private let valueReach: Double
    private let valueLow: Double
    private let valueHigh: Double
    private let placeBits: UInt64
    private let groupBits: UInt64
    private let origin: Double
    private let timeSpan: Double
    private let sampleCount: Int
    /// Where the line stands, and the slopes below it.
    private var line = -Double.infinity
    private var below = 0
    /// Bounds whose count is known: slope and count, in order of the slope.
    private var boundCount = 0
    /// Slopes per unit of slope about the bounds met last; from the sample at first.
    private var density = 0.0
    private var isDensityCounted = false

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

    private func isJustBelow(_ rank: Int, within reach: Double, isRising: Bool) -> Bool {
        line.isFinite && (isRising ? line > 0 : line < 0) && below <= rank && Double(rank - below) <= reach
    }

    /// The slopes at `ranks` out of the pool, when neither end of the bracket is too near to trust.
    private func select(
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
    private func fuzz(_ slope: Double) -> Double {
        let rounding = 8 * Double.ulpOfOne * (slope.magnitude * 2 * timeReach + valueReach)
        return 2 * (grid(slope).step + rounding) / timeStep
    }

    /// The grid that z is rounded to: its lowest point and its step.
    private func grid(_ slope: Double) -> (low: Double, step: Double) {
        let turned = slope * timeSpan
        let low = valueLow - max(turned, 0)
        let bits = min(51, 64 - Int(placeBits + groupBits))
        return (low, (valueHigh - min(turned, 0) - low) / Double(1 << bits - 2))
    }

    /// Writes each reading's z for `slope`, with its place in the present order in the last bits.
    private func writeKeys(_ slope: Double) {
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
    private mutating func takeOrder() {
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
    private mutating func turn(to slope: Double) {
        writeKeys(slope)
        let changed = sortCountingInversions(room.keys, count: count, buffer: room.keyBuffer)
        takeOrder()
        note(slope, below: slope > line ? below + changed : below - changed)
    }

    /// Turns the line up to `slope` and lists the slopes it passes; `false`, with the line where it was, when the pool
    /// does not hold them.
    private mutating func list(to slope: Double) -> Bool {
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

    private mutating func note(_ slope: Double, below: Int) {
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
    private func nearestBound(to slope: Double) -> (slope: Double, below: Int)? {
        var nearest: (slope: Double, below: Int)? = (0, slope > 0 ? fallingCount + levelCount : fallingCount)
        for index in 0..<boundCount {
            let other = room.bounds[2 * index]
            if (other > 0) == (slope > 0), (other - slope).magnitude < (nearest.map { ($0.slope - slope).magnitude })! {
                nearest = (other, Int(room.bounds[2 * index + 1]))
            }
        }
        return nearest
    }

    // MARK: Predicting

    /// What is known about where some ranks lie.
    private struct Bracket {
        var low = -Double.infinity
        var belowLow = 0
        var high = Double.infinity
        var belowHigh: Int
        /// No line has been turned on this side of zero.
        var isUnknown = true

        /// Ranks between the nearer end that is known and the rank looked for.
        func distance(to ranks: ClosedRange<Int>) -> Int {
            var nearest = Int.max
            if low.isFinite { nearest = ranks.lowerBound - belowLow }
            if high.isFinite { nearest = min(nearest, belowHigh - ranks.upperBound) }
            return nearest == .max ? belowHigh : nearest
        }
    }

    private func bracket(_ ranks: ClosedRange<Int>, isRising: Bool) -> Bracket {
        var bracket = Bracket(belowHigh: pairCount)
        if isRising {
            (bracket.low, bracket.belowLow) = (0, fallingCount + levelCount)
        } else {
            (bracket.high, bracket.belowHigh) = (0, fallingCount)
        }
        for index in 0..<boundCount {
            let (slope, below) = (room.bounds[2 * index], Int(room.bounds[2 * index + 1]))
            if (slope > 0) != isRising || slope == 0 { continue }
            bracket.isUnknown = false
            if below <= ranks.lowerBound, slope > bracket.low { (bracket.low, bracket.belowLow) = (slope, below) }
            if below > ranks.upperBound, slope < bracket.high { (bracket.high, bracket.belowHigh) = (slope, below) }
        }
        return bracket
    }

    /// A slope that about `rank` slopes lie below, inside the bracket.
    private mutating func guess(_ rank: Double, _ bracket: Bracket) -> Double {
        if density == 0 { measureDensity() }
        var guess: Double
        let gap = bracket.belowHigh - bracket.belowLow
        if bracket.low.isFinite, bracket.high.isFinite, gap < pairCount / 20 {
            let share = (rank - Double(bracket.belowLow)) / Double(max(gap, 1))
            guess = bracket.low + share * (bracket.high - bracket.low)
        } else if bracket.isUnknown {
            guess = sampled(rank)
            if !(guess > bracket.low && guess < bracket.high) { guess = extrapolated(rank, bracket) }
        } else {
            guess = extrapolated(rank, bracket)
        }
        let (near, far) = (2.5 * fuzz(guess), bracket)
        if guess > far.low + near, guess < far.high - near { return guess }
        // Out of the bracket: a step in from the end it left, as far as the bracket has room.
        if guess <= far.low + near {
            return far.high.isFinite ? far.low + (far.high - far.low) / 64 : far.low + 4 * near
        }
        return far.low.isFinite ? far.high - (far.high - far.low) / 64 : far.high - 4 * near
    }

    private func extrapolated(_ rank: Double, _ bracket: Bracket) -> Double {
        let (fromLow, fromHigh) = (rank - Double(bracket.belowLow), Double(bracket.belowHigh) - rank)
        return bracket.low.isFinite && (fromLow <= fromHigh || bracket.high.isInfinite)
            ? bracket.low + fromLow / density : bracket.high - fromHigh / density
    }

    // MARK: The sample

    /// Slopes of pairs drawn by a fixed rule: the same for the same series, whatever ran before.
    private func drawSample() {
        var state: UInt64 = 0x9e37_79b9_7f4a_7c15
        for index in 0..<sampleCount {
            var slope = 0.0
            // Pairs of one time have no slope; a few more draws find another, and 0 does no harm.
            for _ in 0..<16 {
                state ^= state << 13
                state ^= state >> 7
                state ^= state << 17
                let first = Int(((state & 0xFFFF_FFFF) * UInt64(count)) >> 32)
                let second = groupBits == 0 ? Int(((state >> 32) * UInt64(count)) >> 32) : member(like: first, state)
                let elapsed = room.times[second] - room.times[first]
                if elapsed == 0 { continue }
                slope = (room.values[second] - room.values[first]) / elapsed + 0
                break
            }
            room.sample[index] = slope
        }
    }

    /// A reading of the group of the one at `place`.
    private func member(like place: Int, _ state: UInt64) -> Int {
        var (first, end) = (place, place + 1)
        // By doubling steps and halves would be faster; groups are short, and the sample is small.
        while first > 0, room.groups[first - 1] == room.groups[place] { first -= 1 }
        while end < count, room.groups[end] == room.groups[place] { end += 1 }
        return first + Int(((state >> 32) * UInt64(end - first)) >> 32)
    }

    private func sampled(_ rank: Double) -> Double {
        let share = min(max(rank / Double(pairCount), 0), 1)
        let place = Int(share * Double(sampleCount - 1))
        return selectElement(room.sample, low: 0, high: sampleCount - 1, rank: place)
    }

    /// Slopes per unit of slope about the middle of the sample, those of zero left out.
    private mutating func measureDensity() {
        for reach in [0.06, 0.2, 0.4, 0.49] {
            let low = sampled((0.5 - reach) * Double(pairCount))
            let high = sampled((0.5 + reach) * Double(pairCount))
            if high <= low { continue }
            let level = low <= 0 && high >= 0 ? Double(levelCount) : 0
            density = max(2 * reach * Double(pairCount) - level, 0.01 * Double(pairCount)) / (high - low)
            return
        }
        density = Double(pairCount) / max(2 * valueReach / timeStep, .leastNormalMagnitude)
    }

    /// One of the sampled slopes in a bracket too narrow to part them, or `nil` when they differ by more than rounding.
    private func representative(of bracket: Bracket) -> Double? {
        let (low, high) = (bracket.low - fuzz(bracket.low), bracket.high + fuzz(bracket.high))
        guard high - low <= 1e-9 * min(low.magnitude, high.magnitude) else { return nil }
        var found = 0
        for index in 0..<sampleCount where room.sample[index] >= low && room.sample[index] <= high {
            let held = room.sample[found]
            room.sample[found] = room.sample[index]
            room.sample[index] = held
            found += 1
        }
        return found == 0 ? nil : selectElement(room.sample, low: 0, high: found - 1, rank: found / 2)
    }
}
