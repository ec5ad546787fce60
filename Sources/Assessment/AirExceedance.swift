// One hour's gas against the 1 h limit of GB 3095.

package import Exact
package import Monitoring
package import Standards

/// A concentration against a limit of the ambient air quality standard.
package struct AirExceedance: Sendable {
    package let parameter: ParameterID
    /// `GB 3095-2026`, with the phase's id.
    package let document: String
    package let edition: String
    package let limit: ExactDecimal
    package let exceeds: Bool
    /// (C − S) / S, `nil` when the value does not exceed.
    package let multiple: Fraction?
}

/// Whether an hour mean exceeds the 1 h limit, compared unrounded.
///
/// - Returns: not assessable for particles, which have no 1 h limit, and for censored values.
/// - Source: GB 3095-2012 and GB 3095-2026, table 1.
package func airExceedance(
    hour value: ItemValue, parameter: ParameterID, edition: AirEdition, grade: AirStandard.Grade = .second
) -> Result<AirExceedance, NotAssessable> {
    guard let limit = edition.limits.limit(of: parameter, over: .hour, grade: grade) else {
        return .failure(NotAssessable(.noLimit, "\(edition.limits.document) sets no 1 h limit for \(parameter)"))
    }
    return value.number(.refuse).flatMap { number in
        if number.isNegative { return .failure(NotAssessable(.impossibleValue, "\(parameter) is negative")) }
        let exceeds = number > Fraction(limit)
        return .success(
            AirExceedance(
                parameter: parameter, document: edition.limits.document, edition: edition.limits.id, limit: limit,
                exceeds: exceeds, multiple: exceeds ? (number - Fraction(limit)) / Fraction(limit) : nil))
    }
}
