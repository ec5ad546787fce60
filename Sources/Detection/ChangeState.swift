// One series watched for changes of level, value by value: stretches of the grid into medians, medians into the monitor.

package import Monitoring
package import Statistics

/// The whole state of change detection on one series, to be stored with the readings and gone on with.
///
/// Values are added in time order. A state that was encoded and decoded goes on bit for bit; a value from before its
/// newest one needs a state from before that value, and the readings since.
package struct ChangeState: Equatable, Sendable {
    package let grid: ChangeGrid
    package private(set) var monitor: ChangeMonitor
    /// The stretch under way, and its values.
    private var number: Int?
    private var values: [Double] = []
    /// The stretch under way in ms, where a value of it was added here: the next one is placed without a division. It
    /// follows from the rest and is no part of the state.
    private var span = Int64(0)..<0

    package init(grid: ChangeGrid, rule: ChangeRule) {
        self.grid = grid
        monitor = ChangeMonitor(rule: rule, slots: grid.slots)
    }

    /// Adds one usable value: measured, not censored, not suspect or invalid, in one version only.
    ///
    /// A stretch is judged with its last expected value, or with the first value after it.
    package mutating func add(_ value: Double, start: Instant) -> [ChangeEvent] {
        var events: [ChangeEvent] = []
        if !span.contains(start.milliseconds) {
            let stretch = grid.number(of: start)
            if let number, stretch != number { events += closeStretch() }
            guard monitor.newest.map({ stretch > $0 }) ?? true else { return events }
            number = stretch
            let begin = grid.start(of: stretch).milliseconds
            span = begin..<(begin + grid.step.milliseconds)
        }
        values.append(value)
        if values.count >= grid.expectedCount { events += closeStretch() }
        return events
    }

    /// Adds a value where the stretch under way goes on with it, as it mostly does.
    ///
    /// - Returns: `false` where it was not added, because it may begin or end a stretch.
    mutating func takes(_ value: Double, start: Instant) -> Bool {
        guard span.contains(start.milliseconds), values.count + 1 < grid.expectedCount else { return false }
        values.append(value)
        return true
    }

    /// Judges the stretch under way as it is; for histories that nothing follows on.
    package mutating func closeStretch() -> [ChangeEvent] {
        guard let closing = number else { return [] }
        let reading = values.count >= grid.neededCount ? median(values) : nil
        number = nil
        span = 0..<0
        values.removeAll(keepingCapacity: true)
        return reading.map { monitor.add($0, at: closing) } ?? []
    }

    package static func == (left: ChangeState, right: ChangeState) -> Bool {
        left.grid == right.grid && left.monitor == right.monitor && left.number == right.number
            && left.values == right.values
    }

    /// The start of the earliest stretch with which a change told of later may begin.
    package var underWay: Instant? {
        [monitor.earliestBeginning, number].compactMap(\.self).min().map { grid.start(of: $0) }
    }
}

extension ChangeState {
    /// Readings that one stretch holds at most: a value a second of a day.
    private static let stretchLimit = 86_400

    func write(to state: inout StateWriter) {
        state.write(number != nil)
        if let number { state.write(number) }
        state.write(values.count)
        for value in values { state.write(value) }
        state.write(monitor.encoded())
    }

    mutating func read(from state: inout StateReader) throws(StateProblem) {
        number = try state.flag() ? try state.integer() : nil
        let count = try state.count()
        guard count <= Self.stretchLimit, (number != nil) == (count > 0) else { throw state.problem }
        values = []
        for _ in 0..<count { values.append(try state.double()) }
        let length = try state.count()
        guard length <= ChangeMonitor.encodedCountLimit else { throw state.problem }
        guard let decoded = ChangeMonitor(try state.take(length), rule: monitor.rule, slots: grid.slots) else {
            throw .otherVersion
        }
        monitor = decoded
        if let number, number.magnitude > UInt(1) << 40 || number <= monitor.newest ?? .min { throw state.problem }
    }

    /// The state as bytes: about 1 KB for an hourly series that is watched, up to 11 KB while it learns.
    package func encoded() -> [UInt8] {
        var state = StateWriter()
        write(to: &state)
        return state.bytes
    }

    /// The state that `bytes` were made of; when they are damaged or of another rule, the series is replayed.
    package init(_ bytes: [UInt8], grid: ChangeGrid, rule: ChangeRule) throws(StateProblem) {
        self.init(grid: grid, rule: rule)
        var state = StateReader(bytes)
        try read(from: &state)
        guard state.isAtEnd else { throw state.problem }
    }
}
