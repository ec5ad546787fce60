// What an act of a person must have before it goes on record: a known station, a span of time, words that say why.

internal import Formats
package import Monitoring

/// Something that keeps an act off the record, with its cause and remedy; all of an act's are reported at once.
package struct ActProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// The field, as the command line names it.
    package let field: String
    package let message: String
    package let remedy: String

    package init(_ field: String, _ message: String, remedy: String) {
        self.field = field
        self.message = message
        self.remedy = remedy
    }

    package var description: String { "\(field): \(message) \(remedy)" }
}

/// Checks acts against the registry and the clock.
package struct NoticeAdmission: Sendable {
    private let registry: Registry
    private let catalogue: ParameterCatalogue
    private let now: Instant

    /// How far ahead a stop may be announced: a year; what lies beyond is a slip of the pen.
    package static let horizon = Duration64.days(366)
    /// Characters of a name: the longest personal and company names on record fit several times.
    package static let nameLimit = 100
    /// Characters of a reason or a piece of evidence: a page; longer texts are documents and are named by number.
    package static let textLimit = 2_000

    package init(registry: Registry, catalogue: ParameterCatalogue, now: Instant) {
        self.registry = registry
        self.catalogue = catalogue
        self.now = now
    }

    /// Everything that is wrong with a notice; empty when it may be filed.
    package func problems(of notice: Notice) -> [ActProblem] {
        var problems = stationProblems(notice.station)
        for parameter in notice.parameters {
            if catalogue[parameter] == nil {
                problems.append(
                    ActProblem(
                        "--parameter", "\(parameter) is not in the catalogue.",
                        remedy: "Give an id such as codmn, or leave the option away for all parameters."))
            } else if let known = registry.stations[notice.station], !known.parameters.isEmpty,
                !known.parameters.contains(parameter)
            {
                problems.append(
                    ActProblem(
                        "--parameter", "\(notice.station) is not registered to measure \(parameter).",
                        remedy: "It measures \(known.parameters.map(\.rawValue).joined(separator: ", "))."))
            }
        }
        problems += intervalProblems(notice.interval)
        problems += textProblems("--by", notice.person, limit: Self.nameLimit)
        problems += textProblems("--reason", notice.reason, limit: Self.textLimit)
        return problems + textProblems("--evidence", notice.evidence, limit: Self.textLimit)
    }

    private func stationProblems(_ station: StationID) -> [ActProblem] {
        if registry.stations[station] != nil { return [] }
        return [
            ActProblem(
                "--station", "\(station) is not registered, so that no bureau could decide.",
                remedy: "Give the id or an alias of a station in the registry folder, or register it first.")
        ]
    }

    private func intervalProblems(_ interval: Interval) -> [ActProblem] {
        var problems: [ActProblem] = []
        if interval.start == interval.end {
            problems.append(
                ActProblem("--until", "the interval is empty.", remedy: "Give an end after --from; it is not included.")
            )
        }
        if interval.start < Admission.earliestStart {
            problems.append(
                ActProblem("--from", "there were no automatic stations yet.", remedy: "Check the year."))
        }
        if interval.end > now.advanced(by: Self.horizon) {
            problems.append(
                ActProblem(
                    "--until", "it lies more than \(Self.horizon.milliseconds / 86_400_000) days ahead.",
                    remedy: "Check the year; a longer stop is announced year by year."))
        }
        return problems
    }

    /// What is wrong with a text that a person gave.
    package func textProblems(_ field: String, _ text: String, limit: Int) -> [ActProblem] {
        if text.allSatisfy(\.isWhitespace) {
            return [ActProblem(field, "it is empty.", remedy: "Acts are on record for ever: say it in words.")]
        }
        if text.count > limit {
            return [
                ActProblem(
                    field, "it has \(text.count) characters, at most \(limit) are kept.",
                    remedy: "Shorten it and name the document.")
            ]
        }
        if text.unicodeScalars.contains(where: { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) }) {
            return [ActProblem(field, "it has control characters.", remedy: "Write it on one line.")]
        }
        return []
    }

    /// The side that the bureau of `region` speaks for at `station`.
    package func side(of region: RegionID, at station: StationID) -> Result<RegionID, ActProblem> {
        guard registry.regions[region] != nil else {
            return .failure(
                ActProblem(
                    "--region", "\(region) is not a region of the registry.",
                    remedy: "Give an id of the regions file, such as one of \(sidesText(station))."))
        }
        guard let side = registry.side(of: region, at: station) else {
            return .failure(
                ActProblem(
                    "--region", "\(region) has no say at \(station).",
                    remedy: "Its sides are \(sidesText(station)); below them, the regions the station stands in."))
        }
        return .success(side)
    }

    private func sidesText(_ station: StationID) -> String {
        registry.sides(of: station).map(\.rawValue).joined(separator: ", ")
    }
}
