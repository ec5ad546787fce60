// What `tributary check FILE` prints for people.

import Exact
import Formats
import Monitoring

extension BatchCheck {
    /// Series and stations named in the text; JSON names all of them.
    private static let listLimit = 20

    /// The report, a line a fact.
    ///
    /// - Parameter registry: the registry folder as a person named it; `nil` where none was given.
    func text(registry: String?, catalogue: ParameterCatalogue) -> String {
        var lines = ["\(file): \(verdict)"]
        func add(_ title: String, _ text: String) {
            lines.append("  " + title.padded(to: 12) + text)
        }
        let unpacked = admitted.summary.map { ", \($0.inflatedByteCount) bytes of text" } ?? ""
        add("container", "\(container), \(byteCount) bytes\(unpacked)")
        add("digest", digest.description)
        if let summary = admitted.summary {
            let profile = summary.profile
            add("format", "\(summary.format.rawValue), told by its contents")
            add("encoding", encoding ?? "")
            add("profile", "\(profile.id) (\(profile.name.chinese) · \(profile.name.english)): \(profileReason)")
            add("times", Self.times(profile, summary.format))
            add("values", Self.values(profile, summary.format))
            for other in summary.otherProfiles {
                let name = "\(other.name.chinese) · \(other.name.english)"
                add("profile", "\(other.id) (\(name)): that of other stations in the file")
                add("times", Self.times(other, summary.format))
                add("values", Self.values(other, summary.format))
            }
            add("stations", stationView(registry))
        }
        if let (document, count) = instruments {
            add("document", "\(document.issuer) \(document.number)".onOneLine)
            add("records", "\(count) of instruments' checks (质控记录): filed whole or not at all")
        } else {
            add("rows", rowText)
        }
        for found in series.prefix(Self.listLimit) {
            add("series", seriesText(found, catalogue))
        }
        if series.count > Self.listLimit {
            let others = otherObservations == 0 ? "" : ", and others with \(otherObservations) observations"
            add("series", "and \(series.count - Self.listLimit) more\(others)")
        }
        for reading in firstRows { add("stored as", storedText(reading)) }
        for cause in causes { lines += causeLines(cause) }
        if let unkept = admitted.summary?.unkeptRejections, unkept > 0 {
            add("rejected", "\(unkept) more rows, counted only")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    var verdict: String {
        switch status {
        case ExitStatus.done: instruments == nil ? "every row would be taken" : "every record would be filed"
        case ExitStatus.needsAttention: "some rows need a person"
        default: "cannot be used"
        }
    }

    /// The one encoding that texts are read in; `nil` where no text was recognised.
    var encoding: String? { admitted.summary == nil ? nil : "UTF-8" }

    var profileReason: String {
        if !isOwnProfile { return "built in for this format" }
        return admitted.summary?.format.isEvidence == true
            ? "declared for this format, or its clock by a line before the header"
            : "declared by the registration of the first row's station"
    }

    private static func times(_ profile: SourceProfile, _ format: FormatID) -> String {
        let doubled =
            profile.zone.map {
                "; an hour shown twice is \($0.doubledHour.map { "the \($0.rawValue)" } ?? "kept aside")"
            } ?? ""
        let rules = profile.zone.map { " (\($0.zone.edition))" } ?? ""
        let zone = "a time without a zone is \(profile.zoneText)\(rules)\(doubled)"
        let stamp =
            switch (format, profile.stamp) {
            case (.labResults, _): "a date alone is the first instant of its day"
            case (.sectionMonths, _): "a month is stored under its first instant"
            case (.riverFlow, _): "a day or month is stored under its first instant"
            case (_, .instant): "the stamp is the time of the reading"
            case (_, .begin): "the stamp is the beginning of \(profile.window.seconds) s"
            case (_, .end): "the stamp is the end of \(profile.window.seconds) s; the beginning is stored"
            }
        return "\(zone); \(stamp); more than \(profile.futureTolerance.seconds) s ahead of the clock is kept aside"
    }

    private static func values(_ profile: SourceProfile, _ format: FormatID) -> String {
        let cadence = profile.cadence.map { ", every \($0.seconds) s" } ?? ""
        let later = profile.revises ? "a later batch replaces a value" : "another value for the same time is a conflict"
        return "\(statistic(profile, format))\(cadence), \(profile.origin.rawValue); \(later)"
    }

    /// What a value is of its interval; other evidence says it itself.
    static func statistic(_ profile: SourceProfile, _ format: FormatID) -> String {
        switch format {
        case .sectionMonths: SeriesStatistic.monthMean.rawValue
        case .riverFlow: "as each row's time says"
        default: profile.statistic.rawValue
        }
    }

    private func stationView(_ registry: String?) -> String {
        let names = adopted.sorted().prefix(Self.listLimit).map(\.rawValue.onOneLine).joined(separator: " ")
        let more = adoptedCount > Self.listLimit ? " and \(adoptedCount - Self.listLimit) more" : ""
        guard let registry else {
            return "no registry given (--stations): all \(adoptedCount) would be provisional: \(names)\(more)"
        }
        if adopted.isEmpty { return "by \(registry)" }
        return "\(adoptedCount) are not in \(registry) and would be provisional: \(names)\(more)"
    }

    private var rowText: String {
        let read = admitted.summary.map { "\($0.rowCount) read: " } ?? ""
        return
            "\(read)\(rows.observations) observations (\(rows.withoutValue) without a value, \(rows.censored) beyond "
            + "a limit), \(rows.rejected) rejected, \(rows.quarantined) quarantined"
    }

    private func seriesText(_ found: SeriesFound, _ catalogue: ParameterCatalogue) -> String {
        let unit =
            catalogue[found.key.parameter].map { $0.unit.isEmpty ? "no unit" : "in \($0.unit)" } ?? "unit unknown"
        return "\(found.key.canonicalText.onOneLine) \(unit): \(found.count), \(found.first.iso8601(at: .utc)) to "
            + found.last.iso8601(at: .utc)
    }

    private func storedText(_ reading: Reading) -> String {
        let local = localText(reading)
        let flag = reading.flag.isEmpty ? "" : " flag \(reading.flag.onOneLine)"
        return "row \(reading.row): \(reading.series.station.rawValue.onOneLine)/\(reading.series.parameter) "
            + "\(reading.start.iso8601(at: .utc)) (\(local)) \(reading.valueText)\(flag)"
    }

    /// When a reading began, by the clock of its source.
    func localText(_ reading: Reading) -> String {
        reading.start.iso8601(at: admitted.summary?.profile.offset(at: reading.start) ?? .utc)
    }

    private func causeLines(_ cause: CauseFound) -> [String] {
        let kind = cause.reason.isQuarantine ? "quarantined" : "rejected"
        return ["  " + kind.padded(to: 12) + "\(cause.count) × \(cause.reason.rawValue)"]
            + cause.examples.map { example in
                let place = example.row == 0 ? "whole file" : "row \(example.row)"
                let field = example.field.isEmpty ? "" : ", \(example.field)"
                let excerpt = example.excerpt.isEmpty ? "" : ", “\(example.excerpt.onOneLine)”"
                return "    \(place)\(field.onOneLine)\(excerpt): \(example.remedy.onOneLine)"
            }
    }
}

extension Reading {
    /// The value with its sign, or `missing`.
    var valueText: String {
        guard let value else { return "missing" }
        switch qualifier {
        case .below: return "<\(value)"
        case .above: return ">\(value)"
        case .none, .missing: return value.description
        }
    }
}

extension Duration64 {
    var seconds: Int64 { milliseconds / 1_000 }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(1, width - count))
    }
}
