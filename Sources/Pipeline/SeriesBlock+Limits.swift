// What a detector asks of the columns of a series: the first value, the furthest one, and readings that are no number.

internal import Detection
internal import Exact
internal import Formats
internal import Monitoring

/// A value below or above what the instrument can tell.
struct CensoredReading {
    let row: Int
    let qualifier: Qualifier
    let value: ExactDecimal

    func moved(by rows: Int) -> CensoredReading {
        CensoredReading(row: row - rows, qualifier: qualifier, value: value)
    }
}

extension SeriesBlock {
    /// - Precondition: the block has a value.
    var firstValueRow: Int {
        guard let word = hasValue[..<wordCount].firstIndex(where: { $0 != 0 }) else {
            preconditionFailure("The block has a value.")
        }
        return word * 64 + hasValue[word].trailingZeroBitCount
    }

    /// The value of `rows` that lies furthest beyond `limit`; above the range where both ends are crossed by as much;
    /// `nil` where none has a value.
    func furthest(_ rows: ClosedRange<Int>, beyond limit: TargetLimit) -> ExactDecimal? {
        let rows = rows.lowerBound..<rows.upperBound + 1
        switch limit {
        case .maximum: return furthest(rows, greatest: true)
        case .minimum: return furthest(rows, greatest: false)
        case .range(let lowest, let highest):
            guard let top = furthest(rows, greatest: true), let bottom = furthest(rows, greatest: false) else {
                return nil
            }
            let (above, below) = (Fraction(top) - Fraction(highest), Fraction(lowest) - Fraction(bottom))
            return above >= below ? top : bottom
        }
    }

    private func furthest(_ rows: Range<Int>, greatest: Bool) -> ExactDecimal? {
        let mantissa =
            isNarrow
            ? Detection.furthest(narrow.span, hasValue: hasValue.span, rows: rows, greatest: greatest).map(Int64.init)
            : furthestReference(wide.span, hasValue: hasValue.span, rows: rows, greatest: greatest)
        return mantissa.map { ExactDecimal(mantissa: $0, exponent: exponent) }
    }
}
