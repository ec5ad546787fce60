// `tributary assess`: a verdict a row of any file we read, or a section and period; needs no data folder.

import ArgumentParser
import Assessment
import Formats
import Foundation
import Monitoring
import Standards

struct AssessCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "assess",
        abstract: "Print the class or air quality index of each row of station files, or the verdict of whole periods.",
        discussion: """
            Columns, air: station, time, aqi, primary, missing, reason, standard, review. Water: section, time, class \
            (1…6; 6 is worse than Ⅴ), assumed, condition, missing, reason, standard, comparison, review. `reason` is \
            filled wherever there is no verdict; `missing` names items without a value; `standard` is the edition in force then; `review` says how far the values had \
            been reviewed; `assumed` is `river` where neither the national feed nor --stations says what kind \
            of water it is and the feed's practice is followed; of other files only what river and lake agree on has a class; `condition` is the feed's own word on the station. Times are the source's own stamps, \
            ISO 8601 with offset. A single reading's verdict is never met or not met. Rows that cannot be read go to \
            standard error; exit code 1 when a file could not be read to its end.

            With --period and --rule the water values of all files are put together and assessed month by month, \
            quarter by quarter or year by year, under the rule in --rule (docs/assessment-water.md): what it leaves \
            blank makes the result not assessable. The rule's switches are printed first. Both figures stand in a row: \
            with the approved records of --exclusions, and as measured.

            With --period alone the hour means of air are assessed, station by station and region by region \
            (docs/assessment-air.md). The minimum numbers of values are those of GB 3095, table 4. With records of \
            --exclusions that concern a place and period each figure stands twice: without and with them.

            Both read files, or with --data a data folder: the registry and, for water, the check sets in force there.
            """)

    @Argument(help: ArgumentHelp("Files, or folders to take every file of.", valueName: "path"))
    var paths: [String] = []
    @Option(
        name: .long, help: "Assess periods: day, month, quarter or year; water with --rule, air without (also hour).")
    var period: PeriodUnitOption?
    @Option(
        name: .long, help: ArgumentHelp("The rule of an assessment over periods.", valueName: "file.yaml"))
    var rule: String?
    @Option(
        name: .long,
        help: ArgumentHelp("Records of excluded values (断流, 冰封, 施工, 自然本底, 沙尘).", valueName: "file.yaml|csv"))
    var exclusions: String?
    @Option(name: .long, help: "Also print the change from the previous period or from the year-before.")
    var change: ComparedPeriod?
    @Flag(name: .long, help: "Also assess the rivers, basins and cities of the registry.")
    var rivers = false
    @Option(
        name: .long, parsing: .singleValue,
        help: ArgumentHelp("A switch of the air assessment (docs/assessment-air.md).", valueName: "name=value"))
    var `switch`: [String] = []
    @Option(name: .long, help: "The index of --period hour: cn, or us (NowCast of particles; see the pages).")
    var index = AirIndexOption.cn
    @Option(name: .long, help: ArgumentHelp("With --period: assess what this data folder holds.", valueName: "dir"))
    var data: String?
    @OptionGroup var stations: StationsOption
    @OptionGroup var output: FormatOption

    func validate() throws {
        if period == nil,
            rule != nil || exclusions != nil || change != nil || rivers || !`switch`.isEmpty || data != nil
        {
            throw ValidationError("--rule, --exclusions, --change, --rivers, --switch and --data go with --period.")
        }
        if index == .us, period != .hour {
            throw ValidationError("--index us goes with --period hour: docs/assessment-air.md says why.")
        }
        if period == .hour, rule != nil { throw ValidationError("--period hour is for air: leave out --rule.") }
        if period == .hour, exclusions != nil || change != nil {
            throw ValidationError(
                "--period hour prints real-time indices: --exclusions and --change need a day or more.")
        }
        if rule == nil, rivers { throw ValidationError("--rivers needs --rule FILE (docs/assessment-water.md).") }
        if rule != nil, !`switch`.isEmpty {
            throw ValidationError("--switch goes with air, --rule with water: run one after the other.")
        }
        if paths.isEmpty == (data == nil) {
            throw ValidationError("Name files or folders to assess, or with --period a data folder: --data DIR.")
        }
        if data != nil, stations.stations != nil {
            throw ValidationError("--data has a registry of its own: leave out --stations.")
        }
        if rivers, stations.stations == nil, data == nil {
            throw ValidationError("--rivers needs --stations DIR: the lists of sections stand there.")
        }
    }

    func run() async throws {
        try await reportingFailures {
            if let period { return try await assessPeriods(period) }
            let registry = try stations.folder.map { try RegistryFolder.load($0).registry } ?? Registry()
            var report = AssessmentReport(registry: registry, format: output.format)
            for file in try FileList.files(under: paths.map(absolutePath)) { report.assess(file.path) }
            return report.isWhole ? ExitStatus.done : ExitStatus.needsAttention
        }
    }
}

