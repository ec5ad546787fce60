// Goal: units combine as dimensions do and convert exactly. Method: written sizes, spellings and mistakes.

import Exact
import Testing

private func unit(_ text: String) throws -> UnitOfMeasure { try UnitOfMeasure(parsing: text) }

struct UnitOfMeasureTests {
    @Test func `A concentration by a flow by a time is a mass`() throws {
        let load = try unit("mg/L") * unit("m3/s") * unit("s")
        #expect(load.isCommensurable(with: try unit("g")))
        #expect(load.conversionFactor(to: try unit("g")) == .one)
        #expect(load.conversionFactor(to: try unit("t")) == Fraction(1, 1_000_000))
        #expect(load.symbol == "mg·m3/L")
        #expect(load.dimension == Dimension(.mass))
    }

    @Test func `A price by a mass is money`() throws {
        let sum = try unit("CNY/t") * unit("t")
        #expect(sum == (try unit("CNY")))
        #expect(sum.dimension.currencyCode == "CNY")
        #expect(try (unit("万元/t") * unit("t")).conversionFactor(to: unit("元")) == Fraction(10_000))
        #expect(try (unit("CNY/kg") * unit("t")).conversionFactor(to: unit("CNY")) == Fraction(1_000))
    }

    @Test(arguments: [
        ("t", "kg", "1000"), ("t", "g", "1000000"), ("kg", "mg", "1000000"), ("g", "ng", "1000000000"),
        ("mg/L", "g/m3", "1"), ("mg/L", "ug/L", "1000"), ("mg/m3", "ug/m3", "1000"), ("ug/m3", "mg/L", "0.000001"),
        ("L/s", "m3/h", "3.6"), ("m3/s", "亿m3/d", "0.000864"), ("亿m3", "m3", "100000000"), ("万m3", "m3", "10000"),
        ("km2", "m2", "1000000"), ("km2", "ha", "100"), ("亩", "m2", "2000/3"), ("h", "s", "3600"), ("d", "h", "24"),
        ("d", "min", "1440"), ("万元", "CNY", "10000"), ("亿元", "万元", "10000"), ("10k CNY", "元", "10000"),
        ("%", "1", "0.01"), ("‰", "%", "0.1"), ("ppm", "ppb", "1000"), ("hPa", "kPa", "0.1"), ("uS/cm", "mS/m", "0.1"),
        ("ug/(dm2.d)", "mg/m2/d", "0.1"), ("100 mL", "L", "0.1"), ("g/(m2·month)", "mg/m2/month", "1000"),
        ("kg m-3", "g/L", "1"), ("m^2", "dm2", "100"), ("Pa", "kg/(m·s2)", "1"), ("个/L", "1/L", "1"),
    ])
    func `Units convert by an exact factor`(from: String, to: String, factor: String) throws {
        #expect(try unit(from).conversionFactor(to: unit(to)) == Fraction(factor))
        #expect(try unit(to).conversionFactor(to: unit(from)) == Fraction(factor)?.reciprocal)
    }

    @Test(arguments: [
        ("µg/m³", "ug/m3"), ("μg/m³", "ug/m3"), ("ug/m3", "ug/m3"), ("ug·m⁻³", "ug/m3"), ("ug m-3", "ug/m3"),
        ("微克/立方米", "ug/立方米"), (" mg / L ", "mg/L"), ("mg/l", "mg/L"), ("元/吨", "CNY/t"), ("10k CNY/t", "万元/t"),
        ("℃", "Cel"), ("degC", "Cel"), ("m3/s", "m3/s"), ("m³·s⁻¹", "m3/s"), ("亿m³", "亿m3"), ("亿 m3", "亿m3"),
        ("1", "1"), ("1/L", "1/L"), ("百分点", "point"), ("{class}", "class"), ("{sample}/d", "{sample}/d"),
        ("元/（t·km）", "CNY/t/km"), ("m*m", "m2"), ("s/s", "1"), ("1·kg", "kg"), ("天", "d"), ("月", "month"),
    ])
    func `A unit is read in all its spellings and printed in one`(text: String, symbol: String) throws {
        let read = try unit(text)
        #expect(read.symbol == symbol)
        #expect(try unit(read.symbol) == read)
    }

