// The assessment points whose mean is a region's air: dated lists, with control points named and left out.

/// The points of one region over a span of days.
package struct AirPointList: Hashable, Sendable {
    package let region: RegionID
    package let span: DateSpan
    /// The points that are assessed (评价点位), in order of their ids.
    package let points: [StationID]
    /// Control points (对照点): clean-air sites that take no part.
    package let controls: [StationID]
    /// How many points need a value for the region to have one; `nil` where no document names a number, and then the
    /// region's value is not assessable.
    package let minimum: Int?
    /// The document that sets the list, or the word `example`.
    package let source: String

    package init(
        region: RegionID, span: DateSpan, points: [StationID], controls: [StationID], minimum: Int?, source: String
    ) {
        self.region = region
        self.span = span
        self.points = Set(points).sorted()
        self.controls = Set(controls).sorted()
        self.minimum = minimum
        self.source = source
    }

    /// The points that take part: a station named in both lists is a control point.
    package var assessed: [StationID] { points.filter { !controls.contains($0) } }
}

extension Registry {
    /// The list of `region` on a day, `nil` when none holds.
    package func airPoints(of region: RegionID, on date: CivilDate) -> AirPointList? {
        airPoints[region]?.first { $0.span.contains(date) }
    }
}
