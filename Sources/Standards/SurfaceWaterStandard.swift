// GB 3838-2002 as data: the limit of an item for a class and a kind of water, and the class of one value.

package import Exact
package import Monitoring

/// A standard of surface-water quality: for each item, five limits in class order.
///
/// Source: GB 3838-2002 table 1 (table `gb3838`, a source on every row); in force from 2002-06-01 by the announcement
/// of its issue; no successor known on 2026-11-20.
package struct SurfaceWaterStandard: Sendable {
    /// How a value is held against its limits.
    package enum Direction: String, Sendable {
        /// value ≤ limit
        case maximum = "max"
        /// value ≥ limit (dissolved oxygen)
        case minimum = "min"
        /// lowest ≤ value ≤ highest, one range for all classes (pH)
        case range
    }

    /// How class Ⅰ of dissolved oxygen reads: the table prints "90 % saturation (or 7.5 mg/L)".
    package enum OxygenClassOne: String, Sendable, CaseIterable {
        /// 7.5 mg/L alone; what the official feeds do. The default.
        case concentration
        /// 7.5 mg/L, or 90 % of saturation where the water's temperature is known and that is less.
        case saturation
    }

    /// One row of the table.
    package struct Item: Sendable {
        package let parameter: ParameterID
        package let name: BilingualName
        /// The kind of water the row holds for, `nil` for any.
        package let waterBody: WaterBody?
        package let unit: String
        package let direction: Direction
        /// Limits of class Ⅰ…Ⅴ; for a range the lowest value and the highest.
        package let limits: [ExactDecimal]
        /// In the 21 items of the method of 2011.
        package let isAmong21: Bool
        /// In the five items of 5+X.
        package let isAmong5: Bool
        /// Whether an exceedance has a multiple (not for temperature, pH, dissolved oxygen).
        package let hasMultiple: Bool
        /// Cyanide or a heavy metal that comes first among main pollutants: our closed list of an open one.
        package let isToxicPriority: Bool
        /// Decimals a period's value is rounded to before it is classed, where the rule rounds.
        package let assessmentDecimals: Int?
        package let sources: String
    }

    package let id: String
    package let span: DateSpan
    /// Items in the order of the table.
    package let items: [Item]

    /// GB 3838-2002 table 1; for class Ⅰ of dissolved oxygen see `OxygenClassOne`.
    package static let gb3838of2002 = SurfaceWaterStandard(
        id: "GB 3838-2002", table: .builtIn("gb3838"),
        span: DateSpan(from: CivilDate(year: 2002, month: 6, day: 1), until: nil))

    /// The row for `parameter` in that kind of water, `nil` when the standard sets no class limits for it.
    package func item(_ parameter: ParameterID, in waterBody: WaterBody) -> Item? {
        items.first { $0.parameter == parameter && ($0.waterBody ?? waterBody) == waterBody }
    }

    /// What holds for `parameter` where the kind of water is known or not.
    package enum Row: Sendable {
        case item(Item)
        /// Nobody said the kind of water, and the limits of the two differ.
        case unlike(river: Item, lake: Item)
    }

    /// The row for `parameter`; where nobody said the kind of water, the one that both kinds share, or both.
    ///
    /// - Returns: `nil` when the standard sets no class limits, or without the kind of water sets them for one kind alone.
    package func row(of parameter: ParameterID, in waterBody: WaterBody?) -> Row? {
        if let waterBody { return item(parameter, in: waterBody).map { .item($0) } }
        guard let river = item(parameter, in: .river), let lake = item(parameter, in: .lake) else { return nil }
        return river.direction == lake.direction && river.limits == lake.limits
            ? .item(river) : .unlike(river: river, lake: lake)
    }

    /// The limit of `parameter` for `target`: the value that still meets the class.
    ///
    /// - Returns: `nil` when there is none: no row, a range, or a class worse than Ⅴ.
    package func limit(of parameter: ParameterID, for target: WaterClass, in waterBody: WaterBody) -> ExactDecimal? {
        guard let item = item(parameter, in: waterBody), item.direction != .range, target.rank <= 5 else { return nil }
        return item.limits[target.rank - 1]
    }

    /// The best class whose limit `value` holds; where classes share a limit the better one.
    ///
    /// - Returns: `nil` when the standard sets no class limits for the parameter in that kind of water.
    package func rank(of value: ExactDecimal, parameter: ParameterID, in waterBody: WaterBody) -> WaterClass? {
        item(parameter, in: waterBody).map { $0.rank(of: value) }
    }

    /// As `rank(of:parameter:in:)` for a computed value.
    package func rank(of value: Fraction, parameter: ParameterID, in waterBody: WaterBody) -> WaterClass? {
        item(parameter, in: waterBody).map { item in item.rank { limit in (value, Fraction(limit)) } }
    }
}

