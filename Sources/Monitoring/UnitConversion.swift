// From the unit a source writes to the unit the catalogue keeps: exactly, or not at all.

package import Exact

/// What a stated unit means for the values of one parameter.
package enum UnitConversion: Hashable, Sendable {
    /// Multiply by this; nothing is rounded.
    case scale(DecimalScale)
    /// Values in this unit are not taken: why, and what to send instead, in one sentence.
    case refused(String)
}

extension Parameter {
    /// How values written in `text` become values in the catalogue's unit.
    ///
    /// - A share by volume (ppm, ppb) against a mass concentration is refused: the two are equal only at a stated
    ///   temperature and pressure (GB 3095-2012, 3.14 and its amendment of 2018 name two different ones).
    /// - A factor that is no finite decimal is refused, because values would have to be rounded.
    package func conversion(from text: String) -> UnitConversion {
        // The catalogue writes counted and optical units in braces, `{NTU}`, people do not.
        if text == unit || "{\(text)}" == unit { return .scale(.one) }
        guard let kept = try? UnitOfMeasure(parsing: unit) else {
            return .refused("The catalogue keeps \(id) in \(unit) and converts no other unit to it.")
        }
        let sent: UnitOfMeasure
        do throws(UnitProblem) {
            sent = try UnitOfMeasure(parsing: text)
        } catch {
            return .refused("Send \(id) in \(unit): \(error)")
        }
        guard let factor = sent.conversionFactor(to: kept) else {
            let isShare = medium == .air && sent.dimension.isNone && kept.dimension[.mass] == 1
            return .refused(
                isShare
                    ? "Send \(id) in \(unit): \(text) becomes a mass concentration only at a stated temperature and "
                        + "pressure, which the row does not give (GB 3095-2012, 3.14, names one until 2018-08-31 and "
                        + "another since), and by a molar volume that no clause gives and no decimal holds."
                    : "Send \(id) in \(unit): \(text) measures another quantity.")
        }
        guard let scale = DecimalScale(factor) else {
            return .refused("Send \(id) in \(unit): from \(text) it could not be converted without rounding.")
        }
        return .scale(scale)
    }
}
