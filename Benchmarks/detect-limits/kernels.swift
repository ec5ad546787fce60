// The kernels of the thresholds alone, over decoded columns: the dense matrix of the harness as 32-bit mantissas.
//   kernels DENSE.npy READINGS_AN_HOUR REPETITIONS        (Benchmarks/detect compiles and runs it)
// One line of JSON: the least processor seconds of the three jobs together, and what they counted.

import Glibc

/// Class limits of the harness at the exponent of each parameter; the order of `lib/schema.py`.
let exponents: [Double] = [10, 100, 100, 10, 10, 100, 1_000, 1_000, 100, 10, 1, 100]
let limits: [Int: [Int32]] = [
    1: [599, 900], 2: [749, 599, 499, 299, 199], 5: [200, 400, 600, 1_000, 1_500],
    6: [150, 500, 1_000, 1_500, 2_000], 7: [20, 100, 200, 300, 400], 8: [20, 50, 100, 150, 200],
]

func cpuSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

struct Column {
    var values: [Int32]
    var hasValue: [UInt64]
    var valueCount: Int
}

func readColumns(_ path: String) -> [Column] {
    guard let file = fopen(path, "rb") else { fatalError("\(path) cannot be opened.") }
    defer { fclose(file) }
    var head = [UInt8](repeating: 0, count: 10)
    fread(&head, 1, 10, file)
    var text = [UInt8](repeating: 0, count: Int(head[8]) | Int(head[9]) << 8)
    fread(&text, 1, text.count, file)
    let shape = String(decoding: text, as: UTF8.self).split(separator: "(")[1].split(separator: ")")[0]
    let sizes = shape.split(separator: ",").map { Int($0.filter(\.isNumber)) ?? 0 }
    return (0..<sizes[0]).map { series in
        var row = [Double](repeating: 0, count: sizes[1])
        fread(&row, 8, sizes[1], file)
        var column = Column(
            values: Array(repeating: 0, count: sizes[1]), hasValue: Array(repeating: 0, count: (sizes[1] + 63) / 64),
            valueCount: 0)
        for (index, value) in row.enumerated() where !value.isNaN {
            column.values[index] = Int32((value * exponents[series % 12]).rounded())
            column.hasValue[index >> 6] |= 1 << UInt64(index & 63)
            column.valueCount += 1
        }
        return column
    }
}

let arguments = CommandLine.arguments
let columns = readColumns(arguments[1])
let step = hourLength / Int64(arguments[2])!
var marks = [UInt64](repeating: 0, count: columns[0].hasValue.count)
var runs: [JudgedRun] = []
runs.reserveCapacity(1 << 16)
var best = Double.infinity
var (values, over3, cells, episodes, episodeRows) = (0, 0, 0, 0, 0)
var totals: [HourSums] = []
for _ in 0..<Int(arguments[3])! {
    let began = cpuSeconds()
    (values, over3, cells, episodes, episodeRows) = (0, 0, 0, 0, 0)
    totals = (0..<12).map { _ in HourSums(rowLimit: 64) }
    for (series, column) in columns.enumerated() {
        let count = column.values.count
        values += column.valueCount
        addHours(
            column.values.span, hasValue: column.hasValue.span, rows: 0..<count, start: 0, step: step,
            to: &totals[series % 12])
        totals[series % 12].finish()
        guard let bounds = limits[series % 12] else { continue }
        let five = bounds + Array(repeating: .max, count: 5 - bounds.count)
        var above = countAbove(column.values.span, bounds: FiveBounds(five[0], five[1], five[2], five[3], five[4]))
        above.takeOff(count - column.valueCount, where: FiveBounds(five[0], five[1], five[2], five[3], five[4]))
        var span = marks.mutableSpan
        switch bounds.count {
        case 2:
            over3 += column.valueCount - (above.first - above.second)
            // Episodes of the harness are beyond the highest pH only.
            markAbove(column.values.span, bound: bounds[1], into: &span)
        default:
            let isLeast = series % 12 == 2
            over3 += isLeast ? above.complement(column.valueCount).third : above.third
            markAbove(column.values.span, bound: bounds[2], into: &span)
            if isLeast { for word in marks.indices { marks[word] = ~marks[word] & column.hasValue[word] } }
        }
        findJudgedRuns(judged: column.hasValue.span, over: marks.span, wordCount: marks.count, into: &runs)
        for run in runs where run.isOver && run.count >= 6 {
            episodes += 1
            episodeRows += run.count
        }
    }
    cells = totals.reduce(0) { $0 + $1.cellCount }
    best = min(best, cpuSeconds() - began)
}
var hourSum = 0.0
for (place, total) in totals.enumerated() {
    for (count, sum) in total.sums.enumerated() where sum != 0 {
        hourSum += Double(sum) / Double(count) / exponents[place]
    }
}
print(
    "{\"cpu_s\":\(best),\"values\":\(values),\"over3\":\(over3),\"hour_cells\":\(cells),\"hour_sum\":\(hourSum),"
        + "\"episodes\":\(episodes),\"episode_rows\":\(episodeRows)}")
