// Large batches: committed in slices short enough for others to pass between, and seen only when they are whole.

package import Formats
import Foundation
import GRDB
package import Monitoring

/// A large batch on its way into the book; used by one caller at a time.
///
/// Its versions carry the log position of its beginning. Until `Book.finish` they are in no view, and a crash or a
/// damaged end takes them back without a trace.
package final class SlicedBatch {
    let batch: OpenBatch
    let staged = StagedRows()
    /// Rows that wait in memory before they are committed in slices.
    package var stageLimit = StagedRows.limit
    /// The starts at which the slices brought something new, by station.
    fileprivate var touched: [StationID: DetectorWork] = [:]

    package var incoming: IncomingBatch { batch.incoming }
    package var place: ArchivePlace { batch.place }
    /// The log position that its versions carry.
    package var sequence: Int64 { batch.sequence }

    init(_ batch: OpenBatch) { self.batch = batch }

    package func reject(_ rejection: Rejection) { batch.reject(rejection) }
    package func quarantine(_ row: QuarantinedRow) { batch.quarantine(row) }
    package func adopt(_ station: StationID, name: String) { batch.stations.append((station, name)) }

    fileprivate func note(_ series: TouchedSeries) {
        let station = series.series.station
        let known = touched[station]
        touched[station] = DetectorWork(
            station: station, first: min(known?.first ?? series.firstStart, series.firstStart),
            last: max(known?.last ?? series.lastStart, series.lastStart))
    }
}

/// Whether a large batch is new to the book.
package enum SlicedOpening {
    case known(Receipt)
    case open(SlicedBatch)
}

/// How much one slice writes, at about 12 µs a chunk and 60 ns a row of it: well under the 50 ms that a live batch may
/// wait. A chunk of a month of five minutes is two thirds of a millisecond, so that chunks alone are no measure.
enum Slice {
    static let chunkLimit = 1_500
    static let rowLimit = 250_000
    /// Rows kept aside before they are written with a slice of their own.
    static let keptRowLimit = 5_000
    /// Chunks looked at in one transaction while a batch is taken back.
    static let takingBackLimit = 2_000
}

extension Book {
    /// Copies a large batch into a segment of its own, beside the open one, and makes it durable.
    ///
    /// - Parameter supply: fills a buffer with the next bytes and returns their number, 0 at the end.
    /// - Throws: `BookProblem` with `.input` when the batch is too large for the archive, or changes while it is read.
    /// - Returns: the batch's digest and place; nothing refers to it yet.
    package func archiveLarge(
        name: String, byteCount: Int, receivedAt: Instant,
        supply: (UnsafeMutableRawBufferPointer) throws -> Int
    ) throws -> LargeMember {
        guard byteCount < SegmentMember.byteLimit else {
            throw BookProblem(
                .input, place: name,
                message: "it has \(byteCount) bytes, and the archive holds fewer than 8 GiB a batch.",
                remedy: "Send the rows in smaller batches; nothing of it was kept.")
        }
        let (number, path) = pool.writeWithoutTransaction { _ in state.archive.reserveSegment() }
        return try LargeMember(
            segment: number, path: path, name: name, byteCount: byteCount, receivedAt: receivedAt, supply: supply)
    }

    /// Opens a large batch that lies in the archive, unless the book has it.
    package func beginSliced(_ incoming: IncomingBatch, _ member: LargeMember) throws -> SlicedOpening {
        if let known = try read({ try $0.batch(incoming.digest) }) {
            member.discard()
            return .known(known.receipt)
        }
        if let begun = try read({ try $0.unfinishedBatches() }).first(where: { $0.incoming.digest == incoming.digest })
        {
            member.discard()
            return .open(try restart(begun))
        }
        let batch = try write { writer in
            try writer.recordSealed(member)
            return try writer.begin(incoming, at: member.place)
        }
        // Once it is committed: a position that was taken back belongs to the next batch.
        pool.writeWithoutTransaction { _ in state.unsettled[batch.sequence] = incoming.sentOrder }
        return .open(SlicedBatch(batch))
    }

