// The node's key in the book: made with the folder, and each public key named in the log from then on.

package import Formats
import GRDB
import Monitoring

/// The key a folder signs with, as found when it was opened.
package struct OpenedNodeKey: Sendable {
    package let key: NodeKey
    /// The key that the log named before this opening, when it was another one.
    package let replaced: NodePublicKey?
}

extension Book {
    /// The node's key from `node.key`, made there when the file is missing.
    ///
    /// A key that the log did not name last is named in it (kind `node-key`) before this returns: a receipt's key can
    /// be looked up in the log of its node, whichever key that was.
    package func openNodeKey() throws -> OpenedNodeKey {
        let path = folder + "/node.key"
        let key = try NodeKeyFile.read(path) ?? NodeKeyFile.make(path, folder: folder)
        let named = try read { try $0.namedNodeKey() }
        if named == key.publicKey { return OpenedNodeKey(key: key, replaced: nil) }
        try write { try $0.name(key.publicKey, replacing: named) }
        return OpenedNodeKey(key: key, replaced: named)
    }
}

extension BookReader {
    /// The public key that the log named last, `nil` before the first.
    package func namedNodeKey() throws -> NodePublicKey? {
        // `meta` says where: the log has no index over kinds, and may be long.
        let payload = try String.fetchOne(
            db,
            sql: """
                SELECT payload FROM log WHERE kind = 'node-key'
                AND seq = (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'node-key-log')
                """)
        return payload.flatMap { CanonicalJSON(reading: $0)?["key"]?.string }.flatMap {
            NodePublicKey(hexadecimal: $0)
        }
    }
}

extension BookWriter {
    fileprivate func name(_ key: NodePublicKey, replacing previous: NodePublicKey?) throws {
        let head = try appendLog(
            kind: "node-key",
            payload: CanonicalJSON.object([
                "key": .string(key.description), "fingerprint": .string(key.fingerprint),
                "replaces": .optional(previous?.description),
            ]).text())
        try db.execute(
            sql: """
                INSERT INTO meta (key, value) VALUES ('node-key-log', ?)
                ON CONFLICT (key) DO UPDATE SET value = excluded.value
                """,
            arguments: [String(head.sequence)])
    }
}
