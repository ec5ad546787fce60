// Why a whole file of Tributary's own CSV is not read where its one profile declares another shape or separator.

internal import Monitoring

extension SourceWriting {
    /// Why a file of this shape is not read, when the profile declares the other one.
    func refusal(of found: RowShape) -> Rejection? {
        guard let shape, shape != found else { return nil }
        return Rejection(
            .unknownFormat, row: 1, excerpt: "a \(found.rawValue) table",
            remedy: "The source profile declares `shape: \(shape.rawValue)`: correct it, or send that shape.")
    }

    /// Why a file with this separator is not read, when the profile declares the other one.
    func refusal(of found: FieldSeparator) -> Rejection? {
        guard let separator, separator != found else { return nil }
        return Rejection(
            .unknownFormat, row: 1, excerpt: "\(found.rawValue)s between the cells",
            remedy: "The source profile declares `separator: \(separator.rawValue)`: correct it, or send such a file.")
    }
}

extension TributaryColumns {
    /// The header has columns that are none of ours.
    var hasExtra: Bool { count > 4 + (flag < 0 ? 0 : 1) + (qualifier < 0 ? 0 : 1) }

    /// Their names, from the beginning of the text; none while its first line is not complete.
    static func extra(in text: Cell, separator: FieldSeparator) -> [String] {
        guard text.index(of: 0x0A, from: 0) != nil else { return [] }
        return DetectedFormat.header(of: text, separator: separator).filter {
            !$0.isEmpty && !names.contains($0.lowercased())
        }
    }
}
