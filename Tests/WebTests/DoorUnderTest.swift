// The real server with the upload door, in front of a node that answers by what the batch is called.

import Foundation
import Logging
import Monitoring
import Synchronization
import Web

/// Takes everything, and remembers the bytes as they were spooled.
final class StubDoor: BatchDoor {
    struct Delivery: Equatable {
        let name: String
        let sender: String
        let bytes: [UInt8]
    }

    private let taken = Mutex<[Delivery]>([])
    /// When each taken batch was sent, as its sender said.
    let sentTimes = Mutex<[Instant?]>([])
    /// Deliveries that are turned away before one is taken.
    let turnsAway = Mutex(0)
    let isFailing = Mutex(false)

    var deliveries: [Delivery] { taken.withLock { $0 } }

    func verdict(onToken token: String) -> TokenVerdict {
        switch token {
        case "good": .accepted(SenderPass(sender: "station-1", speaksFor: nil))
        case "other": .accepted(SenderPass(sender: "station-2", speaksFor: nil))
        case "old": .expired
        case "gone": .retired
        default: .unknown
        }
    }

    func deliver(_ batch: SpooledBatch, from pass: SenderPass) async throws -> DeliveredBatch {
        struct Surprise: Error {}
        let isTurnedAway = turnsAway.withLock { count in
            defer { count = max(0, count - 1) }
            return count > 0
        }
        if batch.name == "busy" || isTurnedAway {
            throw DoorClosed(detail: "Full.", remedy: "Wait.", retryAfterSeconds: 7)
        }
        if batch.name == "surprise" { throw Surprise() }
        let bytes =
            switch batch.place {
            case .file(let path): Array(FileManager.default.contents(atPath: path) ?? Data())
            case .memory(let held): held
            }
        precondition(bytes.count == batch.byteCount)
        sentTimes.withLock { $0.append(batch.sentAt) }
        taken.withLock { $0.append(Delivery(name: batch.name, sender: pass.sender, bytes: bytes)) }
        return DeliveredBatch(
            receipt: "{\"name\":\"\(batch.name)\"}", digest: batch.digest, isRepeat: batch.name == "again",
            refusal: ["unreadable": "unknown-format", "bomb": "inflated-too-large"][batch.name].map {
                .object(["reason": .string($0)])
            })
    }

    func receipt(of digest: Digest256) async throws -> String? {
        deliveries.isEmpty ? nil : "{\"stored\":true}"
    }

    func obstacle() async -> String? { isFailing.withLock { $0 } ? "The disk is full." : nil }
}

private struct EmptyNode: NodeReading {
    func overview() -> NodeOverview {
        NodeOverview(version: "0", batchCount: 0, newestReceived: nil, logPosition: 0, logHead: "")
    }
    func sectionViews() -> [SectionView] { [] }
    func alertViews() -> [AlertView] { [] }
    func statementViews() -> [StatementView] { [] }
    func holesView(_ query: HolesQuery) -> HolesView {
        HolesView(problem: nil, holes: [], notices: [], notes: [])
    }
}

/// What a test meets of a running server.
struct DoorUnderTest: Sendable {
    let port: Int
    let door: StubDoor
    let spool: String

    /// Sends one request over a connection of its own and waits for its answer.
    func exchange(_ request: String, from source: String = "127.0.0.1") async throws -> Answer {
        try await onThread { [port] in
            let connection = try RawConnection(port: port, source: source)
            connection.send(request)
            guard let answer = connection.answer() else { throw SocketFault(description: "no whole answer came") }
            return answer
        }
    }

    /// Runs the server while `body` asks it.
    static func serving(
        host: String = "127.0.0.1", limits: DoorLimits = DoorLimits(), tls: TLSIdentity? = nil,
        allowsPlain: Bool = false, spool: String? = nil, _ body: (DoorUnderTest) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "door-\(UUID().uuidString.prefix(8))").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let spool = spool ?? folder + "/spool"
        let door = StubDoor()
        let (ports, port) = AsyncStream<Int>.makeStream()
        let server = WebServer(
            host: host, port: 0, socketPath: folder + "/s", node: EmptyNode(),
            uploads: try UploadDoorSettings(door: door, spoolFolder: spool, limits: limits, allowsPlain: allowsPlain),
            tls: tls, logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
            started: { port.yield($0) },
            perform: { _ in CommandReply(exitCode: 0, standardOutput: "", standardError: "") })
        let running = Task { try await server.run() }
        defer { running.cancel() }
        for await bound in ports {
            try await body(DoorUnderTest(port: bound, door: door, spool: spool))
            break
        }
    }
}