extension SurfaceWaterStandard {
    /// 90 % of the oxygen that fresh water holds at a temperature in °C, in mg/L; `nil` outside 0…40 °C.
    ///
    /// Source: 468 / (31.6 + T), the form HJ 2.3 uses; 7.07 at 28 °C. The bounds are ours: no surface water lies beyond.
    package static func oxygenAt90Percent(temperature: Fraction) -> Fraction? {
        guard temperature >= .zero, temperature <= Fraction(40) else { return nil }
        return Fraction(9, 10) * Fraction(468) / (Fraction(316, 10) + temperature)
    }
}

extension SurfaceWaterStandard.Item {
    /// The class of an exact value.
    package func rank(of value: ExactDecimal) -> WaterClass { rank { (value, $0) } }

    /// The class of a computed value.
    package func rank(of value: Fraction) -> WaterClass { rank { (value, Fraction($0)) } }

    fileprivate func rank<Value: Comparable>(_ pair: (ExactDecimal) -> (value: Value, bound: Value)) -> WaterClass {
        if direction == .range {
            let (low, high) = (pair(limits[0]), pair(limits[1]))
            return WaterClass(rank: low.value >= low.bound && high.value <= high.bound ? 1 : 6)
        }
        for (index, limit) in limits.enumerated() {
            let (value, bound) = pair(limit)
            if direction == .minimum ? value >= bound : value <= bound { return WaterClass(rank: index + 1) }
        }
        return WaterClass(rank: 6)
    }
}

extension SurfaceWaterStandard {
    /// The class limits of `table` for the standard `id`.
    ///
    /// An item with a hole among its limits is left out: without all five no value of it has a class, and whoever asks
    /// is told that there is no limit.
    package init(id: String, table: StandardTable, span: DateSpan) {
        self.id = id
        self.span = span
        items = table.rows.compactMap { row in
            // Temperature has a rule on its change and table 2 one limit for drinking sources: neither gives a class.
            guard row["standard"] == id, row["table"] == "1", let direction = Direction(rawValue: row["direction"])
            else { return nil }
            let printed =
                direction == .range
                ? row["I"].split(separator: ".").map(String.init)
                : ["I", "II", "III", "IV", "V"].map { row[$0] }
            let limits = printed.compactMap { ExactDecimal($0) }
            guard limits.count == (direction == .range ? 2 : 5) else { return nil }
            return Item(
                parameter: ParameterID(row["item_id"]),
                name: BilingualName(chinese: row["name_zh"], english: row["name_en"]),
                waterBody: WaterBody(rawValue: row["water_body"]), unit: row["unit"], direction: direction,
                limits: limits, isAmong21: row["in_21"] == "Y", isAmong5: row["in_5"] == "Y",
                hasMultiple: row["exceed_multiple"] == "Y",
                isToxicPriority: row["toxic_priority"] == "Y", assessmentDecimals: Int(row["decimals_assess"]),
                sources: row["sources"])
        }
    }
}
