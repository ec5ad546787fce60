// A hole as people and programs read it: every field already text, in both languages where it has words.

package import Monitoring

/// One group of holes, ready to print.
package struct HoleLine: Hashable, Sendable {
    package let group: HoleGroup
    package let station: BilingualName
    /// The parameters' names, or how many they are when the station has no other.
    package let items: BilingualName
    private let offset: UTCOffset
    private let regions: [RegionID: BilingualName]

    package init(_ group: HoleGroup, registry: Registry, parameters: ParameterCatalogue, offset: UTCOffset = .china) {
        func plain(_ text: String) -> BilingualName { BilingualName(chinese: text, english: text) }
        self.group = group
        self.offset = offset
        regions = registry.regions.mapValues(\.name)
        let id = group.first.series.station
        station = registry.stations[id]?.name ?? plain(id.rawValue)
        let missing = Set(group.holes.map(\.series.parameter))
        let registered = registry.stations[id]?.parameters ?? []
        if missing.count > 1, missing == Set(registered) {
            items = BilingualName(chinese: "全部 \(missing.count) 项", english: "all \(missing.count) parameters")
        } else {
            let names = group.holes.map { parameters[$0.series.parameter]?.name ?? plain($0.series.parameter.rawValue) }
            items = BilingualName(
                chinese: names.map(\.chinese).joined(separator: "、"),
                english: names.map(\.english).joined(separator: ", "))
        }
    }

    /// What a command takes for the hole: `STATION/PARAMETER@TIME`, or `STATION@TIME` for several parameters at once.
    package var reference: String {
        let series = group.first.series
        let place = group.holes.count == 1 ? "\(series.station)/\(series.parameter)" : "\(series.station)"
        // Commands take a time without an offset for +08:00, so that the everyday name stays short.
        return "\(place)@\(start.hasSuffix(":00+08:00") ? String(start.prefix(16)) : start)"
    }

    package var start: String { group.first.interval.start.iso8601(at: offset) }
    package var end: String { group.first.interval.end.iso8601(at: offset) }
    package var knownSince: String { wholeSecond(group.knownSince).iso8601(at: offset) }
    package var state: BilingualName { group.first.state.name }

    /// Why readings are missing, as far as anybody confirmed it; and what else was said.
    package var why: BilingualName {
        let parts = reasons
        return BilingualName(
            chinese: parts.map(\.chinese).joined(separator: "；"), english: parts.map(\.english).joined(separator: "; "))
    }

    private var reasons: [BilingualName] {
        let hole = group.first
        if let refill = hole.refill {
            let at = wholeSecond(refill.at).iso8601(at: offset)
            return [
                BilingualName(
                    chinese: "\(at) 补传，日志第 \(refill.sequence) 号批次",
                    english: "refilled on \(at) by the batch at log \(refill.sequence)")
            ]
        }
        var parts = hole.confirmed.map { notice in
            let share = share(notice.coveredCount)
            return BilingualName(
                chinese: "\(notice.kind.name.chinese)\(share.chinese)：\(notice.reason)\(late(notice).chinese)",
                english: "\(notice.kind.name.english)\(share.english): \(notice.reason)\(late(notice).english)")
        }
        if hole.unexplainedCount > 0 {
            let share = share(hole.unexplainedCount)
            parts.append(
                BilingualName(chinese: "原因未说明\(share.chinese)", english: "unexplained\(share.english)"))
        }
        parts += hole.notices.filter { $0.standing != .confirmed }.map { notice in
            BilingualName(
                chinese: "报备\(notice.standing.name.chinese)：\(notice.kind.name.chinese)\(late(notice).chinese)",
                english: "notice \(notice.standing.name.english): \(notice.kind.name.english)\(late(notice).english)")
        }
        parts += hole.words.map { word in
            let region =
                regions[word.region] ?? BilingualName(chinese: word.region.rawValue, english: word.region.rawValue)
            return BilingualName(
                chinese: "\(region.chinese)（\(word.person)）：\(word.kind.name.chinese)，\(word.reason)",
                english: "\(region.english) (\(word.person)): \(word.kind.name.english), \(word.reason)")
        }
        if hole.statedCount > 0 {
            let share = share(hole.statedCount)
            parts.append(
                BilingualName(
                    chinese: "站点自报无数据\(share.chinese)", english: "stated by the station\(share.english)"))
        }
        return parts
    }

    /// How much of the hole something concerns; empty when it is the whole.
    private func share(_ count: Int) -> BilingualName {
        let all = group.first.expectedCount
        if count == all { return BilingualName(chinese: "", english: "") }
        return BilingualName(chinese: "（\(count)/\(all)）", english: " (\(count) of \(all))")
    }

    private func late(_ notice: HoleNotice) -> BilingualName {
        notice.isAfterTheFact
            ? BilingualName(chinese: "（事后报备）", english: " (filed after the fact)")
            : BilingualName(chinese: "", english: "")
    }

    // MARK: Lines

    package var chinese: String {
        let silence = group.first.isSilence ? "（持续至今）" : ""
        return "[\(state.chinese)] \(station.chinese) \(items.chinese)：\(start) 至 \(end)\(silence)，"
            + "缺 \(group.missingCount) / 应测 \(group.expectedCount)；\(why.chinese)；发现于 \(knownSince)"
    }

    package var english: String {
        let silence = group.first.isSilence ? " (silent to now)" : ""
        return "[\(state.english)] \(station.english), \(items.english): \(start) until \(end)\(silence), "
            + "\(group.missingCount) of \(group.expectedCount) missing; \(why.english); known since \(knownSince)"
    }
}

