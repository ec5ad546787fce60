// The line to the node: a batch is sent whole, or in parts where the node takes parts (NodeConnection+Parts.swift);
// and its receipt is asked for.

import AsyncHTTPClient
import Foundation
import Monitoring
import NIOCore
import NIOHTTP1
import NIOSSL

/// Where the node is, and who asks.
package struct NodeAddress: Sendable {
    /// `https://HOST[:PORT][/PREFIX]`, without a slash at the end.
    let base: String
    /// Tokens would cross the network in the clear.
    package let isPlainToAnotherMachine: Bool

    /// Takes the address of a node.
    ///
    /// - Throws: `ForwardingProblem` with what is wrong with it.
    package init(_ text: String) throws {
        guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(),
            ["http", "https"].contains(scheme), let host = parts.host, !host.isEmpty, parts.query == nil,
            parts.fragment == nil, parts.user == nil, parts.password == nil
        else {
            throw ForwardingProblem(
                .usage,
                "\(text) is not a node's address: give one such as https://node.example:8443, without user, "
                    + "query or fragment.")
        }
        base = String(text.reversed().drop { $0 == "/" }.reversed())
        isPlainToAnotherMachine =
            scheme == "http" && !["localhost", "127.0.0.1", "::1", "[::1]"].contains(host.lowercased())
    }

    func batch(_ name: String) -> String { base + "/v1/batches/" + Self.encoded(name) }

    func receipt(_ digest: Digest256) -> String { base + "/v1/receipts/\(digest)" }

    func upload(_ id: UploadID) -> String { base + "/v1/uploads/\(id.text)" }

    /// Everything but unreserved characters by percent, `/` too: a name is one part of the path.
    ///
    /// - Source: RFC 3986, sections 2.1 and 2.3.
    static func encoded(_ name: String) -> String {
        name.utf8.map { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: String(UnicodeScalar(byte))
            default: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }.joined()
    }
}

/// How long the station waits for the node within one attempt.
package struct AnswerLimits: Sendable {
    /// Until a connection stands.
    package var connecting = Duration.seconds(10)
    /// From the last byte sent to the answer, and between two pieces of it.
    package var answering = Duration.seconds(120)
    /// A line slower than this for a whole file is given up; bytes a second. The node's own limit.
    package var slowestRate = 1 << 10
    /// A receipt and a problem document are far shorter.
    package var answerByteCount = 256 << 10

    package init() {}
}

/// Speaks to one node. `close` it in the end.
struct NodeConnection: Sendable {
    let address: NodeAddress
    private let token: @Sendable () throws -> String
    let limits: AnswerLimits
    private let client: HTTPClient

    init(
        _ address: NodeAddress, authority: String?, limits: AnswerLimits, token: @escaping @Sendable () throws -> String
    ) throws {
        self.address = address
        self.token = token
        self.limits = limits
        var tls = TLSConfiguration.makeClientConfiguration()
        if let authority {
            guard let certificates = try? NIOSSLCertificate.fromPEMFile(authority), !certificates.isEmpty else {
                throw ForwardingProblem(
                    .input,
                    "\(authority) holds no certificate in PEM: give the file of the authority that signed the "
                        + "node's certificate with --ca.")
            }
            tls.trustRoots = .certificates(certificates)
        }
        var pool = HTTPClient.Configuration.ConnectionPool(idleTimeout: .seconds(30))
        // Back-off is ours: one attempt is one attempt.
        pool.retryConnectionEstablishment = false
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: tls, redirectConfiguration: .disallow,
            timeout: .init(
                connect: TimeAmount(limits.connecting), read: TimeAmount(limits.answering),
                write: TimeAmount(limits.answering)),
            connectionPool: pool)
        configuration.httpVersion = .http1Only
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    func close() async { try? await client.shutdown() }

    /// Sends a batch.
    func send(
        _ content: FileContent, name: String, digest: Digest256, progress: @escaping @Sendable (Int) -> Void
    ) async throws -> RawAnswer {
        var request = try batchRequest(content, name: name, digest: digest)
        request.body = .stream(
            FileBody(content: content, progress: progress), length: .known(Int64(content.byteCount)))
        return try await perform(request, within: time(forByteCount: content.byteCount))
    }

    /// The request that brings a batch, or begins to.
    func batchRequest(_ content: FileContent, name: String, digest: Digest256) throws -> HTTPClientRequest {
        var request = try request(.PUT, address.batch(name))
        request.headers.add(name: "content-type", value: "application/octet-stream")
        // Source: RFC 9530, section 3.
        request.headers.add(name: "repr-digest", value: "sha-256=:\(Data(digest.bytes).base64EncodedString()):")
        if let modified = content.modified {
            request.headers.add(name: "sent-at", value: modified.iso8601(at: .utc))
        }
        return request
    }

    /// How long a body of so many bytes and its answer may take.
    func time(forByteCount count: Int) -> Duration { limits.answering + .seconds(count / limits.slowestRate) }

    /// Asks for the receipt of a batch that may have arrived.
    func ask(_ digest: Digest256) async throws -> RawAnswer {
        try await perform(try request(.GET, address.receipt(digest)), within: limits.answering)
    }

    func request(_ method: HTTPMethod, _ url: String) throws -> HTTPClientRequest {
        var request = HTTPClientRequest(url: url)
        request.method = method
        request.headers.add(name: "authorization", value: "Bearer \(try token())")
        request.headers.add(name: "accept", value: "application/json, application/problem+json")
        return request
    }

    func perform(_ request: HTTPClientRequest, within limit: Duration) async throws -> RawAnswer {
        let response = try await client.execute(request, timeout: TimeAmount(limit))
        let body = try await response.body.collect(upTo: limits.answerByteCount)
        return RawAnswer(
            status: Int(response.status.code), retryAfter: response.headers.first(name: "retry-after"),
            date: response.headers.first(name: "date"), location: response.headers.first(name: "location"),
            acceptPatch: response.headers.first(name: "accept-patch"),
            uploadOffset: response.headers.first(name: "upload-offset").flatMap { Int($0) },
            body: String(decoding: body.readableBytesView, as: UTF8.self))
    }
}
