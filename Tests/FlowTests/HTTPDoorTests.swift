// Goal: a sender pushes over HTTP with its token, for its own stations only, and what was acknowledged survives a kill.
// Method: the built program serves; raw requests over loopback; senders are made by the command as an operator would.

import Foundation
import Glibc
import Ingest
import Testing

extension FlowTests {
    @Suite struct HTTPDoorTests {
        /// A river whose downstream station has a sender, and the token of it.
        private struct Scene {
            let river: ExampleRiver
            let token: String
            var data: String { river.folder.file("data") }
            var drop: String { river.folder.file("drop") }

            init() throws {
                river = try ExampleRiver()
                let data = river.folder.file("data")
                try FileManager.default.createDirectory(
                    atPath: river.folder.file("drop"), withIntermediateDirectories: true)
                let added = try Program.run(["station", "add", "down-1", "--speaks-for", "EX-DOWN-1", "--data", data])
                #expect(added.exitCode == 0 && added.output == "down-1 may speak for EX-DOWN-1.\n")
                token = try Self.token("down-1", data)
            }

            static func token(_ sender: String, _ data: String, _ options: [String] = []) throws -> String {
                let issued = try Program.run(["station", "token", sender, "--data", data] + options)
                try #require(issued.exitCode == 0 && issued.output.hasPrefix("trb_"), "\(issued.notes)")
                return issued.lines.map(String.init)[0]
            }

            func serve(_ options: [String] = []) throws -> Daemon {
                try Daemon(data: data, stations: river.stations, drop: drop, options: options)
            }

            func dump(_ subject: String) throws -> [[String: String]] {
                try Program.run(["dump", subject, "--data", data, "--format", "json"]).records
            }
        }

        private static func batch(_ rows: [String]) -> String {
            (["station,parameter,time,value,flag"] + rows).joined(separator: "\n") + "\n"
        }

        private static let first = batch([
            "EX-DOWN-1,codmn,2025-05-01T00:00:00+08:00,2.31,N", "EX-UP-1,codmn,2025-05-01T00:00:00+08:00,1.90,N",
        ])
        /// `sha256sum` of `first`.
        private static let firstDigest = "071f30818f43dcb3a61d92a7aa19a8a78fc9f977a7841706408721a4061367b8"

        private static func receipt(_ digest: String, token: String, port: Int) throws -> (status: Int, text: String) {
            try exchange(
                """
                GET /v1/receipts/\(digest) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
                Authorization: Bearer \(token)\r\n\r\n
                """, port: port)
        }