    /// The large batches that a crash or a failure left in part, oldest first.
    package func unfinishedBatches() throws -> [UnfinishedBatch] { try read { try $0.unfinishedBatches() } }

    /// Takes back what there is of an unfinished batch and opens it again.
    package func restart(_ begun: UnfinishedBatch) throws -> SlicedBatch {
        try takeBack(begun.sequence)
        return SlicedBatch(OpenBatch(begun.incoming, sequence: begun.sequence, place: begun.place, isSliced: true))
    }

    /// Takes a block of admitted observations; commits slices whenever the stage is full.
    package func add(
        _ block: ObservationBlock, numbers: SeriesNumbers? = nil, to sliced: SlicedBatch, traits: SeriesTraits
    ) throws {
        if !block.isEmpty {
            if !sliced.staged.hasRoom(for: block) { try commitSlices(sliced) }
            pool.writeWithoutTransaction { _ in
                state.stage(block, numbers: numbers, of: sliced.batch, traits: traits, in: sliced.staged)
            }
        }
        let kept = sliced.batch.rejections.count + sliced.batch.quarantined.count
        if sliced.staged.count >= sliced.stageLimit || kept >= Slice.keptRowLimit { try commitSlices(sliced) }
    }

    /// Commits what is left and the batch itself; its receipt may be sent once this returns.
    package func finish(_ sliced: SlicedBatch, _ ending: BatchEnding) throws -> Receipt {
        try commitSlices(sliced)
        sliced.batch.ending = ending
        sliced.batch.counts.rejected += ending.unkeptRejections
        return try settle(sliced)
    }

    /// Takes back every row of a batch whose bytes turned out to be damaged, and settles it as rejected.
    package func refuse(_ sliced: SlicedBatch, because rejection: Rejection) throws -> Receipt {
        sliced.staged.reset()
        try takeBack(sliced.batch.sequence)
        sliced.touched = [:]
        sliced.batch.counts = ReceiptCounts()
        sliced.batch.letGo()
        sliced.batch.reject(rejection)
        sliced.batch.ending = BatchEnding(state: .rejected)
        return try settle(sliced)
    }

    private func settle(_ sliced: SlicedBatch) throws -> Receipt {
        let receipt = try write { writer in
            try writer.removeBegun(sliced.batch)
            // From here on its rows are seen: the detectors are told in the same transaction.
            for work in sliced.touched.values { try writer.add(work) }
            return try writer.settle(sliced.batch)
        }
        pool.writeWithoutTransaction { _ in state.unsettled[sliced.batch.sequence] = nil }
        return receipt
    }

    /// Commits all staged rows, a few series at a time.
    private func commitSlices(_ sliced: SlicedBatch) throws {
        let staged = sliced.staged
        let order = pool.writeWithoutTransaction { _ in ChunkMerging.order(staged, state.catalogue) }
        var next = 0
        repeat {
            try write { writer in
                var merging = try ChunkMerging(
                    db: writer.db, statements: writer.statements, state: state, staged: staged,
                    batches: MergedBatches([sliced.batch]))
                while next < order.count, merging.writtenChunks < Slice.chunkLimit,
                    merging.handledRows < Slice.rowLimit
                {
                    try merging.merge(member: order[next])
                    next += 1
                }
                for touched in merging.touched { sliced.note(touched) }
                try writer.insertKept(sliced.batch, atMost: Slice.keptRowLimit)
            }
        } while next < order.count || sliced.batch.hasKept
        staged.reset()
    }

    /// Removes the versions of an unfinished batch from every chunk, a few thousand chunks a transaction.
    func takeBack(_ sequence: Int64) throws {
        var place: Int64? = .min
        while let from = place {
            place = try write { try $0.takeBack(sequence, after: from) }
        }
        pool.writeWithoutTransaction { _ in state.catalogue.forgetSpans() }
    }
}

