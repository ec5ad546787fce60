// The first handler of every connection: counts it against its peer's limit, and turns it away when that is reached.

import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import Monitoring
import NIOCore

/// A server's connections behind the gate; `base` is what speaks HTTP, with TLS or without.
struct GatedChannel<Base: ServerChildChannel>: ServerChildChannel {
    let base: Base
    let places: DoorPlaces
    let limits: DoorLimits
    /// Only a peer that speaks plain HTTP understands an answer before the handshake.
    let answersInPlain: Bool

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Base.Value> {
        channel.eventLoop.makeCompletedFuture {
            // Ten pieces may wait for the disk; their size bounds what a body holds in memory.
            try channel.syncOptions?.setOption(
                .recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: limits.pieceBytes))
            try channel.pipeline.syncOperations.addHandler(
                ConnectionGate(places: places, limits: limits, answersInPlain: answersInPlain))
        }.flatMap { base.setup(channel: channel, logger: logger) }
    }

    func handle(value: Base.Value, logger: Logger) async { await base.handle(value: value, logger: logger) }
}

private final class ConnectionGate: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let places: DoorPlaces
    private let limits: DoorLimits
    private let answersInPlain: Bool
    private var counted: PeerAddress?
    private var isRefused = false

    init(places: DoorPlaces, limits: DoorLimits, answersInPlain: Bool) {
        self.places = places
        self.limits = limits
        self.answersInPlain = answersInPlain
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { enter(context) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { leave() }

    func channelActive(context: ChannelHandlerContext) {
        enter(context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        leave()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if !isRefused { context.fireChannelRead(data) }
    }

    private func enter(_ context: ChannelHandlerContext) {
        let peer = PeerAddress(context.channel.remoteAddress)
        do throws(DoorPlaces.Fullness) {
            try places.beginConnection(peer)
            counted = peer
        } catch {
            isRefused = true
            guard answersInPlain, error == .forPeer else {
                context.close(promise: nil)
                return
            }
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer)), promise: nil)
            context.close(mode: .output, promise: nil)
            // What the peer sends is dropped for a moment: a reset would take the answer away from it.
            context.eventLoop.assumeIsolated().scheduleTask(in: .seconds(1)) { context.close(promise: nil) }
        }
    }

    private func leave() {
        if let counted { places.endConnection(counted) }
        counted = nil
    }

    private var answer: String {
        let refusal = Refusal.tooManyConnections(limits)
        let body = refusal.problem.text() + "\n"
        return """
            HTTP/1.1 429 Too Many Requests\r
            Content-Type: application/problem+json\r
            Content-Length: \(body.utf8.count)\r
            Retry-After: \(limits.retryAfterSeconds)\r
            Connection: close\r
            \r
            \(body)
            """
    }
}

extension Refusal {
    static func tooManyConnections(_ limits: DoorLimits) -> Refusal {
        .retry(
            .tooManyRequests, "too-many-connections", "Too many connections from this address",
            detail: "An address may have \(limits.connectionsPerPeer) connections open.",
            remedy: "Close some, or send several batches over one.", seconds: limits.retryAfterSeconds)
    }

    static func noPlace(_ fullness: DoorPlaces.Fullness, _ limits: DoorLimits) -> Refusal {
        switch fullness {
        case .forPeer:
            .retry(
                .tooManyRequests, "too-many-uploads", "Too many uploads from this address",
                detail: "An address may send \(limits.uploadsPerPeer) bodies at once.",
                remedy: "Send again after the time in Retry-After.", seconds: limits.retryAfterSeconds)
        case .forSender:
            .retry(
                .tooManyRequests, "too-many-uploads", "Too many uploads of this sender",
                detail: "A sender may send \(limits.uploadsPerSender) bodies at once.",
                remedy: "Send again after the time in Retry-After.", seconds: limits.retryAfterSeconds)
        case .forAll:
            .retry(
                .serviceUnavailable, "door-full", "All places at the door are taken",
                detail: "\(limits.uploads) bodies are being received.",
                remedy: "Send again after the time in Retry-After.", seconds: limits.retryAfterSeconds)
        }
    }
}
