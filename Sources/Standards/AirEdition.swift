// Which edition of the air standards holds at a time and place.

package import Monitoring

/// The limits and the index that go together.
package struct AirEdition: Sendable {
    package let limits: AirStandard
    package let index: AirIndexStandard
    /// The document of an early adoption that brought the edition here, `nil` when it holds by its own date.
    package let adoptedBy: String?

    /// The edition for the hour or day that begins at `start`, in `region`.
    ///
    /// The date is the civil date of +08:00 at the interval's start: the hour labelled 2026-03-01T01 in feeds that name
    /// the end is [00:00, 01:00) of that day and the first under the edition of 2026; the hour labelled T00 is not.
    ///
    /// Source: GB 3095-2026 and HJ 633-2026, in force 2026-03-01; GB 3095-2012 and HJ 633-2012, in the whole country
    /// from 2016-01-01, earlier by area (环发〔2012〕11号), here by the registry's adoptions.
    package static func at(
        _ start: Instant, region: RegionID?, registry: Registry
    ) -> Result<AirEdition, NotAssessable> {
        on(CivilTime(start, at: .china).date, region: region, registry: registry)
    }

    /// The edition for a civil day of +08:00.
    package static func on(
        _ date: CivilDate, region: RegionID?, registry: Registry
    ) -> Result<AirEdition, NotAssessable> {
        let editions = AirStandard.editions
        let general = editions.firstIndex { $0.span.contains(date) }
        let chain = region.map { registry.chain(of: $0) } ?? []
        let adopted = registry.adoptions.filter { chain.contains($0.region) && $0.from <= date }
            .compactMap { adoption in
                editions.firstIndex { $0.document == adoption.standard }.map { (edition: $0, adoption: adoption) }
            }
            .max { $0.edition < $1.edition }
        // An adoption brings a later edition than the general one, never an earlier one back.
        if let adopted, adopted.edition > general ?? -1 {
            let limits = editions[adopted.edition]
            return .success(AirEdition(limits: limits, adoptedBy: adopted.adoption.document))
        }
        if let general { return .success(AirEdition(limits: editions[general], adoptedBy: nil)) }
        let place = region.map { "in \($0)" } ?? "at a station without a region"
        return .failure(
            NotAssessable(
                .noEdition,
                "GB 3095-2012 holds everywhere from 2016-01-01; no early adoption is registered \(place) on \(date)"))
    }

    private init(limits: AirStandard, adoptedBy: String?) {
        self.limits = limits
        self.adoptedBy = adoptedBy
        index = limits.document == "GB 3095-2012" ? .of2012 : .of2026
    }
}
