// The keys of a source profile that say what a time without an offset means: `offset`, or `zone` with `ambiguous`.

internal import Monitoring

extension RegistryReader {
    /// The fixed distance from UTC, or the named zone; `nil` after a problem.
    func readClock(_ fields: inout StrictMapping) -> (offset: UTCOffset, zone: SourceZone?)? {
        let doubled = fields.optionalChoice("ambiguous", DoubledHour.self)
        guard let node = fields.optional("zone") else {
            if let place = fields.optional("ambiguous") {
                fields.report(
                    "registry.profile.zone", at: place, "\(fields.subject) says `ambiguous` but has no `zone`.",
                    "Remove it: at a fixed distance from UTC no hour comes twice.")
            }
            return fields.offset("offset").map { ($0, nil) }
        }
        if let place = fields.optional("offset") {
            fields.report(
                "registry.profile.zone", at: place, "\(fields.subject) has both `offset` and `zone`.",
                "Keep `offset` where the source has one time all year, else `zone`.")
        }
        guard let name = node.text, let zone = CivilZoneTable.zone(named: name) else {
            let near = CivilZoneTable.names(like: node.text ?? "")
            let hint = near.isEmpty ? "" : " Near it: \(near.joined(separator: ", "))."
            fields.report(
                "registry.profile.zone", at: node, "The zone `\(node.text ?? "")` of \(fields.subject) is not known.",
                "Write an IANA name such as Europe/Berlin, or `offset` where the source has one time all year.\(hint)")
            return nil
        }
        return (zone.standardOffset, SourceZone(zone, doubledHour: doubled))
    }
}
