// Where the sweep turns its line next: what a bracket knows of a rank, and a fixed sample of slopes where it knows nothing.

extension SlopeSweep {
    // MARK: Predicting

    /// What is known about where some ranks lie.
    struct Bracket {
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

    func bracket(_ ranks: ClosedRange<Int>, isRising: Bool) -> Bracket {
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
    mutating func guess(_ rank: Double, _ bracket: Bracket) -> Double {
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

    func extrapolated(_ rank: Double, _ bracket: Bracket) -> Double {
        let (fromLow, fromHigh) = (rank - Double(bracket.belowLow), Double(bracket.belowHigh) - rank)
        return bracket.low.isFinite && (fromLow <= fromHigh || bracket.high.isInfinite)
            ? bracket.low + fromLow / density : bracket.high - fromHigh / density
    }

    // MARK: The sample

    /// Slopes of pairs drawn by a fixed rule: the same for the same series, whatever ran before.
    func drawSample() {
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
    func member(like place: Int, _ state: UInt64) -> Int {
        var (first, end) = (place, place + 1)
        // By doubling steps and halves would be faster; groups are short, and the sample is small.
        while first > 0, room.groups[first - 1] == room.groups[place] { first -= 1 }
        while end < count, room.groups[end] == room.groups[place] { end += 1 }
        return first + Int(((state >> 32) * UInt64(end - first)) >> 32)
    }

    func sampled(_ rank: Double) -> Double {
        let share = min(max(rank / Double(pairCount), 0), 1)
        let place = Int(share * Double(sampleCount - 1))
        return selectElement(room.sample, low: 0, high: sampleCount - 1, rank: place)
    }

    /// Slopes per unit of slope about the middle of the sample, those of zero left out.
    mutating func measureDensity() {
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
    func representative(of bracket: Bracket) -> Double? {
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
