// Goal: every request at the upload door has its defined answer, and only whole, promised bytes reach the node.
// Method: the real server on loopback, raw sockets, a node that answers by the batch's name; digests by sha256sum.

import Foundation
import Glibc
import Monitoring
import Synchronization
import Testing
import Web

@Suite(.serialized) struct UploadDoorTests {
    /// `printf hello | sha256sum`, and the same in base64 by `openssl dgst -binary -sha256 | base64`.
    private static let hello = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
    private static let helloBase64 = "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="

    @Test func `a new batch is created, a known one is ok, and the node gets the bytes as sent`() async throws {
        try await DoorUnderTest.serving { server in
            let created = try await server.exchange(
                requestText("PUT", "/v1/batches/day%201%E6%B0%B4.csv", body: "hello"))
            #expect(created.status == 201)
            #expect(created.headers["location"] == "/v1/receipts/\(Self.hello)")
            #expect(created.headers["content-type"] == "application/json")
            #expect(created.body == "{\"name\":\"day 1水.csv\"}")
            let known = try await server.exchange(requestText("PUT", "/v1/batches/again", body: "hello"))
            #expect(known.status == 200)
            let posted = try await server.exchange(requestText("POST", "/v1/batches?x=1&name=p.csv", body: "hello"))
            #expect(posted.status == 201)
            let unnamed = try await server.exchange(requestText("POST", "/v1/batches", body: "hello"))
            #expect(unnamed.body == "{\"name\":\"upload-2cf24dba5fb0a30e\"}")
            #expect(server.door.deliveries.map(\.name) == ["day 1水.csv", "again", "p.csv", "upload-2cf24dba5fb0a30e"])
            #expect(server.door.deliveries.allSatisfy { $0.bytes == Array("hello".utf8) && $0.sender == "station-1" })
            #expect(try FileManager.default.contentsOfDirectory(atPath: server.spool) == [])
        }
    }

    @Test func `a body of many pieces arrives whole, chunked or not`() async throws {
        let text = String(repeating: "0123456789abcdef", count: 65_536)
        try await DoorUnderTest.serving { server in
            _ = try await server.exchange(requestText("PUT", "/v1/batches/plain", body: text))
            let half = text.utf8.count / 2
            let chunks =
                "\(String(half, radix: 16))\r\n\(text.prefix(half))\r\n\(String(half, radix: 16))\r\n"
                + "\(text.suffix(half))\r\n0\r\n\r\n"
            let answer = try await server.exchange(
                requestText("PUT", "/v1/batches/chunked", headers: ["Transfer-Encoding: chunked"], body: chunks))
            #expect(answer.status == 201)
            #expect(server.door.deliveries.map(\.bytes) == [Array(text.utf8), Array(text.utf8)])
        }
    }

    @Test func `one connection carries several batches`() async throws {
        try await DoorUnderTest.serving { server in
            let answers = try await onThread {
                let connection = try RawConnection(port: server.port)
                return (1...3).map { number in
                    connection.send(requestText("PUT", "/v1/batches/\(number)", body: "b\(number)"))
                    return connection.answer()?.status
                }
            }
            #expect(answers == [201, 201, 201])
        }
    }

    @Test func `a batch nothing of which could be read is not to be sent again, and has its receipt`() async throws {
        try await DoorUnderTest.serving { server in
            let answer = try await server.exchange(requestText("PUT", "/v1/batches/unreadable", body: "hello"))
            #expect(answer.status == 422 && answer.problem == "unreadable")
            #expect(answer.headers["content-type"] == "application/problem+json")
            #expect(answer.headers["location"] == "/v1/receipts/\(Self.hello)")
            #expect((answer.members["receipt"] as? [String: String])?["name"] == "unreadable")
            #expect((answer.members["refusal"] as? [String: String])?["reason"] == "unknown-format")
            #expect(Set(["type", "title", "status", "detail", "remedy"]).isSubset(of: answer.members.keys))
        }
    }

    @Test func `a batch that inflates to too much is too large, and has its receipt`() async throws {
        try await DoorUnderTest.serving { server in
            let answer = try await server.exchange(requestText("PUT", "/v1/batches/bomb", body: "hello"))
            #expect(answer.status == 413 && answer.problem == "inflated-too-large")
            #expect((answer.members["receipt"] as? [String: String])?["name"] == "bomb")
            #expect((answer.members["refusal"] as? [String: String])?["reason"] == "inflated-too-large")
        }
    }

