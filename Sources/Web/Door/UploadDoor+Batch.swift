// A batch at the upload door: its bytes are spooled while they are hashed, the node takes them from there, and the
// receipt leaves only when the batch is durable.

import HTTPTypes
import Hummingbird
import Monitoring
import NIOCore
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
        let declared = try checkedHeaders(request.headers)
        let sentAt = try checkedSentTime(request.headers)
        let peer = PeerAddress(channel.remoteAddress)
        do throws(DoorPlaces.Fullness) {
            try places.beginUpload(peer, pass.sender)
        } catch {
            throw Refusal.noPlace(error, limits)
        }
        let body: SpooledBody
        do {
            defer { places.endUpload(peer, pass.sender) }
            body = try await receive(request, channel)
        }
        let digest = body.digest
        if case .sha256(let promised) = declared, promised != digest {
            throw Refusal.badRequest(
                "digest-mismatch", "The bytes are not those that were promised",
                detail: "They have SHA-256 \(digest), the request declares \(promised). Nothing of them was kept.",
                remedy: "Send the batch again.")
        }
        let batch = SpooledBatch(
            place: body.place, name: name ?? "upload-" + digest.description.prefix(16), byteCount: body.byteCount,
            digest: digest, sentAt: sentAt)
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

    private func checkedHeaders(_ headers: HTTPFields) throws(Refusal) -> DeclaredDigest {
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
        if let length = headers[.contentLength].flatMap({ Int($0) }), length > limits.batchBytes {
            throw .tooLarge(limits.batchBytes)
        }
        let declared = DeclaredDigest(headers)
        if case .malformed(let field) = declared {
            throw .badRequest(
                "digest-malformed", "The declared digest cannot be read",
                detail: "\(field) holds no SHA-256, or two unlike ones.",
                remedy: "Send `\(field): sha-256=:BASE64:` with the digest of the bytes as sent, or leave it out.")
        }
        return declared
    }

    /// Takes the body in as it arrives.
    private func receive(_ request: Request, _ channel: any Channel) async throws -> SpooledBody {
        let body = spool.open()
        if request.headers[.expect]?.lowercased() == "100-continue" {
            let goOn = HTTPResponse(status: .continue)
            try await channel.writeAndFlush(HTTPResponsePart.head(goOn)).get()
        }
        do {
            for try await piece in request.body {
                guard body.byteCount + piece.readableBytes <= limits.batchBytes else {
                    throw Refusal.tooLarge(limits.batchBytes)
                }
                try await body.append(piece)
            }
        } catch BodyGivenUp.tooSlow {
            throw Refusal.tooSlow(limits)
        } catch BodyGivenUp.shuttingDown {
            throw DoorClosed(
                detail: "The node is ending.", remedy: "Send the batch again once the node runs.",
                retryAfterSeconds: limits.retryAfterSeconds)
        }
        // A connection that ends, or a task that is cancelled, may look like the end of the body.
        let length = request.headers[.contentLength].flatMap { Int($0) }
        guard !Task.isCancelled, length == nil || length == body.byteCount else {
            throw Refusal.badRequest(
                "cut-off", "The body ended early",
                detail: "\(body.byteCount) of \(length ?? 0) bytes came. Nothing of them was kept.",
                remedy: "Send the batch again.")
        }
        return body
    }

    private func answer(_ delivered: DeliveredBatch) -> Response {
        if let reason = delivered.refusal {
            let told = Refusal(
                status: .unprocessableContent, kind: "unreadable", title: "Nothing in the batch could be read",
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
