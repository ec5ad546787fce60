// The statements that every commit runs, prepared once: looking one up by its text costs as much as running it.

import GRDB

/// Statements of the writing connection; must be gone before it closes.
final class HotStatements {
    let begin, commit: RawStatement
    let knownBatch, insertLog, insertBatch, recordSegment: RawStatement
    let insertSeries: RawStatement
    let selectChunk, insertChunk, updateChunk: RawStatement
    let archiveTail: ArchiveTail

    init(_ db: Database) throws {
        begin = try RawStatement(db, "BEGIN IMMEDIATE")
        commit = try RawStatement(db, "COMMIT")
        knownBatch = try RawStatement(db, "SELECT 1 FROM batches WHERE digest = ?")
        insertLog = try RawStatement(
            db,
            """
            INSERT INTO log (seq, at, kind, payload, payload_digest, previous_hash, hash) VALUES (?, ?, ?, ?, ?, ?, ?)
            """)
        insertBatch = try RawStatement(
            db,
            """
            INSERT INTO batches (seq, settled_seq, digest, name, sender, received_at, sent_at, byte_count, format,
            profile, state, segment, data_offset, row_count, accepted_count, duplicate_count, conflict_count,
            rejected_count, quarantined_count) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        recordSegment = try RawStatement(
            db,
            """
            INSERT INTO segments (number, byte_count, is_sealed) VALUES (?, ?, ?) ON CONFLICT (number)
            DO UPDATE SET byte_count = excluded.byte_count, is_sealed = excluded.is_sealed
            """)
        insertSeries = try RawStatement(
            db,
            """
            INSERT INTO series (key, station, parameter, statistic, window_ms, origin, span, cadence_ms, revises)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        selectChunk = try RawStatement(db, "SELECT payload FROM chunks WHERE id = ?")
        insertChunk = try RawStatement(
            db, "INSERT INTO chunks (id, row_count, digest, payload) VALUES (?, ?, ?, ?)")
        updateChunk = try RawStatement(
            db, "UPDATE chunks SET row_count = ?2, digest = ?3, payload = ?4 WHERE id = ?1")
        archiveTail = try ArchiveTail(db)
    }
}