    @Test(arguments: [
        ("10⁴ m³", "10000"), ("10⁴m³", "10000"), ("10⁴m³/d", nil), ("10⁻³ m³", "0.001"), ("10^4 m3", "10000"),
        ("104 m3", nil),
        ("10⁸ m³", "100000000"), ("10⁻⁶·m³", "0.000001"), ("10¹⁰ m³", nil), ("m2³", nil), ("10⁴·m³", "10000"),
    ])
    func `A raised digit behind a number is its exponent`(text: String, cubicMetres: String?) throws {
        let read = try? unit(text)
        #expect(read?.conversionFactor(to: try unit("m3")) == cubicMetres.flatMap { Fraction($0) })
        if let read { #expect(try unit(read.symbol) == read) }
    }

    @Test(arguments: [
        ("mg/L", "t"), ("class", "mg/L"), ("point", "%"), ("class", "1"), ("rank", "class"), ("month", "d"),
        ("year", "month"), ("CNY", "EUR"), ("CNY", "1"), ("[pH]", "1"), ("mg/m3", "ppm"), ("m3", "m2"), ("{a}", "{b}"),
    ])
    func `Unlike units do not convert`(left: String, right: String) throws {
        #expect(try !unit(left).isCommensurable(with: unit(right)))
        #expect(try unit(left).conversionFactor(to: unit(right)) == nil)
    }

    @Test func `Money by the month is not money`() throws {
        let rate = try unit("CNY/month")
        #expect(rate.dimension.currencyCode == nil)
        #expect(try (rate * unit("month")).dimension.currencyCode == "CNY")
        #expect(Dimension.none.currencyCode == nil)
        #expect(try unit("CNY").raised(to: 2).dimension.currencyCode == nil)
    }

    @Test func `Powers and quotients`() throws {
        let metre = try unit("m")
        #expect(metre.raised(to: 0) == .one)
        #expect(metre.raised(to: 3) == (try unit("m3")))
        #expect(metre / metre == .one)
        #expect(try unit("km").raised(to: -2).factor == Fraction(1, 1_000_000))
        #expect(UnitOfMeasure.money("CNY") == (try unit("元")))
    }

    @Test(arguments: [
        ("", UnitProblem.Reason.empty, [String]()),
        ("   ", .empty, []),
        ("MG/L", .unknownSymbol("MG"), ["mg"]),
        ("mgg/L", .unknownSymbol("mgg"), ["mg"]),
        ("mg/", .unexpected(""), []),
        ("/L", .unexpected("/L"), []),
        ("mg//L", .unexpected("/L"), []),
        ("(mg/L", .unexpected(""), []),
        ("mg)L", .unexpected(")L"), []),
        ("m10", .exponentOutOfRange("m10"), []),
        ("m0", .exponentOutOfRange("m0"), []),
        ("monht", .unknownSymbol("monht"), []),
        ("mont", .unknownSymbol("mont"), ["month"]),
        ("K", .unknownSymbol("K"), []),
        ("{}", .unknownSymbol("{}"), []),
    ])
    func `What is no unit is refused with near symbols`(
        text: String, reason: UnitProblem.Reason, suggestions: [String]
    ) {
        let problem = #expect(throws: UnitProblem.self) { try unit(text) }
        #expect(problem?.reason == reason)
        for suggestion in suggestions { #expect(problem?.suggestions.contains(suggestion) == true) }
    }

    @Test func `A problem says what to write`() {
        let problem = #expect(throws: UnitProblem.self) { try unit("mgg/L") }
        #expect(
            problem?.description.hasPrefix("\"mgg/L\" is not a unit: \"mgg\" is not a known symbol; did you mean ")
                == true)
        let long = #expect(throws: UnitProblem.self) { try unit(String(repeating: "m·", count: 40) + "m") }
        #expect(long?.reason == .tooLong)
    }

    @Test func `Dimensions print what they are`() throws {
        #expect(try unit("mg/L").dimension.description == "mass·length^-3")
        #expect(try unit("CNY/t").dimension.description == "mass^-1·CNY")
        #expect(try unit("%").dimension.description == "number")
        #expect(try unit("class").dimension.description == "class")
        #expect(try unit("mg/L").dimension[.length] == -3)
    }
}
