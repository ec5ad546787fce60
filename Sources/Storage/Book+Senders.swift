// Senders: who may send over the network, for which stations, and by which tokens. Acts are logged, secrets never.

import Formats
import GRDB
package import Monitoring

/// A token as the book knows it.
package struct SenderToken: Hashable, Sendable {
    /// The log position at which it was issued: the token's public number.
    package let number: Int64
    /// SHA-256 of its secret.
    package let digest: Digest256
    package let issuedAt: Instant
    /// From here on it is refused; `nil`: it does not expire.
    package let expiresAt: Instant?
    package let retiredAt: Instant?
}

/// A sender with its tokens, oldest first.
package struct SenderRecord: Hashable, Sendable {
    package let id: String
    /// `nil`: for any station.
    package let speaksFor: [StationID]?
    package let retiredAt: Instant?
    package let tokens: [SenderToken]
}

extension BookWriter {
    /// States what a sender may speak for, the sender being new or known.
    ///
    /// - Parameter stations: `nil`: any station.
    @discardableResult
    package func recordSender(_ id: String, speaksFor stations: [StationID]?) throws -> LogHead {
        let position = try appendLog(kind: "sender", payload: SenderLog.sender(id, stations))
        try db.execute(
            sql: "INSERT INTO senders (seq, sender, speaks_for_all) VALUES (?, ?, ?)",
            arguments: [position.sequence, id, stations == nil])
        for station in Set(stations ?? []).sorted() {
            try db.execute(
                sql: "INSERT INTO sender_stations (sender_seq, station) VALUES (?, ?)",
                arguments: [position.sequence, station.rawValue])
        }
        return position
    }

    /// Records a token by the digest of its secret; the position is the token's number.
    package func recordToken(of sender: String, digest: Digest256, expiresAt: Instant?) throws -> LogHead {
        let position = try appendLog(kind: "sender-token", payload: SenderLog.token(sender, digest, expiresAt))
        try db.execute(
            sql: "INSERT INTO sender_tokens (seq, sender, digest, expires_at) VALUES (?, ?, ?, ?)",
            arguments: [position.sequence, sender, digest.data, expiresAt?.milliseconds])
        return position
    }

    /// Ends one token, or the sender with all its tokens.
    @discardableResult
    package func retireSender(_ id: String, token: Int64?) throws -> LogHead {
        let position = try appendLog(kind: "sender-retired", payload: SenderLog.retirement(id, token))
        try db.execute(
            sql: "INSERT INTO sender_retirements (seq, sender, token_seq) VALUES (?, ?, ?)",
            arguments: [position.sequence, id, token])
        return position
    }
}

extension BookReader {
    /// All senders, retired ones among them, by id.
    package func senders() throws -> [SenderRecord] {
        let tokens = Dictionary(grouping: try senderTokens(), by: \.sender)
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT seq, sender, speaks_for_all, (SELECT min(log.at) FROM sender_retirements
                JOIN log ON log.seq = sender_retirements.seq WHERE sender = senders.sender AND token_seq IS NULL)
                AS retired_at FROM senders WHERE seq IN (SELECT max(seq) FROM senders GROUP BY sender) ORDER BY sender
                """)
        return try rows.map { row in
            let id: String = row["sender"]
            let retired: Int64? = row["retired_at"]
            return SenderRecord(
                id: id, speaksFor: row["speaks_for_all"] ? nil : try stations(ofStatement: row["seq"]),
                retiredAt: retired.map { Instant(milliseconds: $0) }, tokens: (tokens[id] ?? []).map(\.token))
        }
    }

    private func senderTokens() throws -> [(sender: String, token: SenderToken)] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT sender_tokens.*, log.at AS issued_at, (SELECT min(log.at) FROM sender_retirements
                JOIN log ON log.seq = sender_retirements.seq WHERE token_seq = sender_tokens.seq) AS retired_at
                FROM sender_tokens JOIN log ON log.seq = sender_tokens.seq ORDER BY sender_tokens.seq
                """
        ).map { row in
            let expires: Int64? = row["expires_at"]
            let retired: Int64? = row["retired_at"]
            let token = SenderToken(
                number: row["seq"], digest: Digest256(row["digest"]), issuedAt: Instant(milliseconds: row["issued_at"]),
                expiresAt: expires.map { Instant(milliseconds: $0) },
                retiredAt: retired.map { Instant(milliseconds: $0) })
            return (row["sender"], token)
        }
    }

    private func stations(ofStatement sequence: Int64) throws -> [StationID] {
        try String.fetchAll(
            db, sql: "SELECT station FROM sender_stations WHERE sender_seq = ? ORDER BY station", arguments: [sequence]
        ).map { StationID($0) }
    }

    /// Compares the tables of senders with what was logged; empty when they agree.
    func senderFaults() throws -> [BookFault] {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT log.seq AS seq, kind, payload, senders.sender AS stated, speaks_for_all, sender_tokens.sender AS
                given, digest, expires_at, sender_retirements.sender AS retired, token_seq FROM log
                LEFT JOIN senders USING (seq) LEFT JOIN sender_tokens USING (seq) LEFT JOIN sender_retirements
                USING (seq) WHERE kind IN ('sender', 'sender-token', 'sender-retired') ORDER BY log.seq
                """)
        return try rows.compactMap { row in
            let sequence: Int64 = row["seq"]
            let stated: String? = row["stated"]
            let given: String? = row["given"]
            let retired: String? = row["retired"]
            var expected: String?
            if let stated {
                expected = SenderLog.sender(stated, row["speaks_for_all"] ? nil : try stations(ofStatement: sequence))
            } else if let given {
                let expires: Int64? = row["expires_at"]
                expected = SenderLog.token(given, Digest256(row["digest"]), expires.map { Instant(milliseconds: $0) })
            } else if let retired {
                expected = SenderLog.retirement(retired, row["token_seq"])
            }
            if expected == row["payload"] { return nil }
            return BookFault(place: "senders \(sequence)", message: "it is not the act that was logged.")
        }
    }
}

/// What the log binds of an act on senders.
private enum SenderLog {
    static func sender(_ id: String, _ stations: [StationID]?) -> String {
        let list = stations.map { Set($0).sorted().map { CanonicalJSON.string($0.rawValue) } }
        return CanonicalJSON.object([
            "sender": .string(id), "speaks_for": list.map { .array($0) } ?? .null,
        ]).text()
    }

    /// The log is printed for anyone to check, so it binds the digest of the token's digest.
    static func token(_ sender: String, _ digest: Digest256, _ expiresAt: Instant?) -> String {
        CanonicalJSON.object([
            "sender": .string(sender), "token_check": .string(sha256(digest.bytes).description),
            "expires_at": expiresAt.map { .integer($0.milliseconds) } ?? .null,
        ]).text()
    }

    static func retirement(_ sender: String, _ token: Int64?) -> String {
        CanonicalJSON.object([
            "sender": .string(sender), "token": token.map { .integer($0) } ?? .null,
        ]).text()
    }
}
