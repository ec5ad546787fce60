// What `tributary check FILE --format json` prints: one object a file.

import Exact
import Formats
import Monitoring

extension BatchCheck {
    /// The report as one object.
    func json(catalogue: ParameterCatalogue) -> CanonicalJSON {
        .object([
            "file": .string(file), "bytes": .integer(byteCount), "digest": .string(digest.description),
            "container": .string(container), "exit_code": .integer(status), "verdict": .string(verdict),
            "encoding": .optional(encoding), "format": .optional(admitted.summary?.format.rawValue),
            "text_bytes": admitted.summary.map { .integer($0.inflatedByteCount) } ?? .null,
            "profile": admitted.summary.map { profile($0.profile, profileReason, $0.format) } ?? .null,
            "other_profiles": .array(
                (admitted.summary?.otherProfiles ?? []).map { other in
                    profile(other, "that of other stations in the file", admitted.summary?.format ?? .tributaryCSV)
                }),
            "instrument_records": instruments.map { found in
                .object([
                    "issuer": .string(found.document.issuer), "document": .string(found.document.number),
                    "records": .integer(found.recordCount),
                ])
            } ?? .null,
            "rows": .object([
                "read": .integer(admitted.summary?.rowCount ?? 0), "observations": .integer(rows.observations),
                "without_value": .integer(rows.withoutValue), "beyond_limit": .integer(rows.censored),
                "rejected": .integer(rows.rejected), "quarantined": .integer(rows.quarantined),
            ]),
            "series": .array(series.map { found($0, catalogue) }),
            "other_observations": .integer(otherObservations),
            "first_rows": .array(firstRows.map(stored)),
            "provisional_stations": .array(adopted.sorted().map { .string($0.rawValue) }),
            "provisional_station_count": .integer(adoptedCount),
            "causes": .array(causes.map(cause)),
            "counted_only": .integer(admitted.summary?.unkeptRejections ?? 0),
        ])
    }

    private func profile(_ profile: SourceProfile, _ reason: String, _ format: FormatID) -> CanonicalJSON {
        .object([
            "id": .string(profile.id), "reason": .string(reason), "zone": .string(profile.zoneText),
            "zone_rules": .optional(profile.zone?.text), "stamp": .string(profile.stamp.rawValue),
            "statistic": .string(Self.statistic(profile, format)),
            "window_s": .integer(profile.window.seconds),
            "cadence_s": profile.cadence.map { .integer($0.seconds) } ?? .null,
            "origin": .string(profile.origin.rawValue), "revises": .bool(profile.revises),
            "future_tolerance_s": .integer(profile.futureTolerance.seconds),
        ])
    }

    private func found(_ found: SeriesFound, _ catalogue: ParameterCatalogue) -> CanonicalJSON {
        .object([
            "series": .string(found.key.canonicalText), "unit": .optional(catalogue[found.key.parameter]?.unit),
            "observations": .integer(found.count), "first": .string(found.first.iso8601(at: .utc)),
            "last": .string(found.last.iso8601(at: .utc)),
        ])
    }

    private func stored(_ reading: Reading) -> CanonicalJSON {
        .object([
            "row": .integer(reading.row), "series": .string(reading.series.canonicalText),
            "start": .string(reading.start.iso8601(at: .utc)),
            "local": .string(localText(reading)),
            "value": .string(reading.valueText), "flag": .string(reading.flag),
        ])
    }

    private func cause(_ cause: CauseFound) -> CanonicalJSON {
        .object([
            "reason": .string(cause.reason.rawValue), "count": .integer(cause.count),
            "kind": .string(cause.reason.isQuarantine ? "quarantined" : "rejected"),
            "examples": .array(
                cause.examples.map { example in
                    .object([
                        "row": .integer(example.row), "field": .string(example.field),
                        "excerpt": .string(example.excerpt), "remedy": .string(example.remedy),
                    ])
                }),
        ])
    }
}
