// What a search for holes found over many stations, and what the list does not say by itself.

import Monitoring
import Quality
import Storage
import Web

/// The holes found, and what the search could not or did not judge.
struct HoleListing: Sendable {
    /// Holes one listing holds: a screen nobody reads to its end, and a bound for memory.
    static let holeLimit = 10_000
    /// Series one listing looks at: a search that takes seconds would hold up the batches behind it.
    static let seriesLimit = 20_000

    var holes: [Hole] = []
    var seriesCount = 0
    var expectedCount = 0
    var presentCount = 0
    /// Series in the book without a cadence.
    var unjudgedCount = 0
    /// Registered stations of which nothing was ever received.
    var neverHeard: [StationID] = []
    /// Rows that were received and kept aside: a reading that seems missing may be among them.
    var quarantine = QuarantineTotals()
    /// Where the listing ended before its end.
    var cutAt: StationID?

    /// What a list of holes does not say by itself.
    var notes: [Words] {
        var notes: [Words] = []
        let counts = Words(
            chinese: "已检查 \(seriesCount) 个序列：应测 \(expectedCount)，有值 \(presentCount)。",
            english: "\(seriesCount) series judged: \(expectedCount) readings due, "
                + "\(presentCount) with a value.")
        notes.append(counts)
        if holes.isEmpty {
            notes.append(
                Words(
                    chinese: "没有符合条件的缺测。没有列出缺测不等于数据完整或达标。",
                    english: "No hole matches. That does not mean that the data are complete or that targets are met."))
        }
        if !neverHeard.isEmpty {
            let names = neverHeard.map(\.rawValue)
            notes.append(
                Words(
                    chinese: "从未收到数据的站点：\(names.joined(separator: "、"))。",
                    english: "Never heard: \(names.joined(separator: ", "))."))
        }
        if quarantine.waitingRows > 0 {
            notes.append(
                Words(
                    chinese: "另有 \(quarantine.waitingBatches) 个批次的 \(quarantine.waitingRows) 行处于隔离，尚未准入"
                        + "（tributary admit --all --dry-run）；已准入 \(quarantine.admittedRows) 行。",
                    english: "\(quarantine.waitingRows) rows of \(quarantine.waitingBatches) batches are quarantined "
                        + "and not admitted (tributary admit --all --dry-run); \(quarantine.admittedRows) rows were "
                        + "admitted."))
        }
        if unjudgedCount > 0 {
            notes.append(
                Words(
                    chinese: "\(unjudgedCount) 个序列没有登记频次，无法判断缺测；请在登记表中写明 cadence。",
                    english: "\(unjudgedCount) series have no cadence and cannot be judged: "
                        + "give their stations a cadence in the registry."))
        }
        if let station = cutAt {
            notes.append(
                Words(
                    chinese: "列表在站点 \(station) 处截断（最多 \(HoleListing.holeLimit) 个缺测、"
                        + "\(HoleListing.seriesLimit) 个序列）；请按站点或日期缩小范围。",
                    english: "The list is cut at station \(station) (at most \(HoleListing.holeLimit) holes and "
                        + "\(HoleListing.seriesLimit) series): narrow it by station or dates."))
        }
        return notes
    }
}
