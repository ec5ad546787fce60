// Goal: a file arrives over a line that never carries it whole, whoever is killed meanwhile, and is not sent from its
// beginning again. Method: the built program on both ends, and between them a proxy that cuts each connection.

import Foundation
import Glibc
import Synchronization
import Testing

extension FlowTests {
    @Suite struct ResumptionFlowTests {
        /// A node with a sender, and a station's folder with one long file.
        private final class Scene: @unchecked Sendable {
            let river: ExampleRiver
            let outbox: String
            private let daemon: Mutex<Daemon?>

            init() throws {
                river = try ExampleRiver()
                outbox = river.folder.file("outbox")
                try FileManager.default.createDirectory(atPath: outbox, withIntermediateDirectories: true)
                try FileManager.default.moveItem(atPath: river.writeLong("long.csv"), toPath: outbox + "/long.csv")
                let data = ["--data", river.folder.file("data")]
                let added = try Program.run(["station", "add", "down-1", "--speaks-for", "EX-DOWN-1"] + data)
                try #require(added.exitCode == 0)
                let issued = try Program.run(["station", "token", "down-1"] + data)
                try issued.output.write(toFile: river.folder.file("token"), atomically: false, encoding: .utf8)
                daemon = try Mutex(Self.daemon(river))
            }

            private static func daemon(_ river: ExampleRiver) throws -> Daemon {
                try Daemon(
                    data: river.folder.file("data"), stations: river.stations, drop: river.folder.file("drop"))
            }

            var nodePort: Int { daemon.withLock { $0?.port ?? 0 } }

            /// Ends the node, and starts it again when the signal was no wish to end.
            func end(with signal: Int32) throws {
                try daemon.withLock { daemon in
                    daemon?.end(with: signal)
                    daemon = signal == SIGKILL ? try Self.daemon(river) : nil
                }
            }

            /// Ends the node as a loss of power would: what was not made safe is anything, and the system starts anew.
            func losePower() throws {
                try daemon.withLock { daemon in
                    daemon?.end(with: SIGKILL)
                    let spool = river.folder.file("data/spool")
                    for name in try FileManager.default.contentsOfDirectory(atPath: spool) {
                        let path = spool + "/" + name
                        guard name.hasSuffix(".json") else { continue }
                        let said = try String(contentsOfFile: path, encoding: .utf8)
                        let kept = try #require(said.firstMatch(of: /"kept":(\d+)/).flatMap { Int($0.1) })
                        try said.replacing(/"boot":"[^"]*"/, with: "\"boot\":\"before\"")
                            .write(toFile: path, atomically: false, encoding: .utf8)
                        let bytes = try FileHandle(forUpdating: URL(filePath: String(path.dropLast(5))))
                        let count = Int(try bytes.seekToEnd())
                        try bytes.seek(toOffset: UInt64(kept))
                        try bytes.write(contentsOf: Data(repeating: 0, count: count - kept))
                        try bytes.close()
                    }
                    daemon = try Self.daemon(river)
                }
            }

            func push(to port: Int) -> [String] {
                [
                    "push", outbox, "--to", "http://127.0.0.1:\(port)", "--token-file", river.folder.file("token"),
                    "--once",
                ]
            }

            /// The file is in the book, once, and the station has its receipt.
            func check(_ proxy: CuttingProxy, again: Int = 0) throws {
                let dumped = try Program.run(
                    ["dump", "batches", "--data", river.folder.file("data"), "--format", "json"]).records
                #expect(dumped.map { "\($0["name"] ?? "") \($0["state"] ?? "")" } == ["long.csv complete"])
                let sent = try FileManager.default.contentsOfDirectory(atPath: outbox + "/sent")
                #expect(sent == ["long.csv"])
                let size = try FileManager.default.attributesOfItem(atPath: outbox + "/sent/long.csv")[.size] as? Int
                // Once each byte, a little that was lost on the way, and the heads of requests.
                #expect(proxy.cuts > 0 && proxy.carried < (size ?? 0) + 1_200_000 + again, "\(proxy.carried)")
                let spool = try FileManager.default.contentsOfDirectory(atPath: river.folder.file("data/spool"))
                #expect(spool.isEmpty)
                let kept = try FileManager.default.contentsOfDirectory(atPath: outbox + "/receipts")
                #expect(!kept.contains("uploads"))
            }
        }

        @Test("A line that breaks every 1.5 MB carries 2.7 MB", arguments: [1_500_000, 400_000])
        func cutting(limit: Int) throws {
            let scene = try Scene()
            let proxy = try CuttingProxy(nodePort: scene.nodePort, limit: limit)
            defer { proxy.stop() }
            let pushed = try Program.run(scene.push(to: proxy.port))
            #expect(pushed.exitCode == 0, "\(pushed.notes)")
            try scene.check(proxy)
            try scene.end(with: SIGTERM)
        }

        @Test("A node that is killed in the middle of a file goes on with it")
        func killedNode() throws {
            let scene = try Scene()
            let proxy = try CuttingProxy(nodePort: scene.nodePort, limit: 1_000_000) { proxy, before in
                guard before == 0 else { return }
                try? scene.end(with: SIGKILL)
                proxy.move(to: scene.nodePort)
            }
            defer { proxy.stop() }
            let pushed = try Program.run(scene.push(to: proxy.port))
            #expect(pushed.exitCode == 0, "\(pushed.notes)")
            try scene.check(proxy)
            try scene.end(with: SIGTERM)
        }

        @Test("A machine that loses its power in the middle of a file goes on with what it had acknowledged")
        func lostPower() throws {
            let scene = try Scene()
            let proxy = try CuttingProxy(nodePort: scene.nodePort, limit: 1_000_000) { proxy, before in
                guard before == 1 else { return }
                try? scene.losePower()
                proxy.move(to: scene.nodePort)
            }
            defer { proxy.stop() }
            let pushed = try Program.run(scene.push(to: proxy.port))
            #expect(pushed.exitCode == 0, "\(pushed.notes)")
            // What came after the last word on how much was here goes again: the second million.
            try scene.check(proxy, again: 1_000_000)
            try scene.end(with: SIGTERM)
        }

        @Test("A station's program that is killed in the middle of a file goes on with it")
        func killedStation() throws {
            let scene = try Scene()
            let killed = DispatchSemaphore(value: 0)
            let process = Mutex<Process?>(nil)
            let proxy = try CuttingProxy(nodePort: scene.nodePort, limit: 1_000_000) { _, before in
                guard before == 0 else { return }
                process.withLock { if let process = $0 { kill(process.processIdentifier, SIGKILL) } }
                killed.signal()
            }
            defer { proxy.stop() }
            try process.withLock { $0 = try Program.start(scene.push(to: proxy.port)).0 }
            killed.wait()
            process.withLock { $0?.waitUntilExit() }
            let pushed = try Program.run(scene.push(to: proxy.port))
            #expect(pushed.exitCode == 0, "\(pushed.notes)")
            try scene.check(proxy)
            try scene.end(with: SIGTERM)
        }
    }
}
