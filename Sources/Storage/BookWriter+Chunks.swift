// The hot path of the store: staged rows to their chunks, each chunk read, merged, packed and written once.

import Exact
import Formats
import Foundation
import GRDB
import Monitoring

/// One pass over staged rows with its scratch memory: what one transaction writes of them.
struct ChunkMerging {
    private let state: WriterState
    private let staged: StagedRows
    private let batches: MergedBatches
    private var chunk = Chunk()
    private var encoder = ChunkEncoder()
    private let statements: HotStatements
    private var outcomes: [MergeOutcome] = []
    private var starts: [Int64] = []
    /// Flag indexes of the chunk at hand by those of the stage; `UInt16.max` where none is known yet.
    private var flagOfChunk: [UInt16]
    private var flagsInUse: [UInt16] = []
    private let sentOrders: SentOrders
    /// What the pass changed, by series.
    private(set) var touched: [TouchedSeries] = []
    private var firstStart = Int64.max
    private var lastStart = Int64.min
    /// Chunks written so far.
    private(set) var writtenChunks = 0
    /// Rows that were looked at: of every chunk met, whether it was written or said the same already; one that had to be
    /// held against the chunk's others counts as three.
    private(set) var handledRows = 0

    init(
        db: Database, statements: HotStatements, state: WriterState, staged: StagedRows, batches: MergedBatches
    ) throws {
        self.statements = statements
        self.state = state
        self.staged = staged
        self.batches = batches
        sentOrders = SentOrders(db, batches, unsettled: state.unsettled)
        flagOfChunk = [UInt16](repeating: .max, count: staged.flagTable.count)
    }

    /// The members of the stage in the order in which the B-tree is walked once: stored series, then new ones.
    static func order(_ staged: StagedRows, _ catalogue: SeriesCatalogue) -> [Int] {
        let ids = staged.members.map { index in
            let id = catalogue.id(index)
            return id == 0 ? Int64.max : id
        }
        return ids.indices.sorted { (ids[$0], $0) < (ids[$1], $1) }
    }

    mutating func merge(member: Int) throws {
        let index = staged.members[member]
        let rows = staged.rows(member)
        let order = sortByStart(rows)
        let isNew = state.catalogue.id(index) == 0
        if isNew {
            try state.catalogue.store(index, span: span(index, rows, order), by: statements.insertSeries)
        }
        let record = state.catalogue.records[Int(index)]
        (firstStart, lastStart) = (.max, .min)
        var from = 0
        while from < rows.count {
            let interval = record.span.interval(holding: Instant(milliseconds: rows[from].start))
            let end = firstRow(rows, from: from, notBefore: interval.end.milliseconds)
            try merge(
                record, index, spanStart: interval.start.milliseconds,
                rows: UnsafeMutableBufferPointer(rebasing: rows[from..<end]), areAscending: order == .ascending)
            from = end
        }
        if lastStart != .min {
            touched.append(
                TouchedSeries(
                    series: record.key, firstStart: Instant(milliseconds: firstStart),
                    lastStart: Instant(milliseconds: lastStart)))
        }
    }

    private mutating func merge(
        _ record: SeriesRecord, _ index: Int32, spanStart: Int64, rows: UnsafeMutableBufferPointer<ChunkAddition>,
        areAscending: Bool
    ) throws {
        chunk.reset(revises: record.traits.revises)
        let isStored = try state.catalogue.mayHold(index, span: spanStart) && load(record, spanStart)
        useFlagsOfChunk(rows)
        let additions = UnsafeBufferPointer(rows)
        var isChanged = true
        if chunk.appendsOnly(additions, areAscending: areAscending) {
            chunk.append(all: additions)
            batches.accept(additions)
            handledRows += chunk.count
            note(first: additions[0].start, last: additions[additions.count - 1].start)
        } else {
            isChanged = try mergeOneByOne(record, additions)
            handledRows += 3 * (chunk.count + additions.count)
        }
        if isChanged || record.traits.revises {
            try store(record, spanStart, isStored: isStored)
            state.catalogue.noteStored(index, span: spanStart)
        }
    }

