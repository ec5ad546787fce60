// A batch at the upload door: its bytes are spooled while they are hashed, the node takes them from there, and the
// receipt leaves only when the batch is durable.

import HTTPTypes
import Hummingbird
import Monitoring
import NIOCore
import NIOHTTP1
import NIOHTTPTypes

extension UploadDoor {
    /// Takes the body as a batch.
    ///
    /// - Parameter encodedName: percent-encoded; `nil`: named after its digest.
    func take(
        _ request: Request, encodedName: Substring?, _ channel: any Channel
    ) async throws -> Response {
        let pass = try admit(request, channel)
        let name = try encodedName.map(checkedName)
        try checkHeaders(request.headers)
        let sentAt = try checkedSentTime(request.headers)
        if let wish = ResumptionWish(request.headers) {
            return try await begin(wish, request, name: name, sentAt: sentAt, pass, channel)
        }
        let promised = try promisedDigest(DeclaredDigest(request.headers))
        let body = spool.open()
        try await receive(request, pass, channel, fate: .dropped) { piece in
            guard body.byteCount + piece.readableBytes <= limits.batchBytes else {
                throw Refusal.tooLarge(limits.batchBytes)
            }
            try await body.append(piece)
        }
        let digest = body.digest
        if let promised, promised != digest { throw Refusal.digestMismatch(digest, promised: promised) }
        let batch = SpooledBatch(
            place: body.place, name: name, byteCount: body.byteCount, digest: digest, sentAt: sentAt)
        let delivered = try await door.deliver(batch, from: pass)
        // A spool file goes with its last use: not before the node has the bytes.
        return withExtendedLifetime(body) { answer(delivered) }
    }

    private func checkedName(_ encoded: Substring) throws(Refusal) -> String {
        do throws(BatchNameFault) {
            return try BatchName.decode(encoded, byteLimit: limits.nameBytes)
        } catch {
            throw .badRequest(
                "name", "The batch's name cannot be used", detail: error.detail, remedy: BatchNameFault.remedy)
        }
    }

    /// Content codings a batch may come in. What the bytes are is decided by the bytes; this only refuses what nobody
    /// here could read.
    private static let codings: Set<String> = ["identity", "gzip", "x-gzip", "deflate"]

    private func checkHeaders(_ headers: HTTPFields) throws(Refusal) {
        let coding = headers[.contentEncoding]?.lowercased() ?? "identity"
        guard Self.codings.contains(coding) else {
            // Source: RFC 9110, section 12.5.3: a 415 names the codings that would be taken.
            throw Refusal(
                status: .unsupportedMediaType, kind: "content-encoding", title: "This content coding is not read",
                detail: "Content-Encoding is \(coding).", remedy: "Send the batch plain or gzip-compressed.",
                headers: [.acceptEncoding: "gzip, deflate, identity"])
        }
        // Source: RFC 9110, section 14.5: a server that takes no partial PUT refuses the field.
        if headers[.contentRange] != nil {
            throw .badRequest(
                "partial", "A batch comes whole", detail: "The request carries Content-Range.",
                remedy: "Send the whole batch in one request.")
        }
        try checkLength(headers)
    }

    /// A request without a length has no body; a batch of no bytes would be kept for ever.
    func checkLength(_ headers: HTTPFields) throws(Refusal) {
        guard headers[.contentLength] != nil || headers[.transferEncoding] != nil else { throw .lengthRequired }
        if let length = headers[.contentLength].flatMap({ Int($0) }), length > limits.batchBytes {
            throw .tooLarge(limits.batchBytes)
        }
    }

    func promisedDigest(_ declared: DeclaredDigest) throws(Refusal) -> Digest256? {
        switch declared {
        case .none: return nil
        case .sha256(let digest): return digest
        case .malformed(let field):
            throw .badRequest(
                "digest-malformed", "The declared digest cannot be read",
                detail: "\(field) holds no SHA-256, or two unlike ones.",
                remedy: "Send `\(field): sha-256=:BASE64:` with the digest of the bytes as sent, or leave it out.")
        }
    }