    @Test(
        arguments: [
            (nil, 401, "token-missing"), ("nobody", 401, "token-unknown"), ("old", 403, "token-expired"),
            ("gone", 403, "token-retired"),
        ] as [(String?, Int, String)])
    func `who shows no good token is refused`(token: String?, status: Int, problem: String) async throws {
        try await DoorUnderTest.serving { server in
            for request in [
                requestText("PUT", "/v1/batches/x", token: token, body: "hello"),
                requestText("GET", "/v1/receipts/\(Self.hello)", token: token),
            ] {
                let answer = try await server.exchange(request)
                #expect(answer.status == status && answer.problem == problem)
                #expect((answer.headers["www-authenticate"]?.hasPrefix("Bearer") == true) == (status == 401))
            }
            #expect(server.door.deliveries.isEmpty)
        }
    }

    @Test(arguments: [
        "a%2Fb", "a/b", "..", "%2e%2e", ".", "", "a%5Cb", "a%00b", "a%0Ab", "a%7Fb", "a%C2%85b", "%FF", "%C0%AF", "a%2",
        "a%zz", "%252e%252e", "a%E2%80%AEb", String(repeating: "n", count: 256),
    ])
    func `a name that could be taken for something else is refused`(name: String) async throws {
        try await DoorUnderTest.serving { server in
            let answer = try await server.exchange(requestText("PUT", "/v1/batches/\(name)", body: "hello"))
            #expect(answer.status == 400 && answer.problem == "name", "\(answer)")
            #expect(server.door.deliveries.isEmpty)
        }
    }

    @Test func `a name of 255 bytes is taken`() async throws {
        try await DoorUnderTest.serving { server in
            let name = String(repeating: "n", count: 255)
            let answer = try await server.exchange(requestText("PUT", "/v1/batches/\(name)", body: "h"))
            #expect(answer.status == 201)
        }
    }

    @Test func `too many bytes are refused by what is declared and by what comes`() async throws {
        var limits = DoorLimits()
        limits.batchBytes = 10
        try await DoorUnderTest.serving(limits: limits) { server in
            let declared = try await server.exchange(
                requestText("PUT", "/v1/batches/x", headers: ["Content-Length: 11"], body: ""))
            #expect(declared.status == 413 && declared.problem == "too-large")
            #expect(declared.headers["connection"] == "close")
            let streamed = try await server.exchange(
                requestText(
                    "PUT", "/v1/batches/x", headers: ["Transfer-Encoding: chunked"], body: "b\r\n01234567890\r\n"))
            #expect(streamed.status == 413)
            let fits = try await server.exchange(requestText("PUT", "/v1/batches/x", body: "0123456789"))
            #expect(fits.status == 201)
            #expect(try FileManager.default.contentsOfDirectory(atPath: server.spool) == [])
        }
    }

    @Test(arguments: [
        ("Content-Encoding: br", 415, "content-encoding"), ("Content-Encoding: gzip, gzip", 415, "content-encoding"),
        ("Content-Range: bytes 0-4/10", 400, "partial"),
        ("Repr-Digest: sha-256=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:", 400, "digest-mismatch"),
        ("Content-Digest: sha-256=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:", 400, "digest-mismatch"),
        ("Repr-Digest: sha-256=:AAAA:", 400, "digest-malformed"), ("Repr-Digest: sha-256=x", 400, "digest-malformed"),
        ("Repr-Digest: sha-256=\(hello)", 400, "digest-malformed"), ("Sent-At: yesterday", 400, "sent-time"),
        ("Sent-At: 2026-05-01T08:00:00", 400, "sent-time"),
    ])
    func `fields that cannot be met are refused`(field: String, status: Int, problem: String) async throws {
        try await DoorUnderTest.serving { server in
            let answer = try await server.exchange(requestText("PUT", "/v1/batches/x", headers: [field], body: "hello"))
            #expect(answer.status == status && answer.problem == problem)
            #expect((answer.headers["accept-encoding"] != nil) == (status == 415))
            #expect(server.door.deliveries.isEmpty)
            #expect(try FileManager.default.contentsOfDirectory(atPath: server.spool) == [])
        }
    }

    @Test(arguments: [
        "Content-Encoding: gzip", "Content-Encoding: Identity", "Content-Encoding: deflate",
        "Repr-Digest: sha-512=:AAAA:, sha-256=:\(helloBase64):", "Content-Digest: sha-256=:\(helloBase64):",
        "Repr-Digest: md5=:AAAA:", "Sent-At: 2026-05-01T08:00:00.250+08:00",
    ])
    func `fields that can be met are`(field: String) async throws {
        try await DoorUnderTest.serving { server in
            let answer = try await server.exchange(requestText("PUT", "/v1/batches/x", headers: [field], body: "hello"))
            #expect(answer.status == 201)
        }
    }

    @Test(arguments: [16 << 10, (16 << 10) + 1, 100_000])
    func `a body arrives whole, whether it stays in memory or not`(byteCount: Int) async throws {
        let body = String((0..<byteCount).map { Character(UnicodeScalar(UInt8(ascii: "a") + UInt8($0 % 26))) })
        try await DoorUnderTest.serving { server in
            let answer = try await server.exchange(requestText("PUT", "/v1/batches/x", body: body))
            #expect(answer.status == 201)
            #expect(server.door.deliveries.map(\.bytes) == [Array(body.utf8)])
            #expect(try FileManager.default.contentsOfDirectory(atPath: server.spool) == [])
        }
    }

