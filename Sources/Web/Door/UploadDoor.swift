// The addresses under /v1/: batches in, receipts out, health. Bytes go to the spool while they are hashed; the node
// takes them from there, and the receipt leaves only when the batch is durable.

import HTTPTypes
import Hummingbird
import Monitoring
import NIOCore
import NIOHTTPTypes

/// What the upload door is made of.
package struct UploadDoorSettings: Sendable {
    let door: any BatchDoor
    let spool: Spool
    let limits: DoorLimits
    let allowsPlain: Bool

    /// - Parameters:
    ///   - spoolFolder: made here, and emptied of what a crash left in it.
    ///   - allowsPlain: tokens are taken over plain HTTP from other machines as well.
    package init(
        door: any BatchDoor, spoolFolder: String, limits: DoorLimits = DoorLimits(), allowsPlain: Bool
    ) throws(SpoolProblem) {
        self.door = door
        do {
            spool = try Spool(folder: spoolFolder)
        } catch {
            throw SpoolProblem(description: "\(spoolFolder): \(error.detail)")
        }
        self.limits = limits
        self.allowsPlain = allowsPlain
    }
}

/// The spool folder cannot be made or emptied.
package struct SpoolProblem: Error, CustomStringConvertible {
    package let description: String
}

struct UploadDoor: Sendable {
    private let door: any BatchDoor
    private let spool: Spool
    private let limits: DoorLimits
    private let places: DoorPlaces
    /// The connection is encrypted, or the operator says that the network is closed.
    private let takesTokensFromAnywhere: Bool

    init(_ settings: UploadDoorSettings, places: DoorPlaces, isTLS: Bool) {
        door = settings.door
        spool = settings.spool
        limits = settings.limits
        self.places = places
        takesTokensFromAnywhere = isTLS || settings.allowsPlain
    }

    func respond(to request: Request, on channel: any Channel) async -> Response {
        let hasBody = request.method == .put || request.method == .post
        do {
            return try await answer(request, channel)
        } catch let refusal as Refusal {
            return refusal.response(closes: hasBody)
        } catch let closed as DoorClosed {
            return Refusal.retry(
                .serviceUnavailable, "not-taken", "The node cannot take batches now", detail: closed.detail,
                remedy: closed.remedy, seconds: closed.retryAfterSeconds
            ).response(closes: hasBody)
        } catch let fault as SpoolFault {
            return Refusal.retry(
                .serviceUnavailable, "not-taken", "The node cannot take batches now", detail: fault.detail,
                remedy: "Send again later; the node's operator should look at the disk of the data folder.",
                seconds: limits.retryAfterSeconds
            ).response(closes: hasBody)
        } catch {
            return Refusal(
                status: .internalServerError, kind: "fault", title: "A fault of ours", detail: "\(error)",
                remedy: "Send the batch again; if this stays, tell the node's operator."
            ).response(closes: hasBody)
        }
    }

    private func answer(_ request: Request, _ channel: any Channel) async throws -> Response {
        let path = request.uri.path
        if path == "/v1/health" {
            try require(request, .get)
            return await health()
        }
        if path == "/v1/batches" {
            try require(request, .post)
            return try await take(request, encodedName: queryName(request.uri.query), channel)
        }
        if path.hasPrefix("/v1/batches/") {
            try require(request, .put)
            return try await take(request, encodedName: path.dropFirst("/v1/batches/".count), channel)
        }
        if path.hasPrefix("/v1/receipts/") {
            try require(request, .get)
            return try await receipt(String(path.dropFirst("/v1/receipts/".count)), request, channel)
        }
        throw Refusal.notFound
    }

    private func require(_ request: Request, _ method: HTTPRequest.Method) throws(Refusal) {
        guard request.method == method else { throw .wrongMethod(request.method, allowed: method.rawValue) }
    }

    private func queryName(_ query: String?) -> Substring? {
        query?.split(separator: "&").first { $0.hasPrefix("name=") }?.dropFirst("name=".count)
    }

    // MARK: Who is there

