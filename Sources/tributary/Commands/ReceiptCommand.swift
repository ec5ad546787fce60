// `tributary receipt`: the receipt of a batch, for ever; and whether a receipt in hand holds, without any node.

import ArgumentParser
import Formats
import Foundation
import Monitoring

struct ReceiptCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "receipt",
        abstract: "Show the signed receipt (回执) of a batch, or check one offline.",
        discussion: """
            DIGEST is the SHA-256 of the batch's bytes (`sha256sum FILE`), whole or its first 8 digits or more. Shown \
            with the receipt: rejected and quarantined rows by reason, and the batch's place in the archive.

            --check FILE --key HEX needs no data folder: exit code 0 when the receipt in FILE holds, 1 with the reason \
            when it does not. FILE is a receipt, or what `receipt --format json` printed. HEX is the node's public key, \
            as `tributary doctor` prints it on the node.
            """)

    @Argument(help: ArgumentHelp("The batch.", valueName: "digest"))
    var digest: String?
    @Option(name: .long, help: ArgumentHelp("The data folder.", valueName: "dir"))
    var data: String?
    @Option(name: .long, help: ArgumentHelp("Check this receipt instead.", valueName: "file"))
    var check: String?
    @Option(name: .long, help: ArgumentHelp("The node's public key, 64 hexadecimal digits.", valueName: "hex"))
    var key: String?
    @OptionGroup var output: FormatOption

    func validate() throws {
        if check != nil {
            guard digest == nil, data == nil, let key, NodePublicKey(hexadecimal: key) != nil else {
                throw ValidationError(
                    "--check FILE goes with --key and 64 hexadecimal digits, and without digest and --data.")
            }
        } else {
            guard digest != nil, data != nil, key == nil else {
                throw ValidationError("Give a batch digest and --data, or --check FILE and --key HEX.")
            }
        }
    }

    func run() async throws {
        try await reportingFailures {
            if let check, let key = key.flatMap({ NodePublicKey(hexadecimal: $0) }) {
                return try checkReceipt(check, key)
            }
            guard let digest, let data else { return ExitStatus.usage }
            return try await NodeGateway.perform(
                .receipt(digest: digest, format: output.format), folder: absolutePath(data))
        }
    }

    private func checkReceipt(_ path: String, _ expected: NodePublicKey) throws -> Int32 {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw CommandFailure(
                status: ExitStatus.inputUnusable, message: "\(path) cannot be read as UTF-8 text: check the path.")
        }
        let receipt: SignedReceipt
        do throws(ReceiptFault) {
            receipt = try Self.receipt(in: text)
        } catch {
            throw CommandFailure(
                status: ExitStatus.needsAttention, message: "\(path) does not hold as a receipt: \(error).")
        }
        guard receipt.key == expected else {
            throw CommandFailure(
                status: ExitStatus.needsAttention,
                message: "\(path) does not hold for this node: it is signed by the key \(receipt.key), not by "
                    + "\(expected). A node's earlier keys stand in its log (`tributary dump log`, kind node-key).")
        }
        switch output.format {
        case .json: Terminal.output(receipt.text + "\n")
        case .text, .csv:
            let counts = receipt.counts
            Terminal.output(
                "The receipt holds. \(receipt.name): \(receipt.subject == .admission ? "admission of rows of " : "")"
                    + "batch \(receipt.batch), \(receipt.state.rawValue); accepted "
                    + "\(counts.accepted), duplicate \(counts.duplicate), conflict \(counts.conflict), rejected "
                    + "\(counts.rejected), quarantined \(counts.quarantined); signed by \(receipt.key.fingerprint)\n")
        }
        return ExitStatus.done
    }

    /// The receipt itself, or the one inside a report of this command.
    private static func receipt(in text: String) throws(ReceiptFault) -> SignedReceipt {
        guard text.utf8.count <= reportLimit, case .object(let read) = CanonicalJSON(reading: text) else {
            return try SignedReceipt(verifying: text)
        }
        let inner: [String: CanonicalJSON]? = if case .object(let members) = read["receipt"] { members } else { nil }
        let subject = (inner ?? read)["schema"]?.string.flatMap { SignedReceipt.Subject(rawValue: $0) } ?? .batch
        if let inner { return try SignedReceipt(verifying: inner, as: subject) }
        return try SignedReceipt(verifying: text, as: subject)
    }

    /// A report lists up to ten thousand rows of each kind.
    private static let reportLimit = 16 << 20
}
