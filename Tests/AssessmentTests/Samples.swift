// Short ways to write values, days and parameters in these tests.

import Assessment
import Exact
import Monitoring
import Standards

/// - Precondition: `text` is a decimal; a test with a misspelt number stops.
func decimal(_ text: String) -> ExactDecimal {
    guard let value = ExactDecimal(text) else { preconditionFailure("\(text) is no decimal.") }
    return value
}

func day(_ text: String) -> CivilDate {
    guard let date = CivilDate(text) else { preconditionFailure("\(text) is no day.") }
    return date
}

func id(_ text: String) -> ParameterID { ParameterID(text) }

/// Items by id from printed values; `<0.02` and `>15` are censored.
func items(_ values: [String: String]) -> [ParameterID: ItemValue] {
    var result: [ParameterID: ItemValue] = [:]
    for (name, text) in values {
        let qualifier: Qualifier = text.hasPrefix("<") ? .below : text.hasPrefix(">") ? .above : .none
        result[id(name)] = ItemValue(decimal(String(text.drop { $0 == "<" || $0 == ">" })), qualifier: qualifier)
    }
    return result
}

func waterClass(_ rank: Int) -> WaterClass { WaterClass(rank: rank) }

let edition2012 = try? AirEdition.on(day("2025-06-01"), region: nil, registry: Registry()).get()
let edition2026 = try? AirEdition.on(day("2026-06-01"), region: nil, registry: Registry()).get()
