// The daemon as its users meet it: a process that says where it listens, and ends when told.

import Foundation
import Glibc
import Testing

/// One `tributary serve` on a free port.
final class Daemon {
    let port: Int
    let socketPath: String
    private let process: Process
    private let notes: Pipe
    private var heardLater = ""

    /// Starts the daemon and returns once it says that it listens.
    init(
        data: String, stations: String, drop: String, options: [String] = [], environment: [String: String] = [:]
    ) throws {
        let started = try Program.start(
            ["serve", "--data", data, "--stations", stations, "--drop", drop, "--listen", "127.0.0.1:0"] + options,
            environment: environment)
        process = started.0
        notes = started.notes
        var heard = ""
        while !heard.contains("Listening on ") || !heard.hasSuffix("\n") {
            let part = notes.fileHandleForReading.availableData
            if part.isEmpty { throw DaemonEnded(said: heard) }
            heard += String(decoding: part, as: UTF8.self)
        }
        // Listening on http://127.0.0.1:PORT/ and /path/to/socket
        let line = heard.split(separator: "\n").last { $0.hasPrefix("Listening on ") } ?? ""
        let words = line.split(separator: " ")
        port = try #require(words.count == 5 ? Int(words[2].dropLast().split(separator: ":").last ?? "") : nil)
        socketPath = String(words[4])
    }

    deinit { if process.isRunning { end(with: SIGKILL) } }

    var isRunning: Bool { process.isRunning }

    /// The most memory it ever held at once, in KiB: `VmHWM`, what the kernel counted.
    func peakKibibytes() throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
        return try #require(line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) })
    }

    /// Sends the signal and waits for the end.
    ///
    /// - Returns: the exit code, `nil` when the signal itself ended it.
    @discardableResult
    func end(with signal: Int32) -> Int32? {
        kill(process.processIdentifier, signal)
        process.waitUntilExit()
        return process.terminationReason == .exit ? process.terminationStatus : nil
    }

    /// What it said after it listened; to be asked once it has ended.
    func laterNotes() -> String {
        heardLater + String(decoding: notes.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    }

    /// Returns once the daemon has said `words` on standard error, or has ended.
    func waitUntilSaid(_ words: String) {
        while !heardLater.contains(words) {
            let part = notes.fileHandleForReading.availableData
            if part.isEmpty { return }
            heardLater += String(decoding: part, as: UTF8.self)
        }
    }

    struct DaemonEnded: Error {
        let said: String
    }
}

/// Asks again until `condition` holds, at most `limit` times; each asking runs the program, so none is idle.
func poll(limit: Int = 400, _ condition: () throws -> Bool) throws -> Bool {
    for _ in 0..<limit where try condition() { return true }
    return false
}

/// One page over TCP, read to the end of the connection.
func page(_ path: String, port: Int) throws -> (status: Int, text: String) {
    try exchange("GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", port: port)
}

/// Puts one batch at the HTTP door.
func put(_ name: String, _ body: String, token: String, port: Int) throws -> (status: Int, text: String) {
    try exchange(
        """
        PUT /v1/batches/\(name) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
        Authorization: Bearer \(token)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)
        """, port: port)
}

/// One request over TCP, and everything up to the end of the connection.
func exchange(_ request: String, port: Int) throws -> (status: Int, text: String) {
    try exchange(Array(request.utf8), port: port)
}

func exchange(_ sent: [UInt8], port: Int) throws -> (status: Int, text: String) {
    let descriptor = try #require(connection(toPort: port), "The page server does not accept connections.")
    defer { close(descriptor) }
    try #require(send(descriptor, sent, sent.count, Int32(MSG_NOSIGNAL)) == sent.count)
    var answer: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
        let count = recv(descriptor, &buffer, buffer.count, 0)
        if count <= 0 { break }
        answer += buffer[..<count]
    }
    let text = String(decoding: answer, as: UTF8.self)
    let status = text.split(separator: " ", maxSplits: 2).dropFirst().first.flatMap { Int($0) }
    return (try #require(status), text)
}

/// A connection to a port of this machine; `nil` when nobody listens there.
func connection(toPort port: Int) -> Int32? {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    let connected = withLoopback(port) { connect(descriptor, $0, $1) }
    if connected == 0 { return descriptor }
    close(descriptor)
    return nil
}

/// A port of the loopback as the socket calls take it.
func withLoopback(_ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(UInt16(port)).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
    return withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
}

/// A blocking call on a thread of its own.
final class BackgroundCall<Value>: @unchecked Sendable {
    private let done = DispatchSemaphore(value: 0)
    private var result: Result<Value, any Error>?

    init(_ body: @escaping @Sendable () throws -> Value) {
        Thread.detachNewThread { [self] in
            result = Result(catching: body)
            done.signal()
        }
    }

    /// Waits for the end.
    func value() throws -> Value {
        done.wait()
        guard let result else { preconditionFailure("A call that ended has a result.") }
        return try result.get()
    }
}
