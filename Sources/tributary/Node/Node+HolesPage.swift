// The page of holes and notices on the node: the same search as `tributary holes`, in words of both languages.

import Monitoring
import Quality
import Storage
import Web

extension Node {
    /// Rows of either list on one page: more are narrowed by the form, or read by command.
    private static let pageRowLimit = 500

    func holesView(_ query: HolesQuery) throws -> HolesView {
        let asked = HoleQuery(
            station: query.station, parameter: query.parameter, from: query.from, until: query.until,
            onlyOpen: query.show == .open, includesRefilled: query.show == .refilled)
        let listing: HoleListing
        let interval: Interval?
        do {
            (listing, interval) = (try holeListing(asked), try holeInterval(asked))
        } catch let failure as CommandFailure {
            let problem = Words(
                chinese: "查询条件有误，请检查站点、监测因子和日期（如 2025-01-31）。",
                english: "The query cannot be answered: \(failure.message)")
            return HolesView(problem: problem, holes: [], notices: [], notes: [])
        }
        let groups = HoleGroup.groups(listing.holes)
        let station = query.station.map { registry.registry.stationNames[$0] ?? StationID($0) }
        let records = try book.read { try $0.notices(ofStation: station) }
            .filter { record in interval.map { record.notice.interval.overlaps($0) } ?? true }
        var notes = listing.notes
        let hidden = max(0, groups.count - Self.pageRowLimit) + max(0, records.count - Self.pageRowLimit)
        if hidden > 0 {
            notes.append(
                Words(
                    chinese: "另有 \(hidden) 行未在本页显示，请缩小范围或使用命令行。",
                    english: "\(hidden) more rows are not on this page: narrow the query or use the command."))
        }
        return HolesView(
            problem: nil, holes: groups.prefix(Self.pageRowLimit).map(holeView),
            notices: records.reversed().prefix(Self.pageRowLimit).map(noticeView), notes: notes)
    }

    private func holeView(_ group: HoleGroup) -> HoleView {
        let line = HoleLine(group, registry: registry.registry, parameters: catalogue)
        let hole = group.first
        let sections = registry.registry.sections(of: hole.series.station)
        return HoleView(
            reference: line.reference, station: line.station, stationID: hole.series.station.rawValue,
            isExample: sections.contains { registry.registry.boundaries[$0.boundary]?.isExample == true },
            items: line.items, from: Self.minute(hole.interval.start), until: Self.minute(hole.interval.end),
            isSilence: hole.isSilence, missing: group.missingCount, expected: group.expectedCount,
            knownSince: Self.minute(group.knownSince), state: line.state,
            isOpen: hole.state == .open || hole.state == .disputed, why: line.why, notices: hole.notices.map(\.id))
    }

    private func noticeView(_ record: NoticeRecord) -> NoticeView {
        let notice = record.notice
        let names = notice.parameters.map { id in
            catalogue[id]?.name ?? Words(chinese: id.rawValue, english: id.rawValue)
        }
        return NoticeView(
            id: record.id,
            station: registry.registry.stations[notice.station]?.name
                ?? Words(chinese: notice.station.rawValue, english: notice.station.rawValue),
            items: names.isEmpty
                ? Words(chinese: "全部监测因子", english: "all parameters")
                : Words(
                    chinese: names.map(\.chinese).joined(separator: "、"),
                    english: names.map(\.english).joined(separator: ", ")),
            kind: notice.kind.name, from: Self.minute(notice.interval.start), until: Self.minute(notice.interval.end),
            reason: notice.reason, evidence: notice.evidence, person: notice.person,
            filedAt: Self.minute(notice.filedAt), isAfterTheFact: notice.isAfterTheFact,
            standing: record.standing.name, isUndecided: record.standing == .filed,
            decisions: record.decisions.map(decisionWords))
    }

    private func decisionWords(_ decision: NoticeDecision) -> Words {
        let region = registry.registry.regions[decision.region]?.name
        let at = Self.minute(decision.decidedAt)
        let remark = decision.reason.isEmpty ? "" : "：\(decision.reason)"
        let isConfirmed = decision.verdict == .confirmed
        return Words(
            chinese: "\(region?.chinese ?? decision.region.rawValue)（\(decision.person)）"
                + "\(isConfirmed ? "确认" : "不予确认") \(at)\(remark)",
            english: "\(decision.verdict.rawValue) by \(region?.english ?? decision.region.rawValue) "
                + "(\(decision.person)) \(at)\(remark.replacing("：", with: ": "))")
    }

    /// `2025-03-01 08:00` at +08:00; each page prints the zone once.
    private static func minute(_ instant: Instant) -> String {
        String(instant.iso8601(at: .china).prefix(16)).replacing("T", with: " ")
    }
}
