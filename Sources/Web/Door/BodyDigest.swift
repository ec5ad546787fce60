// The digest a sender declares of its bytes: the fields Repr-Digest and Content-Digest.

import HTTPTypes
import Monitoring

/// What the digest fields of a request say.
enum DeclaredDigest: Hashable {
    case none
    case sha256(Digest256)
    /// The field, and what is wrong with it.
    case malformed(String)

    // Both are digests of the same bytes here: a PUT carries the whole representation, content coding included.
    // Source: RFC 9530, sections 2 and 3.
    static let fields = [HTTPField.Name.reprDigest, .contentDigest]

    /// Reads `sha-256=:…:`; other algorithms may stand beside it and are not looked at.
    ///
    /// Source: RFC 9530, section 2; dictionaries and byte sequences of RFC 9651, sections 3.2 and 3.3.5.
    ///
    /// - Parameter fields: those that speak of the bytes in question; both where a request carries the whole.
    init(_ headers: HTTPFields, fields: [HTTPField.Name] = DeclaredDigest.fields) {
        var found: Digest256?
        for field in fields {
            for line in headers[values: field] {
                for member in line.split(separator: ",") {
                    let parts = member.split(separator: "=", maxSplits: 1).map { $0.trimmed }
                    guard parts.count == 2, parts[0] == "sha-256" else { continue }
                    guard let digest = Self.byteSequence(parts[1]), found == nil || found == digest else {
                        self = .malformed(field.rawName)
                        return
                    }
                    found = digest
                }
            }
        }
        self = found.map { .sha256($0) } ?? .none
    }

    /// `:base64:`, with parameters after a semicolon ignored.
    private static func byteSequence(_ text: Substring) -> Digest256? {
        let item = text.prefix { $0 != ";" }.trimmed
        guard item.first == ":", item.last == ":", item.count > 2,
            let bytes = base64Decoded(item.dropFirst().dropLast()), bytes.count == 32
        else { return nil }
        return Digest256(bytes: bytes)
    }

    /// Source: RFC 4648, section 4; padding is required.
    static func base64Decoded(_ text: Substring) -> [UInt8]? {
        let symbols = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var bytes: [UInt8] = []
        var bits: UInt32 = 0
        var bitCount = 0
        let digits = text.prefix { $0 != "=" }
        guard text.utf8.count.isMultiple(of: 4), text.dropFirst(digits.count).allSatisfy({ $0 == "=" }),
            text.count - digits.count <= 2
        else { return nil }
        for digit in digits.utf8 {
            guard let value = symbols.firstIndex(of: digit) else { return nil }
            bits = bits << 6 | UInt32(value)
            bitCount += 6
            if bitCount >= 8 {
                bitCount -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(bitCount)))
            }
        }
        return bytes
    }
}

extension HTTPField.Name {
    /// Of the whole, however many requests bring it.
    static let reprDigest = HTTPField.Name("Repr-Digest")!
    /// Of one request's body.
    static let contentDigest = HTTPField.Name("Content-Digest")!
}

extension Substring {
    /// Without the spaces and tabs around it.
    var trimmed: Substring {
        var text = drop { $0 == " " || $0 == "\t" }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text
    }
}
