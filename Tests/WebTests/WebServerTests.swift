// Goal: pages say what the node says, in both languages, escaped; the command socket carries both streams whole.
// Method: the real server on loopback and a real Unix socket, in front of a node that answers from constants.

import Foundation
import FoundationNetworking
import Logging
import Monitoring
import Testing
import Web

/// A node with one of everything, and names that try to be markup.
private struct StubNode: NodeReading {
    private static func words(_ text: String) -> Words { Words(chinese: "中" + text, english: "E" + text) }

    var isEmpty = false

    func overview() -> NodeOverview {
        NodeOverview(
            version: "0.0.0", batchCount: isEmpty ? 0 : 7, newestReceived: isEmpty ? nil : "2026-05-01 12:00",
            logPosition: 42, logHead: "abc")
    }

    func sectionViews() -> [SectionView] {
        isEmpty
            ? []
            : [
                SectionView(
                    id: "X-1", name: Self.words("<script>"), boundary: Self.words("b"), river: nil,
                    relation: Self.words("a → b"), isExample: true, target: "Ⅱ", current: nil,
                    currentReason: Self.words("silent"), newest: nil, openAlerts: 3)
            ]
    }

    func alertViews() -> [AlertView] {
        isEmpty
            ? []
            : [
                AlertView(
                    id: "A-1", kind: Self.words("k"), section: Self.words("s"), parameter: Self.words("p"),
                    against: "Ⅳ / Ⅲ", multiple: nil, peak: "1.20 mg/L", from: "f", until: nil,
                    state: Self.words("open"), isOpen: true, mark: Self.words("SYNTHETIC"))
            ]
    }

    func holesView(_ query: HolesQuery) -> HolesView {
        if query.station == "?" {
            return HolesView(problem: Self.words("no such <station>"), holes: [], notices: [], notes: [])
        }
        let hole = HoleView(
            reference: "S@2026-05-01", station: Self.words("<b>station"), stationID: "S", isExample: true,
            items: Self.words("items"), from: "f", until: "u", isSilence: true, missing: 3, expected: 4,
            knownSince: "k", state: Self.words("state"), isOpen: true, why: Self.words("why"), notices: ["notice-1"])
        let notice = NoticeView(
            id: "notice-1", station: Self.words("station"), items: Self.words("all"), kind: Self.words("outage"),
            from: "f", until: "u", reason: "<i>flood", evidence: "No. 7 & 8", person: "p", filedAt: "t",
            isAfterTheFact: true, standing: Self.words("undecided"), isUndecided: true,
            decisions: [Self.words("decision")])
        return HolesView(
            problem: nil, holes: isEmpty ? [] : [hole], notices: isEmpty ? [] : [notice],
            notes: [Self.words("asked \(query.station ?? "-") \(query.from ?? "-") \(query.show.rawValue)")])
    }

    func statementViews() -> [StatementView] {
        isEmpty
            ? []
            : [
                StatementView(
                    runID: "run-1", title: Self.words("t"), period: "2025", kind: Self.words("provisional"),
                    isExample: true,
                    lines: [
                        StatementView.Line(
                            payer: Self.words("u"), payee: Self.words("d"), amount: "1.00 CNY", clause: "c & d")
                    ],
                    text: "full text with <tags>")
            ]
    }
}

@Suite(.serialized) struct WebServerTests {
    /// Runs the server while `body` asks it.
    private func serving(_ node: StubNode, _ body: (Int, String) async throws -> Void) async throws {
        let socket = FileManager.default.temporaryDirectory.appending(path: "t-\(UUID().uuidString.prefix(8)).sock")
            .path
        let (ports, port) = AsyncStream<Int>.makeStream()
        let server = WebServer(
            host: "127.0.0.1", port: 0, socketPath: socket, node: node, logger: Logger(label: "test"),
            started: { port.yield($0) },
            perform: { request in
                CommandReply(exitCode: 3, standardOutput: "out " + request, standardError: "错误 error\n")
            })
        let running = Task { try await server.run() }
        defer {
            running.cancel()
            try? FileManager.default.removeItem(atPath: socket)
        }
        for await bound in ports {
            try await body(bound, socket)
            break
        }
    }

    private func get(_ port: Int, _ path: String) async throws -> (status: Int, text: String, headers: [String: String])
    {
        let url = try #require(URL(string: "http://127.0.0.1:\(port)\(path)"))
        let (data, response) = try await URLSession.shared.data(from: url)
        let http = try #require(response as? HTTPURLResponse)
        var headers: [String: String] = [:]
        for (name, value) in http.allHeaderFields { headers["\(name)".lowercased()] = "\(value)" }
        return (http.statusCode, String(decoding: data, as: UTF8.self), headers)
    }

