// The times of an agreement over what has happened (期限): pure, the moment passed in; no event, no expiry.

package import Monitoring

/// Something that happened around a settlement, as a person recorded it.
package struct SettlementEvent: Hashable, Sendable {
    package let event: WindowEvent
    /// The party it concerns, `nil` for all of them.
    package let party: String?
    package let date: CivilDate
    package let document: String

    package init(event: WindowEvent, party: String?, date: CivilDate, document: String) {
        self.event = event
        self.party = party
        self.date = date
        self.document = document
    }
}

/// One window as it stands.
package struct Deadline: Hashable, Sendable {
    package enum State: Hashable, Sendable {
        /// Why nobody can say.
        case undetermined(BilingualName)
        /// Until `end`, that day included.
        case open
        /// The event came in time.
        case kept(on: CivilDate, document: String)
        /// The last day is over and the event has not come.
        case expired
    }

    package let window: AgreementWindow
    /// The day the time runs from, and the last day of it; `nil` while unknown.
    package let start: CivilDate?
    package let end: CivilDate?
    /// The record of the start, empty where the calendar alone says it.
    package let startDocument: String
    package let state: State
}

/// Each window of `agreement` for a period, by the events known and a day.
///
/// A window runs from the day after its event and ends with its last day. Of several records of an event the last counts:
/// a new notice starts a new time. One that ends on a fixed day is kept by what happens from the end of the period on.
/// Without a record of its event a window is undetermined and never expired; so is one over working days that no calendar
/// covers, and one whose keeping nobody asked about (`asOf` is `nil`).
///
/// - Complexity: windows × events.
/// - Source: none; what expiry means is said by each agreement's clause.
package func deadlines(
    of agreement: Agreement, period: SettlementPeriod, events: [SettlementEvent], asOf: CivilDate?
) -> [Deadline] {
    agreement.windows.map { window in
        func known(_ event: WindowEvent) -> [SettlementEvent] {
            events.filter { found in
                found.event == event && (window.party == nil || found.party == nil || found.party == window.party)
                    && asOf.map { found.date <= $0 } ?? true
            }
        }
        func deadline(
            _ state: Deadline.State, start: CivilDate? = nil, end: CivilDate? = nil, document: String = ""
        ) -> Deadline {
            Deadline(window: window, start: start, end: end, startDocument: document, state: state)
        }
        var (start, document): (CivilDate?, String) = (nil, "")
        switch window.from {
        case .date(let month, let day): start = period.next(month: month, day: day)
        case .event(.periodEnd): start = period.until.advanced(byDays: -1)
        case .event(let event):
            let record = known(event).max { $0.date < $1.date }
            (start, document) = (record?.date, record?.document ?? "")
        }
        guard let start else { return deadline(.undetermined(.noEvent)) }
        guard let end = agreement.end(of: window, from: start) else {
            return deadline(.undetermined(.noCalendar), start: start, document: document)
        }
        // Time that ends on a fixed day is there from the end of the period; an act before that was for an earlier period.
        var opening = start
        if case .date = window.from { opening = min(start, period.until.advanced(byDays: -1)) }
        // The first act in time keeps it, whatever follows.
        if let keptBy = window.keptBy {
            let acts = known(keptBy).filter { opening <= $0.date && $0.date <= end }
            if let act = acts.min(by: { $0.date < $1.date }) {
                return deadline(.kept(on: act.date, document: act.document), start: start, end: end, document: document)
            }
        }
        guard let asOf else { return deadline(.undetermined(.noDay), start: start, end: end, document: document) }
        return deadline(asOf <= end ? .open : .expired, start: start, end: end, document: document)
    }
}

extension Deadline {
    /// Whether its days are over without what keeps it; `nil` while nobody can say.
    var hasExpired: Bool? {
        switch state {
        case .undetermined: nil
        case .open, .kept: false
        case .expired: true
        }
    }

    var isKept: Bool {
        if case .kept = state { true } else { false }
    }

    /// What a statement prints of it: `2026-01-01 … 2026-03-31, 进行中 open`.
    var text: String {
        let ends = [start, end].compactMap { $0?.description }.joined(separator: " … ")
        let standing =
            switch state {
            case .undetermined(let why): "未定 undetermined: \(why.chinese) \(why.english)"
            case .open: "进行中 open"
            case .kept(let day, let document): "已履行 kept on \(day), \(document)"
            case .expired: "已届满 expired"
            }
        return ends.isEmpty ? standing : "\(ends), \(standing)"
    }
}

extension Agreement {
    func presumption(of key: InputKey) -> AgreementPresumption? {
        presumptions.first { $0.input == key.name && ($0.members.isEmpty || $0.members == key.members) }
    }
}

extension BilingualName {
    fileprivate static let noEvent = BilingualName(chinese: "起算事件无记录", english: "no record of the event it runs from")
    fileprivate static let noCalendar = BilingualName(
        chinese: "无工作日历覆盖该期间", english: "no calendar of working days covers it")
    fileprivate static let noDay = BilingualName(chinese: "未说明截至何日", english: "no day given to judge it by")
}

extension SettlementPeriod {
    /// The first such day of a year on or after the end of the period; a 29 February only in leap years.
    fileprivate func next(month: Int, day: Int) -> CivilDate? {
        (until.year...until.year + 8).lazy.compactMap { CivilDate(year: $0, month: month, day: day) }
            .first { until <= $0 }
    }
}

extension Agreement {
    /// The last day of a window, `nil` where working days are not known as far.
    fileprivate func end(of window: AgreementWindow, from start: CivilDate) -> CivilDate? {
        guard window.calendar == .working, window.days > 0 else { return start.advanced(byDays: window.days) }
        guard let workingCalendar else { return nil }
        var (day, left) = (start, window.days)
        while left > 0 {
            day = day.advanced(byDays: 1)
            guard workingCalendar.span.contains(day) else { return nil }
            if workingCalendar.isWorking(day) { left -= 1 }
        }
        return day
    }
}

extension WorkingCalendar {
    func isWorking(_ day: CivilDate) -> Bool {
        if workdays.contains(day) { return true }
        // 1970-01-01 was a Thursday: Monday is 0.
        let weekday = ((day.dayNumber + 3) % 7 + 7) % 7
        return weekday < 5 && !holidays.contains(day)
    }
}
