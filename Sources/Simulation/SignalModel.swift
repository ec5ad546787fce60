// How a synthetic series behaves on an ordinary day: level, season, day, and noise that remembers.

package import Monitoring
internal import Statistics

/// The ordinary course of one parameter at an example station. All numbers are invented for demonstration.
package struct SignalModel: Sendable {
    package let parameter: ParameterID
    /// Decimals written (observation decimals of the parameter).
    package let places: Int
    /// In the parameter's unit, as are the four amplitudes below.
    package let level: Double
    package let season: Double
    /// Day of the year at which the season is highest.
    package let seasonPeakDay: Int
    package let day: Double
    /// Hour of the local day at which the day is highest.
    package let dayPeakHour: Int
    /// Standard deviation of the noise, which never leaves ±2.5 of them.
    package let noise: Double
    /// What remains of the noise from one reading to the next, 0 ..< 1.
    package let persistence: Double
    /// Values never fall below this.
    package let floor: Double

    init(
        _ parameter: String, places: Int, level: Double, season: Double, seasonPeakDay: Int, day: Double,
        dayPeakHour: Int, noise: Double, persistence: Double = 0.6, floor: Double
    ) {
        self.parameter = ParameterID(parameter)
        self.places = places
        self.level = level
        self.season = season
        self.seasonPeakDay = seasonPeakDay
        self.day = day
        self.dayPeakHour = dayPeakHour
        self.noise = noise
        self.persistence = persistence
        self.floor = floor
    }

    /// The cycles without noise.
    func cycle(dayOfYear: Int, hour: Double) -> Double {
        let seasonTurns = Double(dayOfYear - seasonPeakDay) / 365.25 + 0.25
        let dayTurns = (hour - Double(dayPeakHour)) / 24 + 0.25
        return level + season * portableSine(turns: seasonTurns) + day * portableSine(turns: dayTurns)
    }
}

/// Noise with a memory: a first-order autoregression kept within ±2.5 standard deviations.
struct RememberingNoise: Sendable {
    private var generator: SplitMix64
    private var state = 0.0
    private let persistence: Double
    private let innovation: Double

    init(generator: SplitMix64, persistence: Double) {
        self.generator = generator
        self.persistence = persistence
        innovation = (1 - persistence * persistence).squareRoot()
    }

    /// The next deviation in standard deviations.
    mutating func next() -> Double {
        state = min(2.5, max(-2.5, persistence * state + innovation * generator.bell()))
        return state
    }
}

/// The class limits a water station's levels are set against, in mg/L.
struct DesignLimits: Sendable {
    let codmn: Double
    let nh3n: Double
    let tp: Double
}

extension SignalModel {
    /// The nine items of a surface-water station (HJ 915 series), with levels that keep within `limits` all year.
    ///
    /// `do` is a share of saturation and `tn` what comes on top of `nh3n`; `StationSignal` joins them.
    static func water(_ limits: DesignLimits) -> [SignalModel] {
        [
            SignalModel(
                "temp", places: 1, level: 16.5, season: 9.5, seasonPeakDay: 205, day: 0.7, dayPeakHour: 16, noise: 0.4,
                persistence: 0.9, floor: 0.1),
            SignalModel(
                "ph", places: 2, level: 7.7, season: 0.1, seasonPeakDay: 190, day: 0.12, dayPeakHour: 16, noise: 0.06,
                floor: 6.2),
            SignalModel(
                "do", places: 2, level: 0.93, season: 0.01, seasonPeakDay: 30, day: 0.04, dayPeakHour: 16, noise: 0.02,
                floor: 0.1),
            SignalModel(
                "ec", places: 1, level: 412, season: 18, seasonPeakDay: 20, day: 3, dayPeakHour: 8, noise: 8,
                floor: 50),
            SignalModel(
                "turb", places: 1, level: 18, season: 6, seasonPeakDay: 200, day: 1, dayPeakHour: 6, noise: 3,
                persistence: 0.8, floor: 0.5),
            SignalModel(
                "codmn", places: 2, level: 0.55 * limits.codmn, season: 0.03 * limits.codmn, seasonPeakDay: 210,
                day: 0.03 * limits.codmn, dayPeakHour: 12, noise: 0.04 * limits.codmn, floor: 0.5),
            SignalModel(
                "nh3n", places: 3, level: 0.45 * limits.nh3n, season: 0.02 * limits.nh3n, seasonPeakDay: 20,
                day: 0.04 * limits.nh3n, dayPeakHour: 8, noise: 0.04 * limits.nh3n, floor: 0.02),
            SignalModel(
                "tp", places: 3, level: 0.5 * limits.tp, season: 0.02 * limits.tp, seasonPeakDay: 190,
                day: 0.03 * limits.tp, dayPeakHour: 8, noise: 0.03 * limits.tp, floor: 0.005),
            SignalModel(
                "tn", places: 2, level: 1.15, season: 0.1, seasonPeakDay: 30, day: 0.04, dayPeakHour: 8, noise: 0.07,
                floor: 0.1),
        ]
    }

    /// The six items of an ambient-air station; `pm10` is what comes on top of `pm25`.
    static let air: [SignalModel] = [
        SignalModel(
            "so2", places: 0, level: 8, season: 2, seasonPeakDay: 15, day: 1.5, dayPeakHour: 11, noise: 1,
            persistence: 0.85, floor: 2),
        SignalModel(
            "no2", places: 0, level: 30, season: 8, seasonPeakDay: 15, day: 9, dayPeakHour: 20, noise: 4,
            persistence: 0.85, floor: 3),
        SignalModel(
            "co", places: 1, level: 0.7, season: 0.15, seasonPeakDay: 15, day: 0.1, dayPeakHour: 8, noise: 0.06,
            persistence: 0.85, floor: 0.2),
        SignalModel(
            "o3", places: 0, level: 68, season: 22, seasonPeakDay: 175, day: 40, dayPeakHour: 15, noise: 7,
            persistence: 0.85, floor: 3),
        SignalModel(
            "pm25", places: 0, level: 30, season: 8, seasonPeakDay: 15, day: 4, dayPeakHour: 8, noise: 4,
            persistence: 0.9, floor: 3),
        SignalModel(
            "pm10", places: 0, level: 24, season: 6, seasonPeakDay: 80, day: 4, dayPeakHour: 18, noise: 4,
            persistence: 0.9, floor: 2),
    ]
}