/// Verdicts on their way to standard output, with a new header whenever the kind of row changes.
private struct AssessmentReport {
    let registry: Registry
    let format: OutputFormat
    private(set) var isWhole = true
    private var header: [String] = []

    init(registry: Registry, format: OutputFormat) {
        self.registry = registry
        self.format = format
    }

    mutating func assess(_ path: String) {
        // A long file writes one value a row: all values of one time must meet in one slice.
        let isRead = decodeStationFile(path, rows: 8 << 20) { slice, context in
            if slice.format?.carriesRowVerdicts == true { wide(slice) } else { long(slice, context) }
        }
        if !isRead { isWhole = false }
    }

    // MARK: Feeds with one row a station and time

    private mutating func wide(_ slice: DecodedSlice) {
        let ranges = slice.block.rangesByRow()
        let isAir = slice.format == .nationalAir || slice.format == .zhejiangAir
        var records: [(row: Int, record: DumpRecord)] = []
        for row in slice.reported {
            let range = ranges[row.row] ?? 0..<0
            if isAir {
                let verdict = assessAirRow(
                    station: row.station, start: row.start, block: slice.block, indices: range,
                    outsidePlan: row.outsidePlan, registry: registry, rule: .asPrinted)
                records.append((Int(row.row), Self.record(verdict, station: row.station.rawValue, stamp: row.stamp)))
            } else {
                let verdict = assessWaterRow(
                    station: row.station, start: row.start, block: slice.block, indices: range, registry: registry,
                    rule: .asPrinted)
                let record = Self.record(verdict, section: row.name, stamp: row.stamp, condition: row.condition)
                records.append((Int(row.row), record))
            }
        }
        // A row that cannot be placed in time has no verdict either, and says why.
        let told = Set(slice.reported.map { Int($0.row) })
        for rejection in slice.rejections
        where rejection.row > 0 && !rejection.isOfColumn && !told.contains(rejection.row) {
            records.append((rejection.row, Self.record(of: rejection, isAir: isAir)))
        }
        print(records.sorted { $0.row < $1.row }.map(\.record))
    }

    /// The record of a row that could not be read.
    private static func record(of rejection: Rejection, isAir: Bool) -> DumpRecord {
        let reason = "\(rejection.reason.rawValue): \(rejection.field) \(rejection.excerpt)"
        if isAir {
            return [
                ("station", ""), ("time", ""), ("aqi", ""), ("primary", ""), ("missing", ""), ("reason", reason),
                ("standard", ""), ("review", ReviewState.raw.rawValue),
            ]
        }
        // The reader names the section in the excerpt: province/basin/section, then the station's condition.
        let words = rejection.excerpt.split(separator: " ", maxSplits: 1).map(String.init)
        let section = words.first?.split(separator: "/").last.map(String.init) ?? ""
        return [
            ("section", section), ("time", ""), ("class", ""), ("assumed", ""),
            ("condition", words.count > 1 ? words[1] : ""), ("missing", ""), ("reason", reason), ("standard", ""),
            ("comparison", ""), ("review", ReviewState.raw.rawValue),
        ]
    }

