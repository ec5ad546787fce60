// Goal: several files are on their way at once, no more than said, and each leaves only against its own receipt.
// Method: a real HTTP server on the loopback that leaves some attempts without an answer; what it was asked, in order.

import Forwarding
import Foundation
import Testing

@Suite struct ForwarderFlightTests {
    @Test func `four are on their way at once, after the first receipt is trusted, and one at a time after a failure`()
        async throws
    {
        let station = try Station()
        // All but the first file are left without an answer once.
        let node = try await UnreliableNode { name, attempt in name != "a.csv" && attempt == 0 ? .hangs : .works }
        for (place, name) in ["a", "b", "c", "d", "e", "f", "g"].enumerated() {
            try station.write("text of \(name)", to: name + ".csv", age: Double(90 - place))
        }
        var limits = AnswerLimits()
        limits.answering = .seconds(1)
        let result = try await station.push(to: node, limits: limits, flightLimit: 4)
        #expect(result.sent == 7 && result.refused == 0)
        let requests = node.requests
        #expect(requests.first == "PUT a.csv", "Alone, until the key is known.")
        #expect(Set(requests[1...4]) == ["PUT b.csv", "PUT c.csv", "PUT d.csv", "PUT e.csv"])
        // The four were given up before anything else went.
        #expect(!requests[1...4].contains { $0.hasPrefix("GET") } && requests.count >= 11)
        #expect(node.batches.values.allSatisfy { $0 == 1 } && node.batches.count == 7)
        #expect(try station.names(in: "sent").count == 7)
        #expect(try station.names(in: "receipts").count { $0.hasSuffix(".json") } == 7)
        await node.stop()
    }

    @Test func `whatever was on its way when a run ended is asked for first by the next`() async throws {
        let station = try Station()
        let node = try await UnreliableNode()
        try station.write("first", to: "a.csv", age: 3)
        try await station.push(to: node)
        for name in ["b", "c"] { try station.write("text of \(name)", to: name + ".csv", age: 1) }
        try station.write(digest("text of b") + "\n" + digest("text of c") + "\n", to: "receipts/in-flight")
        try await station.push(to: node, flightLimit: 4)
        let later = node.requests.dropFirst()
        for name in ["b", "c"] {
            let asked = later.firstIndex(of: "GET " + digest("text of \(name)").prefix(8))
            let sent = later.firstIndex(of: "PUT \(name).csv")
            #expect(try #require(asked) < #require(sent))
        }
        await node.stop()
    }
}
