// What pages show: plain values the node fills, already in words and figures, so that a page decides nothing.

package import Monitoring

/// A text in both languages.
package typealias Words = BilingualName

/// One section (断面) on the sections page.
package struct SectionView: Sendable {
    package let id: String
    package let name: Words
    package let boundary: Words
    package let river: Words?
    /// `upstream → downstream` by region name; both names with ≈ where the direction is shared.
    package let relation: Words
    package let isExample: Bool
    /// The target now in force: a class numeral, an index limit, or a dash.
    package let target: String
    /// The class or index of the newest reading; nil when there is none to judge.
    package let current: String?
    package let currentReason: Words?
    /// Time of the newest reading, ISO 8601 with offset; nil when nothing was ever received.
    package let newest: String?
    package let openAlerts: Int

    package init(
        id: String, name: Words, boundary: Words, river: Words?, relation: Words, isExample: Bool, target: String,
        current: String?, currentReason: Words?, newest: String?, openAlerts: Int
    ) {
        self.id = id
        self.name = name
        self.boundary = boundary
        self.river = river
        self.relation = relation
        self.isExample = isExample
        self.target = target
        self.current = current
        self.currentReason = currentReason
        self.newest = newest
        self.openAlerts = openAlerts
    }
}

/// One alert (报警) on the alerts page.
package struct AlertView: Sendable {
    /// Ended alerts on a page: the latest.
    package static let endedLimit = 200

    package let id: String
    package let kind: Words
    package let section: Words
    package let parameter: Words
    /// Reached against target, as in `Ⅳ / Ⅲ`.
    package let against: String
    /// Exceedance multiple with two decimals, nil for items that have none.
    package let multiple: String?
    package let peak: String
    package let from: String
    /// nil while it lasts.
    package let until: String?
    package let state: Words
    package let isOpen: Bool
    /// `SYNTHETIC` or `DRILL`; nil for measured water and air.
    package let mark: Words?

    package init(
        id: String, kind: Words, section: Words, parameter: Words, against: String, multiple: String?, peak: String,
        from: String, until: String?, state: Words, isOpen: Bool, mark: Words?
    ) {
        self.mark = mark
        self.id = id
        self.kind = kind
        self.section = section
        self.parameter = parameter
        self.against = against
        self.multiple = multiple
        self.peak = peak
        self.from = from
        self.until = until
        self.state = state
        self.isOpen = isOpen
    }
}

/// One statement (补偿核算单) on the statements page.
package struct StatementView: Sendable {
    package struct Line: Sendable {
        package let payer: Words
        package let payee: Words
        package let amount: String
        package let clause: String

        package init(payer: Words, payee: Words, amount: String, clause: String) {
            self.payer = payer
            self.payee = payee
            self.amount = amount
            self.clause = clause
        }
    }

    package let runID: String
    package let title: Words
    package let period: String
    package let kind: Words
    package let isExample: Bool
    package let lines: [Line]
    /// The whole statement with its derivation, as issued.
    package let text: String

    package init(
        runID: String, title: Words, period: String, kind: Words, isExample: Bool, lines: [Line], text: String
    ) {
        self.runID = runID
        self.title = title
        self.period = period
        self.kind = kind
        self.isExample = isExample
        self.lines = lines
        self.text = text
    }
}

/// The head of every page: whose data, how fresh, how much.
package struct NodeOverview: Sendable {
    package let version: String
    package let batchCount: Int
    package let newestReceived: String?
    package let logPosition: Int
    package let logHead: String

    package init(version: String, batchCount: Int, newestReceived: String?, logPosition: Int, logHead: String) {
        self.version = version
        self.batchCount = batchCount
        self.newestReceived = newestReceived
        self.logPosition = logPosition
        self.logHead = logHead
    }
}

/// Where pages read from. One call reads one consistent state.
package protocol NodeReading: Sendable {
    func overview() async throws -> NodeOverview
    func sectionViews() async throws -> [SectionView]
    func alertViews() async throws -> [AlertView]
    func statementViews() async throws -> [StatementView]
    func holesView(_ query: HolesQuery) async throws -> HolesView
}
