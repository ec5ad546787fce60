// How a source writes its text where that differs from Tributary's own: part of its profile.

/// The character encoding a source declares for its text files.
package enum SourceEncoding: String, Sendable, CaseIterable {
    case utf8 = "utf-8"
    /// GB 18030, and with it GBK and GB 2312, which are parts of it.
    case gb18030
    /// ISO 8859-1: every byte is a character, so it is never guessed.
    case latin1 = "latin-1"
}

/// The character before the decimals of a number.
package enum DecimalMark: String, Sendable, CaseIterable { case point, comma }

/// Whether a row of Tributary's own CSV carries one value or one of each parameter.
package enum RowShape: String, Sendable, CaseIterable {
    /// `station,parameter,time,value`
    case long
    /// `station,time,` and one column a parameter.
    case wide
}

/// What stands between the cells of a row of Tributary's own CSV.
package enum FieldSeparator: String, Sendable, CaseIterable {
    case comma
    /// As spreadsheets write where the comma is the decimal mark.
    case semicolon

    package var byte: UInt8 { self == .comma ? 0x2C : 0x3B }
}

/// All a profile says of the text itself.
package struct SourceWriting: Hashable, Sendable {
    /// What stands between the cells of a row; `nil`: told by the header.
    package var separator: FieldSeparator?
    /// The distance from UTC of zone names that stand in the rows (`CST`), before those of the format's own table.
    package var zones: [String: UTCOffset]
    /// The unit values are written in, where it is not the catalogue's: as people write it (`μg/L`).
    package var units: [ParameterID: String]
    package var decimalMark: DecimalMark
    package var encoding: SourceEncoding
    /// `nil`: both are read, told apart by the header.
    package var shape: RowShape?

    package init(
        zones: [String: UTCOffset] = [:], units: [ParameterID: String] = [:], decimalMark: DecimalMark = .point,
        encoding: SourceEncoding = .utf8, shape: RowShape? = nil, separator: FieldSeparator? = nil
    ) {
        self.separator = separator
        self.zones = zones
        self.units = units
        self.decimalMark = decimalMark
        self.encoding = encoding
        self.shape = shape
    }

    /// UTF-8, decimal points, the catalogue's units.
    package static let plain = SourceWriting()
}
