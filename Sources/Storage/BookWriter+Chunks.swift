// The hot path of the store: staged rows to their chunks, each chunk read, merged, packed and written once.

import Exact
import Formats
import Foundation
import GRDB
import Monitoring

extension BookWriter {
    /// Merges all staged rows and empties the stage.
    func mergeStaged() throws {
        guard state.staged.count > 0 else { return }
        let (order, bounds) = state.staged.grouped()
        let members = state.staged.members
        // Stored series in order of their rows, so that the B-tree is walked once; new ones after them.
        let sequence = members.indices.sorted { left, right in
            let leftID = state.catalogue.records[Int(members[left])].id
            let rightID = state.catalogue.records[Int(members[right])].id
            return (leftID == 0 ? .max : leftID, left) < (rightID == 0 ? .max : rightID, right)
        }
        var merging = try ChunkMerging(db: db, state: state, batches: pending)
        for member in sequence {
            try merging.merge(member: member, rows: order[bounds[member]..<bounds[member + 1]])
        }
        merging.addCounts()
        state.staged = merging.staged
        state.staged.reset()
    }
}

/// One pass over the staged rows, with its scratch memory; a value, so that its columns are reached without checks.
private struct ChunkMerging {
    let staged: StagedRows
    private let db: Database
    private let state: WriterState
    private let batches: [OpenBatch]
    private let sequences: [Int64]
    private let keys: SharedSeriesKeys
    private var counts: [ReceiptCounts]
    private var chunk = Chunk()
    private var encoder = ChunkEncoder()
    private let select: Statement
    private let upsert: Statement
    private var additions: [ChunkAddition] = []
    private var outcomes: [MergeOutcome] = []
    private var flagOfChunk: [UInt32: UInt16] = [:]
    private let sentOrders: SentOrders
    /// First and last start a batch changed in the series at hand, by batch; `changed` lists the batches in use.
    private var firstStart: [Int64]
    private var lastStart: [Int64]
    private var changed: [Int] = []

    init(db: Database, state: WriterState, batches: [OpenBatch]) throws {
        self.db = db
        self.state = state
        self.batches = batches
        staged = state.staged
        state.staged = StagedRows()
        sequences = batches.map(\.sequence)
        let records = state.catalogue.records
        keys = SharedSeriesKeys(staged.members.map { records[Int($0)].key })
        sentOrders = SentOrders(db, batches)
        counts = [ReceiptCounts](repeating: ReceiptCounts(), count: batches.count)
        select = try db.cachedStatement(sql: "SELECT payload FROM chunks WHERE series_id = ? AND span_start = ?")
        upsert = try db.cachedStatement(
            sql: """
                INSERT INTO chunks (series_id, span_start, row_count, digest, payload) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (series_id, span_start) DO UPDATE SET row_count = excluded.row_count,
                digest = excluded.digest, payload = excluded.payload
                """)
        firstStart = [Int64](repeating: .max, count: batches.count)
        lastStart = [Int64](repeating: .min, count: batches.count)
    }

    mutating func merge(member: Int, rows unordered: ArraySlice<Int32>) throws {
        let index = staged.members[member]
        let rows = inOrderOfStart(unordered)
        let isNew = state.catalogue.records[Int(index)].id == 0
        if isNew { try state.catalogue.store(index, span: span(index, rows), in: db) }
        let record = state.catalogue.records[Int(index)]
        var from = rows.startIndex
        while from < rows.endIndex {
            let first = staged.start[Int(rows[from])]
            let interval = record.span.interval(holding: Instant(milliseconds: first))
            var end = from
            while end < rows.endIndex, staged.start[Int(rows[end])] < interval.end.milliseconds { end += 1 }
            try merge(record, isNew: isNew, spanStart: interval.start.milliseconds, rows: rows[from..<end])
            from = end
        }
        for batch in changed {
            batches[batch].touched.append(
                TouchedSeries(
                    keys, index: Int32(member), firstStart: Instant(milliseconds: firstStart[batch]),
                    lastStart: Instant(milliseconds: lastStart[batch])))
            firstStart[batch] = .max
            lastStart[batch] = .min
        }
        changed.removeAll(keepingCapacity: true)
    }

    private mutating func merge(_ record: SeriesRecord, isNew: Bool, spanStart: Int64, rows: ArraySlice<Int32>) throws {
        chunk.reset(revises: record.traits.revises)
        if !isNew { try load(record, spanStart) }
        flagOfChunk.removeAll(keepingCapacity: true)
        additions.removeAll(keepingCapacity: true)
        for row in rows { additions.append(addition(Int(row))) }
        if record.traits.revises {
            try chunk.merge(additions, outcomes: &outcomes, sentOrder: sentOrders.order)
        } else {
            chunk.merge(additions, outcomes: &outcomes) { _ in
                preconditionFailure("Only a revising chunk asks when a batch was sent.")
            }
        }
        var isChanged = false
        for (row, outcome) in zip(rows, outcomes) {
            isChanged = count(outcome, Int(row), record) || isChanged
        }
        if isChanged || record.traits.revises { try store(record, spanStart) }
    }

