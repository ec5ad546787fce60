// The series that `tributary changes` looks through: usable values with their times, from any file the program reads.

import Exact
import Formats
import Foundation
import Monitoring
import Standards

/// One series: its values in time order.
struct ChangeSeries: Sendable {
    let name: String
    /// Milliseconds of the clock that `clock` names, or numbers as written.
    fileprivate(set) var times: [Double] = []
    fileprivate(set) var values: [Double] = []

    /// Puts the values in time order; of equal values at one time one stays, of unlike ones none.
    ///
    /// - Returns: the times that had unlike values.
    mutating func order() -> Int {
        if zip(times, times.dropFirst()).allSatisfy({ $0 < $1 }) { return 0 }
        let places = times.indices.sorted { (times[$0], $0) < (times[$1], $1) }
        var (orderedTimes, orderedValues): ([Double], [Double]) = ([], [])
        var conflicts = 0
        var place = 0
        while place < places.count {
            let (time, value) = (times[places[place]], values[places[place]])
            let same = places[place...].prefix { times[$0] == time }
            if same.allSatisfy({ values[$0] == value }) {
                orderedTimes.append(time)
                orderedValues.append(value)
            } else {
                conflicts += 1
            }
            place += same.count
        }
        (times, values) = (orderedTimes, orderedValues)
        return conflicts
    }

    /// The usual distance of neighbouring values: the median of the first few thousand.
    var cadence: Double? {
        let steps = zip(times, times.dropFirst()).prefix(4_095).map { $1 - $0 }.sorted()
        return steps.isEmpty ? nil : steps[steps.count / 2]
    }
}

/// What a file's times are.
enum ChangeClock: Sendable {
    /// Batches: instants, printed at +08:00.
    case instants
    /// Tables of series: the clock as written.
    case asWritten
    /// Plain numbers.
    case numbers

    func text(_ time: Double) -> String {
        switch self {
        case .instants: Instant(milliseconds: Int64(time)).iso8601(at: .china)
        case .asWritten:
            String(
                Instant(milliseconds: Int64(time)).iso8601(at: UTCOffset(minutes: 0)).prefix { $0 != "+" && $0 != "Z" })
        case .numbers: time == time.rounded() && time.magnitude < 1e15 ? String(Int64(time)) : String(time)
        }
    }

    /// The zone that days are cut in.
    var offset: UTCOffset { if case .instants = self { .china } else { UTCOffset(minutes: 0) } }
}

/// Series gathered from all files named, in order of appearance.
struct ChangeSource {
    private(set) var series: [ChangeSeries] = []
    private(set) var clock: ChangeClock?
    /// Everything was read to its end, and every row of it.
    private(set) var isWhole = true
    private var places: [String: Int] = [:]
    private let missingCodes: Set<String>

    /// - Parameter missingCodes: texts that stand for a missing value, beside an empty one.
    init(missingCodes: Set<String> = []) { self.missingCodes = missingCodes }

    /// Values of one command: 16 bytes each.
    static let valueLimit = 200_000_000

    /// - Throws: `CommandFailure` where files count time in unlike ways, hold too much, or change while they are read.
    mutating func read(_ path: String) throws {
        try withFileBytes(path) { raw in
            if let table = readSeriesTable(raw, missingCodes: missingCodes) {
                try take(table, path)
            } else {
                try readBatch(raw, path)
            }
        }
    }

    /// Time order, once everything is read. Of unlike values at one time none is preferred: they are left out and told.
    mutating func order() {
        for place in series.indices {
            let conflicts = series[place].order()
            if conflicts == 0 { continue }
            Terminal.note(
                "\(series[place].name): \(conflicts) times have unlike values, none of which is preferred: they take no "
                    + "part. Correct the file, or keep the row that holds.")
            isWhole = false
        }
    }

    private mutating func use(_ clock: ChangeClock, _ path: String) throws {
        if let before = self.clock, before != clock {
            throw CommandFailure(
                status: ExitStatus.inputUnusable,
                message: "\(path) counts time otherwise than the files before it: look through it apart.")
        }
        self.clock = clock
    }

    private mutating func place(of name: String) -> Int {
        if let place = places[name] { return place }
        places[name] = series.count
        series.append(ChangeSeries(name: name))
        return series.count - 1
    }

    private mutating func note(_ rejection: Rejection, _ path: String) {
        let place = rejection.row == 0 ? path : "\(path):\(rejection.row)"
        Terminal.note(
            "\(place): \(rejection.reason.rawValue) \(rejection.field) \"\(rejection.excerpt)\". \(rejection.remedy)")
        isWhole = false
    }

    private mutating func take(_ table: SeriesTable, _ path: String) throws {
        try use(table.hasNumberTimes ? .numbers : .asWritten, path)
        for problem in table.problems { note(problem, path) }
        if table.problemCount > table.problems.count {
            Terminal.note("\(path): \(table.problemCount - table.problems.count) more rows cannot be read.")
        }
        if table.notFiniteCount > 0 {
            Terminal.note("\(path): \(table.notFiniteCount) values are NaN or infinite and are taken as missing.")
        }
        if let note = MissingCodes.note(table.columns, path) { Terminal.note(note) }
        if table.problemCount > 0 || !table.isWhole { isWhole = false }
        for column in table.columns {
            let found = place(of: column.name)
            // A censored value has no place among measured ones.
            for row in column.times.indices
            where column.values[row].isFinite && (column.sides.isEmpty || column.sides[row] == 0) {
                series[found].times.append(column.times[row])
                series[found].values.append(column.values[row])
            }
        }
    }

    /// A batch of any other format: one series for each station and parameter, and for each statistic.
    private mutating func readBatch(_ raw: UnsafeRawBufferPointer, _ path: String) throws {
        let context = ReadContext(
            profiles: BuiltInProfiles.all, parameters: .standard,
            nameHints: path.split(separator: "/").map(String.init), received: Node.clock())
        let codes = Set(missingCodes.compactMap(Double.init))
        var known: [SeriesKey: Int] = [:]
        var count = 0
        let outcome = try decodeBatch(raw, context: context) { slice in
            for rejection in slice.rejections { note(rejection, path) }
            let block = slice.block
            count += block.count
            guard count <= Self.valueLimit else {
                throw CommandFailure(
                    status: ExitStatus.inputUnusable,
                    message: "\(path) holds more than \(Self.valueLimit) values: split it by station.")
            }
            let columns = block.seriesTable.map { key in
                if let place = known[key] { return place }
                let found = place(of: TrendSource.name(key))
                known[key] = found
                return found
            }
            let flags = slice.profile?.flags ?? [:]
            let isUsable = block.flagTable.map { flags[$0] != .suspect && flags[$0] != .invalid }
            for row in 0..<block.count
            where block.qualifier[row] == Qualifier.none.rawValue && isUsable[Int(block.flag[row])] {
                let value = ExactDecimal(mantissa: block.mantissa[row], exponent: block.exponent[row]).approximate
                if codes.contains(value) { continue }
                let place = columns[Int(block.series[row])]
                series[place].times.append(Double(block.start[row]))
                series[place].values.append(value)
            }
        }
        if case .stopped(let rejection, _) = outcome {
            note(rejection, path)
            if count == 0 {
                throw CommandFailure(
                    status: ExitStatus.inputUnusable,
                    message: "\(path) is no batch and no table with the header series,time,value: see above.")
            }
        }
        try use(.instants, path)
    }
}