    // MARK: Files with one value a row

    private mutating func long(_ slice: DecodedSlice, _ context: ReadContext) {
        guard let format = slice.format, let profile = context.profiles[format] else { return }
        var outsidePlan: [String: [ParameterID]] = [:]
        for row in slice.reported {
            outsidePlan["\(row.station)@\(row.start.milliseconds)", default: []] += row.outsidePlan
        }
        // A feed's values are taken as printed; our own formats carry flags that say which values count.
        let rule =
            format == .chinaSites || format == .beijingSites
            ? RowRule.asPrinted
            : RowRule(flags: profile.flags, quality: .notInvalid, missingItems: .feedPractice)
        var records: [DumpRecord] = []
        for group in slice.block.indicesByStationAndStart() {
            let station = registry.stationNames[group.station.rawValue] ?? group.station
            // Sliding means begin elsewhere than the hour they are published for: they are no row of their own.
            let own = group.indices.filter { index in
                let key = slice.block.seriesTable[Int(slice.block.series[index])]
                return key.statistic == .instant || (key.statistic == .mean && key.window <= .hours(4))
            }
            guard let first = own.first else { continue }
            let key = slice.block.seriesTable[Int(slice.block.series[first])]
            let stamp = profile.stamp == .end ? group.start.advanced(by: key.window) : group.start
            if isAir(own, slice.block) {
                let verdict = assessAirRow(
                    station: station, start: group.start, block: slice.block, indices: own,
                    outsidePlan: outsidePlan["\(group.station)@\(group.start.milliseconds)"] ?? [],
                    registry: registry, rule: rule)
                records.append(Self.record(verdict, station: group.station.rawValue, stamp: stamp))
            } else {
                let verdict = assessWaterRow(
                    station: station, start: group.start, block: slice.block, indices: own, registry: registry,
                    rule: rule)
                records.append(
                    Self.record(verdict, section: group.station.rawValue, stamp: stamp, condition: ""))
            }
        }
        print(records)
    }

    private func isAir(_ indices: [Int], _ block: ObservationBlock) -> Bool {
        let known = indices.compactMap { index in
            ParameterCatalogue.standard[block.seriesTable[Int(block.series[index])].parameter]?.medium
        }
        return !known.contains(.water) && known.contains(.air)
    }

    // MARK: Records

    private static func record(_ row: AirRowAssessment, station: String, stamp: Instant) -> DumpRecord {
        [
            ("station", station), ("time", stamp.iso8601(at: .china)), ("aqi", row.value.map(String.init) ?? ""),
            ("primary", row.primary),
            ("missing", (try? row.index.get())?.missing.map(\.rawValue).joined(separator: " ") ?? ""),
            ("reason", row.value == nil ? row.reason?.description ?? "no-values" : ""),
            ("standard", (try? row.index.get())?.document ?? ""), ("review", row.reviewState.rawValue),
        ]
    }

    private static func record(
        _ row: WaterRowAssessment, section: String, stamp: Instant, condition: String
    ) -> DumpRecord {
        let missing = row.classification.missing.map(\.parameter.rawValue).joined(separator: " ")
        return [
            ("section", section), ("time", stamp.iso8601(at: .china)),
            ("class", row.waterClass.map { String($0.rank) } ?? ""),
            ("assumed", row.isWaterBodyAssumed ? "river" : ""), ("condition", condition), ("missing", missing),
            ("reason", row.waterClass == nil ? row.reason?.description ?? "no-values" : ""),
            ("standard", row.classification.standard), ("comparison", row.classification.comparison.rawValue),
            ("review", row.reviewState.rawValue),
        ]
    }

    private mutating func print(_ records: [DumpRecord]) {
        guard let first = records.first else { return }
        let names = first.map(\.name)
        let text = Node.render(records, format)
        guard format == .csv, names == header else {
            header = names
            Terminal.output(text)
            return
        }
        // The header stands already: the same columns go on.
        Terminal.output(String(text[text.index(after: text.firstIndex(of: "\n") ?? text.startIndex)...]))
    }
}
