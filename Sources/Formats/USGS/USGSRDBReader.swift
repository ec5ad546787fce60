// USGS tables in RDB: several value columns a row, each with its qualifier column, zone names row by row.

internal import Exact
internal import Monitoring

/// Reads `agency_cd,site_no,datetime[,tz_cd],900_00060,900_00060_cd,…`; joined tables may have other columns.
///
/// - A value column is named `series_parameter` (readings) or `series_parameter_statistic` (days): only means of days
///   (00003) and readings (00011) have a place in the catalogue, other statistics are told once and not read.
/// - A date alone is a day in the profile's zone; a clock time needs a zone name.
/// - Codes in a value cell (`Ice`, `Eqp`, `***`, `--`) say that there is no value: missing, with the code as flag.
///   Else the flag is the qualifier column (`A`, `P`, `P:e`); `<` and `>` in it are the value's sign.
///
/// Source: reference formats, section 3 (S71); units belong to the parameter codes (`FeedParameters.usgs`).
struct USGSRDBReader: LineReader, ~Copyable {
    /// Columns without which a table is no time series.
    static let required = ["site_no", "datetime"]

    private struct Column {
        let field: Int
        let code: Int?
        let name: String
        let item: FeedItem
        let conversion: UnitConversion
        let unit: String
    }

    private let profile: SourceProfile
    private let context: ReadContext
    private var header: FeedHeader?
    private var columns: [Column] = []
    private var awaitsFormats = false
    private var stamps: StampReader
    private let writer: FeedRowWriter

    init(profile: SourceProfile, context: ReadContext) {
        self.profile = profile
        self.context = context
        stamps = StampReader(profile)
        writer = FeedRowWriter(profile: profile, context: context)
    }

    mutating func read(
        _ line: UnsafePointer<UInt8>, number: Int, into sink: inout SliceBuilder
    ) -> UnsafePointer<UInt8>? {
        let fields = TabFields(line)
        if line.pointee == 0x23 {
            // A comment after rows announces another table, with a header of its own.
            header = nil
            sink.uncountRow()
        } else if header == nil {
            sink.uncountRow()
            begin(fields.texts, row: number, into: &sink)
        } else if awaitsFormats {
            awaitsFormats = false
            sink.uncountRow()
        } else if let header, fields.cells.count == header.names.count {
            takeRow(fields.cells, header, row: number, into: &sink)
        } else {
            sink.reject(
                .unevenLine(
                    .fields, line, fields.cells.count, expected: header?.names.count ?? 0, number: number))
        }
        return fields.next
    }

    /// Reads a line of names: finds the columns, tells those that are not read.
    private mutating func begin(_ names: [String], row: Int, into sink: inout SliceBuilder) {
        let header = FeedHeader(names)
        self.header = header
        awaitsFormats = true
        columns = []
        guard header.has(Self.required) else {
            sink.reject(Self.noTimeSeries(names, row: row))
            return
        }
        for (field, name) in names.enumerated() {
            if let column = column(name, field: field, header: header, row: row, into: &sink) {
                columns.append(column)
            } else if !Self.isKnown(name) {
                sink.reject(.extraColumn(name, row: row))
            }
        }
    }

    static func noTimeSeries(_ names: [String], row: Int) -> Rejection {
        Rejection(
            .unknownFormat, row: row, excerpt: names.joined(separator: ","),
            remedy: "The RDB table has no columns site_no and datetime: send a table of time series.")
    }

    private static func isKnown(_ name: String) -> Bool {
        ["agency_cd", "site_no", "datetime", "tz_cd", ""].contains(name) || name.hasSuffix("_cd")
            || valueParts(name) != nil
    }

    /// `900_00060` and `900_00060_00003` are a series, a parameter code and perhaps a statistic code.
    private static func valueParts(_ name: String) -> (code: String, statistic: String)? {
        let parts = name.split(separator: "_").map(String.init)
        guard (2...3).contains(parts.count), parts.allSatisfy({ $0.allSatisfy(\.isASCIIDigit) }), parts[1].count == 5,
            parts.count == 2 || parts[2].count == 5
        else { return nil }
        return (parts[1], parts.count == 3 ? parts[2] : USGSItem.reading)
    }

    private func column(
        _ name: String, field: Int, header: FeedHeader, row: Int, into sink: inout SliceBuilder
    ) -> Column? {
        guard let (code, statistic) = Self.valueParts(name) else { return nil }
        guard let item = USGSItem.item(code, statistic: statistic, isDay: statistic != USGSItem.reading, profile) else {
            sink.reject(USGSItem.unknownStatistic(statistic, row: row, field: name))
            return nil
        }
        let unit = USGSItem.unit(code, item.parameter, profile) ?? ""
        let conversion: UnitConversion =
            context.parameters[item.parameter].map {
                unit.isEmpty
                    ? .refused("Give the unit of \(item.parameter) under `units` in the source profile.")
                    : $0.conversion(from: unit)
            } ?? .scale(.one)
        return Column(
            field: field, code: header[name + "_cd"], name: name, item: item, conversion: conversion, unit: unit)
    }

    private mutating func takeRow(
        _ cells: [Cell], _ header: FeedHeader, row: Int, into sink: inout SliceBuilder
    ) {
        guard let site = header["site_no"], let time = header["datetime"] else {
            sink.reject(
                Rejection(
                    .missingField, row: row, field: "site_no", excerpt: cells.first?.excerpt ?? "",
                    remedy: "The table of this row has no columns site_no and datetime."))
            return
        }
        guard let number = sink.name(cells[site], row: row, field: "site_no") else { return }
        guard let stamp = stamp(cells[time].trimmed, zone: header["tz_cd"].map { cells[$0].trimmed }, row, &sink) else {
            return
        }
        let agency = header["agency_cd"].map { cells[$0].trimmed.excerpt } ?? "USGS"
        for column in columns {
            var value = FeedValue(
                cell: cells[column.field].trimmed, item: column.item, conversion: column.conversion, unit: column.unit,
                unitField: column.name, field: column.name)
            USGSItem.read(code: column.code.map { cells[$0].trimmed.excerpt } ?? "", into: &value)
            writer.take(value, station: "\(agency)-\(number)", start: stamp, row: row, into: &sink)
        }
    }

    private mutating func stamp(_ cell: Cell, zone: Cell?, _ row: Int, _ sink: inout SliceBuilder) -> Int64? {
        if FeedTimes.isDate(cell) {
            guard let stamp = stamps.read(cell) else {
                sink.reject(stamps.refusal(cell, row: row, field: "datetime"))
                return nil
            }
            return stamp
        }
        let name = zone?.excerpt ?? ""
        guard let offset = ZoneTable.offset(name, profile) else {
            sink.reject(.unknownZone(name, row: row, field: "tz_cd"))
            return nil
        }
        guard let stamp = StampReader.parse(cell, offset: Int64(offset.minutes) * 60_000) else {
            sink.reject(.badTime(cell, row: row, field: "datetime"))
            return nil
        }
        return stamp
    }
}
