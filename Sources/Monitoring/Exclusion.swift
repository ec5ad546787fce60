// Values that people take out of a statistic for a reason somebody approved: records over intervals, never deletions.

/// Why values are taken out (剔除).
package enum ExclusionKind: String, Sendable, CaseIterable {
    /// The river does not flow (断流).
    case noFlow = "no-flow"
    /// The river is frozen (冰封).
    case ice
    /// Works in or at the water (施工).
    case construction
    /// The natural background is above the limit (自然本底).
    case naturalBackground = "natural-background"
    /// Sand and dust weather (沙尘), air only.
    case dust

    package var name: BilingualName {
        switch self {
        case .noFlow: BilingualName(chinese: "断流", english: "no flow")
        case .ice: BilingualName(chinese: "冰封", english: "ice cover")
        case .construction: BilingualName(chinese: "施工", english: "construction works")
        case .naturalBackground: BilingualName(chinese: "自然本底", english: "natural background")
        case .dust: BilingualName(chinese: "沙尘", english: "sand and dust")
        }
    }
}

/// A record that takes the values of some stations over an interval out of every statistic (剔除记录).
///
/// The values stay. A record applies once somebody approved it, to the current period and the period of comparison
/// alike, and every result prints the figure with it and without.
package struct Exclusion: Hashable, Sendable {
    package let id: String
    package let kind: ExclusionKind
    /// Station or section ids, or the names a feed uses, in order; never empty.
    package let places: [String]
    /// The parameters concerned, in order of their ids; empty for all.
    package let parameters: [ParameterID]
    package let interval: Interval
    package let applicant: String
    /// What supports it, in words or as a document number.
    package let evidence: String
    /// Who approved it, and under which number; `nil` until somebody has.
    package let approval: Approval?

    package struct Approval: Hashable, Sendable {
        package let approver: String
        package let document: String

        package init(approver: String, document: String) {
            self.approver = approver
            self.document = document
        }
    }

    package init(
        id: String, kind: ExclusionKind, places: [String], parameters: [ParameterID], interval: Interval,
        applicant: String, evidence: String, approval: Approval?
    ) {
        self.id = id
        self.kind = kind
        self.places = Set(places).sorted()
        self.parameters = Set(parameters).sorted()
        self.interval = interval
        self.applicant = applicant
        self.evidence = evidence
        self.approval = approval
    }

    /// Only an approved record changes a figure.
    package var isApproved: Bool { approval != nil }

    package func concerns(_ parameter: ParameterID) -> Bool { parameters.isEmpty || parameters.contains(parameter) }

    /// Whether one of the names a place is known by is named.
    package func concerns(place names: some Sequence<String>) -> Bool { names.contains { places.contains($0) } }
}