    private func admit(_ request: Request, _ channel: any Channel) throws(Refusal) -> SenderPass {
        guard takesTokensFromAnywhere || PeerAddress(channel.remoteAddress).isLoopback else { throw .plainHTTP }
        // Source: RFC 6750, section 2.1; the scheme's name in any case, RFC 9110, section 11.1.
        let words = (request.headers[.authorization] ?? "").split(separator: " ", omittingEmptySubsequences: true)
        guard words.count == 2, words[0].lowercased() == "bearer" else { throw .missingToken }
        switch door.verdict(onToken: String(words[1])) {
        case .accepted(let pass): return pass
        case .unknown: throw .unknownToken
        case .expired: throw .expiredToken
        case .retired: throw .retiredToken
        }
    }

    // MARK: A batch

    private func take(
        _ request: Request, encodedName: Substring?, _ channel: any Channel
    ) async throws -> Response {
        let pass = try admit(request, channel)
        let name = try encodedName.map(checkedName)
        let declared = try checkedHeaders(request.headers)
        let peer = PeerAddress(channel.remoteAddress)
        do throws(DoorPlaces.Fullness) {
            try places.beginUpload(peer, pass.sender)
        } catch {
            throw Refusal.noPlace(error, limits)
        }
        let file: SpoolFile
        do {
            defer { places.endUpload(peer, pass.sender) }
            file = try await receive(request, channel)
        }
        let digest = file.digest
        if case .sha256(let promised) = declared, promised != digest {
            throw Refusal.badRequest(
                "digest-mismatch", "The bytes are not those that were promised",
                detail: "They have SHA-256 \(digest), the request declares \(promised). Nothing of them was kept.",
                remedy: "Send the batch again.")
        }
        let batch = SpooledBatch(
            path: file.path, name: name ?? "upload-" + digest.description.prefix(16), byteCount: file.byteCount,
            digest: digest)
        let delivered = try await door.deliver(batch, from: pass)
        // The spool file goes with its last use: not before the node has the bytes.
        return withExtendedLifetime(file) { answer(delivered) }
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

    /// Writes the body to a spool file as it arrives.
    private func receive(_ request: Request, _ channel: any Channel) async throws -> SpoolFile {
        let file = try spool.open()
        if request.headers[.expect]?.lowercased() == "100-continue" {
            let goOn = HTTPResponse(status: .continue)
            try await channel.writeAndFlush(HTTPResponsePart.head(goOn)).get()
        }
        do {
            for try await piece in request.body {
                guard file.byteCount + piece.readableBytes <= limits.batchBytes else {
                    throw Refusal.tooLarge(limits.batchBytes)
                }
                try await file.append(piece)
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
        guard !Task.isCancelled, length == nil || length == file.byteCount else {
            throw Refusal.badRequest(
                "cut-off", "The body ended early",
                detail: "\(file.byteCount) of \(length ?? 0) bytes came. Nothing of them was kept.",
                remedy: "Send the batch again.")
        }
        return file
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

    // MARK: Receipts and health

    private func receipt(_ text: String, _ request: Request, _ channel: any Channel) async throws -> Response {
        _ = try admit(request, channel)
        guard let digest = Digest256(hexadecimal: text) else {
            throw Refusal.badRequest(
                "digest-malformed", "This is no digest", detail: "The address ends in no SHA-256.",
                remedy: "Ask for /v1/receipts/ and 64 hexadecimal digits.")
        }
        guard let receipt = try await door.receipt(of: digest) else {
            throw Refusal(
                status: .notFound, kind: "no-receipt", title: "No batch has these bytes",
                detail: "The book holds no batch with SHA-256 \(digest).", remedy: "Send the batch.")
        }
        return json(receipt, status: .ok, location: nil)
    }

    private func health() async -> Response {
        if let obstacle = await door.obstacle() {
            return Refusal.retry(
                .serviceUnavailable, "not-taken", "The node cannot take batches now", detail: obstacle,
                remedy: "The node's operator should read its messages.", seconds: limits.retryAfterSeconds
            ).response(closes: false)
        }
        return json(CanonicalJSON.object(["status": .string("ok")]).text(), status: .ok, location: nil)
    }

    private func json(_ text: String, status: HTTPResponse.Status, location: String?) -> Response {
        var headers = HTTPFields()
        headers[.contentType] = "application/json"
        headers[.cacheControl] = "no-store"
        headers[.location] = location
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
