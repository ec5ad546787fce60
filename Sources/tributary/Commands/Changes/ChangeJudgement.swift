// What a search found against what was planted: recall, precision, delay and false alarms, part by part.

import Foundation
import Monitoring
import Standards

/// What a labelled set says of its series: a list of objects with kind, station, parameter, onset and end, or such a
/// list under `events`.
struct PlantedChanges {
    struct Event {
        let kind: String
        let onset: Instant
        let end: Instant
    }

    private(set) var events: [String: [Event]] = [:]

    /// - Throws: `CommandFailure` naming the first entry that cannot be read.
    init(_ path: String) throws {
        func unusable(_ cause: String) -> CommandFailure {
            CommandFailure(
                status: ExitStatus.inputUnusable,
                message: "\(path) \(cause): it is a list of objects with kind, station, parameter, onset and end.")
        }
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw unusable("cannot be read as UTF-8 text")
        }
        guard let json = CanonicalJSON(reading: text), let entries = json.array ?? json["events"]?.array else {
            throw unusable("is no such list")
        }
        for (index, entry) in entries.enumerated() {
            guard let kind = entry["kind"]?.string, let station = entry["station"]?.string,
                let onset = entry["onset"]?.string.flatMap(Self.instant)
            else { throw unusable("cannot be read at entry \(index + 1)") }
            // An outage names no parameter.
            guard let parameter = entry["parameter"]?.string else { continue }
            let end = entry["end"]?.string.flatMap(Self.instant) ?? onset
            events[Self.label(of: "\(station)/\(parameter)"), default: []].append(
                Event(kind: kind, onset: onset, end: end))
        }
    }

    func events(of series: String) -> [Event] { events[Self.label(of: series)] ?? [] }

    /// `station/parameter` names a series of instants; of others the statistic follows, which labels leave out. A parameter
    /// goes by its id whatever word a file has for it.
    static func label(of series: String) -> String {
        let parts = series.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count > 1 else { return series }
        let id = ParameterCatalogue.standard.id(for: String(parts[1]))?.rawValue ?? parts[1].lowercased()
        return "\(parts[0])/\(id)"
    }

    /// `2025-07-27T14:25:00+08:00`
    private static func instant(_ text: String) -> Instant? {
        let parts = text.split(separator: "T")
        guard parts.count == 2, let date = CivilDate(String(parts[0])), parts[1].count >= 8,
            let offset = UTCOffset(String(parts[1].dropFirst(8)))
        else { return nil }
        let clock = parts[1].prefix(8).split(separator: ":").compactMap { Int($0) }
        guard clock.count == 3 else { return nil }
        let seconds = clock[0] * 3_600 + clock[1] * 60 + clock[2]
        return date.start(at: offset).advanced(by: .seconds(seconds))
    }
}

/// The least that is asked of a search.
struct DetectionMinimum {
    var recall = 0.95
    var falseAlarmsPerYear = 1.0
    var delayHours = 12.0
}

/// How a search did on one part of a labelled set.
struct DetectionScore {
    let part: String
    var seriesCount = 0
    var stepCount = 0
    var foundCount = 0
    var cleanCount = 0
    var falseAlarms = 0
    var watchedMilliseconds = 0.0
    var delays: [Double] = []

    /// A step counts as found when its series alarms within so many days of the onset.
    static let findingDays = 7
    /// Alarms so near to a planted episode or a stuck sensor are no false ones.
    static let nearDays = 2

    init(part: String) { self.part = part }

    /// Alarms count in series without step or drift only: elsewhere a later alarm may be right.
    mutating func add(_ series: SearchedSeries, _ events: [PlantedChanges.Event]) {
        seriesCount += 1
        let detected = series.changes.map(\.detected)
        let steps = events.filter { $0.kind == "step" }
        for step in steps {
            stepCount += 1
            let onset = Double(step.onset.milliseconds)
            let limit = onset + Double(Self.findingDays) * 86_400_000
            if let first = detected.filter({ $0 >= onset && $0 <= limit }).min() {
                foundCount += 1
                delays.append((first - onset) / 3_600_000)
            }
        }
        guard steps.isEmpty, !events.contains(where: { $0.kind == "drift" }) else { return }
        cleanCount += 1
        watchedMilliseconds += series.watched
        let margin = Double(Self.nearDays) * 86_400_000
        let near = events.filter { $0.kind == "episode" || $0.kind == "flat" }
        falseAlarms += detected.count { time in
            !near.contains { event in
                Double(event.onset.milliseconds) - margin <= time && time <= Double(event.end.milliseconds) + margin
            }
        }
    }

    var recall: Double { stepCount == 0 ? .nan : Double(foundCount) / Double(stepCount) }
    var precision: Double {
        foundCount + falseAlarms == 0 ? .nan : Double(foundCount) / Double(foundCount + falseAlarms)
    }
    var watchedYears: Double { watchedMilliseconds / (365.25 * 86_400_000) }
    var falseAlarmsPerYear: Double { watchedYears > 0 ? Double(falseAlarms) / watchedYears : .nan }
    var medianDelayHours: Double {
        let sorted = delays.sorted()
        if sorted.isEmpty { return .nan }
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    /// A figure that could not be computed meets nothing.
    func meets(_ minimum: DetectionMinimum) -> Bool {
        recall >= minimum.recall && falseAlarmsPerYear <= minimum.falseAlarmsPerYear
            && medianDelayHours <= minimum.delayHours
    }

    func record(_ minimum: DetectionMinimum) -> [(name: String, value: String)] {
        func text(_ value: Double) -> String { value.isFinite ? String((value * 1_000).rounded() / 1_000) : "" }
        return [
            ("part", part), ("series", String(seriesCount)), ("steps", String(stepCount)),
            ("found", String(foundCount)), ("recall", text(recall)), ("precision", text(precision)),
            ("clean_series", String(cleanCount)), ("watched_years", text(watchedYears)),
            ("false_alarms", String(falseAlarms)), ("false_per_series_year", text(falseAlarmsPerYear)),
            ("false_per_series_month", text(falseAlarmsPerYear / 12)),
            ("median_delay_hours", text(medianDelayHours)),
            ("minimum", meets(minimum) ? "met" : "not met"),
        ]
    }
}
