// TEMP until merge with water.
package import Monitoring

package enum ExcludedSlots: String, Sendable, CaseIterable {
    case stayExpected = "stay-expected"
    case notExpected = "not-expected"
}
extension CivilPeriod {
    package init(_ unit: CivilUnit, containing date: CivilDate, offset: UTCOffset) {
        let start = unit.start(of: date)
        self.init(from: start, until: unit.end(from: start), offset: offset)
    }
    package var text: String { "\(from)/\(until)" }
}
