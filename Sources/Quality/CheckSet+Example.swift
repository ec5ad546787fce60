// The check set of the examples: numbers invented for demonstration around a few bounds that are certain.

internal import Monitoring

extension CheckSet {
    /// Example numbers for the example stations; a deployer sets these from the instruments' papers.
    ///
    /// Only the lower bound 0 of a concentration is certain; pH 0…14 is its customary scale. Every upper bound, the
    /// range of temperature, every plausible range, spike and flat-line number is an example: the reference gives none.
    package static let example = CheckSet(
        id: "example-checks-1",
        ranges: [
            "temp": exampleRange(-5...60, plausible: -1...45), "ph": exampleRange(0...14, plausible: 4...11),
            "do": exampleRange(0...100, plausible: 0...25), "ec": exampleRange(0...100_000, plausible: 10...20_000),
            "turb": exampleRange(0...10_000, plausible: 0...4_000),
            "codmn": exampleRange(0...1_000, plausible: 0...100),
            "nh3n": exampleRange(0...1_000, plausible: 0...50), "tp": exampleRange(0...1_000, plausible: 0...10),
            "tn": exampleRange(0...1_000, plausible: 0...100), "so2": exampleRange(0...50_000, plausible: 0...2_000),
            "no2": exampleRange(0...50_000, plausible: 0...1_000), "co": exampleRange(0...1_000, plausible: 0...60),
            "o3": exampleRange(0...50_000, plausible: 0...1_000),
            "pm25": exampleRange(0...50_000, plausible: 0...2_000),
            "pm10": exampleRange(0...50_000, plausible: 0...5_000),
        ].keyed,
        spikes: [
            "temp": exampleSpike(5, 0), "ph": exampleSpike(1.5, 0), "do": exampleSpike(3, 0.5),
            "ec": exampleSpike(150, 0.6), "turb": exampleSpike(40, 1.5), "codmn": exampleSpike(3, 1),
            "nh3n": exampleSpike(0.5, 1.5), "tp": exampleSpike(0.1, 1.5), "tn": exampleSpike(1.5, 1),
            "so2": exampleSpike(30, 1.5), "no2": exampleSpike(60, 1.5), "co": exampleSpike(2, 1.5),
            "o3": exampleSpike(80, 1), "pm25": exampleSpike(60, 1.5), "pm10": exampleSpike(90, 1.5),
        ].keyed,
        // Parameters whose instruments resolve much finer than their noise; CO and SO₂ repeat few digits honestly.
        flatLines: [
            "ec": exampleFlatLine(12), "turb": exampleFlatLine(12), "codmn": exampleFlatLine(8),
            "nh3n": exampleFlatLine(12), "tn": exampleFlatLine(8), "pm25": exampleFlatLine(12),
            "pm10": exampleFlatLine(12), "o3": exampleFlatLine(12),
        ].keyed,
        required: [.grossRange])

    private static func exampleRange(
        _ possible: ClosedRange<Double>, plausible: ClosedRange<Double>
    ) -> ValueRange {
        ValueRange(possible: possible, plausible: plausible, source: "example")
    }

    private static func exampleSpike(_ absolute: Double, _ relative: Double) -> SpikeThreshold {
        SpikeThreshold(absolute: absolute, relative: relative, source: "example")
    }

    private static func exampleFlatLine(_ readings: Int) -> FlatLineLimit {
        FlatLineLimit(readings: readings, source: "example")
    }
}

extension [String: ValueRange] {
    fileprivate var keyed: [ParameterID: ValueRange] { .init(uniqueKeysWithValues: map { (ParameterID($0), $1) }) }
}

extension [String: SpikeThreshold] {
    fileprivate var keyed: [ParameterID: SpikeThreshold] { .init(uniqueKeysWithValues: map { (ParameterID($0), $1) }) }
}

extension [String: FlatLineLimit] {
    fileprivate var keyed: [ParameterID: FlatLineLimit] { .init(uniqueKeysWithValues: map { (ParameterID($0), $1) }) }
}
