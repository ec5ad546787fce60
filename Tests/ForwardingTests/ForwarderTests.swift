// Goal: a file leaves the station only against a signed receipt, is sent no oftener than needed, and never lost.
// Method: a real HTTP server on the loopback that misbehaves in each way and then recovers; a clock that jumps.

import Formats
import Forwarding
import Foundation
import Monitoring
import Testing

@Suite struct ForwarderTests {
    private let good = UnreliableNode.key.publicKey

    @Test func `files go oldest first, with their digest and token, and their receipts stay`() async throws {
        let station = try Station()
        let node = try await UnreliableNode()
        try station.write("new", to: "c.csv", age: 1)
        try station.write("old", to: "S1/国控 a+b.csv", age: 30)
        try station.write("middle", to: "b.csv", age: 20)
        try station.write("half", to: "d.csv.part")
        let result = try await station.push(to: node)
        #expect(node.requests == ["PUT 国控 a+b.csv", "PUT b.csv", "PUT c.csv"])
        #expect(result.sent == 3 && result.refused == 0)
        #expect(try station.waiting() == ["d.csv.part"])
        #expect(try station.names(in: "sent") == ["S1/国控 a+b.csv", "b.csv", "c.csv"])
        let receipts = try station.files()
        for text in ["old", "middle", "new"] {
            let receipt = try SignedReceipt(verifying: try #require(receipts["receipts/\(digest(text)).json"]))
            #expect(receipt.batch.description == digest(text) && receipt.key == good)
        }
        #expect(receipts["receipts/node-key.pub"] == "\(good)\n")
        await node.stop()
    }

    @Test(
        arguments: [
            // The fault of the first attempt; how often the batch is sent in all; how often its receipt is asked for.
            (Conduct.works, 1, 0), (.dropsMidway, 2, 1), (.takesAndDrops, 1, 1), (.hangs, 2, 1), (.signsWrongly, 1, 1),
            (.answersForAnother, 1, 1), (.answers(503, ["Retry-After": "2"]), 2, 1), (.answers(429), 2, 0),
            (.answers(500, body: "<html>"), 2, 1), (.answers(408), 2, 1), (.answers(200, body: "{}"), 2, 1),
            (.answers(401), 2, 0), (.answers(403), 2, 0), (.answers(404), 2, 0), (.answers(405), 2, 0),
            (.answers(302, ["Location": "https://elsewhere.example"]), 2, 0),
            (.answers(400, body: "{\"type\":\"urn:tributary:problem:digest-mismatch\"}"), 2, 0),
            (.answers(400, body: "{\"type\":\"urn:tributary:problem:cut-off\"}"), 2, 0),
        ] as [(Conduct, Int, Int)])
    func `whatever breaks once is mended without sending more than needed`(
        fault: Conduct, puts: Int, questions: Int
    ) async throws {
        let station = try Station()
        let node = try await UnreliableNode { _, attempt in attempt == 0 ? fault : .works }
        // Longer than one piece, so that a drop falls into the body.
        let text = String(repeating: "example\n", count: 100_000)
        try station.write(text, to: "a.csv")
        var limits = AnswerLimits()
        limits.answering = .seconds(1)
        let result = try await station.push(to: node, limits: limits)
        #expect(result.sent == 1 && result.refused == 0)
        #expect(node.batches == ["a.csv": 1], "The node took it once.")
        #expect(node.requests.filter { $0.hasPrefix("PUT") }.count == puts)
        // An answer that comes before the body has left may reach us as a broken line: then one question more is right.
        #expect((questions...max(questions, 1)).contains(node.requests.filter { $0.hasPrefix("GET") }.count))
        #expect(try station.files()["sent/a.csv"] == text)
        #expect(try station.names(in: "receipts").contains(digest(text) + ".json"))
        #expect(station.waits.count == (puts == 1 && questions == 0 ? 0 : 1))
        await node.stop()
    }

    @Test(
        arguments: [
            (["Retry-After": "7"], 7), (["Retry-After": "99999999999999999999"], 3_600),
            (["Retry-After": "Sun, 06 Nov 1994 08:49:37 GMT", "Date": "Sun, 06 Nov 1994 08:48:37 GMT"], 60),
            (["Retry-After": "Sun, 06 Nov 1994 08:49:37 GMT"], 0), (["Retry-After": "-1"], 0), ([:], 0),
        ] as [([String: String], Int)])
    func `the node's word on when to come back is kept, within a limit`(
        fields: [String: String], seconds: Int
    ) async throws {
        let station = try Station()
        let node = try await UnreliableNode { _, attempt in attempt == 0 ? .answers(503, fields) : .works }
        try station.write("x", to: "a.csv")
        let clock = JumpingClock(pauseLimit: 20_000)
        try await station.push(to: node, clock: clock)
        let delay = try #require(station.waits.first?.delay)
        // Half of the first back-off, which is the chance of this clock, comes on top; a second for the others' turn.
        #expect(delay == .seconds(seconds) + .milliseconds(1_500))
        #expect(clock.elapsed >= delay)
        await node.stop()
    }

    @Test func `waits double with each failure up to their limit, and are spread`() {
        let backOff = BackOff()
        let ceilings = (1...12).map { backOff.delay(failures: $0, chance: 0.5) }
        let seconds = [0.5, 1, 2, 4, 8, 16, 32, 64, 128, 150, 150, 150]
        #expect(ceilings == seconds.map { .seconds($0) })
        #expect(backOff.delay(failures: 1_000_000, chance: 0) == .zero)
        #expect(backOff.delay(failures: 4, chance: 0.25) == .seconds(2))
        #expect(backOff.delay(failures: 4, chance: 0.25, retryAfter: .seconds(10)) == .milliseconds(10_250))
    }

    @Test(
        arguments: [
            ("partial-uploads-full", 2), ("too-many-partial-uploads", 2),
            // Only the member `type` is for programs: here the words speak of it, and it is another problem.
            ("queue-full\",\"detail\":\"urn:tributary:problem:partial-uploads-full", 3),
        ])
    func `no room for parts is room for the whole, told by the problem's type`(type: String, puts: Int) async throws {
        let station = try Station()
        let full = "{\"type\":\"urn:tributary:problem:partial-uploads-full\"}"
        let node = try await UnreliableNode(offersParts: true) { _, attempt in
            if attempt == puts - 1 { return .works }
            return .answers(503, body: attempt == 0 ? "{\"type\":\"urn:tributary:problem:\(type)\"}" : full)
        }
        try station.write(String(repeating: "example\n", count: 100_000), to: "a.csv")
        let result = try await station.push(to: node)
        #expect(result.sent == 1 && node.batches == ["a.csv": 1])
        #expect(node.requests.filter { $0.hasPrefix("PUT") }.count == puts)
        await node.stop()
    }

    @Test func `told to stop, it says how many files still wait`() async throws {
        let station = try Station()
        let node = try await UnreliableNode { _, _ in .answers(503) }
        try station.write("one", to: "a.csv")
        try station.write("two", to: "b.csv")
        let result = try await station.push(
            to: node, clock: JumpingClock(pauseLimit: 30, ending: CancellationError()))
        #expect(result.sent == 0 && result.left == 0 && result.waiting == 2)
        await node.stop()
    }

    @Test(arguments: [400, 413, 415, 422])
    func `what can never be taken goes to refused with its reason, and the others go on`(status: Int) async throws {
        let station = try Station()
        let node = try await UnreliableNode { name, _ in
            name == "bad.csv" ? .answers(status, body: "{\"title\":\"No\",\"detail\":\"too\\u001b[2Jbig\"}") : .works
        }
        try station.write("bad", to: "S1/bad.csv", age: 10)
        try station.write("good", to: "good.csv")
        let result = try await station.push(to: node)
        #expect(result.sent == 1 && result.refused == 1)
        let name = digest("bad").prefix(12) + "-bad.csv"
        #expect(try station.names(in: "refused") == ["\(name)", "\(name).reason.json"])
        let reason = try #require(try station.files()["refused/\(name).reason.json"])
        #expect(
            reason == """
                {"batch":"\(digest("bad"))","name":"S1/bad.csv","problem":{"detail":"too\\u001b[2Jbig","title":"No"},\
                "status":\(status),"words":"the node answered \(status) (No · too [2Jbig)"}

                """)
        #expect(try station.waiting() == [])
        await node.stop()
    }

