// Codes such as −999 that sources write for a missing value: pointed out, and never taken for missing without being named.

import Formats

enum MissingCodes {
    /// What files at hand and their manuals use; none of them is a level of anything the program assesses.
    private static let usual: [Double] = [-99, -99.9, -999, -999.9, -9_999, -9_999.9, -99_999]

    /// A notice where values of a table look like such codes; `nil` where none does.
    static func note(_ columns: [SeriesColumn], _ path: String) -> String? {
        var counts: [Double: Int] = [:]
        for column in columns {
            for value in column.values where value <= -99 && usual.contains(value) { counts[value, default: 0] += 1 }
        }
        if counts.isEmpty { return nil }
        let found = counts.sorted { $0.key > $1.key }.map { "\($0.value) × \(text($0.key))" }
        let options = counts.keys.sorted(by: >).map { "--missing \(text($0))" }
        return "notice: \(path): \(found.joined(separator: ", ")), taken as measured: where this stands for a missing "
            + "value, say so with \(options.joined(separator: " "))."
    }

    private static func text(_ value: Double) -> String {
        value == value.rounded() ? String(Int(value)) : String(value)
    }
}