/// Clocks are read to the millisecond, which nobody reads in a list.
private func wholeSecond(_ instant: Instant) -> Instant {
    Instant(milliseconds: instant.milliseconds - instant.milliseconds % 1_000)
}

// MARK: Programs

extension Hole {
    /// `unexplained`, or the kinds of the confirmed notices with how many of the hole's slots they touch.
    package var whyCode: String {
        if state == .refilled { return "" }
        let parts = confirmed.map { "\($0.kind.rawValue) \($0.coveredCount)/\(expectedCount)" }
        return (parts + (unexplainedCount > 0 ? ["unexplained \(unexplainedCount)/\(expectedCount)"] : []))
            .joined(separator: "; ")
    }

    package func json(offset: UTCOffset = .china) -> CanonicalJSON {
        .object([
            "hole": .string(id.description), "station": .string(series.station.rawValue),
            "parameter": .string(series.parameter.rawValue), "statistic": .string(series.statistic.rawValue),
            "window_seconds": .integer(series.window.milliseconds / 1_000), "origin": .string(series.origin.rawValue),
            "from": .string(interval.start.iso8601(at: offset)), "until": .string(interval.end.iso8601(at: offset)),
            "silence": .bool(isSilence), "expected": .integer(expectedCount), "missing": .integer(missingCount),
            "stated": .integer(statedCount), "unexplained": .integer(unexplainedCount),
            "state": .string(state.rawValue), "known_since": .string(knownSince.iso8601(at: offset)),
            "why": .string(whyCode), "notices": .array(notices.map(\.json)),
            "words": .array(words.map(\.json)),
            "refilled_at": .optional(refill?.at.iso8601(at: offset)),
            "refilled_by": refill.map { .integer($0.sequence) } ?? .null,
        ])
    }
}

extension HoleWord {
    fileprivate var json: CanonicalJSON {
        .object([
            "mark": .string(kind.rawValue), "region": .string(region.rawValue), "person": .string(person),
            "reason": .string(reason),
        ])
    }
}

extension HoleNotice {
    fileprivate var json: CanonicalJSON {
        .object([
            "id": .string(id), "kind": .string(kind.rawValue), "standing": .string(standing.rawValue),
            "after_the_fact": .bool(isAfterTheFact), "covered": .integer(coveredCount),
        ])
    }
}
