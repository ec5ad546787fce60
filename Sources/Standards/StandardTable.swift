// The standards' tables as rows of named text fields, read from the bytes built into the program.

internal import StandardsData

/// One table of `Sources/StandardsData/data`: a header, and rows of as many fields.
package struct StandardTable: Sendable {
    package let name: String
    package let header: [String]
    package let rows: [Row]

    /// One row; every field is text as printed in the table.
    package struct Row: Sendable {
        let fields: [String]
        let columns: [String: Int]

        /// The field of `column`.
        ///
        /// - Precondition: the table has the column.
        package subscript(column: String) -> String {
            guard let index = columns[column] else { preconditionFailure("The table has no column \(column).") }
            return fields[index]
        }
    }

    /// The names of the tables in the program.
    package static let names: [String] = (0..<tributary_table_count()).map {
        String(cString: tributary_table_at($0).name)
    }

    /// The table `name` of those built in.
    ///
    /// - Precondition: there is one and it is well formed; the tables are part of the program, not input.
    package static func builtIn(_ name: String) -> StandardTable {
        guard let index = names.firstIndex(of: name) else { preconditionFailure("There is no table \(name).") }
        let entry = tributary_table_at(index)
        let bytes = UnsafeBufferPointer(start: entry.bytes, count: entry.count)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            preconditionFailure("The table \(name) is not UTF-8.")
        }
        return StandardTable(name: name, text: text)
    }

    /// - Precondition: `text` is well formed: a header of distinct columns, and rows of as many fields.
    package init(name: String, text: String) {
        let records = Self.records(in: text)
        guard let header = records.first, Set(header).count == header.count else {
            preconditionFailure("The table \(name) has no header of distinct columns.")
        }
        let columns = Dictionary(uniqueKeysWithValues: zip(header, header.indices))
        for (index, record) in records.enumerated() where record.count != header.count {
            preconditionFailure(
                "Row \(index + 1) of the table \(name) has \(record.count) fields, not \(header.count).")
        }
        self.name = name
        self.header = header
        rows = records.dropFirst().map { Row(fields: $0, columns: columns) }
    }

    /// Fields split at commas; a field in double quotes may hold commas, `""` is one quote.
    static func records(in text: String) -> [[String]] {
        var records: [[String]] = []
        for line in text.split(whereSeparator: \.isNewline) {
            var fields: [String] = []
            var field = ""
            var isQuoted = false
            var previousWasQuote = false
            for character in line {
                if character == "\"" {
                    if previousWasQuote { field.append("\"") }
                    isQuoted.toggle()
                    previousWasQuote = !isQuoted
                    continue
                }
                previousWasQuote = false
                if character == ",", !isQuoted {
                    fields.append(field)
                    field = ""
                } else {
                    field.append(character)
                }
            }
            fields.append(field)
            records.append(fields)
        }
        return records
    }
}
