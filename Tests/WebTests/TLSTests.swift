// Goal: over TLS the door proves itself, carries batches, and drops who never finishes a handshake.
// Method: a certificate made by openssl at test time; openssl's own client checks it and sends a request.

import Foundation
import NIOCore
import Testing
import Web

@Suite(.serialized) struct TLSTests {
    /// A certificate for 127.0.0.1 and its key, made now.
    private struct Certificate {
        let folder: URL
        var certificate: String { folder.appending(path: "cert.pem").path }
        var key: String { folder.appending(path: "key.pem").path }

        init() throws {
            folder = FileManager.default.temporaryDirectory.appending(path: "tls-\(UUID().uuidString.prefix(8))")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let made = try TLSTests.openssl([
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate,
            ])
            try #require(made.status == 0, "openssl could not make a certificate: \(made.output)")
        }
    }

    private static func openssl(_ arguments: [String], input: String = "") throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = arguments
        let (given, taken) = (Pipe(), Pipe())
        process.standardInput = given
        process.standardOutput = taken
        process.standardError = taken
        try process.run()
        try given.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        let output = taken.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }

    @Test func `a client that checks the certificate delivers a batch`() async throws {
        let files = try Certificate()
        defer { try? FileManager.default.removeItem(at: files.folder) }
        let identity = try TLSIdentity(certificateFile: files.certificate, keyFile: files.key)
        try await DoorUnderTest.serving(tls: identity) { server in
            let request = requestText("PUT", "/v1/batches/x", headers: ["Connection: close"], body: "hello")
            let certificate = files.certificate
            let client = try await onThread {
                try Self.openssl(
                    [
                        "s_client", "-connect", "127.0.0.1:\(server.port)", "-CAfile", certificate,
                        "-verify_return_error", "-verify_ip", "127.0.0.1", "-quiet",
                    ], input: request)
            }
            #expect(client.output.contains("HTTP/1.1 201 Created"), "\(client.output)")
            #expect(server.door.deliveries.map(\.bytes) == [Array("hello".utf8)])
        }
    }

    @Test func `a stalled handshake and plain text are dropped`() async throws {
        let files = try Certificate()
        defer { try? FileManager.default.removeItem(at: files.folder) }
        let identity = try TLSIdentity(certificateFile: files.certificate, keyFile: files.key)
        var limits = DoorLimits()
        limits.headDeadline = .milliseconds(300)
        try await DoorUnderTest.serving(limits: limits, tls: identity) { server in
            let received = try await onThread {
                // Nothing, the first bytes of a ClientHello, and a request in plain text.
                try [
                    [], [0x16, 0x03, 0x01, 0x02, 0x00], Array(requestText("PUT", "/v1/batches/x", body: "hello").utf8),
                ]
                .map { bytes in
                    let connection = try RawConnection(port: server.port)
                    connection.send(bytes)
                    return String(decoding: connection.readToEnd(), as: UTF8.self)
                }
            }
            #expect(received.allSatisfy { !$0.contains("HTTP") })
            #expect(server.door.deliveries.isEmpty)
        }
    }

    @Test func `files that cannot be used are named`() throws {
        let (files, other) = (try Certificate(), try Certificate())
        defer {
            for folder in [files.folder, other.folder] { try? FileManager.default.removeItem(at: folder) }
        }
        let missing = #expect(throws: TLSProblem.self) {
            try TLSIdentity(certificateFile: "/nonexistent.pem", keyFile: files.key)
        }
        #expect(missing?.description.hasPrefix("/nonexistent.pem holds no certificate") == true)
        let noKey = #expect(throws: TLSProblem.self) {
            try TLSIdentity(certificateFile: files.certificate, keyFile: files.certificate)
        }
        #expect(noKey?.description.hasPrefix("\(files.certificate) holds no private key") == true)
        let unlike = #expect(throws: TLSProblem.self) {
            try TLSIdentity(certificateFile: files.certificate, keyFile: other.key)
        }
        #expect(unlike?.description.contains("do not belong together") == true)
    }
}
