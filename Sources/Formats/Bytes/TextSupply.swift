// What stands behind a window of text besides plain bytes: a compressed stream, a member of an archive, a sheet.

internal import Monitoring

/// Gives the text of one part of a batch, a buffer at a time.
protocol TextSupply: AnyObject {
    /// What the text comes out of, for messages: `gzip stream`, `zip member`.
    var container: String { get }
    /// Compressed bytes that stand behind the text so far, or an upper bound of them: the inflation ratio is judged by it.
    var consumed: Int { get }
    /// Complete streams so far; 0 where there is no such thing.
    var memberCount: Int { get }

    /// Fills `room` as far as it can; without an ending it writes something, or reads some MiB that hold no text.
    ///
    /// - Precondition: `room` is not empty.
    func fill(_ room: UnsafeMutableBufferPointer<UInt8>) -> SupplyOutcome
}

/// What one filling gave.
enum SupplyOutcome {
    /// This many bytes were written; more may follow.
    case written(Int)
    /// The text is complete and the input is used up.
    case end(Int)
    /// The input ends inside a stream.
    case truncated(Int)
    /// The data contradict themselves or their checksum; the library's words.
    case damaged(Int, String)
    /// Bytes that belong to no stream follow the last one.
    case trailingBytes(Int)
    /// What is inside is not read any further.
    case refused(Int, Rejection)
}
