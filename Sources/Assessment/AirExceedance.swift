// A value of air against the limit for its averaging time.

package import Exact
package import Monitoring
package import Standards

/// A concentration against a limit of the ambient air quality standard.
package struct AirExceedance: Sendable {
    package let parameter: ParameterID
    /// `GB 3095-2026`.
    package let document: String
    /// The phase's id.
    package let edition: String
    package let limit: ExactDecimal
    /// The value as compared: unrounded, or rounded once.
    package let compared: Fraction
    package let exceeds: Bool
    /// (C − S) / S, `nil` when the value does not exceed.
    package let multiple: Fraction?
}

/// Whether a mean exceeds the limit of its averaging time: above it, not at it.
///
/// - Returns: not assessable where the edition sets no limit (particles over one hour, any item over a month).
/// - Source: GB 3095-2012 and GB 3095-2026, table 1; GB/T 8170-2008, 4.3 for the comparison.
package func airExceedance(
    of value: Fraction, parameter: ParameterID, over averaging: AirAveraging, edition: AirEdition,
    rules: AirPeriodRules
) -> Result<AirExceedance, NotAssessable> {
    guard let limit = edition.limits.limit(of: parameter, over: averaging, grade: rules.grade) else {
        let detail = "\(edition.limits.document) sets no limit for \(parameter) over \(averaging.rawValue)"
        return .failure(NotAssessable(.noLimit, detail))
    }
    if value.isNegative { return .failure(NotAssessable(.impossibleValue, "\(parameter) is negative")) }
    var compared = value
    if rules.comparison == .rounded {
        guard let places = rules.rounding.decimals(of: parameter, under: edition) else {
            return .failure(NotAssessable(.ruleIncomplete, "no decimals are known that \(parameter) is rounded to"))
        }
        compared = value.rounded(places: places, .halfEven)
    }
    let exceeds = compared > Fraction(limit)
    return .success(
        AirExceedance(
            parameter: parameter, document: edition.limits.document, edition: edition.limits.id, limit: limit,
            compared: compared, exceeds: exceeds,
            multiple: exceeds ? (compared - Fraction(limit)) / Fraction(limit) : nil))
}
