// The change detector reading by reading: the series' state, the change that settles, and those that are over.

internal import Monitoring
internal import Statistics

/// A change of level as the monitor told it, and what became of it.
struct ChangeEpisode: Equatable, Sendable {
    let change: LevelChange
    /// The reading with which it was decided what became of it; `nil` while it settles.
    var settled: Int?
    var outcome: ChangeOutcome?
    /// A reading over the limit lay near its beginning: the exceedance is told, and this is the same thing.
    let isExceedance: Bool
}

/// Follows the level of one series; readings are added in time order.
struct ChangeFollower: Equatable, Sendable {
    private(set) var state: ChangeState
    private(set) var open: ChangeEpisode?
    private var closed: [ChangeEpisode] = []
    private var lastOver: Instant?

    init(grid: ChangeGrid, rule: ChangeRule) { state = ChangeState(grid: grid, rule: rule) }

    /// Adds a usable value; `lastOver`, the latest reading over the limit so far.
    mutating func add(_ value: Double, start: Instant, lastOver: Instant?) {
        if let lastOver { self.lastOver = lastOver }
        if state.takes(value, start: start) { return }
        for event in state.add(value, start: start) {
            switch event {
            case .detected(let change):
                open = ChangeEpisode(change: change, settled: nil, outcome: nil, isExceedance: isExceedance(change))
            case .settled(_, let outcome, let number, _):
                open?.settled = number
                open?.outcome = outcome
                if let open { closed.append(open) }
                open = nil
            }
        }
    }

    /// Whether the beginning of a change lies within the settling time of a reading over the limit.
    private func isExceedance(_ change: LevelChange) -> Bool {
        let days = state.monitor.rule.settlingDays
        return lastOver.map { state.grid.start(of: change.start) <= $0.advanced(by: .days(days)) } ?? false
    }

    /// The start of the earliest change that may still be told of, or told of otherwise.
    var underWay: Instant? {
        let starts = [open.map { state.grid.start(of: $0.change.start) }, state.underWay]
        return starts.compactMap(\.self).min()
    }

    /// The changes that are told, in time order; the last may be settling.
    var episodes: [ChangeEpisode] { (closed + (open.map { [$0] } ?? [])).filter { !$0.isExceedance } }
}

extension ChangeFollower {
    func write(to bytes: inout StateWriter) {
        state.write(to: &bytes)
        bytes.write(lastOver)
        bytes.write(open?.isExceedance ?? false)
    }

    /// Takes over the state written by a follower of the same rule and grid.
    mutating func read(from bytes: inout StateReader) throws(StateProblem) {
        try state.read(from: &bytes)
        lastOver = try bytes.optionalInstant()
        let isExceedance = try bytes.flag()
        open = state.monitor.openChange.map {
            ChangeEpisode(change: $0, settled: nil, outcome: nil, isExceedance: isExceedance)
        }
    }
}