    @Test func `a batch the node keeps but cannot read is refused, and its receipt is kept`() async throws {
        let station = try Station()
        let node = try await UnreliableNode { _, _ in .cannotRead }
        try station.write("noise", to: "a.csv")
        let result = try await station.push(to: node)
        #expect(result.sent == 0 && result.refused == 1)
        let files = try station.files()
        let receipt = try SignedReceipt(verifying: try #require(files["receipts/\(digest("noise")).json"]))
        #expect(receipt.state == .rejected)
        let reason = try #require(files["refused/\(digest("noise").prefix(12))-a.csv.reason.json"])
        #expect(reason.contains("unknown-format") && reason.contains("Send a known format."))
        await node.stop()
    }

    @Test func `one file that always breaks holds back no other`() async throws {
        let station = try Station()
        let node = try await UnreliableNode { name, attempt in
            name == "bad.csv" && attempt < 9 ? .dropsMidway : .works
        }
        try station.write("bad", to: "bad.csv", age: 100)
        for number in 1...20 { try station.write("good \(number)", to: "good-\(number).csv") }
        let result = try await station.push(to: node)
        #expect(result.sent == 21)
        let order = node.requests.filter { $0.hasPrefix("PUT") }
        #expect(order.last == "PUT bad.csv" && order.filter { $0 == "PUT bad.csv" }.count == 10)
        let lastGood = try #require(order.lastIndex { $0.hasPrefix("PUT good") })
        #expect(order[..<lastGood].filter { $0 == "PUT bad.csv" }.count <= 5)
        await node.stop()
    }

    @Test func `a node that signs with another key stops the station, and no file moves`() async throws {
        let station = try Station()
        let first = try await UnreliableNode()
        try station.write("one", to: "a.csv")
        try await station.push(to: first)
        await first.stop()
        let second = try await UnreliableNode(key: UnreliableNode.otherKey)
        try station.write("two", to: "b.csv")
        let problem = await #expect(throws: ForwardingProblem.self) { try await station.push(to: second) }
        #expect(problem?.kind == .keyChanged)
        #expect(problem?.description.contains("\(UnreliableNode.otherKey.publicKey) instead of \(good)") == true)
        #expect(try station.waiting() == ["b.csv"])
        // The key given by hand must agree with the one that is kept.
        let contrary = await #expect(throws: ForwardingProblem.self) {
            try await station.push(to: second, nodeKey: UnreliableNode.otherKey.publicKey)
        }
        #expect(contrary?.description.contains("node-key.pub says \(good)") == true)
        // A person confirms the new key.
        try station.write("\(UnreliableNode.otherKey.publicKey)\n", to: "receipts/node-key.pub")
        let result = try await station.push(to: second)
        #expect(result.sent == 1 && second.requests == ["PUT b.csv", "GET \(digest("two").prefix(8))"])
        await second.stop()
    }

