// Segments of the archive are tar files, so that anyone can read raw batches without this program.

/// One raw batch as a member of a segment: POSIX ustar, with a pax record where the name needs one.
///
/// Source: POSIX.1-2017, pax, "ustar Interchange Format" and "pax Interchange Format".
package struct SegmentMember: Hashable, Sendable {
    /// `<digest>/<file name>`.
    package let path: String
    package let byteCount: Int
    /// Seconds since 1970, as tar keeps them.
    package let modified: Int64

    package static let blockLength = 512
    /// Bytes of a file name kept in the archive; Linux file systems allow 255.
    package static let nameLimit = 255

    /// Bytes of a member are fewer than this: eleven octal digits. Source: POSIX.1-2017, pax, ustar header.
    package static let byteLimit = 1 << 33

    /// - Precondition: `byteCount` is less than `byteLimit`.
    package init(digest: String, fileName: String, byteCount: Int, modified: Int64) {
        precondition((0..<Self.byteLimit).contains(byteCount), "A segment member is smaller than 8 GiB.")
        path = digest + "/" + Self.safeName(fileName)
        self.byteCount = byteCount
        self.modified = modified
    }

    /// The last path component without control characters, at most `limit` bytes; never empty, `.` or `..`.
    package static func safeName(_ name: String, limit: Int = nameLimit) -> String {
        let slash = name.utf8.lastIndex(of: UInt8(ascii: "/"))
        let end = slash.map { name[name.utf8.index(after: $0)...] } ?? name[...]
        if isSafe(end.utf8, limit: limit) { return String(end) }
        let last = name.split(separator: "/").last.map(String.init) ?? ""
        var kept = ""
        for scalar in last.unicodeScalars where scalar.value >= 0x20 && scalar.value != 0x7F {
            if kept.utf8.count + scalar.utf8.count > limit { break }
            kept.unicodeScalars.append(scalar)
        }
        return kept.isEmpty || kept == "." || kept == ".." ? "batch" : kept
    }

    /// The everyday name: letters, digits and signs, told without taking it apart.
    private static func isSafe(_ name: Substring.UTF8View, limit: Int) -> Bool {
        guard let first = name.first, first != UInt8(ascii: "."), name.count <= limit else { return false }
        return name.allSatisfy { $0 >= 0x20 && $0 < 0x7F }
    }

    /// The blocks that stand before the data.
    package var header: [UInt8] {
        let plain = Array(path.utf8)
        if plain.count <= 100, plain.allSatisfy({ $0 < 0x80 }) {
            return Self.block(name: plain, byteCount: byteCount, modified: modified, type: UInt8(ascii: "0"))
        }
        let record = Self.paxRecord(key: "path", value: path)
        let ascii = plain.map { $0 < 0x80 ? $0 : UInt8(ascii: "_") }
        return Self.block(
            name: Array("PaxHeaders/".utf8) + ascii.prefix(64), byteCount: record.count, modified: modified,
            type: UInt8(ascii: "x"))
            + record + [UInt8](repeating: 0, count: Self.padding(record.count))
            + Self.block(
                name: Array(ascii.prefix(100)), byteCount: byteCount, modified: modified, type: UInt8(ascii: "0"))
    }

    /// Zero bytes after `byteCount` bytes of data, up to the next block.
    package static func padding(_ byteCount: Int) -> Int { (blockLength - byteCount % blockLength) % blockLength }

    /// The two zero blocks that close a segment which gets no further member.
    package static let endMark = [UInt8](repeating: 0, count: 2 * blockLength)

    /// `length key=value\n`, where length counts itself.
    private static func paxRecord(key: String, value: String) -> [UInt8] {
        let body = " \(key)=\(value)\n"
        var length = body.utf8.count
        while String(length).utf8.count + body.utf8.count != length {
            length = String(length).utf8.count + body.utf8.count
        }
        return Array((String(length) + body).utf8)
    }

    private static func block(name: [UInt8], byteCount: Int, modified: Int64, type: UInt8) -> [UInt8] {
        var block = blank
        block.replaceSubrange(0..<name.count, with: name)
        put(octal: Int64(byteCount), digits: 11, at: 124, in: &block)
        put(octal: min(max(modified, 0), 1 << 33 - 1), digits: 11, at: 136, in: &block)
        block[156] = type
        put(octal: sum(block), digits: 6, at: 148, in: &block)
        block[154] = 0
        return block
    }

    private static func sum(_ block: [UInt8]) -> Int64 {
        block.withUnsafeBufferPointer { bytes in
            var sum: Int64 = 0
            for byte in bytes { sum &+= Int64(byte) }
            return sum
        }
    }

    /// A header with the fields that are the same for every member; the checksum's own field counts as blanks.
    private static let blank: [UInt8] = {
        var block = [UInt8](repeating: 0, count: blockLength)
        for (offset, text) in [
            (100, "0000644"), (108, "0000000"), (116, "0000000"), (148, "        "), (257, "ustar"), (263, "00"),
            (265, "tributary"), (297, "tributary"),
        ] {
            block.replaceSubrange(offset..<offset + text.utf8.count, with: text.utf8)
        }
        return block
    }()

    private static func put(octal value: Int64, digits: Int, at offset: Int, in block: inout [UInt8]) {
        var rest = value
        for index in stride(from: offset + digits - 1, through: offset, by: -1) {
            block[index] = UInt8(ascii: "0") + UInt8(rest & 7)
            rest >>= 3
        }
    }
}

