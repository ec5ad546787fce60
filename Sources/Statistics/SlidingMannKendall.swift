// The Mann–Kendall test over the newest readings of a series, brought up to date with each reading that arrives.

/// The state of one series: its newest readings and the counts the test is made of, all whole numbers.
///
/// A reading that arrives, and the one that leaves for it, are compared with the window in one pass of vectors. The
/// window holds the readings' mantissas less an offset as 16-bit numbers where they fit, else as 32-bit or 64-bit ones:
/// equal readings are equal keys, and nothing is rounded.
///
/// - Memory: 2 bytes a reading of the window and about 150 more (2.2 KB a series at a window of 1,000); 4 or 8 bytes a
///   reading where the window spans more than 65,535 or 4,294,967,295 of its last digit.
package struct SlidingMannKendall: Sendable {
    /// Readings the window holds at most.
    package let window: Int
    /// Readings it holds.
    package private(set) var count = 0
    /// Pairs that rise less pairs that fall.
    package private(set) var s = 0
    package private(set) var tiedPairs = 0
    /// The sum of t (t − 1) (2 t + 5) over groups of t equal readings.
    package private(set) var tieCorrection = 0
    private var keys: WindowKeys
    /// Where the next reading goes; once the window is full, where the oldest is.
    private var next = 0
    /// A key and the offset are a mantissa of this exponent.
    private var offset: Int64 = 0
    private var exponent = 0

    /// - Precondition: `window` is 4 … 32,000.
    package init(window: Int) {
        precondition((trendCountMinimum...slidingWindowLimit).contains(window), "A window holds 4 to 32,000 readings.")
        self.window = window
        keys = .narrow([])
    }

    /// The test of the readings in the window; `nil` with fewer than `trendCountMinimum`.
    package var test: MannKendall? {
        count < trendCountMinimum
            ? nil : MannKendall(count: count, s: s, tiedPairs: tiedPairs, tieCorrection: tieCorrection)
    }

    /// Adds the reading mantissa × 10^exponent; the oldest leaves a full window.
    ///
    /// - Returns: whether it was taken; not where the window's readings and it have no common 64-bit mantissa, which no
    ///   two readings of one instrument lack.
    /// - Complexity: one pass over the window; rarely, when the keys no longer fit, a second one.
    /// - Source: Kendall, Rank Correlation Methods, 1975, chapter 4, by differences.
    /// - Reference: `slidingMannKendallReference(_:window:)`; equal counts after every reading.
    @discardableResult
    package mutating func add(mantissa: Int64, exponent newExponent: Int) -> Bool {
        if newExponent != exponent || count == 0 {
            guard let scaled = commonMantissa(mantissa, newExponent) else { return false }
            return add(scaled)
        }
        return add(mantissa)
    }

    /// Adds readings of one exponent in time order, as an hour's values arrive.
    ///
    /// - Returns: how many were taken.
    @discardableResult
    package mutating func add(mantissas: Span<Int64>, exponent newExponent: Int) -> Int {
        var taken = 0
        for index in mantissas.indices where add(mantissa: mantissas[index], exponent: newExponent) { taken += 1 }
        return taken
    }

    /// The window's readings in time order, as mantissas of `valuesExponent`.
    package var mantissas: [Int64] {
        (0..<count).map { keys[(count < window ? 0 : next + $0) % window + (count < window ? $0 : 0)] + offset }
    }
    package var valuesExponent: Int { exponent }

    private mutating func add(_ mantissa: Int64) -> Bool {
        let (key, overflow) = mantissa.subtractingReportingOverflow(offset)
        if overflow || !keys.holds(key) {
            guard makeRoom(for: mantissa) else { return false }
            return add(mantissa)
        }
        let isFull = count == window
        let leaving = isFull ? keys[next] : key
        let counts = keys.compare(arriving: key, leaving: leaving)
        var others = count
        var (above, equal) = (counts.aboveArriving, counts.equalArriving)
        if isFull {
            others -= 1
            let ties = counts.equalLeaving - 1
            s -= counts.aboveLeaving - (others - counts.aboveLeaving - ties)
            tieCorrection -= 6 * ties * (ties + 2)
            tiedPairs -= ties
            if leaving > key { above -= 1 }
            if leaving == key { equal -= 1 }
        }
        s += (others - above - equal) - above
        tieCorrection += 6 * equal * (equal + 2)
        tiedPairs += equal
        keys.set(key, at: next)
        count = others + 1
        next = next + 1 == window ? 0 : next + 1
        if next == 0, keys.isWide { _ = makeRoom(for: mantissa) }
        return true
    }

    /// Takes the narrowest keys that hold the window and `mantissa`, the oldest reading first.
    private mutating func makeRoom(for mantissa: Int64) -> Bool {
        let all = mantissas
        let lowest = min(all.min() ?? mantissa, mantissa)
        let highest = max(all.max() ?? mantissa, mantissa)
        let (span, overflow) = highest.subtractingReportingOverflow(lowest)
        if overflow { return false }
        // The middle of the window, so that what follows fits as well.
        offset = lowest + span / 2
        keys = WindowKeys(span: span, length: window)
        for (place, value) in all.enumerated() { keys.set(value - offset, at: place) }
        next = count == window ? 0 : count
        return true
    }

    /// `mantissa` × 10^`newExponent` in the window's exponent, which becomes the finer of the two.
    private mutating func commonMantissa(_ mantissa: Int64, _ newExponent: Int) -> Int64? {
        if count == 0 {
            (exponent, offset) = (newExponent, mantissa)
            keys = WindowKeys(span: 0, length: window)
            next = 0
            return mantissa
        }
        if newExponent >= exponent { return scaled(mantissa, by: newExponent - exponent) }
        let steps = exponent - newExponent
        var finer: [Int64] = []
        for value in mantissas {
            guard let value = scaled(value, by: steps) else { return nil }
            finer.append(value)
        }
        let (lowest, highest) = (min(finer.min() ?? mantissa, mantissa), max(finer.max() ?? mantissa, mantissa))
        let (span, overflow) = highest.subtractingReportingOverflow(lowest)
        if overflow { return nil }
        (exponent, offset) = (newExponent, lowest + span / 2)
        keys = WindowKeys(span: span, length: window)
        for (place, value) in finer.enumerated() { keys.set(value - offset, at: place) }
        next = count == window ? 0 : count
        return mantissa
    }

    private func scaled(_ mantissa: Int64, by powerOfTen: Int) -> Int64? {
        if mantissa == 0 { return 0 }
        var value = mantissa
        for _ in 0..<powerOfTen {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            if overflow { return nil }
            value = product
        }
        return value
    }
}

