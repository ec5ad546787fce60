// Batches that come in parts: an upload is begun, goes on where the line broke, and ends as a batch that came whole.

import Crypto
import HTTPTypes
import Hummingbird
import Monitoring
import NIOCore
import NIOHTTPTypes

/// What a request that brings a batch wants of resumption.
///
/// Source: draft-ietf-httpbis-resumable-upload-12, sections 4.2 and Draft Version Identification.
struct ResumptionWish {
    /// The body is the whole batch, or what was missing of it.
    let isComplete: Bool
    /// The sender understands interim answers of this draft.
    let hearsInterimAnswers: Bool
    /// Bytes of the whole, where the request says so.
    let length: Int?

    /// The version of the draft in which it last changed what is exchanged.
    static let interopVersion = "8"

    /// `nil` when nothing is wanted, or could be given: who sends the whole at once and hears no interim answer never
    /// learns where to go on.
    init?(_ headers: HTTPFields) {
        guard let isComplete = Self.complete(headers) else { return nil }
        self.isComplete = isComplete
        hearsInterimAnswers = headers[.uploadDraftInteropVersion] == Self.interopVersion
        length = Self.number(headers[.uploadLength])
        guard isComplete else { return }
        let contentLength = headers[.contentLength].flatMap { Int($0) }
        guard hearsInterimAnswers, (contentLength ?? .max) > SpooledBody.memoryLimit else { return nil }
    }

    static func complete(_ headers: HTTPFields) -> Bool? {
        switch headers[.uploadComplete] {
        case "?1": true
        case "?0": false
        default: nil
        }
    }

    /// A number that is not negative; other values count as none.
    static func number(_ text: String?) -> Int? { text.flatMap { Int($0) }.flatMap { $0 >= 0 ? $0 : nil } }
}

extension HTTPField.Name {
    static let uploadComplete = HTTPField.Name("Upload-Complete")!
    static let uploadOffset = HTTPField.Name("Upload-Offset")!
    static let uploadLength = HTTPField.Name("Upload-Length")!
    static let uploadLimit = HTTPField.Name("Upload-Limit")!
    static let uploadDraftInteropVersion = HTTPField.Name("Upload-Draft-Interop-Version")!
    static let acceptPatch = HTTPField.Name("Accept-Patch")!
}

extension UploadDoor {
    /// What a part of a batch is sent as.
    static let partialType = "application/partial-upload"

    /// Says that batches may come in parts, and how large they may be.
    func offer(_ method: HTTPRequest.Method) -> Response {
        var headers = HTTPFields()
        headers[.allow] = "OPTIONS, \(method.rawValue)"
        headers[.acceptPatch] = Self.partialType
        headers[.uploadLimit] = "max-size=\(limits.batchBytes)"
        return Response(status: .noContent, headers: headers)
    }

    /// Begins an upload with the request that would otherwise bring the batch.
    func begin(
        _ wish: ResumptionWish, _ request: Request, name: String?, sentAt: Instant?, _ pass: SenderPass,
        _ channel: any Channel
    ) async throws -> Response {
        let digest = try promisedDigest(DeclaredDigest(request.headers, fields: [.reprDigest]))
        let length = try agreedLength(wish, request.headers, offset: 0, known: nil)
        let upload = try await partials.begin(
            PartialHead(sender: pass.sender, name: name, digest: digest, sentAt: sentAt, length: length), for: channel)
        defer { partials.release(upload) }
        let address = "/v1/uploads/\(upload.id)"
        if wish.hearsInterimAnswers, request.headers[.contentLength] != "0" {
            var fields = HTTPFields()
            fields[.location] = address
            fields[.uploadLimit] = limit(of: upload)
            fields[.uploadDraftInteropVersion] = ResumptionWish.interopVersion
            let status = HTTPResponse.Status(code: 104, reasonPhrase: "Upload Resumption Supported")
            let head = HTTPResponse(status: status, headerFields: fields)
            try await channel.writeAndFlush(HTTPResponsePart.head(head)).get()
        }
        do { try await append(request, to: upload, pass, channel) } catch {
            // Nothing came: nothing to go on with.
            if upload.byteCount == 0 { partials.remove(upload) }
            throw error
        }
        if wish.isComplete { return try await finish(upload, pass) }
        var answer = try await state(of: upload, .created)
        answer.headers[.location] = address
        return answer
    }

    /// Answers at the address of an upload.
    func goOn(with id: String, _ request: Request, _ channel: any Channel) async throws -> Response {
        guard [.head, .patch, .delete].contains(request.method) else {
            throw Refusal.wrongMethod(request.method, allowed: "DELETE, HEAD, PATCH")
        }
        let pass = try admit(request, channel)
        if request.method == .patch { try checkPart(request.headers) }
        let upload = try await partials.claim(id, of: pass.sender, for: channel)
        defer { partials.release(upload) }
        switch request.method {
        case .head: return try await state(of: upload, .noContent)
        case .delete:
            partials.remove(upload)
            return Response(status: .noContent)
        default: return try await extend(upload, request, pass, channel)
        }
    }

    // MARK: Parts

