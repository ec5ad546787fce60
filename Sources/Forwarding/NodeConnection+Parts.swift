// A long file over a line that breaks: begun as an upload, gone on with where the node says it ends.

import AsyncHTTPClient
import Foundation
import Monitoring
import NIOHTTP1

/// An upload that a node has begun, by the last part of its address.
///
/// The rest of the address is the node's own as this station knows it: a token goes nowhere else.
struct UploadID: Hashable, Sendable {
    let text: String

    /// `nil` for an address that is none of an upload of our nodes.
    init?(location: String?) {
        guard let location, let mark = location.range(of: "/v1/uploads/", options: .backwards) else { return nil }
        self.init(String(location[mark.upperBound...]))
    }

    init?(_ text: String) {
        guard (16...64).contains(text.utf8.count), text.utf8.allSatisfy(Self.isPlain) else { return nil }
        self.text = text
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F: true
        default: false
        }
    }
}

/// The node does not know the upload (any longer): it may be whole, given up or too old.
struct UploadGone: Error {}

extension NodeConnection {
    /// Files from this size on go in parts: on the slowest line a shorter one takes minutes, which may be lost.
    static let partsFrom = 256 << 10
    /// Bytes that an attempt must have brought for the next one to follow at once; a line that brings less rests.
    private static let worthwhileProgress = 64 << 10

    /// Sends a batch in parts if the node takes parts, whole if not.
    ///
    /// - Parameters:
    ///   - begun: an upload of these bytes that an attempt before this one began.
    ///   - note: told which upload to go on with should this attempt fail, `nil` for none.
    func sendInParts(
        _ content: FileContent, name: String, digest: Digest256, begun: UploadID?,
        note: @Sendable (UploadID?) async -> Void, progress: @escaping @Sendable (Int) -> Void
    ) async throws -> RawAnswer {
        if let begun {
            let state = try await perform(request(.HEAD, address.upload(begun)), within: limits.answering)
            if state.status / 100 == 2, let offset = state.uploadOffset, offset <= content.byteCount {
                return try await goOn(content, begun, from: offset, note: note, progress: progress)
            }
            guard [404, 405, 410].contains(state.status) || state.status / 100 == 2 else { return state }
            await note(nil)
            // It may have become whole without our hearing of it.
            let receipt = try await ask(digest)
            if receipt.status == 200 { return receipt }
        }
        let offer = try await perform(request(.OPTIONS, address.batch(name)), within: limits.answering)
        guard offer.status / 100 == 2, offer.acceptPatch?.contains(Self.partialType) == true else {
            return try await send(content, name: name, digest: digest, progress: progress)
        }
        var request = try batchRequest(content, name: name, digest: digest)
        request.headers.add(name: "upload-complete", value: "?0")
        request.headers.add(name: "upload-length", value: String(content.byteCount))
        request.headers.add(name: "upload-draft-interop-version", value: "8")
        let answer = try await perform(request, within: limits.answering)
        guard answer.status == 201, let upload = UploadID(location: answer.location) else {
            // No room for parts is room for the whole.
            switch answer.problem {
            case .partialUploadsFull, .tooManyPartialUploads:
                return try await send(content, name: name, digest: digest, progress: progress)
            default: return answer
            }
        }
        await note(upload)
        return try await goOn(content, upload, from: 0, note: note, progress: progress)
    }

    private static let partialType = "application/partial-upload"

    /// Sends what is missing, again and again as long as each attempt brings something.
    private func goOn(
        _ content: FileContent, _ upload: UploadID, from begin: Int, note: @Sendable (UploadID?) async -> Void,
        progress: @escaping @Sendable (Int) -> Void
    ) async throws -> RawAnswer {
        var offset = begin
        while true {
            let answer: RawAnswer
            do {
                answer = try await append(content, to: upload, from: offset, progress: progress)
            } catch {
                guard !Task.isCancelled, let reached = try? await self.offset(of: upload),
                    reached >= offset + Self.worthwhileProgress, reached <= content.byteCount
                else { throw error }
                offset = reached
                continue
            }
            switch answer.status {
            case 404, 410:
                await note(nil)
                throw UploadGone()
            case 408,
                400 where answer.problem == .cutOff:
                // Too slow for the node, or cut off before it, yet not in vain.
                guard let reached = try await self.offset(of: upload), reached >= offset + Self.worthwhileProgress
                else { return answer }
                offset = reached
            case 409:
                // The bytes of an attempt given up came in after all.
                guard let expected = answer.uploadOffset, expected > offset, expected <= content.byteCount else {
                    await note(nil)
                    throw UploadGone()
                }
                offset = expected
            case 400...499 where answer.status != 401 && answer.status != 403 && answer.status != 429:
                await note(nil)
                return answer
            case 200..<300:
                await note(nil)
                return answer
            default: return answer
            }
        }
    }

    private func append(
        _ content: FileContent, to upload: UploadID, from offset: Int, progress: @escaping @Sendable (Int) -> Void
    ) async throws -> RawAnswer {
        var request = try request(.PATCH, address.upload(upload))
        request.headers.add(name: "content-type", value: Self.partialType)
        request.headers.add(name: "upload-offset", value: String(offset))
        request.headers.add(name: "upload-complete", value: "?1")
        let count = content.byteCount - offset
        request.body = .stream(
            FileBody(content: content, start: offset, progress: progress), length: .known(Int64(count)))
        return try await perform(request, within: time(forByteCount: count))
    }

    /// How much of an upload the node has; `nil` when it does not know the upload.
    private func offset(of upload: UploadID) async throws -> Int? {
        let state = try await perform(request(.HEAD, address.upload(upload)), within: limits.answering)
        return state.status / 100 == 2 ? state.uploadOffset : nil
    }
}
