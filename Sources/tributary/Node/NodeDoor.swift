// The upload door's way into the node.

import Dispatch
import Formats
import Foundation
import Monitoring
import Storage
import Web

/// Brings what comes over HTTP to the node.
struct NodeDoor: BatchDoor {
    let node: Node
    let queue: IntakeQueue

    func verdict(onToken token: String) -> TokenVerdict {
        node.senderRoll.verdict(onToken: token, at: Node.clock())
    }

    func deliver(_ batch: SpooledBatch, from pass: SenderPass) async throws -> DeliveredBatch {
        var file = IngestFile(
            path: batch.name, name: batch.name, sender: pass.sender, entitled: pass.speaksFor,
            byteCount: batch.byteCount, sent: SentTime(batch.sentAt))
        switch batch.place {
        case .file(let path): file.path = path
        case .memory(let bytes): file.contents = Data(bytes)
        }
        let outcome: IngestOutcome
        do {
            outcome = try await queue.deliver(file)
        } catch let closed as DoorClosed {
            throw closed
        } catch let problem as BookProblem where problem.code == .diskFull {
            throw DoorClosed(
                detail: "The disk of the node is full; nothing of the batch is acknowledged.",
                remedy: "Send the batch again later; it is taken as soon as there is room.", retryAfterSeconds: 30)
        } catch {
            throw DoorClosed(
                detail: "The book did not take the batch; nothing of it is acknowledged.",
                remedy: "Send the batch again later; the node's operator should read its messages.",
                retryAfterSeconds: 30)
        }
        return DeliveredBatch(
            receipt: outcome.receipt.signed(by: node.nodeKey).text, digest: outcome.digest, isRepeat: outcome.isRepeat,
            refusal: outcome.receipt.state == .rejected ? outcome.refusal : nil)
    }

    func receipt(of digest: Digest256) async throws -> String? {
        // A thread of its own: reading the book waits for the disk, and the node may be busy with a commit.
        try await withCheckedThrowingContinuation { receipt in
            DispatchQueue.global().async {
                let found = Result { try node.book.read { try $0.batch(digest)?.receipt } }
                receipt.resume(with: found.map { $0?.signed(by: node.nodeKey).text })
            }
        }
    }

    func obstacle() async -> String? {
        await queue.lastFailure == nil ? nil : "The last batch could not be written to the book."
    }
}
