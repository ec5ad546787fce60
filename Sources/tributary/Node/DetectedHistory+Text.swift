// What `tributary detect` prints: a row an episode, and one object or a few sentences with the counts.

import Detection
import Exact
import Foundation
import Monitoring
import Pipeline
import Web

extension DetectedHistory {
    func reply(_ format: OutputFormat) -> CommandReply {
        let notes = notes.map { "\($0.english)\n" }.joined()
        switch format {
        case .csv:
            return CommandReply(exitCode: 0, standardOutput: csv(), standardError: notes)
        case .json:
            return CommandReply(exitCode: 0, standardOutput: json(), standardError: notes)
        case .text: return .done(text())
        }
    }

    private var episodeCount: Int { series.reduce(0) { $0 + $1.episodes.count } }
    private var episodeRows: Int { series.reduce(0) { $0 + $1.episodes.reduce(0) { $0 + $1.overCount } } }
    private var unjudgedSeries: [Series] { series.filter { $0.limits.spans.isEmpty } }

    /// Hands on the episodes to list, each with its series' key.
    private func forEachListed(_ body: (String, SeriesLimits, LimitEpisode) -> Void) {
        var left = Self.episodeLimit
        for one in series where !one.episodes.isEmpty && left > 0 {
            let key = one.limits.series.canonicalText
            for episode in one.episodes.prefix(left) { body(key, one.limits, episode) }
            left -= one.episodes.count
        }
    }

    /// The class of an episode's peak, by the limits that held there.
    private func peakClass(_ episode: LimitEpisode, _ limits: SeriesLimits) -> Int {
        let span =
            limits.spans.count == 1
            ? limits.spans[0] : limits.spans.first { $0.interval.contains(episode.start) } ?? limits.spans[0]
        return span.limits.rank(of: episode.peak.value).rank
    }

    private func csv() -> String {
        var text = "series,start,end,last,rows,peak,limit,class\n"
        var stamps = StampText()
        text.reserveCapacity(128 * min(episodeCount, Self.episodeLimit) + 64)
        forEachListed { key, limits, episode in
            text += "\(csvField(key)),\(stamps.text(episode.start)),"
            text += "\(episode.end.map { stamps.text($0) } ?? ""),\(stamps.text(episode.lastOver)),"
            text += "\(episode.overCount),\(episode.peak.value),\(episode.peak.limit.text),"
            text += "\(peakClass(episode, limits))\n"
        }
        return text
    }

    private func json() -> String {
        var output: [UInt8] = []
        output.reserveCapacity(256 * min(episodeCount, Self.episodeLimit) + 1_024)
        var stamps = StampText()
        let row = JSONRow(["class", "end", "last", "limit", "peak", "rows", "series", "start"])
        forEachListed { key, limits, episode in
            row.write(
                [
                    .integer(peakClass(episode, limits)), .optional(episode.end.map { stamps.text($0) }),
                    .string(stamps.text(episode.lastOver)), .string(episode.peak.limit.text),
                    .string(episode.peak.value.description), .integer(episode.overCount), .string(key),
                    .string(stamps.text(episode.start)),
                ], to: &output)
            output.append(UInt8(ascii: "\n"))
        }
        summary.write(to: &output)
        output.append(UInt8(ascii: "\n"))
        return String(decoding: output, as: UTF8.self)
    }

    /// One object: the counts of the whole.
    var summary: CanonicalJSON {
        .object([
            "values": .integer(counts.values), "over3": .integer(counts.worseThanThree),
            "classes": .array(counts.classes.map { .integer($0) }),
            "hour_cells": .integer(hours.cellCount), "hour_sum": .number(hourSumText),
            "episodes": .integer(episodeCount), "episode_rows": .integer(episodeRows),
            "rows": .integer(counts.rows), "missing": .integer(counts.missing), "left_out": .integer(counts.leftOut),
            "censored": .integer(counts.censored), "disputed": .integer(counts.disputed),
            "unjudged": .integer(counts.unjudged), "series": .integer(series.count),
            "unjudged_series": .integer(unjudgedSeries.count), "limits": .string(plan.source),
        ])
    }

