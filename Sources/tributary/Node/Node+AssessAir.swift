// `tributary assess --period --data` on the node: the hour means of air that the book holds, as known at one position.

import Assessment
import Formats
import Foundation
import Monitoring
import Standards
import Storage
import Web

extension Node {
    func performAssessAir(_ request: AirAssessmentRequest) throws -> CommandReply {
        let source = try BookSource(book)
        let registry = registry.registry
        var gathered = GatheredAir(registry: registry)
        let keys = try AirIndexStandard.items.flatMap { parameter in
            try book.read { try $0.series(matching: SeriesFilter(stations: nil, parameter: parameter)) }.map(\.key)
        }
        for key in keys {
            guard let extent = try source.extent(key) else { continue }
            // The extent ends with the last start; a millisecond more takes that reading in.
            let whole = Interval(start: extent.start, end: Instant(milliseconds: extent.end.milliseconds + 1))
            let profile = registry.profiles[registry.stations[key.station]?.profile ?? ""]
            gathered.take(try source.view(key, over: whole), of: key, flags: profile?.flags ?? [:])
        }
        if gathered.isEmpty {
            return .done("The data folder holds no hour mean of air.\n", status: ExitStatus.needsAttention)
        }
        let report = try AirPeriodReport(request, gathered: gathered, registry: registry)
        return .done(Self.render(report.records(), request.format))
    }
}
