// The field `Sent-At` of a batch at the upload door: when its sender says that it sent it.

import HTTPTypes
import Monitoring

extension HTTPField.Name {
    /// Ours: `Date` is of a message, which is sent anew after each failure, and knows no milliseconds.
    static let sentAt = Self("Sent-At")!
}

extension UploadDoor {
    /// The time that a request names; whether it can be is judged with the receiving clock.
    func checkedSentTime(_ headers: HTTPFields) throws(Refusal) -> Instant? {
        guard let text = headers[.sentAt] else { return nil }
        guard let instant = Instant(iso8601: text) else {
            throw .badRequest(
                "sent-time", "The time of sending cannot be read",
                detail: "Sent-At is no time with its offset.",
                remedy: "Write it as `Sent-At: 2026-05-01T08:00:00+08:00`, or leave it out.")
        }
        return instant
    }
}