    @Test func `when the node cannot take a batch the sender is told when to come back`() async throws {
        try await DoorUnderTest.serving { server in
            let busy = try await server.exchange(requestText("PUT", "/v1/batches/busy", body: "hello"))
            #expect(busy.status == 503 && busy.headers["retry-after"] == "7" && busy.problem == "not-taken")
            let fault = try await server.exchange(requestText("PUT", "/v1/batches/surprise", body: "hello"))
            #expect(fault.status == 500 && fault.problem == "fault")
            #expect(try FileManager.default.contentsOfDirectory(atPath: server.spool) == [])
        }
    }

    @Test(arguments: [
        ("Content-Length: 100", "only a part"), ("Transfer-Encoding: chunked", "5\r\nhello\r\n"),
        ("Transfer-Encoding: chunked", "5\r\nhello"), ("Transfer-Encoding: chunked", "6"),
        ("Transfer-Encoding: chunked", "64\r\nhello"),
        ("Content-Length: 40000", String(repeating: "x", count: 20_000)),
    ])
    func `a body cut off is no batch`(length: String, body: String) async throws {
        let request = requestText("PUT", "/v1/batches/x", headers: [length], body: body)
        try await DoorUnderTest.serving { server in
            let answers = try await onThread {
                let connection = try RawConnection(port: server.port)
                connection.send(request)
                connection.finishSending()
                return String(decoding: connection.readToEnd(), as: UTF8.self)
            }
            #expect(answers.hasPrefix("HTTP/1.1 400 ") && answers.contains("urn:tributary:problem:cut-off"))
            #expect(answers.components(separatedBy: "HTTP/1.1 ").count == 2)
            #expect(server.door.deliveries.isEmpty)
            #expect(try await server.exchange(requestText("PUT", "/v1/batches/next", body: "hello")).status == 201)
            #expect(try FileManager.default.contentsOfDirectory(atPath: server.spool) == [])
        }
    }

    @Test(arguments: [
        ("PUT", "/v1/batches/x", " HTTP/1.1\r\nHost: localhost"),
        ("POST", "/v1/batches", " HTTP/1.1\r\nHost: localhost"),
        ("PUT", "/v1/batches/x", " HTTP/1.0"), ("POST", "/v1/batches", " HTTP/1.0"),
    ])
    func `a request that says no length brings no batch`(method: String, target: String, rest: String) async throws {
        try await DoorUnderTest.serving { server in
            let answer = try await server.exchange("\(method) \(target)\(rest)\r\nAuthorization: Bearer good\r\n\r\n")
            #expect(answer.status == 411 && answer.problem == "length-required")
            #expect(server.door.deliveries.isEmpty)
            // An empty batch that says so is one.
            let empty = try await server.exchange(requestText("PUT", "/v1/batches/x", body: ""))
            #expect(empty.status == 201 && server.door.deliveries.map(\.bytes) == [[]])
        }
    }

    @Test(arguments: [
        ("nonsense\r\n\r\n", 400, "malformed-request"), ("GET /v1/health\r\n\r\n", 400, "malformed-request"),
        ("GET /v1/health HTTP/1.1\r\nno colon\r\n\r\n", 400, "malformed-request"),
        (
            "PUT /v1/batches/x HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400, "malformed-request"
        ),
        // The dots stand for 200,000 letters, which no report needs to print.
        ("GET /v1/health HTTP/1.1\r\nX: …\r\n\r\n", 431, "head-too-large"),
        ("GET /… HTTP/1.1\r\n\r\n", 431, "head-too-large"),
    ])
    func `what is no request is answered with a problem`(text: String, status: Int, problem: String) async throws {
        try await DoorUnderTest.serving { server in
            let good = requestText("GET", "/v1/health", token: nil)
            let answers = try await onThread {
                let connection = try RawConnection(port: server.port)
                // The answer to what came before keeps its place.
                connection.send(good + text.replacing("…", with: String(repeating: "x", count: 200_000)))
                return [connection.answer(), connection.answer()]
            }
            #expect(answers[0]?.status == 200)
            let refused = try #require(answers[1])
            #expect(refused.status == status && refused.problem == problem, "\(refused)")
            #expect(refused.headers["content-type"] == "application/problem+json")
            #expect(refused.headers["connection"] == "close")
            #expect(try await server.exchange(good).status == 200)
        }
    }

