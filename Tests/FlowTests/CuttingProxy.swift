// A bad line for tests: between a station and a node, it breaks each connection after so many bytes.

import Foundation
import Glibc
import Synchronization
import Testing

/// Listens on the loopback and carries bytes to and from the node at `nodePort`.
final class CuttingProxy: Sendable {
    private struct State: Sendable {
        var nodePort: Int
        var carried = 0
        var cuts = 0
    }

    let port: Int
    private let listener: Int32
    private let limit: Int
    private let state: Mutex<State>
    private let cut: @Sendable (CuttingProxy, Int) -> Void

    /// - Parameters:
    ///   - limit: bytes towards the node after which a connection breaks.
    ///   - cut: called when a connection is about to break, with how many broke before it.
    init(nodePort: Int, limit: Int, cut: @escaping @Sendable (CuttingProxy, Int) -> Void = { _, _ in }) throws {
        self.limit = limit
        self.cut = cut
        state = Mutex(State(nodePort: nodePort))
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        let bound = withLoopback(0) { [listener] in bind(listener, $0, $1) }
        try #require(bound == 0)
        let listening = listen(listener, 16)
        try #require(listening == 0)
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let named = withUnsafeMutablePointer(to: &address) { [listener] pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(listener, $0, &length) }
        }
        try #require(named == 0)
        port = Int(in_port_t(bigEndian: address.sin_port))
        Thread.detachNewThread { [self] in
            while case let station = accept(listener, nil, nil), station >= 0 {
                Thread.detachNewThread { [self] in carry(station) }
            }
        }
    }

    /// Bytes that went towards the node.
    var carried: Int { state.withLock { $0.carried } }
    var cuts: Int { state.withLock { $0.cuts } }

    /// The node is at another port from now on.
    func move(to port: Int) { state.withLock { $0.nodePort = port } }

    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    private func carry(_ station: Int32) {
        defer { close(station) }
        guard let node = connection(toPort: state.withLock { $0.nodePort }) else { return }
        let back = BackgroundCall { self.pump(from: node, to: station, limit: .max) }
        if pump(from: station, to: node, limit: limit) == limit {
            let before = state.withLock { state in
                state.cuts += 1
                return state.cuts - 1
            }
            cut(self, before)
        }
        for end in [node, station] { shutdown(end, Int32(SHUT_RDWR)) }
        _ = try? back.value()
        close(node)
    }

    /// Carries bytes until one side ends or the limit is reached; how many it carried.
    @discardableResult
    private func pump(from source: Int32, to target: Int32, limit: Int) -> Int {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        var total = 0
        while total < limit {
            let count = recv(source, &buffer, min(buffer.count, limit - total), 0)
            if count <= 0 { break }
            var sent = 0
            while sent < count {
                let part = buffer.withUnsafeBytes {
                    send(target, $0.baseAddress! + sent, count - sent, Int32(MSG_NOSIGNAL))
                }
                if part <= 0 { return total }
                sent += part
            }
            total += count
            if limit != .max { state.withLock { $0.carried += count } }
        }
        return total
    }
}
