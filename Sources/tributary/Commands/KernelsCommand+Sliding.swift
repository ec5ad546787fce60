// The sliding Mann–Kendall of a thousand readings: warm, by the hour and cold, with as many series as a large network has.

import Monitoring
import Statistics

extension KernelsCommand {
    /// The series of a large network, whose windows lie far beyond the caches.
    private static let slidingSeries = 200_000

    /// The sliding test of one series, of an hour's values of each of many, and of one value of each.
    static func sliding(_ run: KernelRun) -> [KernelTiming] {
        let window = SlidingTrendRule().window
        // Full windows are copied from a few; the next reading gives each series one of its own.
        var full = [SlidingMannKendall](repeating: SlidingMannKendall(window: window), count: 64)
        var state: UInt64 = 1
        func next() -> Int64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int64(state >> 40) % 2_000
        }
        for place in full.indices {
            for _ in 0..<window { full[place].add(mantissa: next(), exponent: -2) }
        }
        var series = (0..<slidingSeries).map { full[$0 % full.count] }
        for place in series.indices { series[place].add(mantissa: next(), exponent: -2) }
        func timing(_ name: String, _ count: Int, _ body: () -> Void) -> KernelTiming {
            let time = KernelRun(count: count, rounds: min(run.rounds, 3)).time(values: count, body)
            let sum = series.reduce(0) { $0 &+ $1.s }
            return KernelTiming(
                name: name, values: count, nanoseconds: time, checksum: checksum("\(sum)".utf8))
        }
        let hour = (0..<12).map { _ in next() }
        return [
            timing("sliding-mann-kendall-warm", 100_000) {
                for number in 0..<100_000 { series[0].add(mantissa: Int64(number &* 7_919 % 2_000), exponent: -2) }
            },
            timing("sliding-mann-kendall-hour", 12 * slidingSeries) {
                for place in series.indices { series[place].add(mantissas: hour.span, exponent: -2) }
            },
            timing("sliding-mann-kendall-cold", slidingSeries) {
                for place in series.indices {
                    series[place].add(mantissa: Int64(place &* 7_919 % 2_000), exponent: -2)
                }
            },
        ]
    }
}
