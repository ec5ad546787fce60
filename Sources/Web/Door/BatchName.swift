// The name a batch is sent under: one path segment, decoded once, that no later reader can take for something else.

/// Why a name was refused, in a sentence.
struct BatchNameFault: Error, Hashable {
    let detail: String

    static let remedy =
        "Send one file name, such as 20250501.csv.gz: at most 255 bytes, no slash, no control character."
}

/// The rule for names of batches that come over HTTP.
enum BatchName {
    /// Decodes the percent-encoded text of a path segment or query value and checks it.
    static func decode(_ encoded: some StringProtocol, byteLimit: Int) throws(BatchNameFault) -> String {
        let bytes = try percentDecoded(Array(encoded.utf8))
        guard let name = String(validating: bytes, as: UTF8.self) else {
            throw BatchNameFault(detail: "The name is not UTF-8.")
        }
        guard !name.isEmpty else { throw BatchNameFault(detail: "The name is empty.") }
        guard name.utf8.count <= byteLimit else {
            throw BatchNameFault(detail: "The name has \(name.utf8.count) bytes, the limit is \(byteLimit).")
        }
        guard name != ".", name != ".." else { throw BatchNameFault(detail: "The name is that of a folder.") }
        for scalar in name.unicodeScalars {
            if scalar == "/" || scalar == "\\" { throw BatchNameFault(detail: "The name has a slash.") }
            switch scalar.properties.generalCategory {
            // Format characters, such as those that turn the direction of writing, show a name as what it is not.
            case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
                throw BatchNameFault(detail: "The name has a character that does not print.")
            default: continue
            }
        }
        // Decoded once; what still looks encoded could be decoded again by whoever reads the name later.
        if let decodedTwice = try? percentDecoded(Array(name.utf8)), decodedTwice != Array(name.utf8) {
            throw BatchNameFault(detail: "The name is percent-encoded twice.")
        }
        return name
    }

    private static func percentDecoded(_ bytes: [UInt8]) throws(BatchNameFault) -> [UInt8] {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var place = 0
        while place < bytes.count {
            if bytes[place] != UInt8(ascii: "%") {
                decoded.append(bytes[place])
                place += 1
                continue
            }
            guard place + 2 < bytes.count, let high = digit(bytes[place + 1]), let low = digit(bytes[place + 2]) else {
                throw BatchNameFault(detail: "The name has a percent sign without two hexadecimal digits.")
            }
            decoded.append(high << 4 | low)
            place += 3
        }
        return decoded
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
