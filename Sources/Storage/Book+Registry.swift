// The registry a node works by, kept in the log: what was registered when is part of the evidence.

import GRDB
package import Monitoring

extension BookWriter {
    /// Records the registry's files (JSON text) unless they are the ones recorded last.
    package func recordRegistry(_ files: String) throws {
        if try reader.latestRegistry() == files { return }
        try appendLog(kind: "registry", payload: files)
    }
}

extension BookReader {
    /// The registry's files as recorded last, `nil` when none was.
    package func latestRegistry() throws -> String? {
        try String.fetchOne(
            db, sql: "SELECT payload FROM log WHERE kind = 'registry' ORDER BY seq DESC LIMIT 1")
    }

    /// The registry's files as they stood at a log position, `nil` when none were recorded before it.
    package func registry(at sequence: Int64) throws -> String? {
        try String.fetchOne(
            db, sql: "SELECT payload FROM log WHERE kind = 'registry' AND seq < ? ORDER BY seq DESC LIMIT 1",
            arguments: [sequence])
    }

    /// How many batches the book has, and when the last one came.
    package func received() throws -> (batchCount: Int, last: Instant?) {
        let count = try Int.fetchOne(db, sql: "SELECT count(*) FROM batches") ?? 0
        let last = try Int64.fetchOne(db, sql: "SELECT max(received_at) FROM batches")
        return (count, last.map { Instant(milliseconds: $0) })
    }
}
