// The parameters we know by name: what readers resolve codes with and reports print.

/// One monitoring parameter (监测因子) with its unit and places.
package struct Parameter: Hashable, Sendable {
    package enum Medium: String, Sendable, CaseIterable { case water, air }

    package let id: ParameterID
    package let name: BilingualName
    package let medium: Medium
    /// The unit observations are kept in, UCUM text (`mg/L`, `ug/m3`, `Cel`, `[pH]`).
    package let unit: String
    /// Decimals an observation is shown with; `nil` when the source gives none.
    package let observationDecimals: Int?
    /// Decimals an assessment value is rounded to, where a rule rounds at all.
    package let assessmentDecimals: Int?
    /// A concentration or count: a value below zero cannot be.
    package let isNonNegative: Bool

    package init(
        id: ParameterID, name: BilingualName, medium: Medium, unit: String, observationDecimals: Int?,
        assessmentDecimals: Int?, isNonNegative: Bool
    ) {
        self.id = id
        self.name = name
        self.medium = medium
        self.unit = unit
        self.observationDecimals = observationDecimals
        self.assessmentDecimals = assessmentDecimals
        self.isNonNegative = isNonNegative
    }
}

/// Parameters by id, and the ids by every code and spelling that stands for them.
package struct ParameterCatalogue: Sendable {
    package private(set) var parameters: [ParameterID: Parameter] = [:]
    private var ids: [String: ParameterID] = [:]

    package init() {}

    /// Adds `parameter` under its id and `spellings`; the first parameter that claims a spelling keeps it.
    package mutating func add(_ parameter: Parameter, spellings: [String]) {
        if parameters[parameter.id] == nil { parameters[parameter.id] = parameter }
        for spelling in [parameter.id.rawValue] + spellings where !spelling.isEmpty {
            let key = spelling.lowercased()
            if ids[key] == nil { ids[key] = parameter.id }
        }
    }

    /// The id that `spelling` (an id, an HJ 212 code, a Chinese name; case is ignored) stands for.
    package func id(for spelling: String) -> ParameterID? { ids[spelling.lowercased()] }

    package subscript(id: ParameterID) -> Parameter? { parameters[id] }

    /// Whether values below zero are impossible; `false` for a parameter that nobody described.
    package func isNonNegative(_ id: ParameterID) -> Bool { parameters[id]?.isNonNegative ?? false }
}
