// A path below a folder as the system has it, and the one text that every door gives it.

/// A path below a folder, byte for byte: Linux names need not be UTF-8.
package struct FolderPath: Hashable, Comparable, Sendable {
    package let bytes: [UInt8]

    package static let root = FolderPath(bytes: [])

    package init(bytes: [UInt8]) { self.bytes = bytes }

    package static func < (left: FolderPath, right: FolderPath) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }

    package func child(_ name: some Sequence<UInt8>) -> FolderPath {
        FolderPath(bytes: bytes.isEmpty ? Array(name) : bytes + [Self.separator] + name)
    }

    package var components: [ArraySlice<UInt8>] { bytes.split(separator: Self.separator) }

    private static let separator = UInt8(ascii: "/")

    // MARK: As text

    /// The name that a batch keeps, the same at each door: as it is where it prints and nobody could take it for another;
    /// bytes that are not UTF-8, characters that do not print, `\`, and `%` before two hexadecimal digits are written as
    /// `~` and two hexadecimal digits. Two paths never have one text.
    ///
    /// Not as `%XX`: the HTTP door refuses names that look encoded, and a table would take `=XX` for a formula.
    package var text: String {
        // Almost every name: no character to look up.
        if bytes.allSatisfy(Self.isPlainASCII) { return String(decoding: bytes, as: UTF8.self) }
        if let text = String(validating: bytes, as: UTF8.self), text.unicodeScalars.allSatisfy(Self.isPlain),
            !text.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "%") })
        {
            return text
        }
        var text = ""
        var rest = bytes[...]
        while let first = rest.first {
            // The shortest beginning that is a character: at most four bytes.
            let character = (1...4).lazy.compactMap { count in
                String(validating: rest.prefix(count), as: UTF8.self).map { (count, $0) }
            }.first
            if let (count, piece) = character, piece.unicodeScalars.allSatisfy(Self.isPlain), !Self.looksEscaped(rest) {
                text += piece
                rest = rest.dropFirst(count)
            } else {
                text += first < 16 ? "~0" : "~"
                text += String(first, radix: 16, uppercase: true)
                rest = rest.dropFirst()
            }
        }
        return text
    }

    /// Whether the text is the path itself.
    package var isPlain: Bool { text.utf8.elementsEqual(bytes) }

    /// The text of the last part, for a door that bounds names: a longer one loses its middle.
    package func name(byteLimit: Int) -> String {
        let text = FolderPath(bytes: components.last.map(Array.init) ?? []).text
        if text.utf8.count <= byteLimit { return text }
        let half = (byteLimit - 3) / 2
        var (head, tail) = (text[...], text[...])
        while head.utf8.count > half { head.removeLast() }
        while tail.utf8.count > half { tail.removeFirst() }
        return head + "..." + tail
    }

    /// Prints, and neither escapes nor looks escaped.
    private static func isPlainASCII(_ byte: UInt8) -> Bool {
        (0x20..<0x7F).contains(byte) && byte != UInt8(ascii: "\\") && byte != UInt8(ascii: "~")
            && byte != UInt8(ascii: "%")
    }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned: false
        default: scalar != "\\"
        }
    }

    /// Whether a reader could take the beginning for an escape of ours, or for one of an address.
    private static func looksEscaped(_ bytes: ArraySlice<UInt8>) -> Bool {
        let digits = bytes.dropFirst().prefix(2)
        switch bytes.first {
        case UInt8(ascii: "~"): return digits.count == 2 && digits.allSatisfy { isDigit($0) && $0 < UInt8(ascii: "a") }
        case UInt8(ascii: "%"): return digits.count == 2 && digits.allSatisfy(isDigit)
        default: return false
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { UnicodeScalar(byte).properties.isASCIIHexDigit }
}

/// Calls `body` with the bytes as the system takes them.
package func withCString<Result>(
    _ bytes: some Collection<UInt8>, _ body: (UnsafePointer<CChar>) throws -> Result
) rethrows -> Result {
    try withUnsafeTemporaryAllocation(of: CChar.self, capacity: bytes.count + 1) { room in
        UnsafeMutableRawBufferPointer(room).copyBytes(from: bytes)
        room[bytes.count] = 0
        guard let start = room.baseAddress else { preconditionFailure("It has at least its end mark.") }
        return try body(start)
    }
}
