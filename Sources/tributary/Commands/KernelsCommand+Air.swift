// The air kernels: the index over columns of concentrations, day sums, and the largest mean of 8 hours.

import Assessment
import Exact
import Monitoring
import Standards

extension KernelsCommand {
    /// The index of a year of 12 stations (six items an hour) and one station's hour sums, each against its reference.
    static func air(_ run: KernelRun) -> [KernelTiming] {
        guard let date = CivilDate(year: 2026, month: 6, day: 1),
            case .success(let edition) = AirEdition.on(date, region: nil, registry: Registry())
        else { return [] }
        let rows = run.count / 24 * 24
        let columns = AirColumns.concentrations(rows)
        return [index(columns, rows, edition, run)] + hourSums(columns, rows, run)
    }

    private static func index(
        _ columns: [Int32], _ rows: Int, _ edition: AirEdition, _ run: KernelRun
    ) -> KernelTiming {
        let table = AirIndexTable(edition.index, basis: .hour)
        var index = [UInt16](repeating: 0, count: rows)
        var primary = [UInt8](repeating: 0, count: rows)
        var absent = [UInt8](repeating: 0, count: rows)
        var scratch = [UInt16](repeating: 0, count: AirIndexTable.scratchCount)
        let time = run.time(values: columns.count) {
            var indexSpan = index.mutableSpan
            var primarySpan = primary.mutableSpan
            var absentSpan = absent.mutableSpan
            var scratchSpan = scratch.mutableSpan
            airIndexes(
                columns.span, table: table, index: &indexSpan, primary: &primarySpan, absent: &absentSpan,
                scratch: &scratchSpan)
        }
        var expected: [(index: UInt16, primary: UInt8, absent: UInt8)] = []
        let slow = KernelRun(count: rows, rounds: 1).time(values: columns.count) {
            expected = airIndexesReference(columns, of: .hour, edition: edition)
        }
        precondition(index == expected.map(\.index), "The index says what its reference says.")
        precondition(primary == expected.map(\.primary), "Primary items are those of the reference.")
        return KernelTiming(
            name: "air-index", values: columns.count, nanoseconds: time, reference: slow,
            checksum: checksum(primary, checksum(index.map { UInt8(truncatingIfNeeded: $0) })))
    }

    private static func hourSums(_ columns: [Int32], _ rows: Int, _ run: KernelRun) -> [KernelTiming] {
        let hours = columns.prefix(rows).map { $0 < 0 ? Int64.min : Int64($0) }
        let exact = hours.map { $0 == Int64.min ? nil : Fraction(Int($0)) }
        var sums = [Int64](repeating: 0, count: rows / 24)
        var counts = [UInt8](repeating: 0, count: rows / 24)
        let sumTime = run.time(values: rows) {
            var sumSpan = sums.mutableSpan
            var countSpan = counts.mutableSpan
            dayHourSums(hours.span, sums: &sumSpan, counts: &countSpan)
        }
        let once = KernelRun(count: rows, rounds: 1)
        var expected: [(sum: Fraction, count: Int)] = []
        let slowSums = once.time(values: rows) { expected = dayHourSumsReference(exact) }
        precondition(sums.map { Fraction(Int($0)) } == expected.map(\.sum), "Day sums say what their reference says.")
        let sumCheck = checksum(counts)
        let maximumTime = run.time(values: rows) {
            var maximumSpan = sums.mutableSpan
            var windowSpan = counts.mutableSpan
            dayMaxima8h(hours.span, minimumHours: 6, maxima: &maximumSpan, windows: &windowSpan)
        }
        var maxima: [(maximum: Fraction?, windows: Int)] = []
        let slowMaxima = once.time(values: rows) { maxima = dayMaxima8hReference(exact, minimumHours: 6) }
        precondition(counts.map { Int($0) } == maxima.map(\.windows), "Maxima say what their reference says.")
        return [
            KernelTiming(
                name: "day-hour-sums", values: rows, nanoseconds: sumTime, reference: slowSums, checksum: sumCheck),
            KernelTiming(
                name: "day-maxima-8h", values: rows, nanoseconds: maximumTime, reference: slowMaxima,
                checksum: checksum(counts)),
        ]
    }
}

/// Concentrations by a fixed recurrence, one in 64 absent, most of them in the ranges of ordinary days.
private enum AirColumns {
    static func concentrations(_ rows: Int) -> [Int32] {
        var state: UInt64 = 20_260_601
        return [80, 120, 300, 40, 200, 260].flatMap { (bound: UInt64) in
            (0..<rows).map { _ -> Int32 in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return state >> 58 == 0
                    ? AirIndexTable.noConcentration : Int32(truncatingIfNeeded: (state >> 33) % bound)
            }
        }
    }
}
