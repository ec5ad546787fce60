// The clock of one connection: how long a handshake, a head, a body and a farewell may take.

import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes

/// A body that was given up.
enum BodyGivenUp: Error {
    /// It paused too long or came too slowly.
    case tooSlow
    /// The program is ending.
    case shuttingDown
}

/// Closes connections that keep the server waiting, so that any number of slow peers costs the others nothing.
///
/// While a body arrives its delay is reported as an error to whoever reads it, so that it is answered; a connection that
/// owes a head is closed without a word. After an answer with `Connection: close` the rest of the request is dropped for
/// `DoorLimits.linger` and the connection closed.
final class ExchangeTimer: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let limits: DoorLimits
    private var timer: Scheduled<Void>?
    /// A request's head was read, its end was not.
    private var isReading = false
    private var owesAnswer = false
    private var closesAfterAnswer = false
    private var hasGivenUp = false
    /// What comes is no HTTP: nothing more is read of it.
    private var isMalformed = false
    /// The peer has said that nothing more comes.
    private var hasInputEnded = false
    private var bodyStart = NIODeadline.now()
    private var lastPiece = NIODeadline.now()
    private var bodyBytes = 0

    init(_ limits: DoorLimits) { self.limits = limits }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { closeUnlessHead(within: limits.headDeadline, context) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { timer?.cancel() }

    func channelActive(context: ChannelHandlerContext) {
        closeUnlessHead(within: limits.headDeadline, context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            isReading = true
            owesAnswer = true
            bodyBytes = 0
            bodyStart = .now()
            lastPiece = bodyStart
            watchBody(context)
        case .body(let piece):
            // What follows an answer that closes, or an error, is nobody's.
            if hasGivenUp || (closesAfterAnswer && !owesAnswer) { return }
            bodyBytes += piece.readableBytes
            lastPiece = .now()
        case .end:
            isReading = false
            timer?.cancel()
            if !owesAnswer { rest(context) }
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let head):
            if head.headerFields[.connection] == "close" { closesAfterAnswer = true }
            if head.status.kind != .informational { owesAnswer = true }
            context.write(data, promise: promise)
        case .body:
            context.write(data, promise: promise)
        case .end:
            owesAnswer = false
            let written = promise ?? context.eventLoop.makePromise()
            context.write(data, promise: written)
            written.futureResult.assumeIsolated().whenComplete { _ in self.answered(context) }
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        context.fireUserInboundEventTriggered(event)
        if event as? ChannelEvent == .inputClosed {
            hasInputEnded = true
            if closesAfterAnswer, !owesAnswer { context.close(promise: nil) }
        }
        guard event is ChannelShouldQuiesceEvent, isReading else { return }
        after(limits.shutdownGrace, context) { self.giveUp(.shuttingDown, context) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if error is HTTPParserError { isMalformed = true }
        context.fireErrorCaught(error)
    }

    /// The answer is on its way to the peer.
    private func answered(_ context: ChannelHandlerContext) {
        if owesAnswer { return }
        if closesAfterAnswer, isReading || isMalformed, !hasInputEnded {
            after(limits.linger, context) { context.close(promise: nil) }
        } else if !isReading || hasInputEnded {
            rest(context)
        }
    }

    /// Nothing is owed by either side.
    private func rest(_ context: ChannelHandlerContext) {
        if closesAfterAnswer {
            context.close(promise: nil)
        } else {
            closeUnlessHead(within: limits.keepAlive, context)
        }
    }

    private func closeUnlessHead(within time: TimeAmount, _ context: ChannelHandlerContext) {
        after(time, context) { context.close(promise: nil) }
    }

    /// Looks again when the body could be late at the earliest.
    private func watchBody(_ context: ChannelHandlerContext) {
        let earned = Int64(bodyBytes / max(1, limits.bodyBytesPerSecond))
        let due = min(lastPiece + limits.bodyIdle, bodyStart + limits.bodyGrace + .seconds(earned))
        let now = NIODeadline.now()
        if due <= now {
            giveUp(.tooSlow, context)
        } else {
            after(due - now, context) { self.watchBody(context) }
        }
    }

    private func giveUp(_ reason: BodyGivenUp, _ context: ChannelHandlerContext) {
        guard owesAnswer, !hasGivenUp else {
            context.close(promise: nil)
            return
        }
        hasGivenUp = true
        closesAfterAnswer = true
        // Closed in any case, should nobody answer.
        after(limits.linger, context) { context.close(promise: nil) }
        context.fireErrorCaught(reason)
    }

    /// One timer a connection: a new one replaces the last.
    private func after(_ time: TimeAmount, _ context: ChannelHandlerContext, _ act: @escaping () -> Void) {
        timer?.cancel()
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: time, act)
    }
}