    /// What must be right of a part whatever its upload is.
    private func checkPart(_ headers: HTTPFields) throws(Refusal) {
        guard headers[.contentType]?.prefix(while: { $0 != ";" }).trimmed.lowercased() == Self.partialType else {
            throw .notPartial
        }
        guard ResumptionWish.complete(headers) != nil, ResumptionWish.number(headers[.uploadOffset]) != nil else {
            throw .badRequest(
                "upload-fields", "The part does not say where it belongs",
                detail: "Upload-Offset must be a number, Upload-Complete ?0 or ?1.",
                remedy: "Ask for the offset with HEAD and send both fields.")
        }
        try checkLength(headers)
    }

    private func extend(
        _ upload: PartialUpload, _ request: Request, _ pass: SenderPass, _ channel: any Channel
    ) async throws -> Response {
        let headers = request.headers
        let offset = ResumptionWish.number(headers[.uploadOffset])
        guard offset == upload.byteCount else {
            try await partials.keep(upload)
            throw Refusal.mismatchingOffset(offset ?? 0, expected: upload.byteCount)
        }
        let isComplete = ResumptionWish.complete(headers) == true
        let wish = ResumptionWish(isComplete: isComplete, length: ResumptionWish.number(headers[.uploadLength]))
        if let length = try agreedLength(wish, headers, offset: upload.byteCount, known: upload.head.length) {
            try await partials.note(length: length, of: upload)
        }
        try await append(request, to: upload, pass, channel)
        return try await isComplete ? finish(upload, pass) : state(of: upload, .noContent)
    }

    /// The length of the whole that all fields say.
    ///
    /// Source: draft-ietf-httpbis-resumable-upload-12, section 4.1.3.
    private func agreedLength(
        _ wish: ResumptionWish, _ headers: HTTPFields, offset: Int, known: Int?
    ) throws(Refusal) -> Int? {
        let content = headers[.contentLength].flatMap { Int($0) }
        let said = [known, wish.length, wish.isComplete ? content.map { offset + $0 } : nil].compactMap { $0 }
        guard Set(said).count <= 1 else { throw .inconsistentLength(said) }
        if let length = said.first, length > limits.batchBytes { throw .tooLarge(limits.batchBytes) }
        return said.first
    }

    /// Appends the request's body; what came of one that breaks off stays.
    private func append(
        _ request: Request, to upload: PartialUpload, _ pass: SenderPass, _ channel: any Channel
    ) async throws {
        let promised = try promisedDigest(DeclaredDigest(request.headers, fields: [.contentDigest]))
        let start = upload.byteCount
        var hasher = SHA256()
        try await receive(request, pass, channel, fate: .kept) { piece in
            let end = upload.byteCount + piece.readableBytes
            if end > upload.head.length ?? limits.batchBytes {
                // Who sends more than was said has mixed something up: nothing of it is worth keeping.
                partials.remove(upload)
                guard let length = upload.head.length else { throw Refusal.tooLarge(limits.batchBytes) }
                throw Refusal.inconsistentLength([length, end])
            }
            if promised != nil { piece.withUnsafeReadableBytes { hasher.update(bufferPointer: $0) } }
            try await partials.append(piece, to: upload, keeps: promised == nil)
        }
        guard let promised else { return }
        let digest = Digest256(bytes: Array(hasher.finalize()))
        if digest != promised {
            try await partials.shorten(upload, to: start)
            throw Refusal.digestMismatch(digest, promised: promised)
        }
    }

    /// Has a whole upload taken as a batch.
    private func finish(_ upload: PartialUpload, _ pass: SenderPass) async throws -> Response {
        if let length = upload.head.length, length != upload.byteCount {
            partials.remove(upload)
            throw Refusal.inconsistentLength([length, upload.byteCount])
        }
        partials.isDelivering(upload)
        let digest = try await partials.digest(of: upload)
        if let promised = upload.head.digest, promised != digest {
            partials.remove(upload)
            throw Refusal.digestMismatch(digest, promised: promised).ofWholeUpload
        }
        let batch = SpooledBatch(
            place: .file(upload.path), name: upload.head.name, byteCount: upload.byteCount, digest: digest,
            sentAt: upload.head.sentAt)
        // What the node cannot take now stays for another request.
        let delivered = try await door.deliver(batch, from: pass)
        partials.remove(upload)
        var response = answer(delivered)
        response.headers[.uploadComplete] = "?1"
        return response
    }

    /// Says how much of an upload is here; it is on the disk by then.
    private func state(of upload: PartialUpload, _ status: HTTPResponse.Status) async throws -> Response {
        try await partials.keep(upload)
        var headers = HTTPFields()
        headers[.uploadComplete] = "?0"
        headers[.uploadOffset] = String(upload.byteCount)
        headers[.uploadLength] = upload.head.length.map { String($0) }
        headers[.uploadLimit] = limit(of: upload)
        headers[.cacheControl] = "no-store"
        return Response(status: status, headers: headers)
    }

    private func limit(of upload: PartialUpload) -> String {
        "max-size=\(limits.batchBytes), max-age=\(partials.remainingSeconds(of: upload))"
    }
}

extension ResumptionWish {
    fileprivate init(isComplete: Bool, length: Int?) {
        self.isComplete = isComplete
        self.length = length
        hearsInterimAnswers = false
    }
}
