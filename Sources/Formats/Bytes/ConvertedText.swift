// Text in a declared encoding other than UTF-8, turned into UTF-8 a piece at a time before anything reads it.

internal import CIconv
internal import Monitoring

/// Plain bytes, given as a supply.
final class PlainText: TextSupply {
    private let bytes: UnsafeRawBufferPointer
    private(set) var consumed = 0
    let container = "file"
    let memberCount = 0

    /// - Precondition: `bytes` stay where they are.
    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    func fill(_ room: UnsafeMutableBufferPointer<UInt8>) -> SupplyOutcome {
        let count = min(room.count, bytes.count - consumed)
        UnsafeMutableRawBufferPointer(room).copyMemory(
            from: UnsafeRawBufferPointer(rebasing: bytes[consumed..<consumed + count]))
        consumed += count
        return consumed == bytes.count ? .end(count) : .written(count)
    }
}

/// The UTF-8 of another supply's text. A character that lies across two pieces is kept for the next one.
final class ConvertedText: TextSupply {
    /// Stands for a byte that is no character of the encoding: never valid in UTF-8, so that its row is refused and
    /// only its row.
    static let refusedByte: UInt8 = 0xFF

    private static let pieceBytes = 64 << 10
    /// A character of two bytes becomes three at most, one of one or four bytes keeps its length, and a refused byte is
    /// one byte.
    private static let outputBytes = 2 * pieceBytes + 16

    private let supply: any TextSupply
    /// `nil`: Latin-1, which needs none.
    private let converter: UnsafeMutableRawPointer?
    private let input: UnsafeMutablePointer<UInt8>
    /// Bytes of a character whose end is not read yet.
    private var kept = 0
    private let output: UnsafeMutablePointer<UInt8>
    private var given = 0
    private var filled = 0
    private var ending: SupplyOutcome?

    /// - Returns: `nil` when the system has no converter for `encoding`.
    init?(_ supply: any TextSupply, from encoding: SourceEncoding) {
        switch encoding {
        case .utf8: preconditionFailure("UTF-8 is not converted to UTF-8.")
        case .latin1: converter = nil
        case .gb18030:
            guard let found = tributary_converter_open("GB18030") else { return nil }
            converter = found
        }
        self.supply = supply
        input = .allocate(capacity: Self.pieceBytes)
        output = .allocate(capacity: Self.outputBytes)
    }

    deinit {
        if let converter { tributary_converter_close(converter) }
        input.deallocate()
        output.deallocate()
    }

    var container: String { supply.container }
    var consumed: Int { supply.consumed }
    var memberCount: Int { supply.memberCount }

    func fill(_ room: UnsafeMutableBufferPointer<UInt8>) -> SupplyOutcome {
        while given == filled {
            if let ending { return ending.with(0) }
            convertPiece()
        }
        let count = min(room.count, filled - given)
        room.baseAddress?.update(from: output + given, count: count)
        given += count
        return given == filled ? ending?.with(count) ?? .written(count) : .written(count)
    }

    private func convertPiece() {
        let outcome = supply.fill(UnsafeMutableBufferPointer(start: input + kept, count: Self.pieceBytes - kept))
        let (count, isLast) = outcome.count
        let total = kept + count
        if isLast { ending = outcome }
        given = 0
        filled = 0
        kept = 0
        if let converter {
            convert(total, converter, isLast: isLast)
        } else {
            convertLatin1(total)
        }
    }

    /// ISO 8859-1 is the first 256 code points (The Unicode Standard, chapter 7, Latin-1 Supplement).
    private func convertLatin1(_ count: Int) {
        for index in 0..<count {
            let byte = input[index]
            if byte < 0x80 {
                put(byte)
            } else {
                put(0xC0 | byte >> 6)
                put(0x80 | byte & 0x3F)
            }
        }
    }

    private func convert(_ count: Int, _ converter: UnsafeMutableRawPointer, isLast: Bool) {
        var from: UnsafePointer<UInt8>? = UnsafePointer(input)
        var left = count
        while left > 0 {
            var to: UnsafeMutablePointer<UInt8>? = output + filled
            var room = Self.outputBytes - filled
            let result = tributary_convert(converter, &from, &left, &to, &room)
            precondition(result != 3, "Twice the input holds every character of GB 18030 in UTF-8.")
            filled = Self.outputBytes - room
            if result == 0 { break }
            if result == 2, !isLast { break }
            put(Self.refusedByte)
            from = from.map { $0 + 1 }
            left -= 1
        }
        guard let from, left > 0 else { return }
        input.update(from: from, count: left)
        kept = left
    }

    private func put(_ byte: UInt8) {
        output[filled] = byte
        filled += 1
    }
}

extension SupplyOutcome {
    /// Bytes it wrote, and whether the text ends with them.
    fileprivate var count: (Int, isLast: Bool) {
        switch self {
        case .written(let count): (count, false)
        case .end(let count), .truncated(let count), .damaged(let count, _), .trailingBytes(let count),
            .refused(let count, _):
            (count, true)
        }
    }

    /// The same with another count.
    fileprivate func with(_ count: Int) -> SupplyOutcome {
        switch self {
        case .written: .written(count)
        case .end: .end(count)
        case .truncated: .truncated(count)
        case .damaged(_, let words): .damaged(count, words)
        case .trailingBytes: .trailingBytes(count)
        case .refused(_, let rejection): .refused(count, rejection)
        }
    }
}
