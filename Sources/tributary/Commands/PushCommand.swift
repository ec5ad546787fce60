// `tributary push`: the station's end. Files in a folder go to a node, and leave only once their receipt is here.

import ArgumentParser
import Formats
import Forwarding
import Foundation
import Logging
import ServiceLifecycle
import UnixSignals

struct PushCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "push",
        abstract: "Send the files of a folder to a node over HTTP, keep the receipts, repeat until each one stands.",
        discussion: """
            Files appear in DIR by rename or are still being written; a file is sent once its writer has closed it, \
            oldest first. A file whose signed receipt is kept moves to DIR/sent; one the node cannot take moves to \
            DIR/refused with its reason. Whatever breaks is tried again, with longer and longer pauses, a long file from \
            where it stopped; a batch sent twice changes nothing at the node.

            The key of the first receipt is trusted from then on (node-key.pub beside the receipts), or the one given \
            with --node-key. Exit code 1 when a file was refused or could not be sent, 65 when the node's key changed.
            """)

    @Argument(help: ArgumentHelp("The folder to send from; it is made when missing.", valueName: "dir"))
    var folder: String
    @Option(name: .long, help: ArgumentHelp("The node, such as https://node.example:8443.", valueName: "url"))
    var to: String
    @Option(name: .long, help: ArgumentHelp("A file with this station's token.", valueName: "file"))
    var tokenFile: String
    @Option(name: .long, help: ArgumentHelp("Where receipts are kept instead of DIR/receipts.", valueName: "dir"))
    var receipts: String?
    @Option(
        name: .long, help: ArgumentHelp("PEM of the authority to trust instead of the system's.", valueName: "file"))
    var ca: String?
    @Option(name: .long, help: ArgumentHelp("The node's public key, 64 hexadecimal digits.", valueName: "hex"))
    var nodeKey: String?
    @Flag(name: .long, help: "Delete files whose receipt is kept instead of moving them to DIR/sent.")
    var deleteSent = false
    @Flag(name: .long, help: "Send to another machine over plain http too: everybody on the way can read the token.")
    var inTheClear = false
    @Flag(name: .long, help: "End when no file waits any more.")
    var once = false

    func validate() throws {
        if let nodeKey, NodePublicKey(hexadecimal: nodeKey) == nil {
            throw ValidationError("--node-key is 64 hexadecimal digits, as `tributary doctor` prints it on the node.")
        }
    }

    func run() async throws {
        try await reportingFailures {
            do {
                return try await push()
            } catch let problem as ForwardingProblem {
                throw CommandFailure(status: problem.exitStatus, message: problem.description)
            }
        }
    }

    private func push() async throws -> Int32 {
        let address = try NodeAddress(to)
        if address.isPlainToAnotherMachine, !inTheClear {
            throw ForwardingProblem(
                .usage,
                "\(to) is not encrypted: everybody on the way could read the token, and nothing was sent. Give an "
                    + "https address; on a closed network, --in-the-clear.")
        }
        let token = TokenFile(path: absolutePath(tokenFile))
        _ = try token.read()
        let display = PushDisplay()
        let forwarder = try Forwarder(
            Outbox(root: absolutePath(folder), receipts: receipts.map(absolutePath), deletesSent: deleteSent),
            to: address, nodeKey: nodeKey.flatMap { NodePublicKey(hexadecimal: $0) }, authority: ca.map(absolutePath),
            token: { try token.read() }, report: { display.show($0) })
        let service = PushService(forwarder: forwarder, once: once)
        var logger = Logger(label: "tributary") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .error
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    .init(
                        service: service, successTerminationBehavior: .gracefullyShutdownGroup,
                        failureTerminationBehavior: .cancelGroup)
                ],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        try await group.run()
        let result = await service.result
        display.show(result)
        // Told to stop, a service has done its work; a run that was to send everything has not.
        let unsent = result.left + (once ? result.waiting : 0)
        return result.refused + unsent == 0 ? ExitStatus.done : ExitStatus.needsAttention
    }
}

/// The forwarder as a service that ends when it is told to.
private actor PushService: Service {
    private let forwarder: Forwarder
    private let once: Bool
    private(set) var result = ForwardingResult()

    init(forwarder: Forwarder, once: Bool) {
        self.forwarder = forwarder
        self.once = once
    }

    func run() async throws {
        result = try await cancelWhenGracefulShutdown { [forwarder, once] in try await forwarder.run(once: once) }
    }
}

/// The station's secret; read anew for each request, so that it can be replaced at any time.
struct TokenFile: Sendable {
    /// Tokens are far shorter; a longer file is something else.
    private static let byteLimit = 4_096

    let path: String

    func read() throws -> String {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw ForwardingProblem(.input, "the token file \(path) cannot be read as text: check --token-file.")
        }
        let token = text.trimmingCharacters(in: .whitespacesAndNewlines)
        // Source: RFC 6750, section 2.1: the characters a token may have.
        guard !token.isEmpty, token.utf8.count <= Self.byteLimit, token.unicodeScalars.allSatisfy(Self.isAllowed) else {
            throw ForwardingProblem(
                .input, "the token file \(path) does not hold one token: letters, digits and -._~+/= on one line.")
        }
        return token
    }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII && (scalar.properties.isAlphabetic || "0123456789-._~+/=".unicodeScalars.contains(scalar))
    }
}

extension ForwardingProblem {
    fileprivate var exitStatus: Int32 {
        switch kind {
        case .usage: ExitStatus.usage
        case .input, .keyChanged: ExitStatus.inputUnusable
        case .output: ExitStatus.cannotWrite
        }
    }
}
