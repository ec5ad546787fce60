// The trend kernels on series of the lengths of the peers' harness: months, days and hours.

import Statistics

extension KernelsCommand {
    /// Mann–Kendall, the slope alone, and both with the limits; the reference on the shortest only, which is quadratic.
    static func trend(_ run: KernelRun) -> [KernelTiming] {
        // About as many values for each length, so that a round takes about as long.
        [(480, 100), (3_650, 20), (35_064, 3)].flatMap { count, seriesCount in
            let columns = TrendColumns(count: count, seriesCount: seriesCount)
            return columns.timings(run)
        }
    }
}

/// Synthetic series with a drift and serial dependence, rounded so that there are ties.
private struct TrendColumns {
    private let count: Int
    private let series: [[Double]]
    private let times: [Double]
    private let scratch: [Double]

    init(count: Int, seriesCount: Int) {
        var state: UInt64 = 20_250_102
        func next() -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(state >> 11) / 9_007_199_254_740_992
        }
        self.count = count
        series = (0..<seriesCount).map { number in
            var level = 0.0
            let drift = (next() - 0.5) / Double(count)
            return (0..<count).map { index in
                level = 0.5 * level + next() + next() + next() - 1.5
                return ((2 + drift * Double(index) + 0.25 * level) * 100).rounded() / 100
            }
        }
        times = (0..<count).map(Double.init)
        scratch = [Double](repeating: 0, count: senSlopeScratchCount(count))
    }

    func timings(_ run: KernelRun) -> [KernelTiming] {
        // Nanoseconds a series: what a trend costs does not follow the number of values.
        var results: [Double] = []
        func timing(_ name: String, reference: Double? = nil, _ body: ([Double]) -> [Double]) -> KernelTiming {
            let time = run.time(values: series.count) {
                results = series.flatMap(body)
            }
            let bytes: [UInt8] = results.flatMap { value in
                (0..<8).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
            }
            return KernelTiming(
                name: "\(name)-\(count)", values: 1, nanoseconds: time, reference: reference, checksum: checksum(bytes))
        }
        var room = scratch
        let times = times
        return [
            timing("mann-kendall") { column in
                var span = room.mutableSpan
                return mannKendall(column.span, scratch: &span).map { [Double($0.s), $0.p] } ?? []
            },
            timing("slope") { column in
                var span = room.mutableSpan
                let found = senSlope(column.span, times: times.span, confidence: nil, scratch: &span)
                return found.map { [$0.slope] } ?? []
            },
            timing("mann-kendall+slope+limits") { column in
                var span = room.mutableSpan
                let found = mannKendallWithSlope(column.span, times: times.span, scratch: &span)
                return found.map { [$0.test.p, $0.slope?.slope ?? 0, $0.slope?.lower ?? 0, $0.slope?.upper ?? 0] } ?? []
            },
        ]
    }
}
