// Reads a batch whose source profile declares an encoding other than UTF-8.

internal import Monitoring

extension ReadContext {
    /// Encodings other than UTF-8 that some profile of this batch declares; nothing else is ever assumed.
    var declaredEncodings: [SourceEncoding] {
        let declared = Set(profiles.values.map(\.writing.encoding))
        return [.gb18030, .latin1].filter(declared.contains)
    }
}

/// Reads the text of `source` as `encoding`, unless all of it is UTF-8, which it then is.
///
/// The text is held whole, up to `ReadLimits.documentBytes`. A byte that is no character costs its row.
func decodeDeclared(
    _ source: consuming TextSource, as encoding: SourceEncoding, context: ReadContext,
    workspace: DecodeWorkspace, part: String, _ handOn: (consuming DecodedSlice) throws -> Void
) rethrows -> DecodedOutcome {
    var source = source
    // The document lies in the source's buffer until all of it is read.
    defer { withExtendedLifetime(source) {} }
    let (document, ending) = source.whole()
    var text = document
    var fault: Rejection?
    if case .stopped(let reason, let excerpt, let remedy, let isTrusted) = ending {
        fault = Rejection(reason, row: 0, excerpt: excerpt, remedy: remedy)
        if !isTrusted || reason == .inflatedTooLarge { return .stopped(fault ?? .empty, nil) }
        // A line that was cut off is not read.
        while text.count > 0, text.start[text.count - 1] != 0x0A { text.count -= 1 }
        if text.count == 0 { return .stopped(fault ?? .empty, nil) }
    }
    let outcome: DecodedOutcome
    if TextEncoding.invalidOffset(in: text, isWhole: true) == nil {
        outcome = try decodeText(
            TextSource(UnsafeRawBufferPointer(text.bytes), limits: context.limits, workspace: workspace),
            context: context, workspace: workspace, part: part, readAs: .utf8, handOn)
    } else {
        if encoding == .gb18030, !TextEncoding.isGB18030(text.beginning) {
            return .stopped(.notInEncoding(encoding, text), nil)
        }
        guard let converted = TextTranscoding.utf8(text.bytes, from: encoding) else {
            return .stopped(.noConverter(encoding, text), nil)
        }
        outcome = try converted.withUnsafeBytes { bytes in
            try decodeText(
                TextSource(bytes, limits: context.limits, workspace: workspace), context: context,
                workspace: workspace, part: part, readAs: encoding, handOn)
        }
    }
    guard let fault else { return outcome }
    switch outcome {
    case .read(let summary): return .stopped(fault, summary)
    case .stopped(let other, let summary): return .stopped(summary == nil ? other : fault, summary)
    }
}

extension Cell {
    /// As much of the text as recognises an encoding.
    fileprivate var beginning: Cell { Cell(start: start, count: min(count, TextSource.sniffBytes)) }
}

extension Rejection {
    fileprivate static func notInEncoding(_ encoding: SourceEncoding, _ text: Cell) -> Rejection {
        let offset = TextEncoding.invalidOffset(in: text, isWhole: true) ?? 0
        return Rejection(
            .wrongEncoding, row: 0, excerpt: "byte \(offset + 1)",
            remedy: "The source profile declares \(encoding.rawValue), and the text is neither that nor UTF-8: "
                + "correct `encoding` or send UTF-8.")
    }

    fileprivate static func noConverter(_ encoding: SourceEncoding, _ text: Cell) -> Rejection {
        Rejection(
            .wrongEncoding, row: 0, excerpt: encoding.rawValue,
            remedy: "This system's C library cannot read \(encoding.rawValue) (its conversion modules are not "
                + "installed): convert the file to UTF-8 and send it again.")
    }

    /// Text that was read as `encoding` because some profile declares it, though not that of its own format.
    static func undeclaredEncoding(_ encoding: SourceEncoding, format: FormatID) -> Rejection {
        Rejection(
            .wrongEncoding, row: 0, excerpt: "\(format.rawValue) as \(encoding.rawValue)",
            remedy: "It reads as \(encoding.rawValue), which its source profile does not declare: send UTF-8, or write "
                + "`encoding: \(encoding.rawValue)` into the profile.")
    }
}
