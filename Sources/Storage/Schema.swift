// Brings the book to this program's schema: numbered migrations, each run once, in its own transaction.

import GRDB
import Monitoring

/// The schema of the book.
package enum Schema {
    /// The SQL of each version, oldest first.
    static let migrations: [String] = [
        migration0001 + "\n\n" + migration0001Triggers,
        migration0002 + "\n\n" + migration0002Triggers,
        migration0003 + "\n\n" + migration0003Triggers,
        migration0004,
        migration0005 + "\n\n" + migration0005Triggers,
        migration0006,
        migration0007 + "\n\n" + migration0007Triggers,
        migration0008,
        migration0009 + "\n\n" + migration0009Triggers,
        migration0010,
        migration0011,
        migration0012,
    ]

    /// The version this program writes.
    package static var version: Int { migrations.count }

    static func migrate(_ db: Database, path: String, at now: Instant) throws {
        let current = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        let application = try Int32.fetchOne(db, sql: "PRAGMA application_id") ?? 0
        let tables = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") ?? 0
        guard application == Book.applicationID || (application == 0 && tables == 0) else {
            throw BookProblem(
                .notOurs, place: path, message: "this database belongs to another program.",
                remedy: "Give --data a folder that Tributary made, or an empty one.")
        }
        guard current <= version else {
            throw BookProblem(
                .newerSchema, place: path, message: "the book has schema \(current), this program knows \(version).",
                remedy: "Use the newer program that wrote it.")
        }
        if current == version { return }
        // A table that others refer to can be made anew only while references are not followed. They are looked at
        // once, when all is done.
        try db.execute(sql: "PRAGMA foreign_keys = OFF")
        // All or nothing: a book that cannot be upgraded whole stays as it was.
        try db.inTransaction(.immediate) {
            let isNew = tables == 0
            if isNew { try db.execute(sql: presentSchema) }
            for number in current..<version {
                if !isNew { try db.execute(sql: migrations[number]) }
                try db.execute(
                    sql: "INSERT INTO meta (key, value) VALUES (?, ?)",
                    arguments: ["schema-\(number + 1)-at", String(now.milliseconds)])
            }
            try db.execute(sql: "PRAGMA user_version = \(version)")
            try db.execute(sql: "PRAGMA application_id = \(Book.applicationID)")
            if current > 0 { try checkReferences(db, path: path) }
            return .commit
        }
        try db.execute(sql: "PRAGMA foreign_keys = ON")
    }

    private static func checkReferences(_ db: Database, path: String) throws {
        guard let row = try Row.fetchOne(db, sql: "PRAGMA foreign_key_check") else { return }
        throw BookProblem(
            .system, place: path, message: "a row of \(row["table"] as String) refers to nothing.",
            remedy: "The book was not changed: run the program that wrote it, and its doctor.")
    }
}
