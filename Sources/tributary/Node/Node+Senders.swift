// `tributary station` on the node: senders added, given tokens, retired and listed.

import Foundation
import Monitoring
import Storage
import Web

extension Node {
    func performSender(_ act: SenderAct, _ format: OutputFormat) throws -> CommandReply {
        switch act {
        case .add(let sender, let stations): return try addSender(sender, stations)
        case .token(let sender, let expires): return try issueToken(sender, expires: expires)
        case .retire(let sender, let token): return try retire(sender, token: token)
        case .list: return .done(Self.render(try book.read { try $0.senders() }.flatMap(lines), format))
        }
    }

    private func addSender(_ sender: String, _ stations: [String]?) throws -> CommandReply {
        try checkSenderName(sender)
        if let known = try senderRecord(sender), known.retiredAt != nil {
            throw unusable("sender \(sender) was retired: its id stands on its batches; give the new sender another.")
        }
        let ids = stations.map { $0.map { registry.registry.stationNames[$0] ?? StationID($0) } }
        _ = try book.write { try $0.recordSender(sender, speaksFor: ids) }
        try reloadSenders()
        let unknown = (ids ?? []).filter { registry.registry.stations[$0] == nil }
        let notes = unknown.map { "tributary: station \($0) is not in the registry this node knows: is it spelt so?\n" }
        let whom = ids.map { $0.map(\.rawValue).joined(separator: ", ") } ?? "any station"
        return CommandReply(
            exitCode: Int(ExitStatus.done), standardOutput: "\(sender) may speak for \(whom).\n",
            standardError: notes.joined())
    }

    private func issueToken(_ sender: String, expires: String?) throws -> CommandReply {
        let known = try activeSender(sender)
        var expiry: Instant?
        if let expires {
            guard let day = CivilDate(expires) else {
                throw unusable("--expires \(expires) is not a date such as 2026-12-31.")
            }
            // The token is good to the end of that day.
            let end = day.start(at: .china).advanced(by: .hours(24))
            guard end > Node.clock() else { throw unusable("--expires \(expires) has passed: give a later day.") }
            expiry = end
        }
        let secret = TokenSecret.random()
        let position = try book.write {
            try $0.recordToken(of: known.id, digest: secret.digest, expiresAt: expiry)
        }
        try reloadSenders()
        return CommandReply(
            exitCode: Int(ExitStatus.done), standardOutput: secret.text(number: position.sequence) + "\n",
            standardError: "Token \(position.sequence) of \(known.id)\(expires.map { ", good until \($0)" } ?? "").\n"
                + "It is shown this once; the book keeps only its digest. Its older tokens stay good until retired.\n")
    }

    private func retire(_ sender: String, token: Int64?) throws -> CommandReply {
        let known = try activeSender(sender)
        if let token {
            guard let entry = known.tokens.first(where: { $0.number == token }) else {
                throw unusable("sender \(sender) has no token \(token): see `tributary station list`.")
            }
            guard entry.retiredAt == nil else { throw unusable("token \(token) is retired already.") }
        }
        _ = try book.write { try $0.retireSender(known.id, token: token) }
        try reloadSenders()
        return .done(token.map { "Token \($0) of \(known.id) is retired.\n" } ?? "\(known.id) is retired.\n")
    }

    private func reloadSenders() throws { senderRoll.replace(try book.read { try $0.senders() }) }

    private func senderRecord(_ id: String) throws -> SenderRecord? {
        try book.read { try $0.senders() }.first { $0.id == id }
    }

    private func activeSender(_ id: String) throws -> SenderRecord {
        guard let known = try senderRecord(id) else {
            throw unusable("there is no sender \(id): make it with `tributary station add`.")
        }
        guard known.retiredAt == nil else { throw unusable("sender \(id) is retired.") }
        return known
    }

    /// The id stands in logs, lists and batches: short, plain, and never a name this program gives itself.
    private func checkSenderName(_ id: String) throws {
        let isPlain = id.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."):
                true
            default: false
            }
        }
        guard isPlain, (1...64).contains(id.utf8.count), id != "ingest" else {
            throw unusable(
                "\(id) cannot be a sender's id: use 1 to 64 letters, digits, hyphens and dots, and not the word ingest."
            )
        }
    }

    private func unusable(_ message: String) -> CommandFailure {
        CommandFailure(status: ExitStatus.inputUnusable, message: message)
    }

    /// One record a token, one without a token for a sender that has none.
    private func lines(_ sender: SenderRecord) -> [DumpRecord] {
        let head: DumpRecord = [
            ("sender", sender.id),
            ("speaks_for", sender.speaksFor.map { $0.map(\.rawValue).joined(separator: " ") } ?? "all"),
            ("state", sender.retiredAt == nil ? "active" : "retired"),
        ]
        if sender.tokens.isEmpty {
            return [head + [("token", ""), ("issued", ""), ("expires", ""), ("token_state", "")]]
        }
        let now = Node.clock()
        return sender.tokens.map { token in
            let isExpired = token.expiresAt.map { $0 <= now } ?? false
            let isRetired = sender.retiredAt != nil || token.retiredAt != nil
            return head + [
                ("token", String(token.number)), ("issued", token.issuedAt.iso8601(at: .china)),
                ("expires", token.expiresAt?.iso8601(at: .china) ?? ""),
                ("token_state", isRetired ? "retired" : isExpired ? "expired" : "good"),
            ]
        }
    }
}
