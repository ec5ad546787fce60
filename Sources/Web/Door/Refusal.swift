// What the door says when it does not take a request: RFC 9457 problems, each with what to do.

import HTTPTypes
import Hummingbird
import Monitoring
import NIOCore
import NIOHTTP1

/// A request that is not answered as asked.
struct Refusal: Error {
    let status: HTTPResponse.Status
    /// The last part of the problem's type: `urn:tributary:problem:` and this.
    let kind: String
    let title: String
    let detail: String
    let remedy: String
    var headers = HTTPFields()
    /// Members beside those of RFC 9457 and `remedy`.
    var members: [String: CanonicalJSON] = [:]
    /// A type that others know, in place of ours.
    var registeredType: String?

    /// Source: RFC 9457, section 3.1.
    var problem: CanonicalJSON {
        .object(
            members.merging([
                "type": .string(registeredType ?? "urn:tributary:problem:" + kind), "title": .string(title),
                "status": .integer(status.code), "detail": .string(detail), "remedy": .string(remedy),
            ]) { _, own in own })
    }

    /// - Parameter closes: the request's body was not read, so the connection cannot serve another.
    func response(closes: Bool) -> Response {
        Response(
            status: status, headers: fields(closes: closes),
            body: ResponseBody(byteBuffer: ByteBuffer(string: problem.text() + "\n")))
    }

    func fields(closes: Bool) -> HTTPFields {
        var fields = headers
        fields[.contentType] = "application/problem+json"
        fields[.cacheControl] = "no-store"
        if closes { fields[.connection] = "close" }
        return fields
    }
}

extension Refusal {
    static func retry(
        _ status: HTTPResponse.Status, _ kind: String, _ title: String, detail: String, remedy: String, seconds: Int
    ) -> Refusal {
        Refusal(
            status: status, kind: kind, title: title, detail: detail, remedy: remedy,
            headers: [.retryAfter: String(seconds)])
    }

    static let missingToken = Refusal(
        status: .unauthorized, kind: "token-missing", title: "A token is needed",
        detail: "The request has no Authorization field with a Bearer token.",
        remedy: "Send `Authorization: Bearer TOKEN`; `tributary station token SENDER` issues one.",
        headers: [.wwwAuthenticate: "Bearer realm=\"tributary\""])

    static let unknownToken = Refusal(
        status: .unauthorized, kind: "token-unknown", title: "The token is not known",
        detail: "No sender of this node was given this token.",
        remedy: "Check the token, or ask for a new one: `tributary station token SENDER`.",
        headers: [.wwwAuthenticate: "Bearer realm=\"tributary\", error=\"invalid_token\""])

    static let expiredToken = Refusal(
        status: .forbidden, kind: "token-expired", title: "The token has expired",
        detail: "The day until which the token was issued has passed.",
        remedy: "Ask for a new one: `tributary station token SENDER --expires DATE`.")

    static let retiredToken = Refusal(
        status: .forbidden, kind: "token-retired", title: "The token was retired",
        detail: "The token, or the sender it was given to, was retired.",
        remedy: "Ask the node's operator which token or sender id to use now.")

    static let plainHTTP = Refusal(
        status: .forbidden, kind: "plain-http", title: "Tokens are not taken over plain HTTP",
        detail: "The connection is not encrypted and does not come from this machine, so others may read the token.",
        remedy: "Use https (serve --tls-certificate --tls-key) and issue a new token; on a closed network the node "
            + "may be started with --allow-plain-uploads.")

    static let notFound = Refusal(
        status: .notFound, kind: "no-such-place", title: "There is nothing at this address",
        detail: "The door knows /v1/batches, /v1/batches/{name}, /v1/uploads/{upload}, /v1/receipts/{digest} and "
            + "/v1/health.",
        remedy: "Check the address.")

    static func wrongMethod(_ method: HTTPRequest.Method, allowed: String) -> Refusal {
        Refusal(
            status: .methodNotAllowed, kind: "method", title: "The address does not take this method",
            detail: "\(method.rawValue) is not taken here.", remedy: "Use \(allowed).", headers: [.allow: allowed])
    }

    static func badRequest(_ kind: String, _ title: String, detail: String, remedy: String) -> Refusal {
        Refusal(status: .badRequest, kind: kind, title: title, detail: detail, remedy: remedy)
    }

    static func tooLarge(_ limit: Int) -> Refusal {
        Refusal(
            status: .contentTooLarge, kind: "too-large", title: "The batch is too large",
            detail: "A batch may have \(limit) bytes as sent.", remedy: "Send the rows in several batches.",
            headers: [.uploadLimit: "max-size=\(limit)"], members: ["limit_bytes": .integer(limit)])
    }

    static func tooSlow(_ limits: DoorLimits, _ fate: BodyFate) -> Refusal {
        Refusal(
            status: .requestTimeout, kind: "too-slow", title: "The body came too slowly",
            detail:
                "It paused for \(limits.bodyIdle.wholeSeconds) s, or fell below \(limits.bodyBytesPerSecond) bytes a "
                + "second. \(fate.words)",
            remedy: "Send \(fate.what) again, compressed, or in smaller batches on a slow line.")
    }

    static func cutOff(after byteCount: Int, of length: Int?, _ fate: BodyFate) -> Refusal {
        .badRequest(
            "cut-off", "The body ended early",
            detail: "\(byteCount) \(length.map { "of \($0) bytes" } ?? "bytes") came, but not its end. \(fate.words)",
            remedy: "Send \(fate.what) again.")
    }

    /// Source: RFC 9110, section 15.5.12.
    static let lengthRequired = Refusal(
        status: .lengthRequired, kind: "length-required", title: "The body's length is not said",
        detail: "The request has neither Content-Length nor Transfer-Encoding, so it has no body. Nothing was kept.",
        remedy: "Send the batch with Content-Length, or with Transfer-Encoding: chunked over HTTP/1.1.")

    /// What came is no HTTP request.
    static func malformed(_ fault: HTTPParserError) -> Refusal {
        guard fault != .headerOverflow else {
            // Source: RFC 6585, section 5.
            return Refusal(
                status: .requestHeaderFieldsTooLarge, kind: "head-too-large", title: "The request's head is too large",
                detail:
                    "Its fields, or one of them, are longer than the server reads. Nothing of the request was kept.",
                remedy: "Send fewer and shorter header fields.")
        }
        return .badRequest(
            "malformed-request", "What came is no HTTP/1.1 request",
            detail: "Reading it stopped with: \(fault). Nothing of it was kept.",
            remedy: "Send a request as RFC 9112 has it: one request line, one Content-Length or chunks, not both.")
    }
}

/// What becomes of the bytes of a body that did not come whole.
enum BodyFate {
    case dropped
    /// They stay in an upload that can be resumed.
    case kept

    var words: String {
        switch self {
        case .dropped: "Nothing of it was kept."
        case .kept: "What came is kept: ask the upload for its offset."
        }
    }

    var what: String {
        switch self {
        case .dropped: "the batch"
        case .kept: "what is missing"
        }
    }
}

extension TimeAmount {
    var wholeSeconds: Int64 { nanoseconds / 1_000_000_000 }
}
