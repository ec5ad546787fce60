// A station that is silent longer than a few cadences, now or in the past.

package import Monitoring

/// The silences of one station.
package enum SilenceDetector {
    /// A stretch without a row.
    package struct Silence: Hashable, Sendable {
        /// When the first missing row was due.
        package let start: Instant
        /// The first row after it; `nil` while it lasts.
        package let end: Instant?
        package let lastHeard: Instant
    }

    /// - Parameter heard: starts of all rows the station sent, rows without a value among them, in any order.
    /// - Returns: silences of more than `rule.cadences` cadences in time order; none without a row or a cadence: a
    ///   station that was never heard has no last word to count from.
    package static func silences(
        heard: [Instant], cadence: Duration64?, rule: SilenceRule, now: Instant
    ) -> [Silence] {
        guard let cadence, cadence > .zero else { return [] }
        let longest = cadence.milliseconds * Int64(rule.cadences)
        var silences: [Silence] = []
        var last: Instant?
        for instant in heard.sorted() where instant <= now {
            if let last, instant.duration(since: last).milliseconds > longest {
                silences.append(Silence(start: last.advanced(by: cadence), end: instant, lastHeard: last))
            }
            last = instant
        }
        if let last, now.duration(since: last).milliseconds > longest {
            silences.append(Silence(start: last.advanced(by: cadence), end: nil, lastHeard: last))
        }
        return silences
    }
}
