// Rivers, basins and ranked cities as assessments know them: dated lists of the sections that speak for them.

/// The sections of a river or basin over a span of dates, and the document that names them.
package struct SectionList: Hashable, Sendable {
    package let span: DateSpan
    /// Section ids, station ids, or the names a feed uses.
    package let sections: [String]
    /// The document that sets the list, or the word `example`.
    package let document: String

    package init(span: DateSpan, sections: [String], document: String) {
        self.span = span
        self.sections = sections
        self.document = document
    }
}

/// Sections that are assessed as one: a river, a basin (流域、水系), or those by which a city is ranked.
package struct WaterSystem: Hashable, Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        case river, basin, city

        package var name: BilingualName {
            switch self {
            case .river: BilingualName(chinese: "河流", english: "river")
            case .basin: BilingualName(chinese: "流域（水系）", english: "basin")
            case .city: BilingualName(chinese: "城市", english: "city")
            }
        }
    }

    package let id: String
    package let name: BilingualName
    package let kind: Kind
    /// Without overlaps.
    package let lists: [SectionList]

    package init(id: String, name: BilingualName, kind: Kind, lists: [SectionList]) {
        self.id = id
        self.name = name
        self.kind = kind
        self.lists = lists
    }

    /// The list that holds on `date`, `nil` when none does.
    package func list(on date: CivilDate) -> SectionList? { lists.first { $0.span.contains(date) } }
}
