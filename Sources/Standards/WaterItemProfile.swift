// Which items take part in the class of a section: a profile named by the plan or the agreement.

package import Monitoring

/// The items of an assessment.
package struct WaterItemProfile: Hashable, Sendable {
    /// `5+X`, `21` or `listed`, as printed with every result.
    package let id: String
    package let items: [ParameterID]

    /// pH, dissolved oxygen, permanganate index, ammonia nitrogen, total phosphorus, and `extra`.
    ///
    /// X is the items that exceeded in the last or the current year: whoever assesses names them.
    /// Source: monitoring plan 2021–2025, 环办监测函〔2020〕714号.
    package static func fivePlus(_ extra: [ParameterID]) -> WaterItemProfile {
        WaterItemProfile(id: "5+X", items: distinct(five + extra))
    }

    private static let five = SurfaceWaterStandard.gb3838of2002.items.filter(\.isAmong5).map(\.parameter)

    /// Table 1 without water temperature, total nitrogen and faecal coliforms.
    ///
    /// Source: 环办〔2011〕22号, surface-water assessment method.
    package static let twentyOne = WaterItemProfile(
        id: "21", items: distinct(SurfaceWaterStandard.gb3838of2002.items.filter(\.isAmong21).map(\.parameter)))

    /// The items an agreement lists.
    package static func listed(_ items: [ParameterID]) -> WaterItemProfile {
        WaterItemProfile(id: "listed", items: distinct(items))
    }

    /// The profile a boundary names, `nil` when the name is none of the three.
    package init?(_ standard: BoundaryStandard) {
        switch standard.itemProfile {
        case "5+X": self = .fivePlus(standard.items)
        case "21": self = .twentyOne
        case "listed": self = .listed(standard.items)
        default: return nil
        }
    }

    /// This list less some items; its name says so.
    package func without(_ left: [ParameterID]) -> WaterItemProfile {
        if left.isEmpty { return self }
        let rest = items.filter { !left.contains($0) }
        return WaterItemProfile(id: "\(id) without \(left.map(\.rawValue).joined(separator: " "))", items: rest)
    }

    private init(id: String, items: [ParameterID]) {
        self.id = id
        self.items = items
    }

    /// Phosphorus has two rows, one for each kind of water; a profile names it once.
    private static func distinct(_ items: [ParameterID]) -> [ParameterID] {
        var seen: Set<ParameterID> = []
        return items.filter { seen.insert($0).inserted }
    }
}
