// How many connections and bodies under way each peer address and sender has, and all of them together.

import NIOCore
import Synchronization

/// Counts places at the door; a full door refuses at once instead of letting others wait.
final class DoorPlaces: Sendable {
    /// Which limit refused.
    enum Fullness: Error, Hashable {
        case forPeer
        case forSender
        case forAll
    }

    /// Places taken, in all and by each holder.
    private struct Counts<Holder: Hashable & Sendable>: Sendable {
        private(set) var total = 0
        private var holders: [Holder: Int] = [:]

        func count(of holder: Holder) -> Int { holders[holder] ?? 0 }

        mutating func begin(_ holder: Holder) {
            total += 1
            holders[holder, default: 0] += 1
        }

        mutating func end(_ holder: Holder) {
            total -= 1
            holders[holder] = count(of: holder) == 1 ? nil : count(of: holder) - 1
        }
    }

    private struct State: Sendable {
        var connections = Counts<PeerAddress>()
        var uploads = Counts<PeerAddress>()
        var uploadsOfSenders = Counts<String>()
    }

    private let limits: DoorLimits
    private let state = Mutex(State())

    init(_ limits: DoorLimits) { self.limits = limits }

    func beginConnection(_ peer: PeerAddress) throws(Fullness) {
        try state.withLock { (state) throws(Fullness) in
            if state.connections.count(of: peer) >= limits.connectionsPerPeer { throw .forPeer }
            if state.connections.total >= limits.connections { throw .forAll }
            state.connections.begin(peer)
        }
    }

    func endConnection(_ peer: PeerAddress) { state.withLock { $0.connections.end(peer) } }

    func beginUpload(_ peer: PeerAddress, _ sender: String) throws(Fullness) {
        try state.withLock { (state) throws(Fullness) in
            if state.uploads.count(of: peer) >= limits.uploadsPerPeer { throw .forPeer }
            if state.uploadsOfSenders.count(of: sender) >= limits.uploadsPerSender { throw .forSender }
            if state.uploads.total >= limits.uploads { throw .forAll }
            state.uploads.begin(peer)
            state.uploadsOfSenders.begin(sender)
        }
    }

    func endUpload(_ peer: PeerAddress, _ sender: String) {
        state.withLock { state in
            state.uploads.end(peer)
            state.uploadsOfSenders.end(sender)
        }
    }
}

/// Whom a connection comes from, as far as limits care.
struct PeerAddress: Hashable, Sendable {
    /// An IPv4 address; the first 64 bits of an IPv6 address, which one customer has all addresses of; else a mark.
    private let text: String
    /// 127.0.0.0/8 or ::1: the peer is on this machine.
    let isLoopback: Bool

    init(_ address: SocketAddress?) {
        let ip = address?.ipAddress ?? "unknown"
        // An IPv4 peer of a socket that listens on both families.
        let plain = ip.hasPrefix("::ffff:") && ip.contains(".") ? String(ip.dropFirst(7)) : ip
        isLoopback = plain.hasPrefix("127.") || plain == "::1"
        text = plain.contains(":") && !isLoopback ? Self.networkPart(plain) : plain
    }

    /// The first four groups of an IPv6 address in text; what `::` stands for is written out.
    private static func networkPart(_ text: String) -> String {
        let bare = text.prefix { $0 != "%" }
        let halves = bare.split(separator: "::", maxSplits: 1, omittingEmptySubsequences: false)
        let head = halves[0].split(separator: ":")
        let tail = halves.count == 2 ? halves[1].split(separator: ":") : []
        let zeros = halves.count == 2 ? max(0, 8 - head.count - tail.count) : 0
        let groups = head + [Substring](repeating: "0", count: zeros) + tail
        return groups.prefix(4).joined(separator: ":")
    }
}
