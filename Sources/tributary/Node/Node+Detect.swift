// `tributary detect` on the node: beside its other work, as known at one log position, on as many threads as are given.

import Detection
import Dispatch
import Exact
import Formats
import Foundation
import Monitoring
import Pipeline
import Storage
import Synchronization
import Web

/// What `tributary detect` judges.
struct DetectQuery: Codable, Sendable {
    /// A registry folder whose limits are taken for this call alone.
    var stations: String?
    /// The limit profile, when there are several.
    var limits: String?
    /// Civil dates or times of +08:00, half-open.
    var from: String?
    var until: String?
}

extension Node {
    /// A detection over a whole book takes a while; batches do not wait for it.
    private static let detections = DispatchQueue(label: "tributary.detect")

    func performDetect(_ query: DetectQuery, _ format: OutputFormat) async throws -> CommandReply {
        let interval = try holeInterval(HoleQuery(from: query.from, until: query.until)) ?? SeriesScan.wholeTime
        let (registry, rules) = try detectRegistry(query.stations)
        let plan = try LimitPlan(registry: registry, rules: rules, limits: query.limits, folder: query.stations)
        let (book, threads) = (book, try IntakeThreads.count())
        return try await withCheckedThrowingContinuation { waiting in
            Self.detections.async {
                waiting.resume(
                    with: Result {
                        let history = try DetectedHistory(book, plan, interval, threads: threads)
                        return history.reply(format)
                    })
            }
        }
    }

    private func detectRegistry(_ folder: String?) throws -> (Registry, DetectionRules) {
        guard let folder else { return (registry.registry, registry.detectionRules) }
        let loaded = try RegistryFolder.load(folder)
        guard loaded.problems.isEmpty else {
            throw CommandFailure(
                status: ExitStatus.inputUnusable,
                message: loaded.problems.map(\.description).joined(separator: "\n")
                    + "\n\(folder) has \(loaded.problems.count) problems: see `tributary check \(folder)`.")
        }
        return (loaded.registry, loaded.detectionRules)
    }
}

/// What was found in a book.
struct DetectedHistory: Sendable {
    struct Series: Sendable {
        let limits: SeriesLimits
        var episodes: [LimitEpisode] = []
    }

    /// Episodes one answer holds: what is beyond is counted and not listed.
    static let episodeLimit = 1_000_000

    let plan: LimitPlan
    let interval: Interval
    /// By key, those without rows among them.
    private(set) var series: [Series]
    private(set) var counts = LimitCounts()
    private(set) var hours = HourTotals()

    /// Judges all series, shared among `threads` threads; the same for any number of them.
    init(_ book: Book, _ plan: LimitPlan, _ interval: Interval, threads: Int) throws {
        self.plan = plan
        self.interval = interval
        let (records, position) = try book.read { (try $0.series(), try $0.logHead().sequence) }
        let scan = SeriesScan(series: records, interval: interval, asKnownAt: position)
        series = records.map { Series(limits: plan.limits(of: $0.key)) }
        let parts = Self.parts(records.count, threads: max(1, threads))
        let found = Mutex<[Result<DetectedPart, any Error>?]>(Array(repeating: nil, count: parts.count))
        let limits = series.map(\.limits)
        DispatchQueue.concurrentPerform(iterations: parts.count) { index in
            let result = Result { try DetectedPart(book, scan, parts[index], limits) }
            found.withLock { $0[index] = result }
        }
        for (range, result) in zip(parts, found.withLock { $0 }) {
            guard let part = try result?.get() else { preconditionFailure("Every part was judged.") }
            for (place, episodes) in zip(range, part.episodes) { series[place].episodes = episodes }
            counts.add(part.counts)
            hours.add(part.hours)
        }
    }

    /// Neighbouring series go to one thread.
    private static func parts(_ count: Int, threads: Int) -> [Range<Int>] {
        let parts = min(threads, max(1, count))
        return (0..<parts).map { count * $0 / parts..<count * ($0 + 1) / parts }
    }
}

/// The series one thread judged.
private struct DetectedPart: Sendable {
    var episodes: [[LimitEpisode]] = []
    let counts: LimitCounts
    let hours: HourTotals

    init(_ book: Book, _ scan: SeriesScan, _ range: Range<Int>, _ limits: [SeriesLimits]) throws {
        var detector = LimitDetector()
        var episodes = [[LimitEpisode]](repeating: [], count: range.count)
        var current: Int?
        try book.scan(scan.part(range)) { place, block, flags in
            if current != place {
                if let current { episodes[current] = detector.end() }
                detector.begin(limits[range.lowerBound + place])
                current = place
            }
            detector.add(&block, flags)
        }
        if let current { episodes[current] = detector.end() }
        self.episodes = episodes
        counts = detector.counts
        hours = detector.hours
    }
}
