// The series that `tributary trend` tests: from tables of series, from any file the program reads, or from the book.

import Exact
import Formats
import Foundation
import Monitoring
import Standards
import Web

/// Columns of series from all files named, in order of appearance.
struct TrendSource {
    /// In order of appearance; a series that stands in several files is one.
    private(set) var columns: [SeriesColumn] = []
    /// Everything was read to its end, and every row of it.
    private(set) var isWhole = true
    /// Values that took no part, because a flag or a check calls them suspect or invalid, by series.
    private(set) var leftOut: [String: Int] = [:]
    private var places: [String: Int] = [:]
    private var hasNumberTimes: Bool?
    private var hasTable = false
    private var hasBatch = false
    private let missingCodes: Set<String>

    init(missingCodes: Set<String>) { self.missingCodes = missingCodes }

    mutating func read(_ path: String) {
        do {
            // Taken only when it was one file from beginning to end.
            let (table, isTable) = try withFileBytes(path) { raw in
                readSeriesTable(raw, missingCodes: missingCodes).map { ($0, true) } ?? (batchTable(raw, path), false)
            }
            if isTable { hasTable = true } else { hasBatch = true }
            take(table, path)
        } catch {
            Terminal.note((error as? CommandFailure)?.message ?? "\(path) cannot be read: \(error)")
            isWhole = false
        }
    }

    /// The series of sections or stations in the book of `folder`.
    mutating func read(sections: [String], folder: String) async throws {
        for section in sections {
            let reply = try await NodeGateway.reply(.seriesTable(section), folder: folder)
            guard reply.exitCode == Int(ExitStatus.done) else {
                // The node names the program before its words; so does whoever prints the failure.
                let words = reply.standardError.split(separator: "\n").first.map(String.init) ?? section
                throw CommandFailure(
                    status: Int32(reply.exitCode), message: words.replacing("tributary: ", with: "", maxReplacements: 1)
                )
            }
            var text = takeLeftOut(reply.standardOutput)
            text.withUTF8 { bytes in
                if let table = readSeriesTable(UnsafeRawBufferPointer(bytes), missingCodes: missingCodes) {
                    take(table, section)
                }
            }
        }
    }

    /// The table in a node's answer, after the lines that count what it left out.
    private mutating func takeLeftOut(_ answer: String) -> String {
        var rest = answer[...]
        while rest.hasPrefix(SeriesTableAnswer.leftOut), let end = rest.firstIndex(of: "\n") {
            let fields = rest[..<end].dropFirst(SeriesTableAnswer.leftOut.count).split(separator: ",", maxSplits: 1)
            if fields.count == 2, let count = Int(fields[0]) { leftOut[String(fields[1]), default: 0] += count }
            rest = rest[rest.index(after: end)...]
        }
        return String(rest)
    }

    /// The rows with what they rest on.
    func named(_ rows: [TrendRow], _ basis: TrendBasis) -> [TrendRow] {
        rows.map { row in
            var row = row
            row.basis = basis
            // A region's one row stands for all series.
            row.leftOutCount = leftOut[row.series] ?? (places[row.series] == nil ? leftOut.values.reduce(0, +) : 0)
            return row
        }
    }

    private mutating func take(_ table: SeriesTable, _ path: String) {
        if let note = MissingCodes.note(table.columns, path) { Terminal.note(note) }
        for problem in table.problems { Terminal.note(Self.line(problem, path)) }
        if table.problemCount > table.problems.count {
            Terminal.note("\(path): \(table.problemCount - table.problems.count) more rows cannot be read.")
        }
        if table.notFiniteCount > 0 {
            Terminal.note("\(path): \(table.notFiniteCount) values are NaN or infinite and are taken as missing.")
        }
        if table.problemCount > 0 || !table.isWhole { isWhole = false }
        if let before = hasNumberTimes, before != table.hasNumberTimes, !table.columns.isEmpty {
            Terminal.note("\(path): counts time otherwise than the files before it: test it apart.")
            isWhole = false
            return
        }
        if !table.columns.isEmpty { hasNumberTimes = table.hasNumberTimes }
        if columns.isEmpty {
            columns = table.columns
            for (place, column) in columns.enumerated() { places[column.name] = place }
            return
        }
        for column in table.columns {
            let place = place(of: column.name)
            for row in column.times.indices {
                columns[place].append(
                    time: column.times[row], value: column.values[row],
                    side: column.sides.isEmpty ? 0 : column.sides[row])
            }
        }
    }

