// Goal: however many peers are slow or greedy, they are told so or dropped, and nobody else waits for them.
// Method: the real server with small limits; peers come from different addresses of the loopback network.

import Foundation
import NIOCore
import Testing
import Web

@Suite(.serialized) struct SlowPeerTests {
    private static let openHead = requestText(
        "PUT", "/v1/batches/slow", headers: ["Content-Length: 1000"], body: "")

    @Test func `a body that pauses is given up and told so`() async throws {
        var limits = DoorLimits()
        limits.bodyIdle = .milliseconds(200)
        try await DoorUnderTest.serving(limits: limits) { server in
            let answer = try await server.exchange(Self.openHead + "some")
            #expect(answer.status == 408 && answer.problem == "too-slow")
            #expect(answer.headers["connection"] == "close")
            #expect(server.door.deliveries.isEmpty)
            #expect(try FileManager.default.contentsOfDirectory(atPath: server.spool) == [])
        }
    }

    @Test func `a body that trickles is given up after its grace, and the connection ends`() async throws {
        var limits = DoorLimits()
        limits.bodyIdle = .seconds(5)
        limits.bodyGrace = .milliseconds(300)
        limits.linger = .milliseconds(200)
        try await DoorUnderTest.serving(limits: limits) { server in
            let (status, rest) = try await onThread {
                let connection = try RawConnection(port: server.port)
                connection.send(Self.openHead)
                // A byte, then up to 20 ms for an answer: at most 900 bytes, 18 s.
                for _ in 1...900 where !connection.isReadable(within: 20) { connection.send("x") }
                return (connection.answer()?.status, connection.readToEnd())
            }
            #expect(status == 408)
            #expect(rest.isEmpty)
        }
    }

    @Test func `a fast enough body may take longer than the grace`() async throws {
        var limits = DoorLimits()
        limits.bodyGrace = .milliseconds(100)
        limits.bodyBytesPerSecond = 10
        try await DoorUnderTest.serving(limits: limits) { server in
            let status = try await onThread {
                let connection = try RawConnection(port: server.port)
                connection.send(requestText("PUT", "/v1/batches/x", headers: ["Content-Length: 1000"], body: ""))
                connection.send(String(repeating: "x", count: 500))
                // Nothing is said while the earned time runs: 500 bytes at 10 a second.
                if connection.isReadable(within: 300) { return connection.answer()?.status }
                connection.send(String(repeating: "x", count: 500))
                return connection.answer()?.status
            }
            #expect(status == 201)
        }
    }

    @Test func `who sends no request, or half a head, is dropped`() async throws {
        var limits = DoorLimits()
        limits.headDeadline = .milliseconds(200)
        limits.keepAlive = .milliseconds(200)
        try await DoorUnderTest.serving(limits: limits) { server in
            let received = try await onThread {
                try ["", "PUT /v1/batches/x HTT", requestText("GET", "/v1/health")].map { text in
                    let connection = try RawConnection(port: server.port)
                    connection.send(text)
                    return String(decoding: connection.readToEnd(), as: UTF8.self)
                }
            }
            #expect(received[0].isEmpty && received[1].isEmpty)
            #expect(received[2].hasPrefix("HTTP/1.1 200 "), "Answered first, then dropped for idling.")
        }
    }

    @Test func `an address has so many connections, and others have theirs`() async throws {
        var limits = DoorLimits()
        limits.connectionsPerPeer = 3
        try await DoorUnderTest.serving(limits: limits) { server in
            let (refused, other, later) = try await onThread {
                var held = try (1...3).map { _ in try RawConnection(port: server.port, source: "127.0.0.2") }
                // A connection counts once the server has it: each of them is answered first.
                for connection in held {
                    connection.send(requestText("GET", "/v1/health"))
                    _ = connection.answer()
                }
                let fourth = try RawConnection(port: server.port, source: "127.0.0.2").answer()
                let neighbour = try RawConnection(port: server.port, source: "127.0.0.3")
                neighbour.send(requestText("GET", "/v1/health"))
                let other = neighbour.answer()
                held.removeAll()
                // The places are free again once the server has seen the ends.
                var later: Int?
                for _ in 1...200 where later != 200 {
                    let again = try RawConnection(port: server.port, source: "127.0.0.2")
                    again.send(requestText("GET", "/v1/health"))
                    later = again.answer()?.status
                }
                return (fourth, other, later)
            }
            #expect(refused?.status == 429 && refused?.problem == "too-many-connections")
            #expect(refused?.headers["retry-after"] == "2")
            #expect(other?.status == 200)
            #expect(later == 200)
        }
    }

