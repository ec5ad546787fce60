// Alerts as programs read them: one JSON object or one CSV row each, decimals as text, times with their offset.

internal import Detection
internal import Exact
package import Monitoring

extension AlertLine {
    /// The columns of `csvRow`, in order.
    package static let csvHeader = columns.joined(separator: ",")

    private static let columns = [
        "alert", "kind", "state", "mark", "section", "section_zh", "section_en", "relation_zh", "relation_en",
        "station",
        "parameter", "parameter_zh", "parameter_en", "class", "target_class", "index", "target_index", "multiple",
        "start", "end", "peak", "peak_at", "limit", "unit", "slope_per_year", "p", "standard", "edition", "clause",
        "review", "share", "month_mean", "remaining_mean", "change", "former_level", "detected", "statistic",
        "threshold",
        "outcome",
    ]

    /// Every column as text; empty where the kind has no such thing. Classes are 1…6.
    private var fields: [String] {
        let id = alert.finding.id
        return [
            alert.id.rawValue, id.kind.rawValue, alert.state.rawValue, alert.mark.rawValue, id.section.rawValue,
            section.chinese, section.english, relation.chinese, relation.english, id.station.rawValue,
            id.parameter?.rawValue ?? "", parameter.chinese, parameter.english,
            threshold?.peakClass.map { String($0.rank) } ?? "", threshold?.targetClass.map { String($0.rank) } ?? "",
            threshold?.peakIndex.map { String($0) } ?? "", threshold?.targetIndex.map { String($0) } ?? "", multiple,
            start, end, peak, threshold?.episode.peak.start.iso8601(at: offset) ?? "", limit, unit, slopePerYear,
            probability, law?.standard ?? "", law?.edition ?? "", law?.clause ?? "", Self.review.english, share,
            monthMean, remainingMean, changeSize, formerLevel, change?.detectedAt.iso8601(at: offset) ?? "",
            changeStatistic, changeThreshold, change?.outcome?.rawValue ?? "",
        ]
    }

    /// One CSV row without a line end. Text that a spreadsheet would take for a formula gets an apostrophe in front.
    package var csvRow: String {
        fields.map { field in
            let isNumber = ExactDecimal(field) != nil
            let isFormula = !isNumber && (field.first.map { "=+-@\t\r".contains($0) } ?? false)
            let guarded = isFormula ? "'" + field : field
            let needsQuotes = guarded.contains { "\",\n\r".contains($0) || $0 == "\r\n" }
            return needsQuotes
                ? "\""
                    + guarded.split(separator: "\"", omittingEmptySubsequences: false)
                    .joined(separator: "\"\"") + "\"" : guarded
        }
        .joined(separator: ",")
    }

    /// The same fields as an object, with the sides; empty fields are `null`, classes and indexes are numbers, decimals are text.
    package var json: CanonicalJSON {
        var members: [String: CanonicalJSON] = [:]
        for (column, field) in zip(Self.columns, fields) {
            members[column] = field.isEmpty ? .null : .string(field)
        }
        for column in ["class", "target_class", "index", "target_index"] {
            if case .string(let text)? = members[column] { members[column] = .number(text) }
        }
        members["sides"] = .array(
            alert.sides.map { side in
                .object([
                    "region": .string(side.party.region.rawValue), "role": .string(side.party.role.rawValue),
                    "received_at": .optional(side.receivedAt?.iso8601(at: offset)),
                    "seen_at": .optional(side.seenAt?.iso8601(at: offset)),
                    "position": .optional(side.position?.rawValue), "reason": .string(side.reason),
                    "respond_by": .optional(side.respondBy?.iso8601(at: offset)),
                ])
            })
        members["reached"] = .string(reached)
        members["target"] = .string(target)
        members["text_zh"] = .string(chinese)
        members["text_en"] = .string(english)
        return .object(members)
    }
}
