// A node for tests: a real HTTP server on the loopback that takes batches, signs receipts, and misbehaves when told to.

import Crypto
import Formats
import Foundation
import Monitoring
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// What the node does with one PUT.
enum Conduct: Sendable {
    case works
    /// Answers without taking the batch.
    case answers(Int, [String: String] = [:], body: String = "")
    /// Closes the connection at the first bytes of the body.
    case dropsMidway
    /// Takes the batch and closes the connection instead of answering.
    case takesAndDrops
    case hangs
    /// Takes the batch; the receipt's signature has one digit changed.
    case signsWrongly
    /// Takes the batch; the receipt is of another one.
    case answersForAnother
    /// Keeps the bytes, could read nothing: 422 with problem and receipt.
    case cannotRead
}

final class UnreliableNode: Sendable {
    /// The token it accepts.
    static let token = "example-token"
    /// The key pairs of RFC 8032, section 7.1, tests 1 and 2.
    static let key = NodeKey(seed: bytes("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"))!
    static let otherKey = NodeKey(seed: bytes("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"))!

    private struct State {
        var requests: [String] = []
        var attempts: [String: Int] = [:]
        var receipts: [Digest256: SignedReceipt] = [:]
        /// How often each batch was taken.
        var taken: [Digest256: Int] = [:]
        var names: [Digest256: String] = [:]
    }

    let port: Int
    private let key: NodeKey
    /// It says that batches may come in parts; a request that begins to is treated as one that brings the whole.
    fileprivate let offersParts: Bool
    private let channel: any Channel
    private let state = Mutex(State())
    private let conduct: @Sendable (String, Int) -> Conduct

    /// - Parameter conduct: asked for each PUT with the batch's name and the count of its PUTs before.
    init(
        key: NodeKey = UnreliableNode.key, port: Int = 0, tls: NIOSSLContext? = nil, offersParts: Bool = false,
        conduct: @escaping @Sendable (String, Int) -> Conduct = { _, _ in .works }
    ) async throws {
        self.key = key
        self.offersParts = offersParts
        self.conduct = conduct
        let handler = Mutex<UnreliableNode?>(nil)
        let box = Box(handler)
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    guard let node = box.node.withLock({ $0 }) else { throw ChannelError.ioOnClosedChannel }
                    try channel.pipeline.syncOperations.addHandler(Exchange(node))
                }
            }
            .bind(host: "127.0.0.1", port: port).get()
        self.port = channel.localAddress?.port ?? 0
        box.node.withLock { $0 = self }
    }

    private final class Box: Sendable {
        let node: Mutex<UnreliableNode?>
        init(_ node: consuming sending Mutex<UnreliableNode?>) { self.node = node }
    }

    func stop() async { try? await channel.close().get() }

    /// `PUT name` and `GET first eight digits`, in order.
    var requests: [String] { state.withLock { $0.requests } }
    /// Names of the batches it has, and how often each was taken.
    var batches: [String: Int] {
        state.withLock { state in
            Dictionary(uniqueKeysWithValues: state.taken.map { (state.names[$0.key] ?? "", $0.value) })
        }
    }

    fileprivate func conduct(of name: String) -> Conduct {
        let attempt = state.withLock { state in
            state.requests.append("PUT " + name)
            defer { state.attempts[name, default: 0] += 1 }
            return state.attempts[name, default: 0]
        }
        return conduct(name, attempt)
    }

    fileprivate func asked(_ hexadecimal: String) -> SignedReceipt? {
        state.withLock { state in
            state.requests.append("GET " + hexadecimal.prefix(8))
            return Digest256(hexadecimal: hexadecimal).flatMap { state.receipts[$0] }
        }
    }

    /// Takes a batch; the first receipt stands.
    fileprivate func take(_ body: [UInt8], name: String, batchState: BatchState = .complete) -> (SignedReceipt, Bool) {
        let digest = sha256(body)
        return state.withLock { state in
            state.taken[digest, default: 0] += 1
            state.names[digest] = name
            if let known = state.receipts[digest] { return (known, true) }
            let receipt = receipt(of: digest, name: name, batchState, sequence: state.receipts.count + 2)
            state.receipts[digest] = receipt
            return (receipt, false)
        }
    }

    fileprivate func receipt(
        of digest: Digest256, name: String, _ batchState: BatchState = .complete, sequence: Int = 2
    ) -> SignedReceipt {
        let isWhole = batchState == .complete
        return SignedReceipt(
            signing: [
                "batch": .string(digest.description), "name": .string(name), "state": .string(batchState.rawValue),
                "received_at": .integer(1_735_689_600_000), "rows": .integer(3), "accepted": .integer(isWhole ? 3 : 0),
                "duplicate": .integer(0), "conflict": .integer(0), "rejected": .integer(isWhole ? 0 : 1),
                "quarantined": .integer(0), "log_sequence": .integer(sequence),
                "chain_hash": .string(digest.description),
            ], with: key)
    }
}

