// Synthetic stations: one seed and one registry give the same batches, byte for byte, on any machine.

package import Monitoring
package import Standards

/// One file as a synthetic station would send it, before compression.
package struct SimulatedBatch: Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        case regular
        /// The bytes of an earlier batch again.
        case duplicate
        /// Rows of an outage, sent when the station is back.
        case late
        /// One row with another value for a reading already sent.
        case conflict
        /// Rows that cannot be taken.
        case bad
    }

    /// `SYNTHETIC-<station>-<yyyymmdd>.csv`, with the kind before the ending where it is not regular.
    package let name: String
    package let kind: Kind
    package let station: StationID
    package let day: CivilDate
    /// UTF-8 text: the header `station,parameter,time,value,flag`, then the rows.
    package let bytes: [UInt8]
}

/// The irregular batches a simulation sends besides the regular ones.
package struct SimulationExtras: OptionSet, Sendable {
    package let rawValue: Int
    package init(rawValue: Int) { self.rawValue = rawValue }

    package static let duplicate = SimulationExtras(rawValue: 1)
    package static let late = SimulationExtras(rawValue: 2)
    package static let conflict = SimulationExtras(rawValue: 4)
    package static let bad = SimulationExtras(rawValue: 8)
    package static let all: SimulationExtras = [.duplicate, .late, .conflict, .bad]
}

/// Synthetic batches of every registered station over a span of civil days.
package struct Simulation: Sendable {
    package static let header = "station,parameter,time,value,flag\n"

    package let seed: UInt64
    package let from: CivilDate
    package let until: CivilDate
    package let extras: SimulationExtras
    /// The zone of the written times and of the days.
    package let offset = UTCOffset.china
    private let plan: SimulationPlan

    /// - Parameter standard: the class limits that ordinary levels stay within and the episode leaves.
    /// - Precondition: `from` is before `until`.
    package init(
        seed: UInt64, registry: Registry, standard: SurfaceWaterStandard, from: CivilDate, until: CivilDate,
        extras: SimulationExtras = []
    ) {
        precondition(from < until, "A simulation covers at least one day.")
        self.seed = seed
        self.from = from
        self.until = until
        self.extras = extras
        plan = SimulationPlan.make(
            seed: seed, registry: registry, from: from, until: until, offset: offset, standard: standard)
    }

    /// What is hidden in the data, in the order of onset.
    package var planted: [PlantedEvent] {
        plan.events.sorted {
            ($0.onset, $0.station, $0.kind.rawValue) < ($1.onset, $1.station, $1.kind.rawValue)
        }
    }

    package var stations: [Station] { plan.stations }

    /// Hands on every batch, day by day and within a day in the order of station ids.
    package func forEachBatch(_ handOn: (SimulatedBatch) throws -> Void) rethrows {
        var running = plan.stations.map { station in
            SimulatedStation(station, seed: seed, limits: plan.limits[station.id], events: plan.events)
        }
        var lateRows: [UInt8] = []
        for dayNumber in from.dayNumber..<until.dayNumber {
            let day = CivilDate(dayNumber: dayNumber)
            for index in running.indices {
                let rows = dayRows(of: &running[index], day, late: &lateRows)
                let id = running[index].station.id
                let regular = batch(.regular, id, day, rows: rows)
                // A station that was silent all day sends no file at all.
                if !rows.isEmpty { try handOn(regular) }
                if !lateRows.isEmpty, let refilled = plan.refilled, refilled.station == id,
                    refilled.end <= day.advanced(byDays: 1).start(at: offset)
                {
                    try handOn(batch(.late, id, day, rows: lateRows))
                    lateRows = []
                }
                for extra in irregular(id, day, regular) { try handOn(extra) }
            }
        }
    }

    private func dayRows(of station: inout SimulatedStation, _ day: CivilDate, late: inout [UInt8]) -> [UInt8] {
        var rows: [UInt8] = []
        rows.reserveCapacity(16_384)
        var discarded: [UInt8] = []
        var time = day.start(at: offset)
        let end = day.advanced(byDays: 1).start(at: offset)
        while time < end {
            if let outage = station.outage(at: time) {
                if extras.contains(.late), outage == plan.refilled {
                    station.appendCycle(at: time, offset: offset, to: &late)
                } else {
                    station.appendCycle(at: time, offset: offset, to: &discarded)
                }
            } else {
                station.appendCycle(at: time, offset: offset, to: &rows)
            }
            time = time.advanced(by: station.cadence)
        }
        return rows
    }

    /// The irregular batches that follow `regular`: all on the first or second day, each at one station.
    private func irregular(_ id: StationID, _ day: CivilDate, _ regular: SimulatedBatch) -> [SimulatedBatch] {
        var batches: [SimulatedBatch] = []
        if day == from, id == plan.stations.first?.id {
            if extras.contains(.duplicate), regular.bytes.count > Self.header.utf8.count {
                batches.append(
                    SimulatedBatch(
                        name: name(.duplicate, id, day), kind: .duplicate, station: id, day: day, bytes: regular.bytes))
            }
            if extras.contains(.bad) { batches.append(batch(.bad, id, day, rows: badRows(id, day))) }
        }
        // Turbidity bears on no class and no amount, so the example's settlement is not disputed by it.
        let last = plan.stations.last { $0.medium == .water }
        if day == from, id == last?.id, extras.contains(.conflict), let row = conflictingRow(in: regular.bytes) {
            batches.append(batch(.conflict, id, day, rows: row))
        }
        return batches
    }

    /// A decimal comma, a time far ahead, and a parameter nobody knows.
    private func badRows(_ id: StationID, _ day: CivilDate) -> [UInt8] {
        let stamp = day.start(at: offset).iso8601(at: offset)
        let rows = """
            \(id),codmn,\(stamp),"1,5",N
            \(id),codmn,2099-01-01T00:00:00+08:00,3.1,N
            \(id),example-unknown,\(stamp),3.1,N

            """
        return Array(rows.utf8)
    }

    /// The first turbidity row of a batch with 7 put before its value.
    private func conflictingRow(in bytes: [UInt8]) -> [UInt8]? {
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            var fields = line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
            guard fields.count == 5, fields[1].elementsEqual("turb".utf8), !fields[3].isEmpty else { continue }
            fields[3] = [UInt8(ascii: "7")] + fields[3]
            return Array(fields.joined(separator: [UInt8(ascii: ",")])) + [UInt8(ascii: "\n")]
        }
        return nil
    }

    private func batch(_ kind: SimulatedBatch.Kind, _ id: StationID, _ day: CivilDate, rows: [UInt8]) -> SimulatedBatch
    {
        SimulatedBatch(
            name: name(kind, id, day), kind: kind, station: id, day: day, bytes: Array(Self.header.utf8) + rows)
    }

    private func name(_ kind: SimulatedBatch.Kind, _ id: StationID, _ day: CivilDate) -> String {
        let digits = day.description.filter { $0 != "-" }
        return "SYNTHETIC-\(id)-\(digits)\(kind == .regular ? "" : "-" + kind.rawValue).csv"
    }
}

extension Simulation {
    /// What was made and what was planted, as one object; it says that everything is synthetic.
    package func manifest() -> CanonicalJSON {
        .object([
            "synthetic": .bool(true),
            "note": .string("Synthetic data made by tributary simulate; no station measured them. 合成数据，非实测。"),
            "seed": .string(String(seed)),
            "from": .string(from.description),
            "until": .string(until.description),
            "stations": .array(plan.stations.map { .string($0.id.rawValue) }),
            "planted": .array(planted.map { $0.json(at: offset) }),
        ])
    }
}
