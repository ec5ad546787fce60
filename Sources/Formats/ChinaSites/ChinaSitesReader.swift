// The wide hourly site file of China: date,hour,type and one column a station.

internal import Monitoring

/// Reads `date,hour,type,1001A,…`; `hour` h of a date is the hour that ends at h:00 of that date.
///
/// Source: reference formats, section 2; the label is the end of the hour (data facts, 2).
struct ChinaSitesReader: LineReader, ~Copyable {
    static let columnLimit = 16_384

    private let stations: [String]
    private var stamps: StampReader
    private var fields = LineFields(capacity: Self.columnLimit)
    private var writer: WideRowWriter
    private let items: [String: Int]
    private var bases: [Int] = []
    private var generation = -1

    /// The item names of the file in the writer's order of columns.
    private static let itemNames = [
        "PM2.5", "PM2.5_24h", "PM10", "PM10_24h", "SO2", "SO2_24h", "NO2", "NO2_24h", "O3", "O3_24h", "O3_8h",
        "O3_8h_24h", "CO", "CO_24h",
    ]

    init(header: [String], profile: SourceProfile, context: ReadContext) {
        stations = Array(header.dropFirst(3))
        stamps = StampReader(profile)
        let columns = Self.itemNames.compactMap { AirItem.column($0, context: context) }
        items = Dictionary(uniqueKeysWithValues: columns.enumerated().map { ($1.name, $0) })
        writer = WideRowWriter(columns: columns, profile: profile)
    }

    static func recognises(_ header: [String]) -> Bool {
        header.count > 3 && header.prefix(3).map { $0.lowercased() } == ["date", "hour", "type"]
    }

    mutating func read(
        _ line: UnsafePointer<UInt8>, number: Int, into sink: inout SliceBuilder
    ) -> UnsafePointer<UInt8>? {
        let split = fields.split(line)
        guard split == .fields, fields.count == stations.count + 3 else {
            sink.reject(.unevenLine(split, line, fields.count, expected: stations.count + 3, number: number))
            return fields.next
        }
        guard let stamp = stamp() else {
            let excerpt = fields[0].excerpt + "," + fields[1].excerpt
            sink.reject(
                stamps.zoneRefusal(excerpt, row: number, field: "date,hour")
                    ?? Rejection(
                        .notATime, row: number, field: "date,hour", excerpt: excerpt,
                        remedy: "Write the date as 20260501 and the hour as 0…23."))
            return fields.next
        }
        let type = fields[2].excerpt
        if type == "AQI" {
            report(stamp: stamp, number: number, into: &sink)
        } else if let column = items[type] {
            takeItem(column, stamp: stamp, number: number, into: &sink)
        } else {
            sink.reject(
                Rejection(
                    .unknownParameter, row: number, field: "type", excerpt: type,
                    remedy: "The items are AQI, \(Self.itemNames.joined(separator: ", "))."))
        }
        return fields.next
    }

    private mutating func stamp() -> Int64? {
        guard fields[0].count == 8, let digits = Int(fields[0].excerpt), digits > 0,
            let date = CivilDate(year: digits / 10_000, month: digits / 100 % 100, day: digits % 100),
            fields[1].count <= 2, let hour = Int(fields[1].excerpt), (0...23).contains(hour)
        else { return nil }
        return stamps.instant(ofLocal: Int64(date.dayNumber) * 86_400_000 + Int64(hour) * 3_600_000)
    }

    private mutating func takeItem(_ column: Int, stamp: Int64, number: Int, into sink: inout SliceBuilder) {
        if generation != sink.generation {
            generation = sink.generation
            bases.removeAll(keepingCapacity: true)
            for station in stations { bases.append(writer.base(of: station, in: sink)) }
        }
        for (index, station) in stations.enumerated() {
            writer.take(
                fields[index + 3], column: column, station: station, base: bases[index], stamp: stamp, flag: 0,
                row: number, into: &sink)
        }
    }

    private func report(stamp: Int64, number: Int, into sink: inout SliceBuilder) {
        for (index, station) in stations.enumerated() {
            sink.report(
                ReportedVerdict(
                    row: Int32(truncatingIfNeeded: number), station: StationID(station), name: "",
                    stamp: Instant(milliseconds: stamp), start: Instant(milliseconds: stamp - 3_600_000),
                    aqi: AirItem.index(fields[index + 3]), primary: "", waterClass: nil, outsidePlan: [],
                    condition: ""))
        }
    }
}
