// Tests over groups, the partial test, Spearman's and the censored one, pair by pair: the measure of the functions
// beside it.

private func sign(_ difference: Double) -> Int { difference > 0 ? 1 : difference < 0 ? -1 : 0 }

/// The score and variance of each group added up.
package func groupedTrendReference(
    _ values: [Double], times: [Double], groups: [Int]
) -> (s: Int, variance: Double) {
    var (s, variance) = (0, 0.0)
    for group in Set(groups).sorted() {
        let members = values.indices.filter { groups[$0] == group && values[$0].isFinite }
        let scores = generalScoreReference(
            members.count, { sign(values[members[$1]] - values[members[$0]]) },
            { sign(times[members[$1]] - times[members[$0]]) })
        s += scores.s
        variance += scores.variance
    }
    return (s, variance)
}

/// The score of pairs that agree in two orders, and its variance when the orders are independent.
///
/// - Source: Kendall, 1975, chapter 5, the general correlation coefficient.
package func generalScoreReference(
    _ count: Int, _ first: (Int, Int) -> Int, _ second: (Int, Int) -> Int
) -> (s: Int, variance: Double) {
    var (s, pairs, otherPairs, squares, otherSquares) = (0, 0, 0, 0, 0)
    for i in 0..<count {
        var (row, otherRow) = (0, 0)
        for j in 0..<count where j != i {
            let (a, b) = (first(i, j), second(i, j))
            s += a * b
            row += a
            otherRow += b
            pairs += a * a
            otherPairs += b * b
        }
        squares += row * row
        otherSquares += otherRow * otherRow
    }
    // Every pair was met twice: the score is half of the sum, its variance a quarter.
    let n = Double(count)
    let triples =
        count > 2 ? 4 * Double(squares - pairs) * Double(otherSquares - otherPairs) / (n * (n - 1) * (n - 2)) : 0
    let twos = count > 1 ? 2 * Double(pairs) * Double(otherPairs) / (n * (n - 1)) : 0
    return (s / 2, (triples + twos) / 4)
}

/// The score and variance of columns that depend on each other, from K and R pair by pair.
package func correlatedTrendReference(_ columns: [[Double]]) -> (s: Int, variance: Double) {
    func score(_ i: Int, _ j: Int, _ column: [Double]) -> Int { sign(column[j] - column[i]) }
    func rank(_ j: Int, _ column: [Double]) -> Double {
        let n = column.count(where: \.isFinite)
        return Double(n + 1 + column.indices.map { score($0, j, column) }.reduce(0, +)) / 2
    }
    var (s, variance) = (0, 0.0)
    for (g, first) in columns.enumerated() {
        let n = first.count(where: \.isFinite)
        for i in first.indices { for j in first.indices where j > i { s += score(i, j, first) } }
        for (h, second) in columns.enumerated() {
            let m = second.count(where: \.isFinite)
            var concordance = 0
            for i in first.indices {
                for j in first.indices where j > i { concordance += score(i, j, first) * score(i, j, second) }
            }
            if g == h {
                let (years, one) = (first.indices.map { Double($0) }, first.map { _ in 0 })
                variance += groupedTrendReference(first, times: years, groups: one).variance
                continue
            }
            let products = first.indices.map { rank($0, first) * rank($0, second) }.reduce(0, +)
            variance += (Double(concordance) + 4 * products - Double(first.count * (n + 1) * (m + 1))) / 3
        }
    }
    return (s, variance)
}