private func bytes(_ hexadecimal: String) -> [UInt8] {
    stride(from: 0, to: hexadecimal.count, by: 2).compactMap { UInt8(hexadecimal.dropFirst($0).prefix(2), radix: 16) }
}

/// One connection's exchanges, one after another.
private final class Exchange: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let node: UnreliableNode
    private var head: HTTPRequestHead?
    private var conduct = Conduct.works
    private var body: [UInt8] = []

    init(_ node: UnreliableNode) { self.node = node }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body = []
            if let name = name(head), isAdmitted(head) { conduct = node.conduct(of: name) }
        case .body(let part):
            body += Array(part.readableBytesView)
            if case .dropsMidway = conduct { context.close(promise: nil) }
        case .end:
            if let head { finish(head, context) }
            head = nil
        }
    }

    private func isAdmitted(_ head: HTTPRequestHead) -> Bool {
        head.headers.first(name: "authorization") == "Bearer " + UnreliableNode.token
    }

    private func name(_ head: HTTPRequestHead) -> String? {
        guard head.method == .PUT, head.uri.hasPrefix("/v1/batches/") else { return nil }
        return String(head.uri.dropFirst("/v1/batches/".count)).removingPercentEncoding
    }

    private func finish(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        guard isAdmitted(head) else { return answer(401, [:], "{\"title\":\"The token is not known\"}", context) }
        if head.method == .GET, head.uri.hasPrefix("/v1/receipts/") {
            let receipt = node.asked(String(head.uri.dropFirst("/v1/receipts/".count)))
            return answer(receipt == nil ? 404 : 200, [:], receipt?.text ?? "{\"title\":\"No batch\"}", context)
        }
        if head.method == .OPTIONS, node.offersParts {
            return answer(204, ["Accept-Patch": "application/partial-upload"], "", context)
        }
        guard let name = name(head) else { return answer(404, [:], "", context) }
        if head.headers.contains(name: "upload-complete") { return follow(name, context) }
        let promised = "sha-256=:" + Data(SHA256.hash(data: body)).base64EncodedString() + ":"
        guard head.headers.first(name: "repr-digest") == promised,
            head.headers.first(name: "content-length") == String(body.count)
        else { return answer(400, [:], "{\"title\":\"The bytes are not those that were promised\"}", context) }
        follow(name, context)
    }

    private func follow(_ name: String, _ context: ChannelHandlerContext) {
        switch conduct {
        case .works:
            let (receipt, isKnown) = node.take(body, name: name)
            answer(isKnown ? 200 : 201, [:], receipt.text, context)
        case .answers(let status, let fields, let text): answer(status, fields, text, context)
        case .dropsMidway: context.close(promise: nil)
        case .takesAndDrops:
            _ = node.take(body, name: name)
            context.close(promise: nil)
        case .hangs: break
        case .signsWrongly:
            let text = node.take(body, name: name).0.text
            answer(201, [:], text.replacing("\"rows\":3", with: "\"rows\":4"), context)
        case .answersForAnother:
            _ = node.take(body, name: name)
            answer(201, [:], node.receipt(of: sha256([1, 2, 3]), name: name).text, context)
        case .cannotRead:
            let receipt = node.take(body, name: name, batchState: .rejected).0
            let problem = """
                {"type":"urn:tributary:problem:unreadable","title":"Nothing in the batch could be read",\
                "receipt":\(receipt.text),"refusal":{"reason":"unknown-format","remedy":"Send a known format."}}
                """
            answer(422, [:], problem, context)
        }
    }

    private func answer(_ status: Int, _ fields: [String: String], _ text: String, _ context: ChannelHandlerContext) {
        var headers = HTTPHeaders(fields.map { ($0.key, $0.value) })
        headers.add(name: "content-length", value: String(text.utf8.count))
        let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: status), headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
