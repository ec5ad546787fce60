// Goal: an upload goes on where its line broke, for its own sender only, within the limits, and becomes one whole batch.
// Method: the real server on loopback, raw sockets that end where the test wants; a server stopped and started again.

import Foundation
import Glibc
import Monitoring
import Synchronization
import Testing
import Web

@Suite(.serialized) struct ResumptionTests {
    private static let text = String(repeating: "0123456789abcdef", count: 8_192)
    /// `python3 -c 'print("0123456789abcdef"*8192,end="")' | openssl dgst -binary -sha256 | base64`.
    private static let digest = "onBqIDlOSBeahscegsNgwpYNNlI0D5uf2zVaQuOsdpE="

    private static func begin(
        _ server: DoorUnderTest, _ name: String = "long", token: String = "good", headers: [String] = []
    ) async throws -> Answer {
        try await server.exchange(
            requestText(
                "PUT", "/v1/batches/\(name)", token: token,
                headers: ["Upload-Complete: ?0", "Content-Length: 0"] + headers, body: ""))
    }

    private static func begun(
        _ server: DoorUnderTest, _ name: String = "long", token: String = "good", headers: [String] = []
    ) async throws -> String {
        let answer = try await begin(server, name, token: token, headers: headers)
        try #require(answer.status == 201, "\(answer)")
        return try #require(answer.headers["location"])
    }

    private static func part(
        _ upload: String, at offset: Int, _ body: String, isLast: Bool = false, headers: [String] = []
    ) -> String {
        requestText(
            "PATCH", upload,
            headers: [
                "Content-Type: application/partial-upload", "Upload-Offset: \(offset)",
                "Upload-Complete: \(isLast ? "?1" : "?0")",
            ] + headers, body: body)
    }

    private static func head(_ upload: String, token: String = "good") -> String {
        requestText("HEAD", upload, token: token)
    }