    /// The sum of the hour means, exact up to here and rounded once, half to even.
    private var hourSumText: String {
        hours.sumOfMeans.rounded(places: 9, .halfEven).decimalText(places: 9) ?? "0"
    }

    /// What the rows do not say by themselves.
    private var notes: [Words] {
        var notes = [
            plan.basis,
            Words(
                chinese: "单次读数类别为实时、未经审核，不作为达标结论；仅采用数据标记，未作其他质控检查。",
                english:
                    "Classes of single readings are real-time and unreviewed: no verdict on a period. Source flags "
                    + "are heeded; no other quality check was run."),
        ]
        if counts.unjudged > 0 || !unjudgedSeries.isEmpty {
            notes.append(
                Words(
                    chinese: "\(unjudgedSeries.count) 个序列没有限值；\(counts.unjudged) 个数值未评类别。",
                    english: "\(unjudgedSeries.count) series have no limits; \(counts.unjudged) values are in no class."
                ))
        }
        let unstated = unjudgedSeries.count { plan.lacksWaterBody($0.limits.series) }
        if unstated > 0 {
            notes.append(
                Words(
                    chinese: "其中 \(unstated) 个序列：水体类型未登记，河流与湖库限值不同，未评。请登记 water-body。",
                    english: "Of them \(unstated) series: nobody said the kind of water, and the limits of rivers and "
                        + "lakes differ. State `water-body` of the section or station."))
        }
        if counts.disputed + counts.censored + counts.leftOut > 0 {
            notes.append(
                Words(
                    chinese: "因标记剔除 \(counts.leftOut)，检出限外 \(counts.censored)，有争议 \(counts.disputed)。",
                    english: "Left out for their flags: \(counts.leftOut); beyond the instrument's limits: "
                        + "\(counts.censored); disputed: \(counts.disputed)."))
        }
        if episodeCount > Self.episodeLimit {
            notes.append(
                Words(
                    chinese: "仅列出前 \(Self.episodeLimit) 个超标时段。",
                    english: "Only the first \(Self.episodeLimit) episodes are listed."))
        }
        return notes
    }

    private func text() -> String {
        let names = ["Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ", "Ⅴ", "劣Ⅴ"]
        let classes = zip(names, counts.classes).map { "\($0) \($1)" }.joined(separator: " · ")
        var lines = notes.map { "\($0.chinese)\n\($0.english)\n" }
        lines.append("来源 source: \(plan.source)\n")
        lines.append(
            "序列 series \(series.count) · 行 rows \(counts.rows) · 数值 values \(counts.values) · 缺测 missing \(counts.missing)\n"
        )
        lines.append("类别 classes: \(classes)\n")
        lines.append("小时均值 hour means: \(hours.cellCount)\n")
        lines.append("超标时段 episodes: \(episodeCount) · 读数 readings \(episodeRows)\n")
        for one in series where !one.episodes.isEmpty {
            let rows = one.episodes.reduce(0) { $0 + $1.overCount }
            lines.append("  \(one.limits.series.canonicalText): \(one.episodes.count) · \(rows)\n")
        }
        if episodeCount == 0 {
            lines.append("没有列出超标时段不等于达标。\nNo episode does not mean that targets are met.\n")
        }
        return lines.joined()
    }
}

/// Instants as `iso8601(at: .china)` writes them; the date and the minute met before are not written anew.
private struct StampText {
    private var day = (number: Int64.min, text: "")
    private var minutes = [String](repeating: "", count: 1_440)

    mutating func text(_ instant: Instant) -> String {
        let local = instant.milliseconds + Int64(UTCOffset.china.minutes) * 60_000
        let inDay = local % 86_400_000
        guard local >= 0, inDay % 60_000 == 0 else { return instant.iso8601(at: .china) }
        let (number, minute) = (local / 86_400_000, Int(inDay / 60_000))
        if number == day.number, !minutes[minute].isEmpty { return day.text + minutes[minute] }
        let whole = instant.iso8601(at: .china)
        guard let mark = whole.firstIndex(of: "T") else { return whole }
        day = (number, String(whole[..<mark]))
        minutes[minute] = String(whole[mark...])
        return whole
    }
}
