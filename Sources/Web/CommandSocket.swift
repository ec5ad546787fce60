// The client end of the command socket: how a command reaches a running daemon.

import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOPosix

/// Talks HTTP/1.1 to the daemon over the Unix socket of its data folder.
package enum CommandSocket {
    static let exitCodeField = HTTPField.Name("Tributary-Exit-Code")!
    static let errorLengthField = HTTPField.Name("Tributary-Error-Length")!

    /// A Unix socket's path has room for this many bytes (sun_path less its end mark).
    package static let pathByteLimit = 107

    /// Whether a daemon listens there now; a socket file alone may be left of a crash.
    package static func isListening(at path: String) async -> Bool {
        let client = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        guard let channel = try? await client.connect(unixDomainSocketPath: path).get() else { return false }
        try? await channel.close().get()
        return true
    }

    /// Sends one request (JSON) and waits for its reply.
    ///
    /// - Throws: what the connection throws when no daemon listens, or `ConnectionLost` when it ended half-way.
    package static func perform(_ request: String, at path: String) async throws -> CommandReply {
        let group = MultiThreadedEventLoopGroup.singleton
        let answered = group.any().makePromise(of: CommandReply.self)
        let channel: any Channel
        do {
            channel = try await ClientBootstrap(group: group)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHTTPClientHandlers()
                        try channel.pipeline.syncOperations.addHandler(ReplyReader(answered: answered))
                    }
                }
                .connect(unixDomainSocketPath: path).get()
        } catch {
            answered.fail(error)
            throw error
        }
        let body = ByteBuffer(string: request)
        var head = HTTPRequestHead(version: .http1_1, method: .POST, uri: "/v1/commands")
        head.headers.add(name: "host", value: "tributary")
        head.headers.add(name: "content-length", value: String(body.readableBytes))
        head.headers.add(name: "connection", value: "close")
        channel.write(HTTPClientRequestPart.head(head), promise: nil)
        channel.write(HTTPClientRequestPart.body(.byteBuffer(body)), promise: nil)
        channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
        let reply = try await answered.futureResult.get()
        try? await channel.close().get()
        return reply
    }

    /// The daemon went away before its answer was whole.
    package struct ConnectionLost: Error, CustomStringConvertible {
        package var description: String {
            "The daemon closed its socket before it had answered; look at its log and run the command again."
        }
    }
}

/// Collects one response and keeps the promise with it.
private final class ReplyReader: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart

    private let answered: EventLoopPromise<CommandReply>
    private var exitCode = 70
    private var errorLength = 0
    private var body = ByteBuffer()
    private var isDone = false

    init(answered: EventLoopPromise<CommandReply>) { self.answered = answered }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            exitCode = head.headers.first(name: CommandSocket.exitCodeField.rawName).flatMap { Int($0) } ?? 70
            errorLength = head.headers.first(name: CommandSocket.errorLengthField.rawName).flatMap { Int($0) } ?? 0
        case .body(var part):
            body.writeBuffer(&part)
        case .end:
            isDone = true
            let standardError = body.readString(length: min(errorLength, body.readableBytes)) ?? ""
            let standardOutput = body.readString(length: body.readableBytes) ?? ""
            answered.succeed(
                CommandReply(exitCode: exitCode, standardOutput: standardOutput, standardError: standardError))
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        isDone = true
        answered.fail(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        if !isDone { answered.fail(CommandSocket.ConnectionLost()) }
    }
}
