// Which rows of a batch wait in quarantine, and which values of the batch read again are theirs.

import Exact
import Formats
import Monitoring
import Pipeline
import Storage

/// A set of row numbers: a bit each, so that ten million rows take about a megabyte.
struct RowSet: Sendable {
    private var words: [UInt64] = []

    func contains(_ row: Int) -> Bool {
        row >= 0 && row >> 6 < words.count && words[row >> 6] & 1 << UInt64(row & 63) != 0
    }

    mutating func insert(_ row: Int) {
        precondition(row >= 0, "Rows are counted from 1; 0 is the whole batch.")
        if row >> 6 >= words.count { words += repeatElement(0, count: row >> 6 + 1 - words.count) }
        words[row >> 6] |= 1 << UInt64(row & 63)
    }
}

/// The rows of one batch that an admission is about.
///
/// A row of a wide table may hold values that were taken when the batch came, so only waiting series are let through.
/// Rows that were kept aside before they had a reading (an item or a column without a parameter) are let through whole,
/// and so is the batch when a column of it has a parameter now, or a waiting series another name: what of it is stored
/// are duplicates.
struct WaitingRows: Sendable {
    /// Entries read from the book at once.
    static let pageSize = 5_000

    private(set) var rows = RowSet()
    private(set) var count = 0
    /// Entries that this admission is not about.
    private(set) var unselectedCount = 0
    /// Waiting series, as read before any renaming.
    private var series: Set<SeriesKey> = []
    private var stations: Set<StationID> = []
    /// Entries without a reading.
    private var unread: Set<Unread> = []
    private var rowsOfUnread = RowSet()
    /// Some waiting series is no longer there under its key.
    private var isRenamed = false
    /// Some column has a parameter now that had none.
    private var isWhole = false
    private let station: StationID?
    private let reason: RejectionReason?
    private let names: [String: StationID]

    /// Where the reader met what it had no parameter for.
    fileprivate struct Unread: Hashable {
        let row: Int
        let field: String
    }

    /// - Parameters:
    ///   - station: only rows of this station, under any of its names; `nil`: all.
    ///   - reason: only rows that wait for this reason; `nil`: for any.
    init(
        _ waiting: WaitingBatch, station: StationID?, reason: RejectionReason? = nil, names: [String: StationID],
        _ book: Book
    ) throws {
        self.station = station
        self.reason = reason
        self.names = names
        try Self.forEach(waiting, book) { entry in
            guard isSelected(entry) else {
                unselectedCount += 1
                return
            }
            count += 1
            rows.insert(entry.row)
            if let reading = entry.reading {
                series.insert(reading.series)
                stations.insert(reading.series.station)
            } else {
                unread.insert(Unread(row: entry.row, field: entry.field))
                rowsOfUnread.insert(entry.row)
            }
        }
    }

    static func forEach(_ waiting: WaitingBatch, _ book: Book, _ body: (QuarantinedRow) throws -> Void) throws {
        var ordinal = -1
        while true {
            let page = try book.read { try $0.waitingRows(of: waiting, after: ordinal, limit: pageSize) }
            for entry in page { try body(entry.row) }
            guard let last = page.last, page.count == pageSize else { return }
            ordinal = last.ordinal
        }
    }

    func isSelected(_ entry: QuarantinedRow) -> Bool {
        if let reason, entry.reason != reason.rawValue { return false }
        guard let station else { return true }
        guard let named = entry.reading?.series.station else { return false }
        return named == station || names[named.rawValue] == station
    }

    // MARK: What the batch says by the present rules

    /// What a first reading of the batch meets.
    struct Sight {
        fileprivate var series: Set<SeriesKey> = []
        fileprivate var refused: Set<Unread> = []
        fileprivate var rows = RowSet()
    }

    /// Notes what a slice has in the waiting rows.
    func look(at slice: DecodedSlice, _ sight: inout Sight) {
        var found = [Bool](repeating: false, count: slice.block.seriesTable.count)
        for row in 0..<slice.block.count where rows.contains(Int(slice.block.row[row])) {
            found[Int(slice.block.series[row])] = true
            sight.rows.insert(Int(slice.block.row[row]))
        }
        for (key, isFound) in zip(slice.block.seriesTable, found) where isFound { sight.series.insert(key) }
        for rejection in slice.rejections where rejection.reason.isQuarantine {
            sight.refused.insert(Unread(row: rejection.row, field: rejection.field))
        }
    }

    /// Takes over what the whole batch was seen to say.
    mutating func note(_ sight: Sight) {
        isRenamed = !series.subtracting(sight.series).isEmpty
        isWhole = unread.subtracting(sight.refused).contains { !sight.rows.contains($0.row) }
    }

    /// Whether the rules of now reach an entry: if not, it waits as before.
    func isReached(_ entry: QuarantinedRow, met: RowSet, isReadToEnd: Bool) -> Bool {
        met.contains(entry.row) || (entry.reading == nil && isWhole && isReadToEnd)
    }

    /// What of a slice waits; its other rows are in the book already, or were never taken.
    func waitingPart(_ slice: DecodedSlice) -> DecodedSlice {
        let block = slice.block
        let isWaiting = block.seriesTable.map { key in
            isWhole || series.contains(key) || (isRenamed && stations.contains(key.station))
        }
        var part = DecodedSlice()
        part.format = slice.format
        part.profile = slice.profile
        part.rejections = slice.rejections.filter { $0.reason.isQuarantine && rows.contains($0.row) }
        let indexes = block.seriesTable.map { part.block.index(of: $0) }
        let flags = block.flagTable.map { part.block.index(ofFlag: $0) ?? 0 }
        for row in 0..<block.count {
            let (number, index) = (Int(block.row[row]), Int(block.series[row]))
            guard isWhole || (rows.contains(number) && (isWaiting[index] || rowsOfUnread.contains(number))) else {
                continue
            }
            part.block.append(block, row, series: indexes[index], flag: flags[Int(block.flag[row])])
        }
        return part
    }
}
