// What the checks of a station's instruments say of its readings as they come: suspect from the last pass to the next.

internal import Monitoring
internal import Quality

/// For each parameter the stretches of time in which a check of its instrument stands as failed, in ms.
///
/// - Reference: `InstrumentQACheck`; suspect are the same readings.
struct FailedStretches {
    private let stretches: [ParameterID: [Range<Int64>]]

    /// - Parameter records: of one station, in any order.
    init(_ records: [InstrumentRecord], rules: [InstrumentRule]) {
        struct Subject: Hashable {
            let parameter: ParameterID
            let kind: InstrumentRecord.Kind
        }
        let subjects = Dictionary(grouping: records) { Subject(parameter: $0.parameter, kind: $0.kind) }
        var found: [ParameterID: [Range<Int64>]] = [:]
        for (subject, own) in subjects {
            let rule = rules.first { $0.kind == subject.kind && $0.parameter == subject.parameter }
            var hasFailed: [Int64: Bool] = [:]
            for record in own {
                let outcome = record.outcome(rule)
                if outcome == .incomplete { continue }
                // Of two records of one moment the failure counts.
                hasFailed[record.time.milliseconds, default: false] =
                    (hasFailed[record.time.milliseconds] ?? false) || outcome == .failed
            }
            let times = hasFailed.keys.sorted()
            for (place, time) in times.enumerated() where hasFailed[time] == true {
                let before = place > 0 ? times[place - 1] : .min
                let after = place + 1 < times.count ? times[place + 1] : .max
                found[subject.parameter, default: []].append(before..<after)
            }
        }
        stretches = found.mapValues { $0.sorted { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) } }
    }

    subscript(_ parameter: ParameterID) -> [Range<Int64>] { stretches[parameter] ?? [] }

    /// All of it, for the basis of states; empty where nothing failed.
    var text: String {
        stretches.sorted { $0.key < $1.key }.map { parameter, ranges in
            "\nfailed \(parameter) " + ranges.map { "\($0.lowerBound)…\($0.upperBound)" }.joined(separator: " ")
        }.joined()
    }
}
