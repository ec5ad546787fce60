// What the door says of uploads that cannot be begun, found or gone on with.

import HTTPTypes
import Monitoring

extension Refusal {
    /// Another sender's upload is as little there as none.
    static let noSuchUpload = Refusal(
        status: .notFound, kind: "no-such-upload", title: "There is no such upload",
        detail: "It ended, was given up, rested too long, or never was one of this sender.",
        remedy: "Ask for the receipt of the batch; if there is none, send the batch anew.")

    /// Source: draft-ietf-httpbis-resumable-upload-12, sections 4.4.2 and 7.1.
    static func mismatchingOffset(_ provided: Int, expected: Int) -> Refusal {
        Refusal(
            status: .conflict, kind: "upload-offset", title: "The part does not begin where the upload ends",
            detail: "The upload has \(expected) bytes, the part begins at \(provided).",
            remedy: "Go on at the offset in Upload-Offset.",
            headers: [.uploadOffset: String(expected), .uploadComplete: "?0"],
            members: ["expected-offset": .integer(expected), "provided-offset": .integer(provided)],
            registeredType: registered("mismatching-upload-offset"))
    }

    /// Source: draft-ietf-httpbis-resumable-upload-12, sections 4.1.3 and 7.3.
    static func inconsistentLength(_ lengths: [Int]) -> Refusal {
        Refusal(
            status: .badRequest, kind: "upload-length", title: "The upload's lengths contradict each other",
            detail: "The whole was said or found to have " + lengths.map { "\($0)" }.joined(separator: " and ")
                + " bytes.",
            remedy: "Send the batch anew, with one length.",
            registeredType: registered("inconsistent-upload-length"))
    }

    private static func registered(_ type: String) -> String {
        "https://iana.org/assignments/http-problem-types#\(type)"
    }

    /// Source: RFC 5789, section 2.2.
    static let notPartial = Refusal(
        status: .unsupportedMediaType, kind: "not-partial", title: "A part of an upload has a type of its own",
        detail: "Content-Type is not \(UploadDoor.partialType).",
        remedy: "Send parts as `Content-Type: \(UploadDoor.partialType)`.",
        headers: [.acceptPatch: UploadDoor.partialType])

    static func tooManyPartialUploads(_ limits: DoorLimits) -> Refusal {
        .retry(
            .tooManyRequests, "too-many-partial-uploads", "Too many uploads of this sender are under way",
            detail: "A sender may have begun \(limits.partialUploadsPerSender), and something comes for each of them.",
            remedy: "Finish one first.", seconds: limits.retryAfterSeconds)
    }

    static func noRoomForPartialUploads(_ limits: DoorLimits) -> Refusal {
        .retry(
            .serviceUnavailable, "partial-uploads-full", "There is no room for uploads in parts",
            detail: "Those under way have \(limits.partialBytes) bytes together, which is all the room they get.",
            remedy: "Send the batch whole, or in parts after the time in Retry-After.",
            seconds: limits.retryAfterSeconds)
    }

    /// The upload came whole; going on with it would change nothing.
    var ofWholeUpload: Refusal {
        var refusal = self
        refusal.headers[.uploadComplete] = "?1"
        return refusal
    }
}
