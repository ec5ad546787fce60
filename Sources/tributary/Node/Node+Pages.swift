// What the pages show of the node, in words and figures.

import Alerting
import Assessment
import Detection
import Formats
import Monitoring
import Standards
import Storage
import Web

extension Node: NodeReading {
    func overview() throws -> NodeOverview {
        let (received, head) = try book.read { (try $0.received(), try $0.logHead()) }
        return NodeOverview(
            version: Release.version, batchCount: received.batchCount,
            newestReceived: received.last.map { Self.clock($0) }, logPosition: Int(head.sequence),
            logHead: head.hash.description)
    }

    func alertViews() throws -> [AlertView] {
        try latestAlertLines(limit: AlertView.endedLimit).reversed().map { line in
            return AlertView(
                id: line.alert.id.rawValue, kind: line.kindName,
                section: line.section, parameter: line.parameter,
                against: against(line),
                multiple: line.multiple.isEmpty ? nil : line.multiple,
                peak: line.peak.isEmpty ? "—" : "\(line.peak) \(shownUnit(line.unit))",
                from: Self.clock(line.alert.finding.id.start), until: line.alert.finding.end.map(Self.clock),
                state: line.stateName, isOpen: line.alert.state == .open, mark: line.mark)
        }
    }

    private func against(_ line: AlertLine) -> String {
        switch line.alert.finding.id.kind {
        case .threshold, .preWarning: "\(line.reached) / \(line.target)"
        case .change: "\(line.changeSize) \(shownUnit(line.unit)) ← \(line.formerLevel)"
        case .forecast: "\(line.monthMean) → \(line.limit) \(shownUnit(line.unit))"
        case .trend: "\(line.slopePerYear) \(shownUnit(line.unit))/a, p \(line.probability)"
        case .silence: "—"
        }
    }

    /// `2025-03-01 08:00` at +08:00; each page prints the zone once.
    private static func clock(_ instant: Instant) -> String {
        String(instant.iso8601(at: .china).prefix(16)).replacing("T", with: " ")
    }

    func statementViews() throws -> [StatementView] {
        try issuedRuns().map { run in
            StatementView(
                runID: run.id, title: words(run.title), period: run.period, kind: words(run.kindName),
                isExample: run.isExample,
                lines: run.lines.map { line in
                    StatementView.Line(
                        payer: words(line.payer), payee: words(line.payee), amount: line.amount, clause: line.clause)
                },
                text: run.text)
        }
    }

    private func words(_ pair: [String]) -> Words { Words(chinese: pair.first ?? "", english: pair.last ?? "") }

    func sectionViews() throws -> [SectionView] {
        let known = registry.registry
        let open = Dictionary(grouping: alertBook.open) { $0.finding.id.section }
        return try book.read { reader in
            try known.sections.values.sorted { $0.id < $1.id }.compactMap { section in
                guard let boundary = known.boundaries[section.boundary] else { return nil }
                let newest = try newestReading(section, boundary.kind, reader)
                return SectionView(
                    id: section.id.rawValue, name: section.name, boundary: boundary.name, river: section.river,
                    relation: relation(section, boundary), isExample: boundary.isExample, target: target(section),
                    current: newest.verdict, currentReason: newest.reason,
                    newest: newest.start.map(Self.clock), openAlerts: open[section.id]?.count ?? 0)
            }
        }
    }

    private func relation(_ section: Section, _ boundary: Boundary) -> Words {
        let regions = registry.registry.regions
        func name(_ id: RegionID) -> Words { regions[id]?.name ?? Words(chinese: id.rawValue, english: id.rawValue) }
        let (names, sign) =
            switch (section.upstream, section.downstream) {
            case (let up?, let down?): ([name(up), name(down)], " → ")
            case (let only?, nil), (nil, let only?): ([name(only)], "")
            case (nil, nil): (boundary.regions.map(name), " ≈ ")
            }
        return Words(
            chinese: names.map(\.chinese).joined(separator: sign),
            english: names.map(\.english).joined(separator: sign))
    }

    private func target(_ section: Section) -> String {
        let today = CivilTime(Node.clock(), at: .china).date
        guard let target = section.target(on: today) else { return "—" }
        return target.waterClass?.description ?? target.indexLimit.map { "IAQI ≤ \($0)" } ?? "—"
    }

    /// The newest reading of a section's first station that has one, with its class or index.
    private func newestReading(
        _ section: Section, _ kind: Boundary.Kind, _ reader: BookReader
    ) throws -> (start: Instant?, verdict: String?, reason: Words?) {
        for id in section.stations {
            let keys = try reader.series(matching: SeriesFilter(stations: [id])).map(\.key)
            var newest: Instant?
            for key in keys {
                if let last = try reader.extent(key)?.last { newest = max(newest ?? last, last) }
            }
            guard let newest else { continue }
            let block = try block(at: newest, of: keys, reader)
            let rule = RowRule(
                flags: registry.registry.profiles[registry.registry.stations[id]?.profile ?? ""]?.flags ?? [:],
                quality: .notInvalid, missingItems: .feedPractice)
            let (verdict, reason) = judge(id, newest, block, kind, rule)
            // An old class is not today's: a silent station shows its silence.
            if let cadence = registry.registry.stations[id]?.cadence, isSilent(since: newest, cadence) {
                let last = verdict ?? "—"
                return (
                    newest, nil,
                    Words(chinese: "无数据；末次为 \(last)", english: "no data; the last one was \(last)")
                )
            }
            return (newest, verdict, reason)
        }
        return (nil, nil, nil)
    }

    private func isSilent(since last: Instant, _ cadence: Duration64) -> Bool {
        let limit = cadence.milliseconds * Int64(registry.detectionRules.silence.cadences)
        return Node.clock().milliseconds - last.milliseconds > limit
    }

    private func block(at start: Instant, of keys: [SeriesKey], _ reader: BookReader) throws -> ObservationBlock {
        var block = ObservationBlock()
        let instant = Interval(start: start, end: start.advanced(by: Duration64(milliseconds: 1)))
        for key in keys {
            let view = try reader.readings(key, over: instant)
            for row in 0..<view.count {
                guard let value = view.value(row) else { continue }
                let series = block.index(of: key)
                let flag = block.index(ofFlag: view.flagTable[Int(view.flag[row])]) ?? 0
                block.append(
                    series: series, start: start, value: value,
                    qualifier: Qualifier(rawValue: view.qualifier[row]) ?? .none, flag: flag, row: 1)
            }
        }
        return block
    }

    private func judge(
        _ station: StationID, _ start: Instant, _ block: ObservationBlock, _ kind: Boundary.Kind, _ rule: RowRule
    ) -> (String?, Words?) {
        func words(_ reason: NotAssessable?) -> Words? {
            reason.map { Words(chinese: "无法判定：\($0)", english: "not assessable: \($0)") }
        }
        switch kind {
        case .river:
            let row = assessWaterRow(
                station: station, start: start, block: block, indices: 0..<block.count, registry: registry.registry,
                rule: rule)
            return (row.waterClass?.description, words(row.reason))
        case .air:
            let row = assessAirRow(
                station: station, start: start, block: block, indices: 0..<block.count, outsidePlan: [],
                registry: registry.registry, rule: rule)
            return (row.value.map { "AQI \($0)" }, words(row.reason))
        }
    }
}
