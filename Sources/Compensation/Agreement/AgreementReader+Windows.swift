// Times of an agreement file: windows with the event they run from, the working days, what silence comes to.

internal import Exact
internal import Monitoring
internal import Standards

extension AgreementReader {
    mutating func readWindows(_ node: PositionedNode) -> [AgreementWindow] {
        var windows: [AgreementWindow] = []
        for item in reading.items("windows", of: node, "the agreement", required: false) {
            let allowed = ["name", "from", "days", "calendar", "party", "kept-by", "on-expiry", "clause"]
            guard reading.isMapping(item, "A window", allowed: allowed) else { continue }
            let name = reading.text("name", of: item, "a window") ?? ""
            let what = "window “\(name)”"
            if windows.contains(where: { $0.name == name }) {
                reading.report(
                    "agreement.name", at: item["name"] ?? item, "\(what) stands twice.",
                    "Give each window its own name.")
            }
            let from = readStart(item, what)
            let days = readDays(item, what, from)
            let calendar: AgreementWindow.Calendar? = reading.choice("calendar", of: item, what)
            let keptBy: WindowEvent? = item["kept-by"] == nil ? nil : reading.choice("kept-by", of: item, what)
            let party = reading.optionalText("party", of: item, what)
            if let party { checkParty(party, at: item["party"] ?? item) }
            let onExpiry = reading.text("on-expiry", of: item, what)
            let clause = reading.text("clause", of: item, what)
            guard let from, let days, let calendar, let onExpiry, let clause else { continue }
            windows.append(
                AgreementWindow(
                    name: name, from: from, days: days, calendar: calendar, party: party, keptBy: keptBy,
                    onExpiry: onExpiry, clause: clause))
        }
        return windows
    }

    /// An event, or `{date: 03-31}`.
    private mutating func readStart(_ item: PositionedNode, _ what: String) -> AgreementWindow.Start? {
        guard let found = reading.required("from", of: item, what) else { return nil }
        guard found.entries != nil else {
            let event: WindowEvent? = reading.choice("from", of: item, what)
            return event.map { .event($0) }
        }
        guard reading.isMapping(found, "“from” of \(what)", allowed: ["date"]),
            let text = reading.text("date", of: found, what)
        else { return nil }
        // A leap year has every day a year can have.
        if let day = CivilDate("2024-" + text) { return .date(month: day.month, day: day.day) }
        reading.report(
            "agreement.date", at: found["date"] ?? found, "“\(text)” is not a day of the year.",
            "Write month and day, such as 03-31.")
        return nil
    }

    private mutating func readDays(
        _ item: PositionedNode, _ what: String, _ from: AgreementWindow.Start?
    ) -> Int? {
        if case .date = from, item["days"] == nil { return 0 }
        guard let text = reading.text("days", of: item, what) else { return nil }
        if let days = Int(text), (1...3_650).contains(days) { return days }
        reading.report(
            "agreement.value", at: item["days"] ?? item, "“\(text)” is not a number of days.",
            "Write a whole number of days.")
        return nil
    }

    /// What happened in an example: `events: [{event: paid, party: b, at: 2025-02-10}]`.
    mutating func exampleEvents(_ node: PositionedNode, _ what: String) -> [SettlementEvent] {
        reading.items("events", of: node, what, required: false).compactMap { item in
            guard reading.isMapping(item, "An event", allowed: ["event", "party", "at", "document"]) else { return nil }
            let event: WindowEvent? = reading.choice("event", of: item, what)
            let party = reading.optionalText("party", of: item, what)
            if let party { checkParty(party, at: item["party"] ?? item) }
            let document = reading.optionalText("document", of: item, what) ?? what
            guard let event, let date = reading.date("at", of: item, what) else { return nil }
            if event == .periodEnd {
                reading.report(
                    "agreement.value", at: item["event"] ?? item, "The end of the period needs no record.",
                    "Leave it out: the period says it.")
                return nil
            }
            return SettlementEvent(event: event, party: party, date: date, document: document)
        }
    }

    mutating func readWorkingCalendar(_ node: PositionedNode) -> WorkingCalendar? {
        let what = "working-calendar"
        guard let found = node[what], !found.isBlank,
            reading.isMapping(found, what, allowed: ["from", "until", "holidays", "workdays", "document"])
        else { return nil }
        let from = reading.date("from", of: found, what)
        let until = reading.date("until", of: found, what)
        let document = reading.text("document", of: found, what)
        func days(_ key: String, _ reader: inout AgreementReader) -> Set<CivilDate> {
            var days: Set<CivilDate> = []
            for item in reader.reading.items(key, of: found, what, required: false) {
                guard let day = item.text.flatMap({ CivilDate($0) }) else {
                    reader.reading.report(
                        "agreement.date", at: item, "“\(item.text ?? "")” is not a date.",
                        "Write a day such as 2025-01-01.")
                    continue
                }
                days.insert(day)
            }
            return days
        }
        let (holidays, workdays) = (days("holidays", &self), days("workdays", &self))
        guard let from, let until, let document else { return nil }
        return WorkingCalendar(
            span: DateSpan(from: from, until: until), holidays: holidays, workdays: workdays, document: document)
    }

    mutating func readPresumptions(_ node: PositionedNode, _ windows: [AgreementWindow]) -> [AgreementPresumption] {
        reading.items("presumptions", of: node, "the agreement", required: false).compactMap { item in
            let allowed = ["input", "members", "within", "holds", "clause"]
            guard reading.isMapping(item, "A presumption", allowed: allowed) else { return nil }
            let what = "a presumption"
            let name = reading.text("input", of: item, what)
            let within = reading.text("within", of: item, what)
            let clause = reading.text("clause", of: item, what)
            guard let name, let within, let clause else { return nil }
            guard let input = inputs.first(where: { $0.name == name && $0.measure == .given }) else {
                reading.report(
                    "agreement.presumption", at: item["input"] ?? item, "There is no given figure “\(name)”.",
                    "A presumption stands for an input with measure: given; measured figures have rules of their own.")
                return nil
            }
            guard windows.contains(where: { $0.name == within }) else {
                reading.report(
                    "agreement.presumption", at: item["within"] ?? item, "There is no window “\(within)”.",
                    "Name one of windows: \(windows.map(\.name).joined(separator: ", ")).")
                return nil
            }
            let members = reading.items("members", of: item, what, required: false).compactMap(\.text)
            for (set, member) in zip(input.sets, members) where scope.sets[set]?.contains(member) != true {
                reading.report(
                    "agreement.member", at: item["members"] ?? item, "“\(member)” is no member of \(set).",
                    "Use one of \((scope.sets[set] ?? []).prefix(12).joined(separator: ", ")).")
            }
            if !members.isEmpty, members.count != input.sets.count {
                reading.report(
                    "agreement.member", at: item["members"] ?? item,
                    "“\(name)” has a figure for each of "
                        + "\(input.sets.joined(separator: ", ")).",
                    "Name one member of each, or leave members out for all.")
            }
            guard let place = reading.required("holds", of: item, what),
                let (value, unit) = reading.quantity(place, in: input.unit, "what \(what) holds")
            else { return nil }
            return AgreementPresumption(
                input: name, members: members, window: within, value: value * unit.factor / input.unit.factor,
                clause: clause)
        }
    }
}
