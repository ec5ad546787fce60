// One observation as a value, for the places where people read it; columns carry them in bulk.

package import Exact

/// One observation of a series, as received.
package struct Reading: Hashable, Sendable {
    package let series: SeriesKey
    package let start: Instant
    /// The exact value, `nil` when the source stated that there is none.
    package let value: ExactDecimal?
    package let qualifier: Qualifier
    package let flag: String
    /// 1-based row of the batch that carried it.
    package let row: Int32

    package init(
        series: SeriesKey, start: Instant, value: ExactDecimal?, qualifier: Qualifier, flag: String, row: Int32
    ) {
        self.series = series
        self.start = start
        self.value = value
        self.qualifier = qualifier
        self.flag = flag
        self.row = row
    }
}
