// Stored observations as the two flows see them: frozen at one log position, whoever keeps them.

package import Formats
package import Monitoring

/// A frozen state of the stored observations. Every call answers as known at one log position.
package protocol ObservationSource {
    /// The series of a station, in the order of their canonical text.
    func series(of station: StationID) throws -> [SeriesKey]
    /// What a series says over an interval, disputes marked.
    func view(_ series: SeriesKey, over interval: Interval) throws -> CurrentView
    /// The digest of what some series say over an interval: a Merkle root, independent of storage and order of arrival.
    func digest(_ series: [SeriesKey], over interval: Interval) throws -> Digest256
    /// First and last start of a series, `nil` when it has none.
    func extent(_ series: SeriesKey) throws -> Interval?
    /// Records of the checks of a station's instruments and of work at them.
    func instrumentEvidence(of station: StationID) throws -> InstrumentEvidence
}
