// The fields of one long row, and what is said of a value that cannot be.

internal import Exact
internal import Monitoring

/// The fields of a long row as bytes; `flag` and `qualifier` are empty when the row has none.
struct LongRow {
    var station: Cell
    var parameter: Cell
    var time: Cell
    var value: Cell
    var flag: Cell
    var qualifier: Cell
    /// The value's text is a JSON `null`, not a cell.
    var isNull = false
}

extension Rejection {
    /// A value whose digits do not fit once it is in the catalogue's unit.
    static func tooManyDigits(row: Int, field: String, cell: Cell) -> Rejection {
        Rejection(
            .numberOutOfRange, row: row, field: field, excerpt: cell.excerpt,
            remedy: "In the catalogue's unit the value has more than \(ExactDecimal.digitLimit) digits: send fewer.")
    }

    static func negative(row: Int, field: String, cell: Cell) -> Rejection {
        Rejection(
            .negativeConcentration, row: row, field: field, excerpt: cell.excerpt,
            remedy: "A concentration is not below zero: check the instrument's zero, or send the value as missing.")
    }
}
