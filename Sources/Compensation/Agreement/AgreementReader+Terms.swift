// The head of an agreement file: document, dates, parties, sections, indicators, evidence, missing data.

internal import Accounting
internal import Assessment
internal import Exact
internal import Monitoring
internal import Standards

extension AgreementReader {
    mutating func readDocument(_ node: PositionedNode) {
        let what = "document"
        guard let found = reading.required("document", of: node, "the agreement"),
            reading.isMapping(found, what, allowed: ["title", "number", "source", "confidence"])
        else { return }
        let title = reading.text("title", of: found, what)
        let number = reading.optionalText("number", of: found, what) ?? ""
        let source = reading.text("source", of: found, what)
        let confidence: Confidence? = reading.choice("confidence", of: found, what)
        guard let title, let source, let confidence else { return }
        document = AgreementDocument(title: title, number: number, source: source, confidence: confidence)
    }

    mutating func readValidity(_ node: PositionedNode) -> DateSpan? {
        guard let found = reading.required("validity", of: node, "the agreement"),
            reading.isMapping(found, "validity", allowed: ["from", "until"])
        else { return nil }
        let from = reading.date("from", of: found, "validity")
        let until = found["until"].map { $0.isBlank ? nil : reading.date("until", of: found, "validity") } ?? nil
        if let from, let until, until <= from {
            reading.report(
                "agreement.dates", at: found["until"] ?? found,
                "The agreement ends (\(until)) before it begins (\(from)).", "“until” is the first day after it ends.")
        }
        if node["period"]?.text == PeriodKind.span.rawValue, until == nil {
            reading.report(
                "agreement.dates", at: found, "The agreement settles its whole span, but does not say when it ends.",
                "Write until: and the first day after it, or another period.")
        }
        return from.map { DateSpan(from: $0, until: until) }
    }

    mutating func readCurrency(_ node: PositionedNode) {
        guard let code = reading.optionalText("currency", of: node, "the agreement") else { return }
        guard let known = Currency(code: code), (try? UnitOfMeasure(parsing: code)) != nil else {
            reading.report(
                "agreement.currency", at: node["currency"] ?? node, "“\(code)” is not a known currency.",
                "Use an ISO 4217 code such as CNY.")
            return
        }
        currency = known
    }

    mutating func readOffset(_ node: PositionedNode) -> UTCOffset {
        guard let text = reading.optionalText("offset", of: node, "the agreement") else { return .china }
        if let offset = UTCOffset(text) { return offset }
        reading.report(
            "agreement.offset", at: node["offset"] ?? node, "“\(text)” is not an offset from UTC.",
            "Write it as +08:00.")
        return .china
    }

    mutating func readParties(_ node: PositionedNode) {
        guard let found = reading.required("parties", of: node, "the agreement"),
            let entries = found.entries
        else { return }
        for entry in entries {
            let what = "party “\(entry.key)”"
            guard reading.isMapping(entry.value, what, allowed: ["name", "region", "role"]) else { continue }
            let name = reading.name("name", of: entry.value, what)
            let role: Party.Role? = reading.choice("role", of: entry.value, what)
            let region = reading.optionalText("region", of: entry.value, what).map(RegionID.init)
            if let role, region == nil, role != .pool {
                reading.report(
                    "agreement.party.region", at: entry.value, "\(what) names no region.",
                    "Write region: and an id of stations/**/regions; only a pool has none.")
            }
            guard let name, let role else { continue }
            parties.append(Party(id: entry.key, name: name, region: region, role: role))
        }
        scope.sets["parties"] = parties.map(\.id)
        if entries.count < 2 {
            reading.report(
                "agreement.parties", at: found, "An agreement has at least two parties.",
                "Name the party that pays and the one that receives.")
        }
    }

    mutating func readSections(_ node: PositionedNode) {
        scope.sets["sections"] = []
        guard let found = node["sections"], !isBlankList(found, "sections") else { return }
        guard let entries = found.entries else {
            reading.report(
                "agreement.shape", at: found, "“sections” is written as id: {name: …} lines.",
                "Write jiekou: {name: {zh: 街口断面, en: Jiekou section}}.")
            return
        }
        if entries.isEmpty {
            reading.report(
                "agreement.sections", at: found, "The list of sections is empty.",
                "Name the cross-section or assessment point the agreement measures at.")
        }
        for entry in entries {
            let what = "section “\(entry.key)”"
            guard reading.isMapping(entry.value, what, allowed: ["name", "section"]) else { continue }
            let registered = reading.optionalText("section", of: entry.value, what).map(SectionID.init)
            guard let name = reading.name("name", of: entry.value, what) else { continue }
            sections.append(AgreementSection(id: entry.key, name: name, registered: registered))
        }
        scope.sets["sections"] = sections.map(\.id)
    }