    /// True when the chunk has something new.
    private mutating func mergeOneByOne(
        _ record: SeriesRecord, _ additions: UnsafeBufferPointer<ChunkAddition>
    ) throws -> Bool {
        if record.traits.revises {
            try chunk.merge(
                additions, outcomes: &outcomes, unsettled: state.unsettledSequences, sentOrder: sentOrders.order)
        } else {
            chunk.merge(additions, outcomes: &outcomes, unsettled: state.unsettledSequences) { _ in
                preconditionFailure("Only a revising chunk asks when a batch was sent.")
            }
        }
        var isChanged = false
        for (row, outcome) in zip(additions, outcomes) {
            switch outcome {
            case .full: batches.keepAside(reading(row, record), sequence: row.sequence)
            case .duplicate: batches.count(outcome, sequence: row.sequence)
            case .new, .refill, .revised, .conflict:
                batches.count(outcome, sequence: row.sequence)
                note(first: row.start, last: row.start)
                isChanged = true
            }
        }
        return isChanged
    }

    private mutating func note(first: Int64, last: Int64) {
        firstStart = min(firstStart, first)
        lastStart = max(lastStart, last)
    }

    /// True when the book has this chunk.
    private mutating func load(_ record: SeriesRecord, _ spanStart: Int64) throws -> Bool {
        statements.selectChunk.bind(1, ChunkRow.id(record.id, spanStart))
        let found: Void? = try statements.selectChunk.blob { bytes in
            do throws(ChunkProblem) { try chunk.decode(bytes) } catch {
                throw damagedChunk(record.key.canonicalText, spanStart, error)
            }
        }
        return found != nil
    }

    private mutating func store(_ record: SeriesRecord, _ spanStart: Int64, isStored: Bool) throws {
        let statement = isStored ? statements.updateChunk : statements.insertChunk
        let count = chunk.count
        try encoder.withEncoded(chunk) { payload in
            statement.bind(1, ChunkRow.id(record.id, spanStart))
            statement.bind(2, count)
            statement.bind(3, sha256(payload))
            statement.bind(4, inPlace: payload)
            try statement.run()
        }
        writtenChunks += 1
    }

    /// Turns the stage's flag indexes into the chunk's.
    private mutating func useFlagsOfChunk(_ rows: UnsafeMutableBufferPointer<ChunkAddition>) {
        flagOfChunk[0] = 0
        // Rows that follow each other mostly have one flag.
        var (last, lastFound) = (UInt16(0), UInt16(0))
        for index in rows.indices {
            let flag = rows[index].flag
            if flag == last {
                rows[index].flag = lastFound
                continue
            }
            defer { (last, lastFound) = (flag, rows[index].flag) }
            let known = flagOfChunk[Int(flag)]
            if known != .max {
                rows[index].flag = known
            } else {
                let found = chunk.index(ofFlag: staged.flagTable[Int(flag)]) ?? 0
                flagOfChunk[Int(flag)] = found
                flagsInUse.append(flag)
                rows[index].flag = found
            }
        }
        for flag in flagsInUse { flagOfChunk[Int(flag)] = .max }
        flagsInUse.removeAll(keepingCapacity: true)
    }

    private func reading(_ row: ChunkAddition, _ record: SeriesRecord) -> Reading {
        let qualifier = Qualifier(rawValue: row.qualifier) ?? .missing
        return Reading(
            series: record.key, start: Instant(milliseconds: row.start),
            value: qualifier == .missing ? nil : ExactDecimal(mantissa: row.mantissa, exponent: row.exponent),
            qualifier: qualifier, flag: chunk.flagTable[Int(row.flag)], row: row.row)
    }

    /// How the rows of a series came.
    private enum Arrival {
        /// Each start after the one before.
        case ascending
        /// In order of start, some of them equal.
        case inOrder
        /// They had to be sorted.
        case mixed
    }