/// One member found in the bytes of a segment.
package struct SegmentEntry: Hashable, Sendable {
    package let path: String
    /// Where the data begin in the segment.
    package let offset: Int
    package let byteCount: Int
}

/// Why the bytes of a segment end before their end.
package enum SegmentProblem: Error, Hashable, Sendable {
    /// The last member is cut off: a crash while appending.
    case torn(offset: Int)
    /// A header whose checksum does not fit.
    case damagedHeader(offset: Int)
}

/// Lists the members of a segment; total, for any bytes.
package enum SegmentReader {
    package static func entries(in bytes: [UInt8]) -> (entries: [SegmentEntry], problem: SegmentProblem?) {
        var found: [SegmentEntry] = []
        var offset = 0
        var longPath: String?
        let length = SegmentMember.blockLength
        while offset < bytes.count {
            guard bytes.count - offset >= length else { return (found, .torn(offset: offset)) }
            let block = bytes[offset..<offset + length]
            if block.allSatisfy({ $0 == 0 }) { return (found, nil) }
            guard let header = Header(block) else { return (found, .damagedHeader(offset: offset)) }
            let data = offset + length
            let end = data + header.byteCount + SegmentMember.padding(header.byteCount)
            guard end <= bytes.count else { return (found, .torn(offset: offset)) }
            if header.type == UInt8(ascii: "x"), header.byteCount <= 1 << 16 {
                longPath = paxPath(bytes[data..<data + header.byteCount])
            } else {
                found.append(
                    SegmentEntry(path: longPath ?? header.name, offset: data, byteCount: header.byteCount))
                longPath = nil
            }
            offset = end
        }
        return (found, longPath == nil ? nil : .torn(offset: offset))
    }

    private struct Header {
        let name: String
        let byteCount: Int
        let type: UInt8

        init?(_ block: ArraySlice<UInt8>) {
            let bytes = Array(block)
            var sum = 0
            for (index, byte) in bytes.enumerated() { sum += (148..<156).contains(index) ? 0x20 : Int(byte) }
            guard let checksum = Self.octal(bytes[148..<156]), checksum == sum,
                let size = Self.octal(bytes[124..<136])
            else { return nil }
            name = String(decoding: bytes[0..<100].prefix { $0 != 0 }, as: UTF8.self)
            byteCount = size
            type = bytes[156]
        }

        private static func octal(_ field: ArraySlice<UInt8>) -> Int? {
            let digits = field.prefix { $0 != 0 && $0 != UInt8(ascii: " ") }
            return Int(String(decoding: digits, as: UTF8.self), radix: 8).flatMap { $0 < 0 ? nil : $0 }
        }
    }

    private static func paxPath(_ data: ArraySlice<UInt8>) -> String? {
        let text = String(decoding: data, as: UTF8.self)
        guard let equals = text.range(of: " path=") else { return nil }
        return String(text[equals.upperBound...].dropLast())
    }
}

extension String {
    fileprivate func range(of needle: String) -> Range<String.Index>? {
        var index = startIndex
        while index < endIndex {
            if self[index...].hasPrefix(needle) { return index..<self.index(index, offsetBy: needle.count) }
            index = self.index(after: index)
        }
        return nil
    }
}