/// A large batch that was begun and is not whole.
package struct UnfinishedBatch: Hashable, Sendable {
    package let incoming: IncomingBatch
    package let sequence: Int64
    package let place: ArchivePlace
}

extension BookReader {
    package func unfinishedBatches() throws -> [UnfinishedBatch] {
        try Row.fetchAll(db, sql: "SELECT * FROM batches_begun ORDER BY seq").map { row in
            let sent: Int64? = row["sent_at"]
            return UnfinishedBatch(
                incoming: IncomingBatch(
                    digest: Digest256(row["digest"]), name: row["name"], sender: row["sender"],
                    receivedAt: Instant(milliseconds: row["received_at"]),
                    sentAt: sent.map { Instant(milliseconds: $0) }),
                sequence: row["seq"],
                place: ArchivePlace(segment: row["segment"], offset: row["data_offset"], byteCount: row["byte_count"]))
        }
    }
}

extension BookWriter {
    /// Logs the beginning of a large batch.
    fileprivate func begin(_ incoming: IncomingBatch, at place: ArchivePlace) throws -> OpenBatch {
        let position = try appendLog(
            kind: "batch-begun",
            payload: CanonicalJSON.object([
                "batch": .string(incoming.digest.description), "name": .string(incoming.name),
                "sender": .string(incoming.sender), "byte_count": .integer(place.byteCount),
            ]).text(), at: incoming.receivedAt)
        try db.cachedStatement(
            sql: """
                INSERT INTO batches_begun (seq, digest, name, sender, received_at, sent_at, byte_count, segment,
                data_offset) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            position.sequence, incoming.digest.data, incoming.name, incoming.sender, incoming.receivedAt.milliseconds,
            incoming.sentAt?.milliseconds, place.byteCount, place.segment, place.offset,
        ])
        return OpenBatch(incoming, sequence: position.sequence, place: place, isSliced: true)
    }

    fileprivate func removeBegun(_ batch: OpenBatch) throws {
        if batch.admission != nil { return try removeBegunAdmission(batch.sequence) }
        try db.cachedStatement(sql: "DELETE FROM batches_begun WHERE seq = ?").execute(arguments: [batch.sequence])
    }

    /// Records the segment of a large batch, which is durable already.
    fileprivate func recordSealed(_ member: LargeMember) throws {
        try record(member.place.segment, member.segmentByteCount, isSealed: true)
    }

    /// Takes a batch's versions out of the chunks after a place; the place reached, `nil` at the end.
    fileprivate func takeBack(
        _ sequence: Int64, after place: Int64
    ) throws -> Int64? {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT id, series_id, span_start, payload FROM chunks WHERE id > ? ORDER BY id
                LIMIT \(Slice.takingBackLimit)
                """, arguments: [place])
        var encoder = ChunkEncoder()
        for row in rows {
            let id: Int64 = row["id"]
            let chunk: Chunk
            do throws(ChunkProblem) {
                chunk = try Chunk(decoding: [UInt8](row["payload"] as Data))
            } catch {
                throw damagedChunk("series \(row["series_id"] as Int64)", row["span_start"], error)
            }
            guard chunk.sequence.contains(sequence) else { continue }
            let rest = chunk.without([sequence])
            if rest.isEmpty {
                try db.cachedStatement(sql: "DELETE FROM chunks WHERE id = ?").execute(arguments: [id])
            } else {
                let payload = encoder.encode(rest)
                try db.cachedStatement(
                    sql: "UPDATE chunks SET row_count = ?, digest = ?, payload = ? WHERE id = ?"
                ).execute(arguments: [rest.count, sha256(payload).data, Data(payload), id])
            }
        }
        guard rows.count == Slice.takingBackLimit, let last = rows.last else { return nil }
        return last["id"]
    }
}