    @Test func `the key can be given beforehand`() async throws {
        let station = try Station()
        let node = try await UnreliableNode()
        try station.write("one", to: "a.csv")
        let problem = await #expect(throws: ForwardingProblem.self) {
            try await station.push(to: node, nodeKey: UnreliableNode.otherKey.publicKey)
        }
        #expect(problem?.kind == .keyChanged)
        #expect(try await station.push(to: node, nodeKey: good).sent == 1)
        #expect(try station.files()["receipts/node-key.pub"] == nil)
        await node.stop()
    }

    @Test func `an outage is waited out, and the address and token say what is wrong`() async throws {
        let station = try Station()
        let node = try await UnreliableNode()
        let port = node.port
        await node.stop()
        try station.write("one", to: "a.csv")
        await #expect(throws: JumpingClock.Stuck.self) {
            try await station.push(to: node, clock: JumpingClock(pauseLimit: 3_000))
        }
        #expect(station.waits.last?.words == "nobody listens at the node's address and port")
        // Never faster than the back-off: 1,500 s of outage are not 1,500 attempts.
        #expect((8...30).contains(station.waits.count))
        #expect(try station.waiting() == ["a.csv"])
        let again = try await UnreliableNode(port: port)
        await #expect(throws: JumpingClock.Stuck.self) {
            try await station.push(to: again, clock: JumpingClock(pauseLimit: 10), token: "wrong")
        }
        #expect(
            station.waits.last?.words == "the node answered 401 (The token is not known): put a token that the node "
                + "accepts into the token file")
        #expect(try await station.push(to: again).sent == 1)
        await again.stop()
    }

    @Test(arguments: ["ftp://node.example", "node.example", "https://", "https://me:pw@node.example", "https://a/?b=c"])
    func `an address that is none is refused`(text: String) {
        #expect(throws: ForwardingProblem.self) { _ = try NodeAddress(text) }
    }

    @Test func `a long file goes whole to a node that takes no parts`() async throws {
        let station = try Station()
        let node = try await UnreliableNode()
        try station.write(String(repeating: "long ", count: 60_000), to: "long.csv")
        #expect(try await station.push(to: node).sent == 1)
        #expect(node.requests == ["PUT long.csv"] && node.batches == ["long.csv": 1])
        await node.stop()
    }
}