    private mutating func load(_ record: SeriesRecord, _ spanStart: Int64) throws {
        guard let row = try Row.fetchOne(select, arguments: [record.id, spanStart]) else { return }
        try row.withUnsafeData(atIndex: 0) { data in
            try (data ?? Data()).withUnsafeBytes { bytes in
                do throws(ChunkProblem) { try chunk.decode(bytes) } catch {
                    throw damagedChunk(record.key.canonicalText, spanStart, error)
                }
            }
        }
    }

    private mutating func store(_ record: SeriesRecord, _ spanStart: Int64) throws {
        let payload = encoder.encode(chunk)
        let digest = sha256(payload)
        try upsert.execute(arguments: [record.id, spanStart, chunk.count, digest.data, Data(payload)])
    }

    private mutating func addition(_ row: Int) -> ChunkAddition {
        ChunkAddition(
            start: staged.start[row], mantissa: staged.mantissa[row], exponent: staged.exponent[row],
            qualifier: staged.qualifier[row], flag: flag(staged.flag[row]),
            sequence: sequences[Int(staged.batch[row])])
    }

    private mutating func flag(_ index: UInt32) -> UInt16 {
        if index == 0 { return 0 }
        if let known = flagOfChunk[index] { return known }
        let text = staged.flagTable[Int(index)]
        let found = chunk.index(ofFlag: text) ?? 0
        flagOfChunk[index] = found
        return found
    }

    /// Counts one row for its batch; true when the chunk has something new.
    private mutating func count(_ outcome: MergeOutcome, _ row: Int, _ record: SeriesRecord) -> Bool {
        let number = Int(staged.batch[row])
        switch outcome {
        case .new, .refill, .revised: counts[number].accepted += 1
        case .conflict: counts[number].conflict += 1
        case .duplicate:
            counts[number].duplicate += 1
            return false
        case .full:
            keepAside(row, record, in: batches[number])
            return false
        }
        let start = staged.start[row]
        if lastStart[number] == .min { changed.append(number) }
        firstStart[number] = min(firstStart[number], start)
        lastStart[number] = max(lastStart[number], start)
        return true
    }

    /// Hands the counts of this pass to the batches.
    func addCounts() {
        for (batch, counted) in zip(batches, counts) {
            batch.counts.accepted += counted.accepted
            batch.counts.duplicate += counted.duplicate
            batch.counts.conflict += counted.conflict
        }
    }

    private func keepAside(_ row: Int, _ record: SeriesRecord, in batch: OpenBatch) {
        let qualifier = Qualifier(rawValue: staged.qualifier[row]) ?? .missing
        batch.counts.quarantined += 1
        batch.quarantined.append(
            QuarantinedRow(
                reason: "span-full", row: Int(staged.row[row]), field: "", excerpt: "",
                remedy: "Ask the source why it sends so many versions; the row is kept here.",
                reading: Reading(
                    series: record.key, start: Instant(milliseconds: staged.start[row]),
                    value: qualifier == .missing
                        ? nil : ExactDecimal(mantissa: staged.mantissa[row], exponent: staged.exponent[row]),
                    qualifier: qualifier, flag: staged.flagTable[Int(staged.flag[row])], row: staged.row[row])))
    }

    /// Rows by start, and by arrival within a start; untouched when they came so.
    private func inOrderOfStart(_ rows: ArraySlice<Int32>) -> ArraySlice<Int32> {
        var previous = Int64.min
        for row in rows {
            let start = staged.start[Int(row)]
            if start < previous {
                let starts = staged.start
                return rows.sorted { left, right in
                    (starts[Int(left)], left) < (starts[Int(right)], right)
                }[...]
            }
            previous = start
        }
        return rows
    }

    /// The span of a new series: by its declared cadence, else by the median step of its first batch.
    private func span(_ index: Int32, _ rows: ArraySlice<Int32>) -> ChunkSpan {
        if let cadence = state.catalogue.records[Int(index)].traits.cadence, cadence > .zero {
            return ChunkSpan(cadence: cadence)
        }
        let first = rows.map { staged.batch[Int($0)] }.min()
        let starts = rows.filter { staged.batch[Int($0)] == first }.map { staged.start[Int($0)] }
        return ChunkSpan(inferredFrom: starts)
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
