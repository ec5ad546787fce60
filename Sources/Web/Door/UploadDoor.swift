// The addresses under /v1/: who may ask for what; receipts and health. UploadDoor+Batch.swift takes the batches,
// UploadDoor+Resumption.swift those that come in parts.

import Glibc
import HTTPTypes
import Hummingbird
import Monitoring
import NIOCore

/// What the upload door is made of.
package struct UploadDoorSettings: Sendable {
    let door: any BatchDoor
    let spool: Spool
    let partials: PartialUploads
    let limits: DoorLimits
    let allowsPlain: Bool

    /// - Parameters:
    ///   - spoolFolder: made here, and emptied of what a crash left in it but for uploads that can be resumed.
    ///   - allowsPlain: tokens are taken over plain HTTP from other machines as well.
    package init(
        door: any BatchDoor, spoolFolder: String, limits: DoorLimits = DoorLimits(), allowsPlain: Bool
    ) throws(SpoolProblem) {
        self.door = door
        do {
            spool = try Spool(folder: spoolFolder)
            partials = try PartialUploads(folder: spoolFolder, limits: limits)
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
    let door: any BatchDoor
    let spool: Spool
    let partials: PartialUploads
    let limits: DoorLimits
    let places: DoorPlaces
    /// The connection is encrypted, or the operator says that the network is closed.
    private let takesTokensFromAnywhere: Bool

    init(_ settings: UploadDoorSettings, places: DoorPlaces, isTLS: Bool) {
        door = settings.door
        spool = settings.spool
        partials = settings.partials
        limits = settings.limits
        self.places = places
        takesTokensFromAnywhere = isTLS || settings.allowsPlain
    }

    func respond(to request: Request, on channel: any Channel) async -> Response {
        var response = await completeResponse(to: request, on: channel)
        // Source: RFC 9110, section 9.3.2.
        if request.method == .head { response.body = ResponseBody() }
        return response
    }

    private func completeResponse(to request: Request, on channel: any Channel) async -> Response {
        let hasBody = [.put, .post, .patch].contains(request.method)
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
            if fault.code == ENOSPC || fault.code == EDQUOT { partials.giveRoom() }
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
        if request.method == .options, path == "/v1/batches" || path.hasPrefix("/v1/batches/") {
            return offer(path == "/v1/batches" ? .post : .put)
        }
        if path.hasPrefix("/v1/uploads/") {
            return try await goOn(with: String(path.dropFirst("/v1/uploads/".count)), request, channel)
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

    func admit(_ request: Request, _ channel: any Channel) throws(Refusal) -> SenderPass {
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

    func json(_ text: String, status: HTTPResponse.Status, location: String?) -> Response {
        var headers = HTTPFields()
        headers[.contentType] = "application/json"
        headers[.cacheControl] = "no-store"
        headers[.location] = location
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