    /// A key without a value says neither that there are none nor which there are.
    private mutating func isBlankList(_ node: PositionedNode, _ key: String) -> Bool {
        guard node.isBlank else { return false }
        reading.report(
            "agreement.\(key)", at: node, "“\(key)” is empty.",
            "Name them, or leave the key out where the agreement has none.")
        return true
    }

    mutating func readIndicators(_ node: PositionedNode) {
        guard let found = node["indicators"], !isBlankList(found, "indicators") else {
            scope.sets["indicators"] = []
            return
        }
        guard let entries = found.entries else {
            reading.report(
                "agreement.shape", at: found, "“indicators” is written as id: {zh, en} lines.",
                "Write codmn: {zh: 高锰酸盐指数, en: permanganate index}.")
            return
        }
        for entry in entries {
            guard let name = reading.name(entry.key, of: found, "indicators") else { continue }
            indicators.append(Indicator(parameter: ParameterID(entry.key), name: name))
        }
        scope.sets["indicators"] = indicators.map(\.parameter.rawValue)
    }

    mutating func readEvidence(_ node: PositionedNode) -> [SeriesOrigin] {
        var origins: [SeriesOrigin] = []
        for item in reading.items("evidence", of: node, "the agreement", required: true) {
            guard let text = item.text, let origin: SeriesOrigin = reading.choice(text, at: item, "evidence") else {
                continue
            }
            if origins.contains(origin) {
                reading.report(
                    "agreement.evidence", at: item, "“\(text)” stands twice in the order of evidence.",
                    "Name each origin once, the one that counts most first.")
            }
            origins.append(origin)
        }
        return origins
    }

    mutating func readMissingData(_ node: PositionedNode) -> MissingDataRule {
        let what = "missing-data"
        guard let found = reading.required("missing-data", of: node, "the agreement"),
            reading.isMapping(found, what, allowed: ["minimum-share", "clause"])
        else { return MissingDataRule(minimumShare: nil, clause: "") }
        let clause = reading.text("clause", of: found, what) ?? ""
        guard let place = found["minimum-share"] else {
            _ = reading.required("minimum-share", of: found, what)
            return MissingDataRule(minimumShare: nil, clause: clause)
        }
        if place.isBlank {
            blank("missing-data.minimum-share", clause, place)
            return MissingDataRule(minimumShare: nil, clause: clause)
        }
        guard let share = reading.number(place, "minimum-share") else {
            return MissingDataRule(minimumShare: nil, clause: clause)
        }
        if share <= .zero || share > .one {
            reading.report(
                "agreement.share", at: place, "A minimum share of \(share) is not a share of the period.",
                "Write a fraction above 0 and at most 1: 0.75 for three quarters.")
        }
        return MissingDataRule(minimumShare: share, clause: clause)
    }

    mutating func readStatistics(_ node: PositionedNode) -> StatisticTerms? {
        let what = "statistics"
        let allowed = ["averaging", "quality", "below-detection", "comparison", "ph-places", "clause"]
        guard let found = node["statistics"] else { return nil }
        if found.isBlank {
            blank(what, "the clause on how means are formed", found)
            return nil
        }
        guard reading.isMapping(found, what, allowed: allowed) else { return nil }
        let clause = reading.text("clause", of: found, what)
        let blanks = allowed.dropLast().compactMap { key in found[key].flatMap { $0.isBlank ? (key, $0) : nil } }
        for (key, place) in blanks { blank("statistics.\(key)", clause ?? "", place) }
        if !blanks.isEmpty { return nil }
        let averaging = readAveraging(found, what, clause ?? "")
        let quality = readQuality(found, what)
        let belowDetection: BelowDetectionRule? = reading.choice("below-detection", of: found, what)
        let comparison: LimitComparison? = reading.choice("comparison", of: found, what)
        guard let placesText = reading.text("ph-places", of: found, what), let place = found["ph-places"] else {
            return nil
        }
        guard let places = Int(placesText), (0...6).contains(places) else {
            reading.report(
                "agreement.value", at: place, "“\(placesText)” is not a number of decimals.", "Write 0 to 6.")
            return nil
        }
        guard let clause, let averaging, let quality, let belowDetection, let comparison else { return nil }
        return StatisticTerms(
            averaging: averaging, quality: quality, belowDetection: belowDetection, comparison: comparison,
            phPlaces: places, clause: clause)
    }