/// The most readings a sliding window holds: counts in a vector's lanes then stay within 16 bits.
package let slidingWindowLimit = 32_000

extension SlidingMannKendall {
    /// The window as bytes: its readings; the counts follow from them.
    package func encoded() -> [UInt8] {
        var writer = StateWriter()
        writer.write(UInt8(1))
        writer.write(window)
        writer.write(exponent)
        writer.write(count)
        for mantissa in mantissas { writer.write(Int(mantissa)) }
        return writer.bytes
    }

    /// The window that `bytes` were made of, or `nil` when they are damaged.
    package init?(_ bytes: [UInt8]) {
        var reader = StateReader(bytes)
        guard reader.byte() == 1 else { return nil }
        let (window, exponent, count) = (reader.integer(), reader.integer(), reader.integer())
        guard reader.isWhole, (trendCountMinimum...slidingWindowLimit).contains(window), (0...window).contains(count),
            (-100...100).contains(exponent)
        else { return nil }
        self.init(window: window)
        for _ in 0..<count {
            guard add(mantissa: Int64(reader.integer()), exponent: exponent) else { return nil }
        }
        guard reader.isAtEnd else { return nil }
    }
}

/// On which series the sliding test is kept up with each reading.
package struct SlidingTrendRule: Hashable, Sendable {
    /// Readings in the window.
    package var window = 1_000
    /// Series that send more often than every so many seconds are left out: a thousand minutes are less than a day,
    /// and say nothing of a trend.
    package var shortestCadenceSeconds = 300

    package init() {}

    /// Off by default on minute data.
    package func applies(cadenceSeconds: Int) -> Bool { cadenceSeconds >= shortestCadenceSeconds }
}