        @Test("An acknowledged upload survives a kill; sent again it is the same batch; others' rows are set aside")
        func acknowledged() throws {
            let scene = try Scene()
            let daemon = try scene.serve()
            let sent = try put("first.csv", Self.first, token: scene.token, port: daemon.port)
            #expect(daemon.end(with: SIGKILL) == nil)
            #expect(sent.status == 201 && sent.text.contains("Location: /v1/receipts/\(Self.firstDigest)"))
            let body = try #require(sent.text.split(separator: "\r\n\r\n").last)
            #expect(body.contains("\"accepted\":1") && body.contains("\"quarantined\":1"))

            let again = try scene.serve()
            let known = try Self.receipt(Self.firstDigest, token: scene.token, port: again.port)
            #expect(known.status == 200 && known.text.hasSuffix(body))
            let repeated = try put("other-name.csv", Self.first, token: scene.token, port: again.port)
            #expect(repeated.status == 200 && repeated.text.hasSuffix(body))
            #expect(
                try scene.dump("batches").map { "\($0["name"] ?? "") \($0["sender"] ?? "")" } == ["first.csv down-1"])
            #expect(
                try scene.dump("quarantine").map { "\($0["row"] ?? "") \($0["reason"] ?? "")" }
                    == ["3 sender-not-entitled"])
            #expect(try scene.dump("observations").map { $0["value"] } == ["2.31"])
            #expect(again.end(with: SIGTERM) == 0)
            #expect(try FileManager.default.contentsOfDirectory(atPath: scene.data + "/spool").isEmpty)
            #expect(try Program.run(["doctor", "--data", scene.data]).exitCode == 0)
        }

        @Test("Told to end, the daemon answers an upload that does not come to its end")
        func ending() throws {
            let scene = try Scene()
            let daemon = try scene.serve()
            let (port, token) = (daemon.port, scene.token)
            // More than stays in memory: the file in the spool shows that it is under way.
            let half = String(repeating: "h", count: 20_000)
            let answer = BackgroundCall {
                try exchange(
                    """
                    PUT /v1/batches/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 40000\r\n\
                    Authorization: Bearer \(token)\r\n\r\n\(half)
                    """, port: port)
            }
            let spool = scene.data + "/spool"
            #expect(try poll(limit: 1_000_000) { try !FileManager.default.contentsOfDirectory(atPath: spool).isEmpty })
            #expect(daemon.end(with: SIGTERM) == 0)
            let answered = try answer.value()
            #expect(answered.status == 503 && answered.text.contains("Retry-After"))
            #expect(try scene.dump("batches").isEmpty)
        }

        @Test("An upload opens the alerts that follow from it, and an unreadable one is kept and explained")
        func consequences() throws {
            let scene = try Scene()
            let daemon = try scene.serve()
            // Ammonia of class V against a target of class II, for two days.
            let rows = (1...2).flatMap { day in
                ["00", "04", "08", "12", "16", "20"].map {
                    "EX-DOWN-1,nh3n,2025-05-0\(day)T\($0):00:00+08:00,1.8\(day)\($0),N"
                }
            }
            #expect(try put("high.csv", Self.batch(rows), token: scene.token, port: daemon.port).status == 201)
            #expect(
                try poll {
                    try Program.run(["alerts", "--data", scene.data, "--format", "csv"]).output.contains("-nh3n-")
                })
            let unreadable = try put("note.txt", "no batch at all", token: scene.token, port: daemon.port)
            #expect(unreadable.status == 422 && unreadable.text.contains("\"reason\":\"unknown-format\""))
            #expect(try put("note.txt", "no batch at all", token: scene.token, port: daemon.port).status == 422)
            #expect(try scene.dump("batches").map { $0["state"] } == ["complete", "rejected"])
            #expect(daemon.end(with: SIGTERM) == 0)
        }

        @Test("A bomb is told that it is too large, and sent again it is told the same")
        func bomb() throws {
            let scene = try Scene()
            let daemon = try scene.serve()
            let feeds = GzipMember.compress([UInt8](repeating: 0x0A, count: 1 << 20))
            let bomb =
                GzipMember.compress(Array("station,parameter,time,value\n".utf8))
                + Array(repeatElement(feeds, count: 200).joined())
            let head = """
                PUT /v1/batches/bomb.csv.gz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
                Authorization: Bearer \(scene.token)\r\nContent-Length: \(bomb.count)\r\n\r\n
                """
            for _ in 1...2 {
                let answer = try exchange(Array(head.utf8) + bomb, port: daemon.port)
                #expect(answer.status == 413 && answer.text.contains("urn:tributary:problem:inflated-too-large"))
                #expect(answer.text.contains("\"reason\":\"inflated-too-large\""))
            }
            #expect(try scene.dump("batches").map { $0["state"] } == ["rejected"])
            #expect(daemon.end(with: SIGTERM) == 0)
        }

        @Test("Tokens are given, exchanged and retired while the daemon runs, and no file holds their secret")
        func tokens() throws {
            let scene = try Scene()
            let daemon = try scene.serve()
            func status(_ token: String, _ value: String) throws -> Int {
                let row = "EX-DOWN-1,codmn,2025-05-01T00:00:00+08:00,\(value),N"
                return try put("x.csv", Self.batch([row]), token: token, port: daemon.port).status
            }
            let second = try Scene.token("down-1", scene.data, ["--expires", "2999-12-31"])
            #expect(try status(scene.token, "1.1") == 201 && status(second, "1.2") == 201)
            let number = String(scene.token.split(separator: "_")[1])
            #expect(
                try Program.run(["station", "retire", "down-1", "--token", number, "--data", scene.data]).exitCode == 0)
            #expect(try status(scene.token, "1.3") == 403 && status(second, "1.4") == 201)
            #expect(try status(second.dropLast() + "x", "1.5") == 401)
            let listed = try Program.run(["station", "list", "--data", scene.data, "--format", "json"]).records
            #expect(listed.map { $0["token_state"] } == ["retired", "good"])
            #expect(listed.map { $0["expires"] } == ["", "3000-01-01T00:00:00+08:00"])
            #expect(listed.allSatisfy { $0["sender"] == "down-1" && $0["speaks_for"] == "EX-DOWN-1" })

            #expect(try Program.run(["station", "retire", "down-1", "--data", scene.data]).exitCode == 0)
            #expect(try status(second, "1.6") == 403)
            #expect(daemon.end(with: SIGTERM) == 0)
            let secrets = [scene.token, second].map { Data($0.split(separator: "_")[2].utf8) }
            for file in try FileManager.default.subpathsOfDirectory(atPath: scene.data) {
                guard let bytes = FileManager.default.contents(atPath: scene.data + "/" + file) else { continue }
                for secret in secrets { #expect(bytes.range(of: secret) == nil, "\(file)") }
            }
        }

        @Test("What cannot be done with senders is said in a sentence")
        func mistakes() throws {
            let scene = try Scene()
            let data = ["--data", scene.data]
            for (call, code, words) in [
                (["add", "x"], 64, "Give --speaks-for"),
                (["add", "x", "--speaks-for", "A", "--speaks-for-all"], 64, "Give --speaks-for"),
                (["add", "drop folder", "--speaks-for-all"], 65, "cannot be a sender's id"),
                (["token", "nobody"], 65, "there is no sender nobody"),
                (["token", "down-1", "--expires", "tomorrow"], 65, "is not a date"),
                (["token", "down-1", "--expires", "2020-01-01"], 65, "has passed"),
                (["retire", "down-1", "--token", "999"], 65, "has no token 999"),
            ] as [([String], Int32, String)] {
                let result = try Program.run(["station"] + call + data)
                #expect(result.exitCode == code && result.notes.contains(words), "\(call): \(result.notes)")
            }
            #expect(try Program.run(["station", "retire", "down-1"] + data).exitCode == 0)
            let revived = try Program.run(["station", "add", "down-1", "--speaks-for-all"] + data)
            #expect(revived.exitCode == 65 && revived.notes.contains("was retired"))
            let half = try Program.run(
                ["serve", "--stations", "stations", "--drop", scene.drop, "--tls-key", "k.pem"] + data)
            #expect(half.exitCode == 64 && half.notes.contains("belong together"))
        }
    }
}