/// The partial score and its variance pair by pair: S and the covariate's, their variances, and their covariance from the
/// concordance and the ranks, as printed.
///
/// - Returns: `nil` with fewer than four complete rows, or where the covariate leaves no variance.
package func partialTrendReference(_ values: [Double], covariate: [Double]) -> (s: Double, variance: Double)? {
    let rows = values.indices.filter { values[$0].isFinite && covariate[$0].isFinite }
    let n = rows.count
    if n < 4 { return nil }
    func score(_ column: [Double], _ i: Int, _ j: Int) -> Int { sign(column[rows[j]] - column[rows[i]]) }
    func rank(_ column: [Double], _ j: Int) -> Double {
        Double(n + 1 + (0..<n).map { score(column, $0, j) }.reduce(0, +)) / 2
    }
    func test(_ column: [Double]) -> (s: Int, variance: Double) {
        generalScoreReference(n, { score(column, $0, $1) }, { sign(Double($1 - $0)) })
    }
    var concordance = 0
    for i in 0..<n { for j in i..<n { concordance += score(values, i, j) * score(covariate, i, j) } }
    let products = (0..<n).map { rank(values, $0) * rank(covariate, $0) }.reduce(0, +)
    let covariance = (Double(concordance) + 4 * products - Double(n * (n + 1) * (n + 1))) / 3
    let (own, other) = (test(values), test(covariate))
    if other.variance == 0 { return own.variance > 0 ? (Double(own.s), own.variance) : nil }
    let variance = own.variance - covariance * covariance / other.variance
    if variance <= own.variance * 1e-12 { return nil }
    return (Double(own.s) - covariance / other.variance * Double(other.s), variance)
}

/// Spearman's coefficient by the printed formula, ranks by counting.
package func spearmanReference(_ values: [Double]) -> Double {
    let present = values.filter(\.isFinite)
    let n = Double(present.count)
    let squares = present.enumerated().map { index, value in
        let rank = Double(present.count { $0 < value }) + Double(present.count { $0 == value } + 1) / 2
        return (rank - Double(index + 1)) * (rank - Double(index + 1))
    }.reduce(0, +)
    return 1 - 6 * squares / (n * n * n - n)
}

/// The score, its variance and the middle slope of censored readings, pair by pair.
package func censoredTrendReference(_ series: CensoredSeries) -> (s: Int, variance: Double, slope: Double?) {
    func order(_ i: Int, _ j: Int, slope: Double) -> Int {
        let (a, b) = (series.values[i] - slope * series.times[i], series.values[j] - slope * series.times[j])
        let (left, right) = (series.sides[i], series.sides[j])
        // Certain only when nothing that either may be contradicts it: `<` and `>` leave their limit itself out.
        let canRise = left < 0 || right > 0 || b > a
        let canFall = right < 0 || left > 0 || b < a
        let isLevel = left == 0 && right == 0 && a == b
        let rises = (left <= 0 && right >= 0) && (b > a || (b == a && !isLevel))
        let falls = (left >= 0 && right <= 0) && (b < a || (b == a && !isLevel))
        return rises && canRise ? 1 : falls && canFall ? -1 : 0
    }
    let scores = generalScoreReference(
        series.values.count, { order($0, $1, slope: 0) }, { sign(series.times[$1] - series.times[$0]) })
    // Each pair's certain order changes at its slope: two pieces of a value pair, one of a half-known pair.
    var pieces: [Double] = []
    var above = 0
    for i in series.values.indices {
        for j in series.values.indices where series.times[j] > series.times[i] {
            let (left, right) = (series.sides[i], series.sides[j])
            if left != 0 && left == right { continue }
            let slope = (series.values[j] - series.values[i]) / (series.times[j] - series.times[i])
            if left == 0 && right == 0 {
                pieces += [slope, slope]
                above += 1
            } else if left <= 0 && right >= 0 {
                pieces.append(slope)
                above += 1
            } else if left >= 0 && right <= 0 {
                pieces.append(slope)
            }
        }
    }
    pieces.sort()
    // The score is `above` before the first piece and falls by one with each.
    guard !pieces.isEmpty, above > 0, above < pieces.count else { return (scores.s, scores.variance, nil) }
    return (scores.s, scores.variance, (pieces[above - 1] + pieces[above]) / 2)
}