    @Test func `chunks that are none are malformed`() async throws {
        try await DoorUnderTest.serving { server in
            let answer = try await server.exchange(
                requestText("PUT", "/v1/batches/x", headers: ["Transfer-Encoding: chunked"], body: "zz\r\nhello\r\n"))
            #expect(answer.status == 400 && answer.problem == "malformed-request")
            #expect(server.door.deliveries.isEmpty)
        }
    }

    @Test func `a sender that asks first is told to go on, or refused before it sends`() async throws {
        try await DoorUnderTest.serving { server in
            let statuses = try await onThread {
                let connection = try RawConnection(port: server.port)
                let asking = ["Expect: 100-continue", "Content-Length: 5"]
                connection.send(requestText("PUT", "/v1/batches/x", headers: asking, body: ""))
                let first = connection.answer()?.status
                connection.send("hello")
                let second = connection.answer()?.status
                let refused = try RawConnection(port: server.port)
                refused.send(requestText("PUT", "/v1/batches/x", token: "old", headers: asking, body: ""))
                return [first, second, refused.answer()?.status]
            }
            #expect(statuses == [100, 201, 403])
        }
    }

    @Test func `receipts, health, and addresses that are none`() async throws {
        try await DoorUnderTest.serving { server in
            #expect(try await server.exchange(requestText("GET", "/v1/receipts/\(Self.hello)")).status == 404)
            #expect(try await server.exchange(requestText("GET", "/v1/receipts/12")).status == 400)
            _ = try await server.exchange(requestText("PUT", "/v1/batches/x", body: "hello"))
            let receipt = try await server.exchange(requestText("GET", "/v1/receipts/\(Self.hello)"))
            #expect(receipt.status == 200 && receipt.body == "{\"stored\":true}")
            let health = try await server.exchange(requestText("GET", "/v1/health", token: nil))
            #expect(health.status == 200 && health.body == "{\"status\":\"ok\"}")
            server.door.isFailing.withLock { $0 = true }
            let failing = try await server.exchange(requestText("GET", "/v1/health", token: nil))
            #expect(failing.status == 503 && failing.headers["retry-after"] != nil)
            for (method, path, status) in [
                ("GET", "/v1/batches/x", 405), ("DELETE", "/v1/batches/x", 405), ("PUT", "/v1/batches", 405),
                ("POST", "/v1/receipts/x", 405), ("GET", "/v1/else", 404), ("GET", "/nothing", 404),
            ] {
                let answer = try await server.exchange(requestText(method, path))
                #expect(answer.status == status, "\(method) \(path)")
                #expect((answer.headers["allow"] != nil) == (status == 405))
            }
            #expect(try await server.exchange(requestText("GET", "/en/", token: nil)).status == 200)
        }
    }

    @Test func `the spool is this user's alone, and what a crash left there is gone`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "spool-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try Data([1]).write(to: URL(filePath: folder + "/7.part"))
        try await DoorUnderTest.serving(spool: folder) { _ in
            let left = try FileManager.default.contentsOfDirectory(atPath: folder)
            #expect(left.isEmpty)
        }
        try FileManager.default.removeItem(atPath: folder)
        try await DoorUnderTest.serving(spool: folder) { _ in
            let mode = try FileManager.default.attributesOfItem(atPath: folder)[.posixPermissions] as? Int
            #expect(mode == 0o700)
        }
        #expect(throws: SpoolProblem.self) {
            try UploadDoorSettings(door: StubDoor(), spoolFolder: folder + "/no/such", allowsPlain: false)
        }
    }

    @Test func `tokens are not taken over plain HTTP from elsewhere, unless the operator says so`() async throws {
        // Every address of this machine that is not the loopback; a machine without one has nothing to show here.
        for address in Self.outerAddresses {
            for (allows, status) in [(false, 403), (true, 201)] {
                try await DoorUnderTest.serving(host: "0.0.0.0", allowsPlain: allows) { server in
                    let answer = try await onThread {
                        let connection = try RawConnection(port: server.port, destination: address)
                        connection.send(requestText("PUT", "/v1/batches/x", body: "hello"))
                        return connection.answer()
                    }
                    #expect(answer?.status == status)
                    #expect(answer?.problem == (allows ? nil : "plain-http"))
                }
            }
        }
    }

    private static var outerAddresses: [String] {
        var first: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&first) == 0 else { return [] }
        defer { freeifaddrs(first) }
        var found: [String] = []
        var next = first
        while let entry = next?.pointee {
            next = entry.ifa_next
            guard let address = entry.ifa_addr, address.pointee.sa_family == sa_family_t(AF_INET) else { continue }
            var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            let length = socklen_t(MemoryLayout<sockaddr_in>.size)
            guard getnameinfo(address, length, &host, socklen_t(host.count), nil, 0, NI_NUMERICHOST) == 0 else {
                continue
            }
            let text = String(decoding: host.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            if !text.hasPrefix("127.") { found.append(text) }
        }
        return found
    }
}