    /// The steps of a mean of means, which must grow: `[{unit: day, needs: 0.75}, {unit: month, needs: {count: 27}}]`.
    private mutating func readAveraging(
        _ node: PositionedNode, _ what: String, _ clause: String
    ) -> [StatisticTerms.Step]? {
        guard let found = reading.required("averaging", of: node, what) else { return nil }
        var steps: [StatisticTerms.Step?] = []
        for item in reading.items("averaging", of: node, what, required: false) {
            if let text = item.text {
                reading.report(
                    "agreement.statistics", at: item,
                    "The text does not say how much of a \(text) must be measured for its mean to take part.",
                    "Write {unit: \(text), needs: 0.75}, a share of what is due, or needs: {count: 5}; leave needs blank in "
                        + "a template where no source says it.")
                return nil
            }
            guard reading.isMapping(item, "A step of averaging", allowed: ["unit", "needs"]),
                let unit: CivilUnit = reading.choice("unit", of: item, "averaging")
            else { return nil }
            steps.append(readNeeds(item, unit, clause).map { StatisticTerms.Step(unit: unit, needs: $0) })
        }
        // A blank is noted with its place; nothing measured settles until it is filled.
        let known = steps.compactMap(\.self)
        guard known.count == steps.count else { return nil }
        guard zip(known, known.dropFirst()).allSatisfy({ $0.unit < $1.unit }) else {
            reading.report(
                "agreement.statistics", at: found, "The steps of a mean go from short units to long ones.",
                "Write the day before the month, or [] for one mean of all values.")
            return nil
        }
        return known
    }

    /// A share of what is due, or `{share, count}`; `nil` for a blank, which is noted, or a problem.
    private mutating func readNeeds(_ node: PositionedNode, _ unit: CivilUnit, _ clause: String) -> Sufficiency? {
        guard let place = node["needs"], !place.isBlank else {
            blank("statistics.averaging \(unit.rawValue) needs", clause, node["needs"] ?? node)
            return nil
        }
        if place.text != nil { return readShare(place).map { Sufficiency(share: $0) } }
        guard reading.isMapping(place, "“needs”", allowed: ["share", "count"]) else { return nil }
        let share = place["share"].flatMap { readShare($0) }
        let count = place["count"].flatMap { $0.text.flatMap { Int($0) } }
        if place["count"] != nil, (count ?? 0) < 1 {
            reading.report(
                "agreement.value", at: place["count"] ?? place, "“count” is not a number of values or means.",
                "Write a whole number from 1.")
            return nil
        }
        guard share != nil || count != nil else {
            if place["share"] == nil { _ = reading.required("share", of: place, "“needs”") }
            return nil
        }
        return Sufficiency(share: share, count: count)
    }

    private mutating func readShare(_ place: PositionedNode) -> Fraction? {
        guard let share = reading.number(place, "a share") else { return nil }
        if share > .zero, share <= .one { return share }
        reading.report(
            "agreement.share", at: place, "A share of \(share) is not a share of what is due.",
            "Write a fraction above 0 and at most 1: 0.75 for three quarters.")
        return nil
    }

    private mutating func readQuality(_ node: PositionedNode, _ what: String) -> QualityPolicy? {
        guard let text = reading.text("quality", of: node, what), let place = node["quality"] else { return nil }
        let known: [QualityPolicy] = [.validOnly, .notInvalid]
        if let policy = known.first(where: { $0.name == text }) { return policy }
        reading.report(
            "agreement.value", at: place, "“\(text)” is not a quality policy for money.",
            "Use \(known.map(\.name).joined(separator: ", ")).")
        return nil
    }

    mutating func blank(_ name: String, _ clause: String, _ place: PositionedNode) {
        reading.blanks.append(
            BlankParameter(
                name: name, clause: clause, document: document.title, line: place.line, column: place.column))
    }
}
