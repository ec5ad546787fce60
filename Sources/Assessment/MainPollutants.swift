// The main pollutants (主要污染指标): of a section by class and multiple, of a river by how many sections exceed.

package import Exact
package import Monitoring
package import Standards

/// Whether cyanide and heavy metals come first among main pollutants.
package enum ToxicPriority: String, Sendable, CaseIterable {
    /// Those the table marks (`toxic_priority`, our closed list of an open one) come first. The default.
    case tableMarks = "table-marks"
    case none
}

/// One main pollutant of a section.
package struct MainPollutant: Hashable, Sendable {
    package let parameter: ParameterID
    package let waterClass: WaterClass
    /// (C − S) / S against class Ⅲ, exact; `nil` for pH and dissolved oxygen, and where nobody says whether the limits of a river
    /// or those of a lake hold.
    package let multiple: Fraction?
}

/// One main pollutant of a river or basin.
package struct RiverPollutant: Hashable, Sendable {
    package let parameter: ParameterID
    /// Sections where it exceeds class Ⅲ, of all sections assessed.
    package let exceeding: Int
    package let sections: Int
    /// Percent, exact (断面超标率).
    package var rate: Fraction { Fraction(100 * exceeding, max(1, sections)) }
}

extension WaterClassification {
    /// How many main pollutants are named.
    package static let mainPollutantLimit = 3

    /// The main pollutants: none up to class Ⅲ; worst class first, in one class the larger multiple first, at most three.
    ///
    /// - Shares of a place: items without a multiple come after those with one, equals stand in the table's order; the
    ///   source says nothing of either.
    /// - Source: 环办〔2011〕22号 (order, first three, mark A); cyanide and heavy metals first (mark B).
    package func mainPollutants(
        standard: SurfaceWaterStandard = .gb3838of2002, toxic: ToxicPriority = .tableMarks
    ) -> [MainPollutant] {
        guard let waterClass, waterClass > .three else { return [] }
        let exceeding = items.enumerated().filter { ($1.waterClass ?? .three) > .three }
        let ranked = exceeding.map { place, item in
            (
                place: place, isToxic: toxic == .tableMarks && isToxic(item.parameter, standard),
                pollutant: MainPollutant(
                    parameter: item.parameter, waterClass: item.waterClass ?? .three,
                    multiple: multiple(of: item, standard))
            )
        }
        let sorted = ranked.sorted { left, right in
            if left.isToxic != right.isToxic { return left.isToxic }
            if left.pollutant.waterClass != right.pollutant.waterClass {
                return left.pollutant.waterClass > right.pollutant.waterClass
            }
            let (first, second) = (left.pollutant.multiple, right.pollutant.multiple)
            if let first, let second, first != second { return first > second }
            if (first == nil) != (second == nil) { return first != nil }
            return left.place < right.place
        }
        return sorted.prefix(Self.mainPollutantLimit).map(\.pollutant)
    }

    private func isToxic(_ parameter: ParameterID, _ standard: SurfaceWaterStandard) -> Bool {
        standard.items.first { $0.parameter == parameter }?.isToxicPriority ?? false
    }

    private func multiple(of item: Item, _ standard: SurfaceWaterStandard) -> Fraction? {
        guard case .item(let row)? = standard.row(of: item.parameter, in: waterBody), row.hasMultiple,
            row.direction != .range, let value = item.value
        else { return nil }
        let limit = Fraction(row.limits[WaterClass.three.rank - 1])
        return limit > .zero ? (value - limit) / limit : nil
    }
}

/// The main pollutants of a river or basin: by the share of sections where an item is worse than class Ⅲ, at most three.
///
/// Equal shares stand in the order of the items; the source says nothing of them. Source: 环办〔2011〕22号 (mark B).
package func riverPollutants(_ sections: [WaterClassification]) -> [RiverPollutant] {
    var order: [ParameterID] = []
    var counts: [ParameterID: Int] = [:]
    for item in sections.flatMap(\.items) {
        if counts[item.parameter] == nil { order.append(item.parameter) }
        counts[item.parameter, default: 0] += (item.waterClass ?? .three) > .three ? 1 : 0
    }
    let found = order.enumerated().filter { counts[$1, default: 0] > 0 }
    let sorted = found.sorted { left, right in
        let (first, second) = (counts[left.element, default: 0], counts[right.element, default: 0])
        return first != second ? first > second : left.offset < right.offset
    }
    return sorted.prefix(WaterClassification.mainPollutantLimit).map {
        RiverPollutant(parameter: $0.element, exceeding: counts[$0.element, default: 0], sections: sections.count)
    }
}

extension WaterClass {
    /// Ⅲ, above which an item exceeds where no other target is set.
    package static let three = WaterClass(rank: 3)
}