    /// Hands the pieces of the body on as they arrive; what it returns from is a body that came whole.
    func receive(
        _ request: Request, _ pass: SenderPass, _ channel: any Channel, fate: BodyFate,
        _ take: (ByteBuffer) async throws -> Void
    ) async throws {
        let peer = PeerAddress(channel.remoteAddress)
        do throws(DoorPlaces.Fullness) {
            try places.beginUpload(peer, pass.sender)
        } catch {
            throw Refusal.noPlace(error, limits)
        }
        defer { places.endUpload(peer, pass.sender) }
        if request.headers[.expect]?.lowercased() == "100-continue" {
            let goOn = HTTPResponse(status: .continue)
            try await channel.writeAndFlush(HTTPResponsePart.head(goOn)).get()
        }
        let length = request.headers[.contentLength].flatMap { Int($0) }
        var byteCount = 0
        do {
            for try await piece in request.body {
                try await take(piece)
                byteCount += piece.readableBytes
            }
        } catch BodyGivenUp.tooSlow {
            throw Refusal.tooSlow(limits, fate)
        } catch BodyGivenUp.shuttingDown {
            throw DoorClosed(
                detail: "The node is ending. \(fate.words)", remedy: "Send \(fate.what) again once the node runs.",
                retryAfterSeconds: limits.retryAfterSeconds)
        } catch let fault as HTTPParserError where HTTPParserError.ofChunks.contains(fault) {
            throw Refusal.malformed(fault)
        } catch is HTTPParserError {
            throw Refusal.cutOff(after: byteCount, of: length, fate)
        } catch is ChannelError {
            throw Refusal.cutOff(after: byteCount, of: length, fate)
        }
        // A connection that ends, or a task that is cancelled, may look like the end of the body.
        guard !Task.isCancelled, length == nil || length == byteCount else {
            throw Refusal.cutOff(after: byteCount, of: length, fate)
        }
    }

    func answer(_ delivered: DeliveredBatch) -> Response {
        if let reason = delivered.refusal {
            // More than may come out of a batch is too much as well as more than may come in.
            let isTooLarge = reason["reason"]?.string == "inflated-too-large"
            let told = Refusal(
                status: isTooLarge ? .contentTooLarge : .unprocessableContent,
                kind: isTooLarge ? "inflated-too-large" : "unreadable",
                title: isTooLarge ? "The batch inflates to too much" : "Nothing in the batch could be read",
                detail: "Its bytes are kept and its receipt stands; sending it again changes nothing.",
                remedy: "Do not send it again: mend what `refusal` says and send the mended batch.",
                headers: [.location: "/v1/receipts/\(delivered.digest)"],
                members: [
                    "receipt": CanonicalJSON(reading: delivered.receipt) ?? .string(delivered.receipt),
                    "refusal": reason,
                ])
            return told.response(closes: false)
        }
        return json(
            delivered.receipt, status: delivered.isRepeat ? .ok : .created,
            location: "/v1/receipts/\(delivered.digest)")
    }
}

extension HTTPParserError {
    /// Chunks that are none; whatever else ends a body early is a cut.
    fileprivate static let ofChunks: [HTTPParserError] = [
        .invalidChunkSize, .invalidHeaderToken, .lfExpected, .strictModeAssertion, .headerOverflow,
    ]
}

extension SpooledBatch {
    /// - Parameter name: `nil`: the batch is named after its digest.
    init(place: Place, name: String?, byteCount: Int, digest: Digest256, sentAt: Instant?) {
        self.init(
            place: place, name: name ?? "upload-" + digest.description.prefix(16), byteCount: byteCount,
            digest: digest, sentAt: sentAt)
    }
}

extension Refusal {
    static func digestMismatch(_ digest: Digest256, promised: Digest256) -> Refusal {
        .badRequest(
            "digest-mismatch", "The bytes are not those that were promised",
            detail: "They have SHA-256 \(digest), the request declares \(promised). Nothing of them was kept.",
            remedy: "Send the batch again.")
    }
}
