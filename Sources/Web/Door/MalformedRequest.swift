// What a peer is told that sends no HTTP: a problem document in place of the server library's bare 400.

import HTTPTypes
import Monitoring
import NIOCore
import NIOHTTP1
import NIOHTTPTypes

/// Puts the problem into the empty 400 that the server library writes after a request it could not read.
///
/// The library keeps the order: whoever sent good requests before the malformed one gets their answers first.
final class MalformedRequestAnswer: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// The first one: those after it follow from it.
    private var fault: HTTPParserError?

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if fault == nil { fault = error as? HTTPParserError }
        context.fireErrorCaught(error)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard let fault, case .head(let head) = unwrapOutboundIn(data), head.status == .badRequest,
            head.headerFields[.contentLength] == "0"
        else {
            context.write(data, promise: promise)
            return
        }
        let refusal = Refusal.malformed(fault)
        let body = ByteBuffer(string: refusal.problem.text() + "\n")
        var fields = refusal.fields(closes: true)
        fields[.contentLength] = String(body.readableBytes)
        context.write(
            wrapOutboundOut(.head(HTTPResponse(status: refusal.status, headerFields: fields))), promise: nil)
        context.write(wrapOutboundOut(.body(body)), promise: promise)
    }
}
