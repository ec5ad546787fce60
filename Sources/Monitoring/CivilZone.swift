// A time zone as data: from which instant a clock showed which distance from UTC, and what a local time then means.

/// What a clock time without an offset stands for in a zone.
package enum LocalTimeMeaning: Hashable, Sendable {
    case once(Instant)
    /// Clocks were put back over it: it was shown at both instants.
    case twice(earlier: Instant, later: Instant)
    /// Clocks were put forward over it: no clock showed it.
    case skipped
}

/// The rules of one named zone, as spans of constant distance from UTC.
///
/// The spans are data of the program, never the machine's own tables: one batch means the same everywhere.
package struct CivilZone: Hashable, Sendable {
    /// One stretch of time with one distance from UTC.
    package struct Span: Hashable, Sendable {
        package let start: Instant
        package let offset: UTCOffset
        /// `CET`, `EDT`; a zone without abbreviations has `+03`.
        package let abbreviation: String

        package init(start: Instant, offset: UTCOffset, abbreviation: String) {
            self.start = start
            self.offset = offset
            self.abbreviation = abbreviation
        }
    }

    /// The IANA name: `Europe/Berlin`.
    package let name: String
    /// Which table the spans are of: `tzdata 2025b`.
    package let edition: String
    /// In ascending order; the first one holds since ever, the last one for ever.
    package let spans: [Span]

    /// - Precondition: at least one span, in strictly ascending order.
    package init(name: String, edition: String, spans: [Span]) {
        precondition(!spans.isEmpty, "A zone has a distance from UTC.")
        precondition(zip(spans, spans.dropFirst()).allSatisfy { $0.start < $1.start }, "Spans follow one another.")
        self.name = name
        self.edition = edition
        self.spans = spans
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(name)
        hasher.combine(edition)
    }

    package func offset(at instant: Instant) -> UTCOffset { spans[index(at: instant.milliseconds)].offset }

    /// The distance the zone has at the end of its table when no summer time is added.
    package var standardOffset: UTCOffset {
        spans.suffix(2).map(\.offset).min { $0.minutes < $1.minutes } ?? spans[0].offset
    }

    /// What the clock time `local` (milliseconds as if it were UTC) stands for.
    ///
    /// - Parameter abbreviation: only the spans that bear it count; `nil`: all.
    /// - Complexity: O(log n) for n spans.
    package func meaning(ofLocal local: Int64, abbreviation: String? = nil) -> LocalTimeMeaning {
        // A span can show `local` only if it touches the 18 hours (the widest offset) on either side.
        var first: Instant?
        var last: Instant?
        for place in index(at: local - Self.widest)...index(at: local + Self.widest) {
            let span = spans[place]
            let instant = Instant(milliseconds: local - Int64(span.offset.minutes) * 60_000)
            let isWithin =
                (place == 0 || instant >= span.start)
                && (place + 1 == spans.count || instant < spans[place + 1].start)
            if isWithin, abbreviation == nil || abbreviation == span.abbreviation {
                first = first ?? instant
                last = instant
            }
        }
        guard let first, let last else { return .skipped }
        return first == last ? .once(first) : .twice(earlier: first, later: last)
    }

    /// The first instant at which clocks show `local` or have passed it.
    package func start(ofLocal local: Int64) -> Instant {
        switch meaning(ofLocal: local) {
        case .once(let instant), .twice(let instant, _): return instant
        case .skipped:
            // Clocks were put forward over it at the beginning of the span that shows later times.
            let before = index(at: local - Self.widest)
            let after = spans[(before + 1)...].first { Self.local($0.start, $0.offset) >= local }
            guard let after else { preconditionFailure("A time is skipped at the beginning of a span.") }
            return after.start
        }
    }

    /// The first instant of a civil day; `nil` when the zone left the day out (as Apia did 2011-12-30).
    package func start(ofDay dayNumber: Int) -> Instant? {
        let midnight = Int64(dayNumber) * 86_400_000
        let start = start(ofLocal: midnight)
        return Self.local(start, offset(at: start)) < midnight + 86_400_000 ? start : nil
    }

    /// What a clock at `offset` shows, in milliseconds as if it were UTC.
    private static func local(_ instant: Instant, _ offset: UTCOffset) -> Int64 {
        instant.milliseconds + Int64(offset.minutes) * 60_000
    }

    private static let widest: Int64 = 18 * 3_600_000

    /// The span that holds at `milliseconds`.
    private func index(at milliseconds: Int64) -> Int {
        var low = 0
        var high = spans.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if spans[middle].start.milliseconds <= milliseconds { low = middle } else { high = middle }
        }
        return low
    }
}

/// Which instant a profile means by an hour that its clock shows twice.
package enum DoubledHour: String, Sendable, CaseIterable {
    /// The first time, before clocks were put back.
    case earlier
    /// The second time.
    case later
}

/// A profile's zone, with what it says of the hour that clocks show twice.
package struct SourceZone: Hashable, Sendable {
    package let zone: CivilZone
    /// `nil`: rows of that hour are kept aside.
    package let doubledHour: DoubledHour?

    package init(_ zone: CivilZone, doubledHour: DoubledHour?) {
        self.zone = zone
        self.doubledHour = doubledHour
    }

    /// `Europe/Berlin, tzdata 2025b, ambiguous: earlier`: all that decides what a time means.
    package var text: String {
        "\(zone.name), \(zone.edition)" + (doubledHour.map { ", ambiguous: \($0.rawValue)" } ?? "")
    }
}
