// What a station sends at once, and what it gets back.

/// A SHA-256 digest: 32 bytes.
package struct Digest256: Hashable, Comparable, Sendable, CustomStringConvertible {
    // Eight bytes a word, the first of them highest, so that words compare as bytes do; in place, because every batch
    // copies its digest many times.
    private let first, second, third, fourth: UInt64

    package static let byteCount = 32

    /// - Precondition: 32 bytes.
    package init(bytes: UnsafeRawBufferPointer) {
        precondition(bytes.count == Self.byteCount, "A SHA-256 digest has 32 bytes.")
        func word(_ index: Int) -> UInt64 {
            UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self))
        }
        (first, second, third, fourth) = (word(0), word(1), word(2), word(3))
    }

    /// - Precondition: 32 bytes.
    package init(bytes: [UInt8]) { self = bytes.withUnsafeBytes { Digest256(bytes: $0) } }

    /// 64 hexadecimal digits, lower case.
    package init?(hexadecimal text: String) {
        guard text.utf8.count == 2 * Self.byteCount else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.byteCount)
        var high: UInt8?
        for digit in text.utf8 {
            guard let value = Self.value(digit) else { return nil }
            if let upper = high {
                bytes.append(upper << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        self.init(bytes: bytes)
    }

    package var bytes: [UInt8] { withBytes { Array($0) } }

    /// The bytes without an array, for the length of `body`.
    package func withBytes<Value>(_ body: (UnsafeRawBufferPointer) throws -> Value) rethrows -> Value {
        try withUnsafeBytes(
            of: (first.bigEndian, second.bigEndian, third.bigEndian, fourth.bigEndian), body)
    }

    package static func < (left: Digest256, right: Digest256) -> Bool {
        (left.first, left.second, left.third, left.fourth) < (right.first, right.second, right.third, right.fourth)
    }

    package var description: String {
        withBytes { bytes in
            String(unsafeUninitializedCapacity: 2 * Self.byteCount) { text in
                for (index, byte) in bytes.enumerated() {
                    text[2 * index] = Self.digit(byte >> 4)
                    text[2 * index + 1] = Self.digit(byte & 15)
                }
                return 2 * Self.byteCount
            }
        }
    }

    /// Appends the 64 digits of `description`.
    func writeHexadecimal(to output: inout [UInt8]) {
        withBytes { bytes in
            for byte in bytes {
                output.append(Self.digit(byte >> 4))
                output.append(Self.digit(byte & 15))
            }
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value + (value < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10)
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

/// How a batch's rows were received. Every row of the batch is in exactly one of the first five counts.
package struct ReceiptCounts: Hashable, Sendable {
    /// New observations (a refill of a missing value among them).
    package var accepted = 0
    /// Same series, start, value, qualifier and flag as one we hold.
    package var duplicate = 0
    /// Another value for a series and start we hold; both are kept.
    package var conflict = 0
    /// Rows that could not be read.
    package var rejected = 0
    /// Rows kept aside until somebody decides.
    package var quarantined = 0

    package init() {}
}

/// How far a batch has come.
package enum BatchState: String, Sendable {
    /// Some slices are committed, others not yet: in no assessment.
    case incomplete
    case complete
    /// Reading stopped before the end: what was read before stands, and the rejection says where.
    case partial
    /// Nothing in it could be read; the bytes are kept.
    case rejected
}

/// A document that rows of other evidence stand on: a laboratory report, a published table, a water bulletin.
package struct EvidenceDocument: Hashable, Sendable {
    package struct Name: Hashable, Sendable {
        /// The body that issued it (发布单位).
        package let issuer: String
        /// Its document number (文号).
        package let number: String

        package init(issuer: String, number: String) {
            self.issuer = issuer
            self.number = number
        }
    }

    package let name: Name
    /// Rows of the batch that cite it, rejected ones among them.
    package var rowCount: Int

    package init(name: Name, rowCount: Int) {
        self.name = name
        self.rowCount = rowCount
    }

    package var issuer: String { name.issuer }
    package var number: String { name.number }

    /// The documents of two parts of one batch, in order of appearance.
    package static func merged(_ first: [EvidenceDocument], _ second: [EvidenceDocument]) -> [EvidenceDocument] {
        var all = first
        for document in second {
            if let index = all.firstIndex(where: { $0.name == document.name }) {
                all[index].rowCount += document.rowCount
            } else {
                all.append(document)
            }
        }
        return all
    }
}
