// Where a chunk lies in the book: one number for its series and its span.

import Formats

/// The row ids of the table `chunks`: the series in the high bits, below it the day on which the span begins, counted
/// from 0001-01-01. The chunks of a series so lie together in order of time, and are found without comparing keys.
///
/// Migration0011 writes the same as SQL.
enum ChunkRow {
    private static let dayBits: Int64 = 22
    private static let dayLength: Int64 = 86_400_000
    private static let firstDay = Chunk.startRange.lowerBound / dayLength

    /// - Precondition: `spanStart` is the beginning of a day within `Chunk.startRange`.
    static func id(_ series: Int64, _ spanStart: Int64) -> Int64 {
        series << dayBits | (spanStart / dayLength - firstDay)
    }

    /// The least id of a series whose span does not begin before `instant`, in ms UTC; the next series' first where
    /// there is none.
    static func id(_ series: Int64, notBefore instant: Int64) -> Int64 {
        let bounds = Chunk.startRange
        if instant <= bounds.lowerBound { return series << dayBits }
        if instant > bounds.upperBound { return (series + 1) << dayBits }
        let sinceFirst = instant - bounds.lowerBound
        return series << dayBits | (sinceFirst + dayLength - 1) / dayLength
    }

    /// The ids of all chunks of a series.
    static func ids(of series: Int64) -> Range<Int64> { series << dayBits..<(series + 1) << dayBits }
}
