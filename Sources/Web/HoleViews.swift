// What the page of holes and notices shows: plain values the node fills, already in words and figures.

/// What a reader asked the page of holes for; an absent part does not restrict.
package struct HolesQuery: Hashable, Sendable {
    /// Which holes: those nobody has closed, all that are missing, or refilled ones too.
    package enum Show: String, Sendable, CaseIterable { case open, all, refilled }

    package var station: String?
    package var parameter: String?
    package var from: String?
    package var until: String?
    package var show: Show

    package init(
        station: String? = nil, parameter: String? = nil, from: String? = nil, until: String? = nil, show: Show = .open
    ) {
        self.station = station
        self.parameter = parameter
        self.from = from
        self.until = until
        self.show = show
    }
}

/// One hole (缺测), or one that several parameters of a station have in common.
package struct HoleView: Sendable {
    /// What commands take for it.
    package let reference: String
    package let station: Words
    package let stationID: String
    package let isExample: Bool
    package let items: Words
    package let from: String
    package let until: String
    package let isSilence: Bool
    package let missing: Int
    package let expected: Int
    package let knownSince: String
    package let state: Words
    /// A person must work it.
    package let isOpen: Bool
    package let why: Words
    /// Ids of the notices that lie over it.
    package let notices: [String]

    package init(
        reference: String, station: Words, stationID: String, isExample: Bool, items: Words, from: String,
        until: String, isSilence: Bool, missing: Int, expected: Int, knownSince: String, state: Words, isOpen: Bool,
        why: Words, notices: [String]
    ) {
        self.reference = reference
        self.station = station
        self.stationID = stationID
        self.isExample = isExample
        self.items = items
        self.from = from
        self.until = until
        self.isSilence = isSilence
        self.missing = missing
        self.expected = expected
        self.knownSince = knownSince
        self.state = state
        self.isOpen = isOpen
        self.why = why
        self.notices = notices
    }
}

/// One notice (报备) with what bureaus said to it.
package struct NoticeView: Sendable {
    package let id: String
    package let station: Words
    package let items: Words
    package let kind: Words
    package let from: String
    package let until: String
    package let reason: String
    package let evidence: String
    package let person: String
    package let filedAt: String
    package let isAfterTheFact: Bool
    package let standing: Words
    package let isUndecided: Bool
    package let decisions: [Words]

    package init(
        id: String, station: Words, items: Words, kind: Words, from: String, until: String, reason: String,
        evidence: String, person: String, filedAt: String, isAfterTheFact: Bool, standing: Words, isUndecided: Bool,
        decisions: [Words]
    ) {
        self.id = id
        self.station = station
        self.items = items
        self.kind = kind
        self.from = from
        self.until = until
        self.reason = reason
        self.evidence = evidence
        self.person = person
        self.filedAt = filedAt
        self.isAfterTheFact = isAfterTheFact
        self.standing = standing
        self.isUndecided = isUndecided
        self.decisions = decisions
    }
}

/// The page of holes and notices.
package struct HolesView: Sendable {
    /// Why the query could not be answered; the lists are empty then.
    package let problem: Words?
    package let holes: [HoleView]
    package let notices: [NoticeView]
    /// What the lists do not say by themselves: what was judged, what could not be, where they are cut.
    package let notes: [Words]

    package init(problem: Words?, holes: [HoleView], notices: [NoticeView], notes: [Words]) {
        self.problem = problem
        self.holes = holes
        self.notices = notices
        self.notes = notes
    }
}
