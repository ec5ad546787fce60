// Units as people write them: what is stored as `ug/m3` is shown as µg/m³.

/// The sign of a unit for the eye.
///
/// - Parameter unit: as in the catalogue: `ug/m3`, `uS/cm`, `10^4 m3`. What is not known stays as it is.
package func shownUnit(_ unit: String) -> String {
    unit.split(separator: "/", omittingEmptySubsequences: false).map { part in
        part.split(separator: " ", omittingEmptySubsequences: false).map(shownAtom).joined(separator: " ")
    }.joined(separator: "/")
}

/// Micro is written `u` where a keyboard has no µ; a power stands behind its unit as a plain digit.
private func shownAtom(_ atom: Substring) -> String {
    if atom == "Cel" { return "°C" }
    // A number of pH has no unit to print.
    if atom == "[pH]" { return "" }
    var text = String(atom)
    if ["ug", "uS", "um", "uL", "umol", "us"].contains(text) { text = "µ" + text.dropFirst() }
    for (plain, power) in [("2", "²"), ("3", "³")]
    where ["m", "cm", "dm", "km", "mm"].map({ $0 + plain }).contains(text) {
        text = text.dropLast() + power
    }
    return text
}