    /// Puts rows in order of start, and of arrival within a start.
    private func sortByStart(_ rows: UnsafeMutableBufferPointer<ChunkAddition>) -> Arrival {
        let step = smallestStep(UnsafeBufferPointer(rows))
        if step >= 0 { return step > 0 ? .ascending : .inOrder }
        // The library's sort is stable, and rows of one member lie in order of arrival.
        var sorted = rows
        sorted.sort { ($0.start, $0.sequence, $0.row) < ($1.start, $1.sequence, $1.row) }
        return .mixed
    }

    /// The first row from `from` on whose start is not before `end`; rows are in order of start.
    private func firstRow(
        _ rows: UnsafeMutableBufferPointer<ChunkAddition>, from: Int, notBefore end: Int64
    ) -> Int {
        if rows[rows.count - 1].start < end { return rows.count }
        var (low, high) = (from, rows.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if rows[middle].start < end { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The span of a new series: by its declared cadence, or by the median step of its first batch where that is shorter. A
    /// source that sends more often than it says would otherwise get chunks of a hundred thousand rows.
    private mutating func span(
        _ index: Int32, _ rows: UnsafeMutableBufferPointer<ChunkAddition>, _ order: Arrival
    ) -> ChunkSpan {
        let cadence = state.catalogue.records[Int(index)].traits.cadence
        let declared = cadence.flatMap { $0 > .zero ? ChunkSpan(cadence: $0) : nil }
        if let declared, declared == .day { return declared }
        starts.removeAll(keepingCapacity: true)
        if order == .mixed {
            let first = rows.reduce(into: Int64.max) { $0 = min($0, $1.sequence) }
            for row in rows where row.sequence == first { starts.append(row.start) }
        } else {
            // In order of arrival still: the first batch's rows stand first.
            for row in rows.prefix(while: { $0.sequence == rows[0].sequence }) { starts.append(row.start) }
        }
        let found = ChunkSpan(inferredFrom: starts)
        // Two readings tell nothing against what is declared.
        return declared.map { starts.count < 3 ? $0 : min($0, found) } ?? found
    }
}

/// The batches whose rows one pass merges, and what it counts for each.
final class MergedBatches {
    private let batches: [OpenBatch]
    private let first: Int64

    /// - Precondition: the batches have consecutive log positions.
    init(_ batches: [OpenBatch]) {
        self.batches = batches
        first = batches.first?.sequence ?? 0
    }

    func batch(_ sequence: Int64) -> OpenBatch? {
        let index = Int(sequence - first)
        return batches.indices.contains(index) ? batches[index] : nil
    }

    private subscript(sequence: Int64) -> OpenBatch { batches[Int(sequence - first)] }

    /// Rows that are all new.
    func accept(_ rows: UnsafeBufferPointer<ChunkAddition>) {
        var from = 0
        while from < rows.count {
            var end = from + 1
            while end < rows.count, rows[end].sequence == rows[from].sequence { end += 1 }
            self[rows[from].sequence].counts.accepted += end - from
            from = end
        }
    }

    func count(_ outcome: MergeOutcome, sequence: Int64) {
        switch outcome {
        case .new, .refill, .revised: self[sequence].counts.accepted += 1
        case .conflict: self[sequence].counts.conflict += 1
        case .duplicate: self[sequence].counts.duplicate += 1
        case .full: preconditionFailure("A row that finds no room is kept aside.")
        }
    }

    func keepAside(_ reading: Reading, sequence: Int64) {
        let batch = self[sequence]
        batch.counts.quarantined += 1
        batch.quarantined.append(
            QuarantinedRow(
                reason: "span-full", row: Int(reading.row), field: "", excerpt: "",
                remedy: "Ask the source why it sends so many versions; the row is kept here.", reading: reading))
    }
}

/// A stored chunk that its reader refuses.
func damagedChunk(_ key: String, _ spanStart: Int64, _ problem: ChunkProblem) -> BookProblem {
    BookProblem(
        .chunkDamaged, place: "chunks \(key) at \(spanStart)", message: "the chunk cannot be read: \(problem).",
        remedy:
            "Restore the book from a backup, or unpack the archive's segments with tar and ingest the files into a new folder."
    )
}
