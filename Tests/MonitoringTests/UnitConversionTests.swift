// Goal: a stated unit is converted exactly or refused with the reason. Method: a table of units for three parameters.

import Exact
import Monitoring
import Testing

private func parameter(_ id: String, _ unit: String, _ medium: Parameter.Medium) -> Parameter {
    Parameter(
        id: ParameterID(id), name: BilingualName(chinese: id, english: id), medium: medium, unit: unit,
        observationDecimals: nil, assessmentDecimals: nil, isNonNegative: true)
}

struct UnitConversionTests {
    @Test(
        "Units that are taken",
        arguments: [
            ("mg/L", "μg/L", 1, -3), ("mg/L", "\u{B5}g/L", 1, -3), ("mg/L", "g/m3", 1, 0),
            ("m3/s", "ft^3/s", 28_316_846_592, -12),
            ("m3/s", "L/s", 1, -3), ("{NTU}", "NTU", 1, 0), ("/L", "/L", 1, 0), ("kPa", "hPa", 1, -1),
        ] as [(String, String, Int64, Int)])
    func taken(kept: String, sent: String, mantissa: Int64, exponent: Int) {
        let scale = DecimalScale(mantissa: mantissa, exponent: exponent)
        #expect(parameter("x", kept, .water).conversion(from: sent) == .scale(scale))
    }

    @Test(
        "Units that are refused, and why",
        arguments: [
            ("ug/m3", "ppm", "at a stated temperature and pressure"), ("ug/m3", "ppb", "at a stated temperature"),
            ("ug/m3", "mg/L/s", "another quantity"), ("m/s", "km/h", "without rounding"),
            ("mg/L", "mq/L", "did you mean"),
            ("/L", "1/L", "converts no other unit"), ("{NTU}", "FNU", "not a unit"),
        ])
    func refused(kept: String, sent: String, why: String) {
        guard case .refused(let sentence) = parameter("x", kept, .air).conversion(from: sent) else {
            Issue.record("\(sent) was taken for \(kept).")
            return
        }
        #expect(sentence.contains(why), "\(sentence)")
    }
}
