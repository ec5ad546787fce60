// The shift chart as what it means: the best of all beginnings, each judged from all innovations since.

/// For each innovation the largest log-likelihood ratio over all beginnings of a rise, 0 where none is above it.
///
/// A beginning counts with what a first reading shows, or, where the shift may have begun unseen, with what later ones
/// show.
package func shiftCUSUMReference(_ innovations: [Double], first: Double, later: Double) -> [Double] {
    func gain(_ innovation: Double, _ mean: Double) -> Double { mean * innovation - mean * mean / 2 }
    return innovations.indices.map { last in
        var best = 0.0
        for begin in 0...last {
            var sum = max(gain(innovations[begin], first), gain(innovations[begin], later))
            for index in (begin + 1)..<max(last + 1, begin + 1) { sum += gain(innovations[index], later) }
            best = max(best, sum)
        }
        return best
    }
}