    private static func left(_ server: DoorUnderTest) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: server.spool).sorted()
    }

    @Test func `a batch in parts is the batch`() async throws {
        try await DoorUnderTest.serving { server in
            for target in ["/v1/batches", "/v1/batches/x"] {
                let offer = try await server.exchange(requestText("OPTIONS", target, token: nil))
                #expect(offer.status == 204 && offer.headers["accept-patch"] == "application/partial-upload")
                #expect(offer.headers["upload-limit"] == "max-size=268435456")
            }
            let created = try await Self.begin(
                server, headers: ["Upload-Length: \(Self.text.count)", "Repr-Digest: sha-256=:\(Self.digest):"])
            #expect(created.status == 201 && created.headers["upload-offset"] == "0")
            let upload = try #require(created.headers["location"])
            #expect(upload.wholeMatch(of: /\/v1\/uploads\/[0-9a-f]{32}/) != nil)
            #expect(created.headers["upload-limit"]?.hasPrefix("max-size=268435456, max-age=86") == true)

            let first = try await server.exchange(Self.part(upload, at: 0, String(Self.text.prefix(50_000))))
            #expect(first.status == 204 && first.headers["upload-complete"] == "?0")
            let state = try await server.exchange(Self.head(upload))
            #expect(state.status == 204 && state.headers["upload-offset"] == "50000")
            #expect(state.headers["upload-length"] == "131072" && state.headers["upload-complete"] == "?0")
            #expect(server.door.deliveries.isEmpty)

            let wrong = try await server.exchange(Self.part(upload, at: 49_999, "x"))
            #expect(wrong.status == 409 && wrong.headers["upload-offset"] == "50000")
            #expect(wrong.members["expected-offset"] as? Int == 50_000)
            #expect((wrong.members["type"] as? String)?.hasSuffix("#mismatching-upload-offset") == true)

            let last = try await server.exchange(
                Self.part(upload, at: 50_000, String(Self.text.dropFirst(50_000)), isLast: true))
            #expect(last.status == 201 && last.headers["upload-complete"] == "?1" && last.body == "{\"name\":\"long\"}")
            #expect(
                server.door.deliveries
                    == [StubDoor.Delivery(name: "long", sender: "station-1", bytes: Array(Self.text.utf8))])
            #expect(try await server.exchange(Self.head(upload)).status == 404)
            #expect(try Self.left(server) == [])
        }
    }

    @Test func `what came before a cut stays, chunked or not, and the rest makes it whole`() async throws {
        try await DoorUnderTest.serving { server in
            let upload = try await Self.begun(server)
            for (offset, framing, body) in [
                (0, "Content-Length: 131072", String(Self.text.prefix(40_000))),
                (40_000, "Transfer-Encoding: chunked", "7530\r\n" + Self.text.dropFirst(40_000).prefix(30_000)),
            ] {
                let answer = try await onThread {
                    let connection = try RawConnection(port: server.port)
                    connection.send(Self.part(upload, at: offset, body, isLast: true, headers: [framing]))
                    connection.finishSending()
                    return connection.answer()
                }
                #expect(answer?.status == 400 && answer?.problem == "cut-off")
            }
            #expect(try await server.exchange(Self.head(upload)).headers["upload-offset"] == "70000")
            let rest = String(Self.text.dropFirst(70_000))
            #expect(try await server.exchange(Self.part(upload, at: 70_000, rest, isLast: true)).status == 201)
            #expect(server.door.deliveries.map(\.bytes) == [Array(Self.text.utf8)])
        }
    }

    @Test func `who sends the whole at once is told where to go on, if it understands`() async throws {
        try await DoorUnderTest.serving { server in
            let headers = ["Upload-Complete: ?1", "Content-Length: \(Self.text.count)"]
            let (told, untold) = try await onThread {
                let connection = try RawConnection(port: server.port)
                connection.send(
                    requestText(
                        "PUT", "/v1/batches/x", headers: headers + ["Upload-Draft-Interop-Version: 8"],
                        body: String(Self.text.prefix(30_000))))
                let interim = connection.answer()
                connection.finishSending()
                let final = connection.answer()
                let other = try RawConnection(port: server.port)
                other.send(requestText("PUT", "/v1/batches/x", headers: headers, body: Self.text))
                return ([interim, final], other.answer())
            }
            #expect(told[0]?.status == 104 && told[0]?.headers["upload-draft-interop-version"] == "8")
            #expect(told[1]?.status == 400 && untold?.status == 201)
            let upload = try #require(told[0]?.headers["location"])
            #expect(try await server.exchange(Self.head(upload)).headers["upload-offset"] == "30000")
            let rest = Self.part(upload, at: 30_000, String(Self.text.dropFirst(30_000)), isLast: true)
            #expect(try await server.exchange(rest).status == 201)
            #expect(server.door.deliveries.count == 2 && Set(server.door.deliveries.map(\.bytes)).count == 1)
            #expect(try Self.left(server) == [])
        }
    }

    @Test func `nobody else has the upload, and its sender may give it up`() async throws {
        try await DoorUnderTest.serving { server in
            let upload = try await Self.begun(server)
            for (method, token, status) in [("HEAD", "other", 404), ("DELETE", "other", 404), ("HEAD", "old", 403)] {
                #expect(try await server.exchange(requestText(method, upload, token: token)).status == status)
            }
            #expect(try await server.exchange(requestText("GET", upload)).status == 405)
            #expect(try await server.exchange(requestText("HEAD", "/v1/uploads/..")).status == 404)
            #expect(try Self.left(server).count == 2)
            #expect(try await server.exchange(requestText("DELETE", upload)).status == 204)
            #expect(try await server.exchange(Self.head(upload)).status == 404)
            #expect(try Self.left(server) == [])
        }
    }

    @Test
    func `a server that was started again goes on, after a restart of the machine with what it had said was here`()
        async throws
    {
        let spool = FileManager.default.temporaryDirectory.appending(path: "resume-\(UUID().uuidString.prefix(8))").path
        defer { try? FileManager.default.removeItem(atPath: spool) }
        let begun = Mutex<[String]>([])
        try await DoorUnderTest.serving(spool: spool) { server in
            for _ in 1...3 {
                let upload = try await Self.begun(
                    server, headers: ["Upload-Length: 10", "Sent-At: 2025-05-01T08:00:00+08:00"])
                begun.withLock { $0.append(upload) }
                #expect(try await server.exchange(Self.part(upload, at: 0, "01234")).status == 204)
            }
        }
        let uploads = begun.withLock { $0 }
        func file(_ place: Int) -> String { spool + uploads[place].dropFirst("/v1/uploads".count) + ".upload" }
        // As after a restart of the machine: another boot, and behind what was acknowledged anything.
        let said = try String(contentsOfFile: file(1) + ".json", encoding: .utf8)
        #expect(said.contains("\"kept\":5"))
        try said.replacing(/"boot":"[^"]*"/, with: "\"boot\":\"another\"")
            .write(toFile: file(1) + ".json", atomically: false, encoding: .utf8)
        for place in 0...1 {
            let handle = try FileHandle(forWritingTo: URL(filePath: file(place)))
            try handle.seekToEnd()
            try handle.write(contentsOf: Data("???".utf8))
            try handle.close()
        }
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -86_500)], ofItemAtPath: file(2))
        try Data([1]).write(to: URL(filePath: spool + "/orphan.upload"))
        try await DoorUnderTest.serving(spool: spool) { try await Self.checkRestarted($0, uploads) }
    }

    /// The first of three uploads goes on with all that was written, the second with what was acknowledged, the third was
    /// too old.
    private static func checkRestarted(_ server: DoorUnderTest, _ uploads: [String]) async throws {
        #expect(try await server.exchange(head(uploads[2])).status == 404)
        #expect(try await server.exchange(head(uploads[0])).headers["upload-offset"] == "8")
        #expect(try await server.exchange(head(uploads[1])).headers["upload-offset"] == "5")
        #expect(try await server.exchange(head(uploads[1])).headers["upload-length"] == "10")
        #expect(try left(server).count == 4)
        #expect(try await server.exchange(part(uploads[1], at: 5, "56789", isLast: true)).status == 201)
        #expect(server.door.deliveries.map(\.bytes) == [Array("0123456789".utf8)])
        #expect(server.door.sentTimes.withLock { $0 } == [Instant(milliseconds: 1_746_057_600_000)])
        #expect(try await server.exchange(part(uploads[0], at: 8, "89", isLast: true)).status == 201)
        #expect(server.door.deliveries.last?.bytes == Array("01234???89".utf8))
        #expect(try left(server) == [])
    }

    @Test func `a request that still sends gives way to the next`() async throws {
        try await DoorUnderTest.serving { server in
            let upload = try await Self.begun(server)
            let (answers, ended) = try await onThread {
                let stalled = try RawConnection(port: server.port)
                stalled.send(Self.part(upload, at: 0, "hello", headers: ["Content-Length: 10"]))
                // Once the five bytes are in the file the request waits for the others.
                let path = server.spool + upload.dropFirst("/v1/uploads".count) + ".upload"
                while FileManager.default.contents(atPath: path)?.count != 5 {}
                let requests = [Self.head(upload), Self.part(upload, at: 5, "!", isLast: true)]
                let answers = try requests.map { request in
                    let next = try RawConnection(port: server.port)
                    next.send(request)
                    return next.answer()
                }
                return (answers, String(decoding: stalled.readToEnd(), as: UTF8.self))
            }
            #expect(answers[0]?.headers["upload-offset"] == "5" && answers[1]?.status == 201)
            #expect(!ended.contains(" 201 ") && !ended.contains(" 204 "))
            #expect(server.door.deliveries.map(\.bytes) == [Array("hello!".utf8)])
        }
    }

    @Test func `lengths and digests that do not hold end the upload or the part`() async throws {
        try await DoorUnderTest.serving { server in
            func refusal(_ request: String) async throws -> String {
                let answer = try await server.exchange(request)
                return "\(answer.status) \((answer.members["type"] as? String)?.split { ":#".contains($0) }.last ?? "")"
            }
            var upload = try await Self.begun(server, headers: ["Upload-Length: 10"])
            #expect(
                try await refusal(Self.part(upload, at: 0, "01234", isLast: true)) == "400 inconsistent-upload-length")
            #expect(try await refusal(Self.part(upload, at: 0, "01234567890")) == "400 inconsistent-upload-length")
            #expect(try await server.exchange(Self.head(upload)).status == 404)

            upload = try await Self.begun(server, headers: ["Repr-Digest: sha-256=:\(Self.digest):"])
            #expect(try await refusal(Self.part(upload, at: 0, "hello", isLast: true)) == "400 digest-mismatch")
            #expect(try await server.exchange(Self.head(upload)).status == 404)

            upload = try await Self.begun(server)
            let digest = "Content-Digest: sha-256=:\(Self.digest):"
            #expect(try await refusal(Self.part(upload, at: 0, "hello", headers: [digest])) == "400 digest-mismatch")
            #expect(try await server.exchange(Self.head(upload)).headers["upload-offset"] == "0")
            #expect(try await server.exchange(Self.part(upload, at: 0, Self.text, headers: [digest])).status == 204)
            #expect(
                try await refusal(requestText("PATCH", upload, headers: ["Upload-Offset: 0"], body: "x"))
                    == "415 not-partial")
            #expect(
                try await refusal(
                    requestText("PATCH", upload, headers: ["Content-Type: application/partial-upload"], body: "x"))
                    == "400 upload-fields")
            #expect(server.door.deliveries.isEmpty)
        }
    }

    @Test func `uploads have their limits: of a sender, of all bytes, of one batch`() async throws {
        var limits = DoorLimits()
        limits.partialUploadsPerSender = 2
        limits.partialBytes = 100
        limits.batchBytes = 60
        try await DoorUnderTest.serving(limits: limits) { server in
            let others = try await Self.begun(server, token: "other")
            let first = try await Self.begun(server)
            #expect(try await server.exchange(Self.part(first, at: 0, String(repeating: "x", count: 50))).status == 204)
            let second = try await Self.begun(server)
            #expect(
                try await server.exchange(Self.part(second, at: 0, String(repeating: "x", count: 50))).status == 204)
            let full = try await server.exchange(Self.part(second, at: 50, "x"))
            #expect(full.status == 503 && full.problem == "partial-uploads-full" && full.headers["retry-after"] == "2")
            // A whole batch needs no such room.
            #expect(try await server.exchange(requestText("PUT", "/v1/batches/x", body: "hello")).status == 201)
            let noRoom = try await Self.begin(server, token: "other")
            #expect(noRoom.status == 503)
            #expect(try await server.exchange(requestText("DELETE", second)).status == 204)
            // A third one of the sender takes the place of the one that rested longest.
            let third = try await Self.begun(server)
            let fourth = try await Self.begun(server)
            let states = try await [first, third, fourth].asyncMap { try await server.exchange(Self.head($0)).status }
            #expect(states == [404, 204, 204])
            #expect(try await server.exchange(Self.head(others, token: "other")).status == 204)
            let long = try await Self.begin(server, headers: ["Upload-Length: 61"])
            #expect(long.status == 413 && long.headers["upload-limit"] == "max-size=60")
            let grown = try await server.exchange(Self.part(fourth, at: 0, String(repeating: "x", count: 61)))
            #expect(grown.status == 413)
        }
    }

    @Test func `what the node cannot take now stays, and is taken by a request without bytes`() async throws {
        try await DoorUnderTest.serving { server in
            let upload = try await Self.begun(server)
            server.door.turnsAway.withLock { $0 = 1 }
            let closed = try await server.exchange(Self.part(upload, at: 0, "hello", isLast: true))
            #expect(closed.status == 503 && closed.headers["retry-after"] == "7")
            #expect(closed.headers["upload-complete"] == nil && server.door.deliveries.isEmpty)
            #expect(try await server.exchange(Self.head(upload)).headers["upload-offset"] == "5")
            #expect(try await server.exchange(Self.part(upload, at: 5, "", isLast: true)).status == 201)
            #expect(server.door.deliveries.map(\.bytes) == [Array("hello".utf8)])
            #expect(try Self.left(server) == [])
        }
    }
}

extension Array {
    fileprivate func asyncMap<Value>(_ body: (Element) async throws -> Value) async throws -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await body(element)) }
        return values
    }
}
