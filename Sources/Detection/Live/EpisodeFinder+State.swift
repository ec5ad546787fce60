// What an episode finder carries from one reading to the next, as bytes.

internal import Exact
internal import Monitoring

extension EpisodeFinder {
    /// What is under way; episodes that are over are not part of the state.
    func write(to state: inout StateWriter) {
        state.write(latest)
        state.write(withinCount)
        state.write(firstWithin)
        state.write(pendingMissing)
        state.write(pendingExcluded)
        state.write(candidate) { $1.write(to: &$0) }
    }

    init(rule: EpisodeRule, from state: inout StateReader) throws(StateProblem) {
        self.rule = rule
        latest = try state.optionalInstant()
        withinCount = try state.count()
        firstWithin = try state.optionalInstant()
        pendingMissing = try state.count()
        pendingExcluded = try state.count()
        candidate = try state.flag() ? try ThresholdEpisode(from: &state) : nil
        // An initializer calls no observer.
        isUnderWay = candidate != nil
        guard withinCount < rule.holdOff, (firstWithin == nil) == (withinCount == 0),
            candidate != nil || withinCount == 0,
            candidate.map({ episode in latest.map { episode.lastOver <= $0 } ?? false }) ?? true
        else { throw state.problem }
    }
}

extension ThresholdEpisode {
    /// - Precondition: the episode is not over.
    fileprivate func write(to state: inout StateWriter) {
        state.write(start)
        state.write(lastOver)
        state.write(overCount)
        state.write(missingCount)
        state.write(excludedCount)
        state.write(peak.start)
        state.write(peak.value)
        state.write(UInt64(peak.qualifier.rawValue))
        state.write(peak.judged)
        peak.limit.write(to: &state)
    }

    fileprivate init(from state: inout StateReader) throws(StateProblem) {
        start = try state.instant()
        lastOver = try state.instant()
        overCount = try state.count()
        missingCount = try state.count()
        excludedCount = try state.count()
        peak = try Peak(from: &state)
        guard start <= peak.start, peak.start <= lastOver, overCount > 0 else { throw state.problem }
    }
}

extension ThresholdEpisode.Peak {
    fileprivate init(from state: inout StateReader) throws(StateProblem) {
        start = try state.instant()
        value = try state.decimal()
        guard let qualifier = Qualifier(rawValue: try state.byte()) else { throw state.problem }
        self.qualifier = qualifier
        judged = try state.decimal()
        limit = try TargetLimit(from: &state)
        guard case .over(let excess) = limit.judge(judged, qualifier) else { throw state.problem }
        self.excess = excess
    }
}

extension TargetLimit {
    func write(to state: inout StateWriter) {
        switch self {
        case .maximum(let limit):
            state.write(0)
            state.write(limit)
        case .minimum(let limit):
            state.write(1)
            state.write(limit)
        case .range(let low, let high):
            state.write(2)
            state.write(low)
            state.write(high)
        }
    }

    init(from state: inout StateReader) throws(StateProblem) {
        switch try state.integer() {
        case 0: self = .maximum(try state.decimal())
        case 1: self = .minimum(try state.decimal())
        case 2: self = .range(try state.decimal(), try state.decimal())
        default: throw state.problem
        }
    }
}