    private mutating func place(of name: String) -> Int {
        if let place = places[name] { return place }
        places[name] = columns.count
        columns.append(SeriesColumn(name: name))
        return columns.count - 1
    }

    /// Times are numbers rather than stamps.
    var countsTimeInNumbers: Bool { hasNumberTimes ?? false }

    /// The zone of the clock that the columns' times are of; `nil` for that of tables, who do not say theirs.
    var zone: UTCOffset? { hasTable && !hasBatch ? nil : .china }

    /// A batch of any other format: one series for each station, parameter, statistic and interval.
    private mutating func batchTable(_ raw: UnsafeRawBufferPointer, _ path: String) -> SeriesTable {
        let context = ReadContext(
            profiles: BuiltInProfiles.all, parameters: .standard,
            nameHints: path.split(separator: "/").map(String.init), received: Node.clock())
        let codes = Set(missingCodes.compactMap(Double.init))
        var table = SeriesTable()
        var found: [String: Int] = [:]
        let outcome = decodeBatch(raw, context: context) { slice in
            for rejection in slice.rejections { Terminal.note(Self.line(rejection, path)) }
            table.problemCount += slice.rejections.count
            let block = slice.block
            let flags = slice.profile?.flags ?? [:]
            let isUsable = block.flagTable.map { flags[$0] != .suspect && flags[$0] != .invalid }
            let columns = block.seriesTable.map { key in
                let name = Self.name(key)
                if let place = found[name] { return place }
                found[name] = table.columns.count
                table.columns.append(SeriesColumn(name: name))
                return table.columns.count - 1
            }
            for row in 0..<block.count {
                let qualifier = Qualifier(rawValue: block.qualifier[row])
                let decimal = ExactDecimal(mantissa: block.mantissa[row], exponent: block.exponent[row])
                var value = qualifier == .missing ? .nan : Double(decimal.description) ?? .nan
                let place = columns[Int(block.series[row])]
                if !isUsable[Int(block.flag[row])], value.isFinite {
                    value = .nan
                    leftOut[table.columns[place].name, default: 0] += 1
                }
                table.columns[place].append(
                    // Civil months and hours are those of +08:00, as everywhere else in the program.
                    time: Double(block.start[row] + Int64(UTCOffset.china.minutes) * 60_000),
                    value: codes.contains(value) ? .nan : value,
                    side: qualifier == .below ? -1 : qualifier == .above ? 1 : 0)
            }
        }
        if case .stopped(let rejection, _) = outcome {
            Terminal.note(Self.line(rejection, path))
            table.isWhole = false
        }
        return table
    }

    /// `station/parameter`, and the statistic with its seconds where it is no instant.
    static func name(_ key: SeriesKey) -> String {
        let name = "\(key.station.rawValue)/\(key.parameter.rawValue)"
        if key.statistic == .instant { return name }
        return "\(name)/\(key.statistic.rawValue)-\(key.window.milliseconds / 1_000)"
    }

    private static func line(_ rejection: Rejection, _ path: String) -> String {
        let place = rejection.row == 0 ? path : "\(path):\(rejection.row)"
        let field = rejection.field.isEmpty ? "" : " \(rejection.field)"
        return "\(place): \(rejection.reason.rawValue)\(field) \"\(rejection.excerpt)\". \(rejection.remedy)"
    }
}
