// Goal: every method gives what independent programs give. Method: fixtures/trend, made by pyMannKendall and scipy.

import Statistics
import Testing

struct TrendMethodTests {
    let fixtures: TrendFixtures

    init() throws { fixtures = try TrendFixtures() }

    private func slope(_ values: [Double]) throws -> SenSlope {
        try #require(senSlope(values, times: values.indices.map(Double.init)))
    }

    @Test(arguments: TrendFixtures.complete + ["gappy"])
    func `Mann–Kendall and Sen agree with pyMannKendall and scipy`(name: String) throws {
        let values = fixtures.values[name, default: []]
        let test = try #require(mannKendall(values))
        let slope = try slope(values)
        try fixtures.check(
            name, "mk",
            [
                "s": Double(test.s), "variance": test.variance, "z": test.z, "p": test.p, "slope": slope.slope,
                "lower": slope.lower, "upper": slope.upper,
            ])
    }

    @Test(arguments: TrendFixtures.complete)
    func `Corrections for dependence agree with pyMannKendall`(name: String) throws {
        let values = fixtures.values[name, default: []]
        let (grid, slope) = (GridSeries(values), try slope(values).slope)
        func check(_ trend: DependentTrend, _ method: String) throws {
            let test = trend.test
            try fixtures.check(
                name, method, ["s": Double(test.s), "variance": test.variance, "z": test.z, "p": test.p])
        }
        try check(try hamedRao(grid, slope: slope), "hamed-rao")
        try check(try preWhitened(grid), "pre-whitening")
        try check(try trendFreePreWhitened(grid, slope: slope), "tfpw")
        for (method, lags) in [("yue-wang", nil), ("yue-wang-1", 1)] as [(String, Int?)] {
            if fixtures.expected["\(name) \(method) p"] == nil {
                #expect(throws: DependenceProblem.self) { try yueWang(grid, slope: slope, lagCount: lags) }
            } else {
                try check(try yueWang(grid, slope: slope, lagCount: lags), method)
            }
        }
    }

    @Test(arguments: ["calm", "rising", "falling", "tied", "seasonal", "coarse", "covariate", "gappy"])
    func `Seasonal tests and slopes agree with pyMannKendall`(name: String) throws {
        let columns = TrendFixtures.months(fixtures.values[name, default: []])
        let (test, slope) = try #require(grouped(columns))
        try fixtures.check(
            name, "seasonal",
            [
                "s": Double(test.s), "variance": test.variance, "z": test.z, "p": test.p,
                "slope": slope?.slope ?? .nan,
            ])
        if name == "gappy" { return }
        let seasons = (0..<12).map { season in
            columns.values.indices.filter { columns.groups[$0] == season }.map { columns.values[$0] }
        }
        let correlated = try #require(correlatedTrend(seasons))
        try fixtures.check(
            name, "correlated-seasonal",
            ["s": Double(correlated.s), "variance": correlated.variance, "z": correlated.z, "p": correlated.p])
    }

    @Test func `The regional test agrees with pyMannKendall`() throws {
        let sites = ["rising", "falling", "calm"].map { Array(fixtures.values[$0, default: []].prefix(84)) }
        let columns = (
            values: sites.flatMap { $0 }, times: sites.flatMap { $0.indices.map(Double.init) },
            groups: sites.indices.flatMap { site in sites[site].map { _ in site } }
        )
        let (test, slope) = try #require(grouped(columns))
        try fixtures.check(
            "rising+falling+calm", "regional",
            [
                "s": Double(test.s), "variance": test.variance, "z": test.z, "p": test.p,
                "slope": slope?.slope ?? .nan,
            ])
    }

    @Test func `The partial test agrees with its formula written in numpy`() throws {
        let (rising, covariate) = (fixtures.values["rising", default: []], fixtures.values["covariate", default: []])
        let first = try #require(partialTrend(rising, covariate: covariate))
        try fixtures.check(
            "rising|covariate", "partial", ["s": first.s, "variance": first.variance, "z": first.z, "p": first.p])
        let short = fixtures.values["short", default: []]
        let other = fixtures.values["coarse", default: []] + short + short + short
        let second = try #require(
            partialTrend(Array(fixtures.values["tied", default: []].prefix(96)), covariate: other))
        try fixtures.check(
            "tied|coarse", "partial", ["s": second.s, "variance": second.variance, "z": second.z, "p": second.p])
        #expect(partialTrend(rising, covariate: rising) == nil)
    }

    @Test(arguments: TrendFixtures.complete)
    func `Spearman's correlation agrees with scipy`(name: String) throws {
        let found = try #require(spearmanTrend(fixtures.values[name, default: []]))
        try fixtures.check(name, "spearman", ["correlation": found.correlation, "p": found.p])
    }

    @Test func `Censored readings agree with the pairs written out`() throws {
        let series = CensoredSeries(
            values: fixtures.values["rising<", default: []], sides: fixtures.sides["rising<", default: []],
            times: (0..<120).map(Double.init))
        let found = try #require(censoredTrend(series))
        try fixtures.check(
            "rising<", "censored",
            [
                "s": Double(found.s), "variance": found.variance, "z": found.z, "p": found.p,
                "slope": found.slope?.slope ?? .nan, "censored": Double(found.censoredCount),
            ])
    }
}
