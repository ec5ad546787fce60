// Reads a batch whose source profile declares an encoding other than UTF-8.

internal import Monitoring

extension ReadContext {
    /// Encodings other than UTF-8 in which this text may be, the likeliest first; nothing else is ever assumed.
    ///
    /// Those of the profiles in use; then GB 18030 where any profile of the registry declares it, because its text is told
    /// by its bytes. (In Latin-1 every text can be read, so that it holds for no file but those of its stations.)
    var declaredEncodings: [SourceEncoding] {
        let declared = Set(profiles.values.map(\.writing.encoding))
        let inUse = [SourceEncoding.gb18030, .latin1].filter(declared.contains)
        return mayBeGB18030 && !inUse.contains(.gb18030) ? inUse + [.gb18030] : inUse
    }
}

/// Where a text comes from; it can be read more than once.
struct TextOrigin {
    /// The text's bytes from their beginning.
    let supply: () throws(ContainerFault) -> any TextSupply

    /// A batch that is one text.
    init(_ bytes: UnsafeRawBufferPointer) {
        supply = { () throws(ContainerFault) -> any TextSupply in
            guard let framing = CompressedFraming(bytes) else { return PlainText(bytes) }
            let inflater = Inflater(framing: framing)
            inflater.begin(bytes)
            return inflater
        }
    }

    /// A part of a container.
    init(_ supply: @escaping () throws(ContainerFault) -> any TextSupply) { self.supply = supply }
}

/// What a first pass through a text says of its encoding.
private enum TextSight {
    case utf8
    /// The text is not UTF-8 from this byte on.
    case other(offset: Int, isGB18030: Bool)
    case stopped(Rejection)
}

/// Reads the text of `origin` as `encoding`, unless all of it is UTF-8, which it then is.
///
/// A first pass looks for bytes that are not UTF-8 and ends at the first of them; the second one converts and reads piece
/// after piece. A byte that is no character costs its row.
func decodeDeclared(
    _ origin: TextOrigin, as encoding: SourceEncoding, context: ReadContext, workspace: DecodeWorkspace, part: String,
    _ handOn: (consuming DecodedSlice) throws -> Void
) rethrows -> DecodedOutcome {
    let limits = context.limits
    let supply: any TextSupply
    let found: SourceEncoding
    do throws(ContainerFault) {
        switch sight(of: try origin.supply(), isGlance: context.isGlance, limits: limits, workspace: workspace) {
        case .stopped(let fault): return .stopped(fault, nil)
        case .utf8:
            found = .utf8
            supply = try origin.supply()
        case .other(let offset, let isGB18030):
            if encoding == .gb18030, !isGB18030 { return .stopped(.notInEncoding(encoding, offset), nil) }
            found = encoding
            guard let converted = ConvertedText(try origin.supply(), from: encoding) else {
                return .stopped(.noConverter(encoding), nil)
            }
            supply = converted
        }
    } catch {
        return .stopped(error.rejection, nil)
    }
    return try decodeText(
        TextSource(supply, limits: limits, workspace: workspace), origin, context: context, workspace: workspace,
        part: part, readAs: found, handOn)
}

private func sight(
    of supply: any TextSupply, isGlance: Bool, limits: ReadLimits, workspace: DecodeWorkspace
) -> TextSight {
    var source = TextSource(supply, limits: limits, workspace: workspace)
    let text = source.begin()
    let beginning = Cell(start: text.start, count: min(text.count, TextSource.sniffBytes))
    let isGB18030 = TextEncoding.isGB18030(beginning)
    let isWhole = source.endingSoFar != nil && beginning.count == text.count
    if let offset = TextEncoding.invalidOffset(in: beginning, isWhole: isWhole) {
        return .other(offset: offset, isGB18030: isGB18030)
    }
    if isGlance { return .utf8 }
    var offset = 0
    while true {
        switch source.next() {
        case .lines(let window):
            let lines = Cell(start: window.start, count: window.end - window.start)
            if let place = TextEncoding.invalidOffset(in: lines, isWhole: true) {
                return .other(offset: offset + place, isGB18030: isGB18030)
            }
            offset += lines.count
        // It is refused whatever it is written in.
        case .longLine: continue
        case .end: return .utf8
        case .stopped(let reason, let excerpt, let remedy, let isTrusted):
            if isTrusted, reason != .inflatedTooLarge { return .utf8 }
            return .stopped(Rejection(reason, row: 0, excerpt: excerpt, remedy: remedy))
        }
    }
}

extension Rejection {
    fileprivate static func notInEncoding(_ encoding: SourceEncoding, _ offset: Int) -> Rejection {
        Rejection(
            .wrongEncoding, row: 0, excerpt: "byte \(offset + 1)",
            remedy: "The source profile declares \(encoding.rawValue), and the text is neither that nor UTF-8: "
                + "correct `encoding` or send UTF-8.")
    }

    fileprivate static func noConverter(_ encoding: SourceEncoding) -> Rejection {
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
