// `node.key`: the secret half of the node's key, in a form other programs read too.

import Crypto
import Formats
import Foundation
import Glibc

/// Reads and makes the key's file: PKCS #8 in PEM, as `openssl pkey -in node.key -pubout` reads it; mode 0600.
///
/// - Source: RFC 8410, section 7; RFC 7468, section 10.
enum NodeKeyFile {
    /// What stands before the 32 secret bytes: version 0, id-Ed25519, an octet string in an octet string.
    private static let prefix: [UInt8] = [
        0x30, 0x2E, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
    ]
    /// Such a file has 119 bytes; anything far longer is something else.
    private static let byteLimit = 4_096

    /// The key in the file at `path`, `nil` when there is no file.
    static func read(_ path: String) throws(BookProblem) -> NodeKey? {
        let descriptor = Glibc.open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw systemProblem("open", path: path)
        }
        defer { _ = Glibc.close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw systemProblem("stat", path: path) }
        guard status.st_mode & 0o077 == 0 else {
            throw BookProblem(
                .keyUnusable, place: path, message: "others than the program's user can read or write the node's key.",
                remedy: "If nobody had it, chmod 600 it; else move it away: the next start makes and logs a new one.")
        }
        var bytes = [UInt8](repeating: 0, count: byteLimit)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        guard count >= 0 else { throw systemProblem("read", path: path) }
        guard let key = parse(String(decoding: bytes.prefix(count), as: UTF8.self)) else {
            throw BookProblem(
                .keyUnusable, place: path, message: "this is not an Ed25519 private key in PEM (PKCS #8).",
                remedy: "Restore the file from a backup, or move it away: the next start makes and logs a new key.")
        }
        return key
    }

    /// Makes a key by the system's secure randomness; durable when this returns.
    static func make(_ path: String, folder: String) throws(BookProblem) -> NodeKey {
        let seed = Array(Curve25519.Signing.PrivateKey().rawRepresentation)
        guard let key = NodeKey(seed: seed) else { preconditionFailure("32 bytes are a key.") }
        let draft = path + ".part"
        _ = unlink(draft)
        let descriptor = Glibc.open(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw systemProblem("open", path: draft) }
        defer { _ = Glibc.close(descriptor) }
        let text = Array(pem(seed).utf8)
        guard Glibc.write(descriptor, text, text.count) == text.count, fsync(descriptor) == 0 else {
            throw systemProblem("write", path: draft)
        }
        guard rename(draft, path) == 0 else { throw systemProblem("rename", path: path) }
        try syncFolder(folder)
        return key
    }

    private static func pem(_ seed: [UInt8]) -> String {
        "-----BEGIN PRIVATE KEY-----\n\(Data(prefix + seed).base64EncodedString())\n-----END PRIVATE KEY-----\n"
    }

    private static func parse(_ text: String) -> NodeKey? {
        let lines = text.split(whereSeparator: \.isNewline)
        guard lines.count >= 3, lines.first == "-----BEGIN PRIVATE KEY-----",
            lines.last == "-----END PRIVATE KEY-----",
            let data = Data(base64Encoded: lines.dropFirst().dropLast().joined()),
            data.count == prefix.count + 32, data.starts(with: prefix)
        else { return nil }
        return NodeKey(seed: Array(data.suffix(32)))
    }
}
