// Flat line: a run of equal readings longer than nature and the instrument's noise allow. After QARTOD, test 8.

package import Monitoring

/// How long a series may repeat itself.
package struct FlatLineLimit: Hashable, Sendable {
    /// Equal readings in a row from which each of them is suspect.
    package let readings: Int
    /// Where the number comes from, or the word `example`.
    package let source: String

    /// - Precondition: at least 2 readings.
    package init(readings: Int, source: String) {
        precondition(readings >= 2, "A flat line has at least two readings.")
        self.readings = readings
        self.source = source
    }
}

/// Tests for runs of equal values; missing and censored readings neither lengthen nor break a run.
package struct FlatLineCheck: Sendable {
    package let limit: FlatLineLimit?

    package init(limit: FlatLineLimit?) { self.limit = limit }

    package func run(_ series: SeriesColumns) -> CheckResult {
        guard let limit else { return .notRun(.flatLine, count: series.count, .noConfiguration) }
        var result = CheckResult.notRun(.flatLine, count: series.count, .tooFewReadings)
        var tested = series.value
        for index in tested.indices where series.isCensored[index] { tested[index] = .nan }
        var verdicts = result.verdicts.mutableSpan
        flatLines(tested.span, limit: limit.readings, into: &verdicts)
        for index in series.value.indices {
            if result.verdicts[index] != .notTested {
                result.reasons[index] = .none
            } else if series.isCensored[index] {
                result.reasons[index] = .censoredValue
            } else if series.value[index].isNaN {
                result.reasons[index] = .missingValue
            }
        }
        return result
    }
}

/// Flags every member of a run of at least `limit` equal values.
///
/// - Shape: `values`, n numbers in time order, NaN marks missing; `verdicts`, n. Missing values stay as they were, and
///   so does everything when fewer than `limit` values are present.
/// - Complexity: O(n), no allocation: each run is walked twice.
/// - Reference: `flatLinesReference(_:limit:)`; equal for all inputs.
package func flatLines(_ values: Span<Double>, limit: Int, into verdicts: inout MutableSpan<QualityVerdict>) {
    precondition(values.count == verdicts.count, "Each value has a verdict.")
    var present = 0
    for index in values.indices where !values[index].isNaN { present += 1 }
    if present < limit { return }
    var runStart = 0
    while runStart < values.count {
        let level = values[runStart]
        if level.isNaN {
            runStart += 1
            continue
        }
        var length = 0
        var end = runStart
        while end < values.count, values[end] == level || values[end].isNaN {
            if !values[end].isNaN { length += 1 }
            end += 1
        }
        let verdict: QualityVerdict = length >= limit ? .suspect : .valid
        for index in runStart..<end where !values[index].isNaN { verdicts[index] = verdict }
        runStart = end
    }
}
