// Text in a declared encoding other than UTF-8, turned into UTF-8 before anything reads it.

internal import CIconv
internal import Monitoring

/// Conversion of whole texts; the path of UTF-8 text never comes here.
enum TextTranscoding {
    /// Stands for a byte that is no character of the encoding: never valid in UTF-8, so that its row is refused and
    /// only its row.
    static let refusedByte: UInt8 = 0xFF

    /// `text` as UTF-8, or `nil` when the system has no converter for `encoding`.
    static func utf8(_ text: UnsafeBufferPointer<UInt8>, from encoding: SourceEncoding) -> [UInt8]? {
        switch encoding {
        case .utf8: Array(text)
        case .latin1: latin1(text)
        case .gb18030: converted(text, from: "GB18030")
        }
    }

    /// ISO 8859-1 is the first 256 code points (The Unicode Standard, chapter 7, Latin-1 Supplement).
    private static func latin1(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(text.count + text.count / 8)
        for byte in text {
            if byte < 0x80 {
                output.append(byte)
            } else {
                output.append(0xC0 | byte >> 6)
                output.append(0x80 | byte & 0x3F)
            }
        }
        return output
    }

    private static func converted(_ text: UnsafeBufferPointer<UInt8>, from name: String) -> [UInt8]? {
        guard let converter = tributary_converter_open(name) else { return nil }
        defer { tributary_converter_close(converter) }
        // A character of two bytes becomes three at most, one of one or four bytes keeps its length.
        let capacity = 2 * text.count + 16
        return [UInt8](unsafeUninitializedCapacity: capacity) { buffer, written in
            var input = text.baseAddress
            var inputLeft = text.count
            var output = buffer.baseAddress
            var outputLeft = capacity
            while inputLeft > 0 {
                let result = tributary_convert(converter, &input, &inputLeft, &output, &outputLeft)
                if result == 0 { break }
                precondition(result != 3, "Twice the input holds every character of GB 18030 in UTF-8.")
                output?.pointee = refusedByte
                output = output.map { $0 + 1 }
                outputLeft -= 1
                input = input.map { $0 + 1 }
                inputLeft -= 1
            }
            written = capacity - outputLeft
        }
    }
}
