// One synthetic station as it goes through time: its signals, its noise, its flags and its silences.

internal import Monitoring
internal import Statistics

/// A station that makes rows cycle by cycle.
struct SimulatedStation: Sendable {
    /// One signal with what is planted in it.
    private struct Signal: Sendable {
        let model: SignalModel
        var noise: RememberingNoise
        let events: [PlantedEvent]
    }

    let station: Station
    let cadence: Duration64
    private var signals: [Signal]
    private let outages: [PlantedEvent]
    private var chance: SplitMix64
    /// Spreads maintenance over the fortnight, so that not every station is down on the same day.
    private let maintenanceDay: Int

    init(_ station: Station, seed: UInt64, limits: DesignLimits?, events: [PlantedEvent]) {
        self.station = station
        cadence = Self.cadence(of: station)
        let own = events.filter { $0.station == station.id }
        let models = limits.map { SignalModel.water($0) } ?? SignalModel.air
        signals = models.map { model in
            Signal(
                model: model,
                noise: RememberingNoise(
                    generator: SplitMix64(seed: seed, label: "noise/\(station.id)/\(model.parameter)"),
                    persistence: model.persistence),
                events: own.filter { $0.parameter == model.parameter })
        }
        outages = own.filter { $0.kind == .outage }
        chance = SplitMix64(seed: seed, label: "chance/\(station.id)")
        maintenanceDay = chance.below(14)
    }

    /// A registered cadence of whole hours, else the usual one: 4 h for water, 1 h for air.
    static func cadence(of station: Station) -> Duration64 {
        if let cadence = station.cadence, cadence.milliseconds >= 3_600_000,
            86_400_000 % cadence.milliseconds == 0, cadence.milliseconds % 3_600_000 == 0
        {
            return cadence
        }
        return .hours(station.medium == .water ? 4 : 1)
    }

    /// The outage that `time` falls in.
    func outage(at time: Instant) -> PlantedEvent? {
        outages.first { $0.onset <= time && time < $0.end }
    }

    /// Appends the rows of the cycle at `time`; noise and chance move on even through an outage.
    mutating func appendCycle(at time: Instant, offset: UTCOffset, to bytes: inout [UInt8]) {
        let civil = CivilTime(time, at: offset)
        let cycleFlag = cycleFlag(civil)
        let stamp = Array(time.iso8601(at: offset).utf8)
        let values = nextValues(civil, time.milliseconds)
        for (index, value) in values.enumerated() {
            // Background faults of a row, in thousandths: 2 no row at all, 2 off line, 2 instrument fault.
            let fault = chance.below(1_000)
            if fault < 2 { continue }
            let isEmpty = fault < 6
            let flag = isEmpty ? (fault < 4 ? "B" : "D") : cycleFlag
            bytes.append(contentsOf: station.id.rawValue.utf8)
            bytes.append(UInt8(ascii: ","))
            bytes.append(contentsOf: signals[index].model.parameter.rawValue.utf8)
            bytes.append(UInt8(ascii: ","))
            bytes.append(contentsOf: stamp)
            bytes.append(UInt8(ascii: ","))
            if !isEmpty {
                // A calibration reading is of the standard in the tube, not of the river.
                let written = flag == "C" ? value * 0.5 : value
                bytes.append(contentsOf: decimalText(written, places: signals[index].model.places).utf8)
            }
            bytes.append(UInt8(ascii: ","))
            bytes.append(contentsOf: flag.utf8)
            bytes.append(UInt8(ascii: "\n"))
        }
    }

    /// `N` normal, `M` maintenance on one forenoon a fortnight, `C` calibration on one midnight a week.
    private func cycleFlag(_ civil: CivilTime) -> String {
        let day = civil.date.dayNumber
        if day % 14 == maintenanceDay, (8..<12).contains(civil.hour) { return "M" }
        if (day + maintenanceDay) % 7 == 0, civil.hour == 0 { return "C" }
        return "N"
    }

    private mutating func nextValues(_ civil: CivilTime, _ time: Int64) -> [Double] {
        let newYear = CivilDate(year: civil.date.year, month: 1, day: 1)?.dayNumber ?? civil.date.dayNumber
        let dayOfYear = civil.date.dayNumber - newYear + 1
        let hour = Double(civil.millisecondOfDay) / 3_600_000
        var values: [Double] = []
        values.reserveCapacity(signals.count)
        for index in signals.indices {
            let model = signals[index].model
            let ordinary = model.cycle(dayOfYear: dayOfYear, hour: hour) + model.noise * signals[index].noise.next()
            var value = ordinary
            for event in signals[index].events { value += event.added(to: ordinary, at: time) }
            values.append(max(model.floor, value))
        }
        if station.medium == .water {
            // Fresh-water saturation 468 / (31.6 + T), as in HJ 2.3; index 0 is temperature, 2 oxygen.
            values[2] *= 468 / (31.6 + values[0])
            values[8] += values[6]
        } else {
            values[5] += values[4]
        }
        return values
    }
}