    @Test func `every page exists in both languages and links to the other`() async throws {
        try await serving(StubNode()) { port, _ in
            for (path, chinese, english) in [
                ("", "报警", "Alerts"), ("sections", "断面与目标", "Sections and targets"),
                ("holes", "缺测与报备", "Holes and notices"), ("statements", "补偿核算单", "Statements"),
                ("statements/run-1", "应补偿方", "Payer"),
            ] {
                let zh = try await get(port, "/zh/\(path)")
                let en = try await get(port, "/en/\(path)")
                #expect(zh.status == 200 && zh.text.contains(chinese) && zh.text.contains("lang=\"zh-CN\""))
                #expect(en.status == 200 && en.text.contains(english) && en.text.contains("lang=\"en\""))
                #expect(zh.text.contains("href=\"/en/\(path)\"") && en.text.contains("href=\"/zh/\(path)\""))
                let unnamed = try await get(port, "/\(path)")
                #expect([zh.text, en.text].contains(unnamed.text), "Without a language it is the reader's.")
            }
            let asked = try await get(port, "/holes?station=S%26T")
            #expect(asked.text.contains("asked S&amp;T"))
        }
    }

    @Test func `names are text, never markup`() async throws {
        try await serving(StubNode()) { port, _ in
            let sections = try await get(port, "/en/sections")
            #expect(sections.text.contains("E&lt;script&gt;"))
            #expect(!sections.text.contains("<script>"))
            let statement = try await get(port, "/en/statements/run-1")
            #expect(statement.text.contains("full text with &lt;tags&gt;") && statement.text.contains("c &amp; d"))
            #expect(statement.headers["content-security-policy"]?.contains("default-src 'none'") == true)
        }
    }

    @Test func `marks and missing things are said in words`() async throws {
        try await serving(StubNode()) { port, _ in
            let alerts = try await get(port, "/en/")
            #expect(alerts.text.contains("ESYNTHETIC") && alerts.text.contains("still open"))
            let sections = try await get(port, "/zh/sections")
            #expect(sections.text.contains("中silent") && sections.text.contains("尚未收到数据"))
            #expect(sections.text.contains("示例"))
        }
    }

    @Test func `holes stand with their notices, and the form asks for others in either language`() async throws {
        try await serving(StubNode()) { port, _ in
            let page = try await get(port, "/en/holes?station=S%26T&from=2026-05-01&until=&show=refilled")
            #expect(page.text.contains("Easked S&amp;T 2026-05-01 refilled"))
            #expect(page.text.contains("E&lt;b&gt;station") && page.text.contains("&lt;i&gt;flood"))
            #expect(page.text.contains("3 / 4") && page.text.contains("silent to now"))
            #expect(page.text.contains("href=\"#notice-1\"") && page.text.contains("id=\"notice-1\""))
            #expect(page.text.contains("after the fact") && page.text.contains("No. 7 &amp; 8"))
            #expect(page.text.contains("value=\"S&amp;T\"") && page.text.contains("value=\"refilled\" selected"))
            #expect(
                page.text.contains("/zh/holes?station=S%26T&amp;from=2026-05-01&amp;until=&amp;show=refilled"),
                "The other language shows the same holes.")
            #expect(page.headers["content-security-policy"]?.contains("form-action 'self'") == true)
            let wrong = try await get(port, "/zh/holes?station=?")
            #expect(wrong.status == 200 && wrong.text.contains("中no such &lt;station&gt;"))
        }
        try await serving(StubNode(isEmpty: true)) { port, _ in
            let page = try await get(port, "/zh/holes")
            #expect(page.text.contains("没有报备记录") && page.text.contains("中asked - - open"))
        }
    }

    @Test func `an empty node never looks calm`() async throws {
        try await serving(StubNode(isEmpty: true)) { port, _ in
            let alerts = try await get(port, "/en/")
            #expect(alerts.text.contains("No alert does not mean that targets are met"))
            #expect(alerts.text.contains("nothing received yet"))
        }
    }

    @Test func `an unknown statement is not found`() async throws {
        try await serving(StubNode()) { port, _ in
            let page = try await get(port, "/en/statements/run-9")
            #expect(page.status == 404)
        }
    }

    @Test func `the command socket carries exit code, output and errors`() async throws {
        try await serving(StubNode()) { _, socket in
            let reply = try await CommandSocket.perform("{\"问\":1}", at: socket)
            #expect(reply.exitCode == 3)
            #expect(reply.standardOutput == "out {\"问\":1}")
            #expect(reply.standardError == "错误 error\n")
        }
    }

    @Test func `a socket nobody listens on is an error, not a wait`() async {
        await #expect(throws: (any Error).self) {
            _ = try await CommandSocket.perform("{}", at: "/nonexistent/tributary.sock")
        }
    }
}
