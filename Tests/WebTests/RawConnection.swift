// A client without manners: bytes over a socket, as slow, as short and as wrong as a test wants them.

import Foundation
import Glibc

/// One answer of a server.
struct Answer: Sendable {
    let status: Int
    /// Names in lower case.
    let headers: [String: String]
    let body: String

    /// The members of a JSON body.
    var members: [String: Any] {
        (try? JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any]) ?? [:]
    }

    /// The last part of the problem's type.
    var problem: String? { (members["type"] as? String)?.split(separator: ":").last.map(String.init) }
}

struct SocketFault: Error, CustomStringConvertible {
    let description: String
}

/// A TCP connection to the loopback; every call blocks its thread.
final class RawConnection: @unchecked Sendable {
    private let descriptor: Int32
    private var unread: [UInt8] = []

    /// - Parameter source: the address the server sees; all of 127.0.0.0/8 is this machine.
    init(port: Int, source: String = "127.0.0.1", destination: String = "127.0.0.1") throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var noDelay: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &noDelay, socklen_t(MemoryLayout<Int32>.size))
        if destination == "127.0.0.1" { try call(source, 0, bind, "bind") }
        try call(destination, port, connect, "connect")
    }

    deinit { close(descriptor) }

    private func call(
        _ host: String, _ port: Int, _ body: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Int32, _ name: String
    ) throws {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port)).bigEndian
        inet_pton(AF_INET, host, &address.sin_addr)
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0 else { throw SocketFault(description: "\(name): \(String(cString: strerror(errno)))") }
    }

    /// - Returns: whether the connection took all of it.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count <= 0 { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    @discardableResult
    func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    /// Says that nothing more comes.
    func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Whether something can be read (an answer, or the end) before the time is over.
    func isReadable(within milliseconds: Int32) -> Bool {
        if !unread.isEmpty { return true }
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, milliseconds) > 0
    }

    /// The next answer; `nil` when the connection ends before a whole one.
    func answer() -> Answer? {
        while true {
            if let end = headEnd() {
                let head = String(decoding: unread[..<end], as: UTF8.self)
                let lines = head.split(separator: "\r\n")
                let status = Int(lines[0].split(separator: " ")[1]) ?? 0
                var headers: [String: String] = [:]
                for line in lines.dropFirst() {
                    let parts = line.split(separator: ":", maxSplits: 1)
                    headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
                }
                let length = headers["content-length"].flatMap { Int($0) } ?? 0
                if unread.count >= end + length {
                    let body = String(decoding: unread[end..<(end + length)], as: UTF8.self)
                    unread.removeFirst(end + length)
                    return Answer(status: status, headers: headers, body: body)
                }
            }
            if !readMore() { return nil }
        }
    }

    /// Everything up to the end of the connection.
    func readToEnd() -> [UInt8] {
        while readMore() {}
        defer { unread = [] }
        return unread
    }

    private func readMore() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        if count <= 0 { return false }
        unread += buffer[..<count]
        return true
    }

    private func headEnd() -> Int? {
        let mark = Array("\r\n\r\n".utf8)
        guard unread.count >= 4 else { return nil }
        for place in 0...(unread.count - 4) where Array(unread[place..<(place + 4)]) == mark { return place + 4 }
        return nil
    }
}

/// Runs blocking calls on a thread of their own: the server under test needs the pool's.
func onThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { done in
        Thread.detachNewThread { done.resume(with: Result(catching: body)) }
    }
}

/// A request with a body, `nil` for none.
func requestText(
    _ method: String, _ target: String, token: String? = "good", headers: [String] = [], body: String? = nil
) -> String {
    var lines = ["\(method) \(target) HTTP/1.1", "Host: localhost"] + headers
    if let token { lines.append("Authorization: Bearer \(token)") }
    if let body, !headers.contains(where: { $0.hasPrefix("Content-Length") || $0.hasPrefix("Transfer-Encoding") }) {
        lines.append("Content-Length: \(body.utf8.count)")
    }
    return lines.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? "")
}
