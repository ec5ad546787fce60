// How many connections and bodies under way each peer address has, and all of them together.

import NIOCore
import Synchronization

/// Counts places at the door; a full door refuses at once instead of letting others wait.
final class DoorPlaces: Sendable {
    /// Which limit refused.
    enum Fullness: Error, Hashable {
        case forPeer
        case forAll
    }

    private struct Counts {
        var connections = 0
        var uploads = 0
    }

    private struct State {
        var total = Counts()
        var peers: [PeerAddress: Counts] = [:]
    }

    private let limits: DoorLimits
    private let state = Mutex(State())

    init(_ limits: DoorLimits) { self.limits = limits }

    func beginConnection(_ peer: PeerAddress) throws(Fullness) {
        try begin(peer, \.connections, forPeer: limits.connectionsPerPeer, forAll: limits.connections)
    }

    func endConnection(_ peer: PeerAddress) { end(peer, \.connections) }

    func beginUpload(_ peer: PeerAddress) throws(Fullness) {
        try begin(peer, \.uploads, forPeer: limits.uploadsPerPeer, forAll: limits.uploads)
    }

    func endUpload(_ peer: PeerAddress) { end(peer, \.uploads) }

    private func begin(
        _ peer: PeerAddress, _ count: WritableKeyPath<Counts, Int>, forPeer: Int, forAll: Int
    ) throws(Fullness) {
        try state.withLock { (state) throws(Fullness) in
            var own = state.peers[peer] ?? Counts()
            if own[keyPath: count] >= forPeer { throw .forPeer }
            if state.total[keyPath: count] >= forAll { throw .forAll }
            own[keyPath: count] += 1
            state.total[keyPath: count] += 1
            state.peers[peer] = own
        }
    }

    private func end(_ peer: PeerAddress, _ count: WritableKeyPath<Counts, Int>) {
        state.withLock { state in
            guard var own = state.peers[peer] else { return }
            own[keyPath: count] -= 1
            state.total[keyPath: count] -= 1
            state.peers[peer] = own.connections == 0 && own.uploads == 0 ? nil : own
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
