// The temperature and pressure that gas concentrations refer to; it changed with the amendment of GB 3095-2012.

package import Monitoring

/// The state a gas concentration is stated at.
///
/// Source: GB 3095-2012 clause 3.14; amendment in force 2018-09-01: 298.15 K and 1013.25 hPa instead of 273 K and
/// 101.325 kPa. The same gas reads about 8.4 % lower since. GB 3095-2026 clause 4.3 keeps the newer state.
package enum GasReferenceState: String, Sendable {
    /// 273 K, 101.325 kPa
    case standard
    /// 298.15 K, 1013.25 hPa
    case reference

    private static let gases: Set<String> = ["so2", "no2", "no", "nox", "co", "o3"]

    /// The state of `parameter` on a day, `nil` for what is no gas (particles: actual state since 2018; water).
    package static func of(_ parameter: ParameterID, on date: CivilDate) -> GasReferenceState? {
        guard gases.contains(parameter.rawValue) else { return nil }
        return date < change ? .standard : .reference
    }

    private static let change: CivilDate = {
        guard let date = CivilDate(year: 2018, month: 9, day: 1) else {
            preconditionFailure("2018-09-01 is a day.")
        }
        return date
    }()
}
