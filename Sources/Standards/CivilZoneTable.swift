// The named time zones that are built in: rows of civil_zones.csv as spans of constant distance from UTC.

package import Monitoring

/// The zones a source profile may name, from the IANA Time Zone Database.
///
/// Source: the table itself, written by `scripts/civil-zones` from compiled tzdata; each row names its edition.
package enum CivilZoneTable {
    /// The last year whose changes of clocks are laid out; from then on the last of them holds.
    package static let lastYear = 2_100

    /// The zone `name`, under its own name also where it has the history of another; `nil` when there is none.
    package static func zone(named name: String) -> CivilZone? {
        guard let row = row(named: name) else { return nil }
        let other = row["same_as"]
        guard let rules = other.isEmpty ? row : self.row(named: other) else {
            preconditionFailure("The zone \(name) names \(other), which is not in the table.")
        }
        return CivilZone(name: name, edition: row["source"], spans: spans(rules))
    }

    /// Up to three names in the table that somebody who wrote `name` may have meant.
    package static func names(like name: String) -> [String] {
        let city = name.split(separator: "/").last.map { $0.lowercased().replacing(" ", with: "_") } ?? ""
        let exact = names.filter { $0.lowercased().hasSuffix("/" + city) }
        let near = names.filter { $0.lowercased().contains(city.prefix(4)) }
        return city.isEmpty ? [] : Array((exact.isEmpty ? near : exact).prefix(3))
    }

    package static var names: [String] { table.rows.map { $0["zone"] } }

    private static let table = StandardTable.builtIn("civil_zones")

    private static func row(named name: String) -> StandardTable.Row? { table.rows.first { $0["zone"] == name } }

    /// - Precondition: a row as the script writes it; the table is part of the program, not input.
    private static func spans(_ row: StandardTable.Row) -> [CivilZone.Span] {
        let types = row["types"].split(separator: ";").map { type(String($0)) }
        var spans = [span(Instant(milliseconds: .min), types[0])]
        for change in row["transitions"].split(separator: " ") {
            let parts = change.split(separator: "=")
            guard parts.count == 2, let type = Int(parts[1]), types.indices.contains(type) else {
                preconditionFailure("The zone \(row["zone"]) has a damaged transition \(change).")
            }
            spans.append(span(instant(String(parts[0])), types[type]))
        }
        if row["rule"].isEmpty { return spans }
        guard let rule = ZoneRule(row["rule"]) else {
            preconditionFailure("The zone \(row["zone"]) has a damaged rule \(row["rule"]).")
        }
        let last = spans[spans.count - 1].start
        // The rule goes on where the transitions end; without any it has held since 1950, where the table begins.
        let from = spans.count == 1 ? 1_950 : CivilTime(last, at: .utc).date.year
        return spans + rule.spans(in: from...lastYear).filter { $0.start > last }
    }

    private static func type(_ text: String) -> (UTCOffset, String) {
        let parts = text.split(separator: " ")
        guard parts.count == 2, let offset = UTCOffset(String(parts[0])) else {
            preconditionFailure("`\(text)` is no distance from UTC with its abbreviation.")
        }
        return (offset, String(parts[1]))
    }

    private static func span(_ start: Instant, _ type: (UTCOffset, String)) -> CivilZone.Span {
        CivilZone.Span(start: start, offset: type.0, abbreviation: type.1)
    }

    /// `1980-04-06T01:00Z`.
    private static func instant(_ text: String) -> Instant {
        let clock = text.dropFirst(11)
        guard let date = CivilDate(String(text.prefix(10))), clock.count == 6, let hour = Int(clock.prefix(2)),
            let minute = Int(clock.dropFirst(3).prefix(2))
        else { preconditionFailure("`\(text)` is no instant.") }
        return date.start(at: .utc).advanced(by: Duration64(milliseconds: Int64(hour * 60 + minute) * 60_000))
    }
}
