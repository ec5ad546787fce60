// What every document format has in common: the text is held whole, its rows come out a slice at a time.

internal import Monitoring

/// How far a document has been read.
enum DocumentProgress {
    /// The slice is full; call again.
    case sliceFull
    case end
    /// The text is not the document we read, or ends early; rows before this place were taken.
    case malformed(Rejection)
}

/// Reads the rows of one document.
protocol DocumentReader: ~Copyable {
    mutating func read(into sink: inout SliceBuilder) -> DocumentProgress
}