    @Test func `uploads of one address and of all are limited, the excess is told at once`() async throws {
        var limits = DoorLimits()
        limits.uploadsPerPeer = 2
        limits.uploadsPerSender = 4
        limits.uploads = 3
        try await DoorUnderTest.serving(limits: limits) { server in
            let held = try await Self.stalled(3, on: server) { $0 < 2 ? "127.0.0.2" : "127.0.0.3" }
            let upload = requestText("PUT", "/v1/batches/x", body: "hello")
            let same = try await server.exchange(upload, from: "127.0.0.2")
            #expect(same.status == 429 && same.problem == "too-many-uploads" && same.headers["retry-after"] == "2")
            let full = try await server.exchange(upload, from: "127.0.0.4")
            #expect(full.status == 503 && full.problem == "door-full" && full.headers["retry-after"] == "2")
            #expect(try await server.exchange(requestText("GET", "/v1/health"), from: "127.0.0.2").status == 200)
            let finished = try await onThread {
                held.map { connection -> Int? in
                    connection.send(String(repeating: "x", count: 999))
                    return connection.answer()?.status
                }
            }
            #expect(finished == [201, 201, 201])
            #expect(try await server.exchange(upload, from: "127.0.0.2").status == 201)
        }
    }

    @Test func `a sender has so many uploads, from wherever they come`() async throws {
        var limits = DoorLimits()
        limits.uploadsPerSender = 2
        try await DoorUnderTest.serving(limits: limits) { server in
            let held = try await Self.stalled(2, on: server) { "127.0.0.\(2 + $0)" }
            let upload = requestText("PUT", "/v1/batches/x", body: "hello")
            let third = try await server.exchange(upload)
            #expect(third.status == 429 && third.members["title"] as? String == "Too many uploads of this sender")
            let other = try await server.exchange(
                requestText("PUT", "/v1/batches/x", token: "other", body: "hello"))
            #expect(other.status == 201)
            #expect(held.count == 2)
        }
    }

    @Test func `hundreds of stalled peers hold up nobody`() async throws {
        var limits = DoorLimits()
        limits.uploadsPerSender = 200
        try await DoorUnderTest.serving(limits: limits) { server in
            // Ten addresses, twenty bodies each, of one sender, whose limit is the only one they reach.
            let held = try await Self.stalled(200, on: server) { "127.0.1.\(1 + $0 % 10)" }
            let start = ContinuousClock.now
            for number in 1...50 {
                let answer = try await server.exchange(
                    requestText("PUT", "/v1/batches/\(number)", token: "other", body: "hello"))
                #expect(answer.status == 201)
            }
            // Far below the time after which the stalled ones are given up; on a quiet machine it takes 30 ms.
            #expect(ContinuousClock.now - start < .seconds(10))
            #expect(held.allSatisfy { !$0.isReadable(within: 0) }, "They are still being waited for.")
        }
    }

    /// Connections that have begun a body of 1,000 bytes with one, each known to have its place.
    private static func stalled(
        _ count: Int, on server: DoorUnderTest, from source: @escaping @Sendable (Int) -> String
    ) async throws -> [RawConnection] {
        try await onThread {
            try (0..<count).map { number in
                let connection = try RawConnection(port: server.port, source: source(number))
                // The answer 100 comes once the place is taken.
                connection.send(
                    requestText(
                        "PUT", "/v1/batches/slow", headers: ["Content-Length: 1000", "Expect: 100-continue"], body: ""))
                guard connection.answer()?.status == 100 else { throw SocketFault(description: "no place") }
                connection.send("x")
                return connection
            }
        }
    }
}
