// The sliding test by testing each window anew: slow, and the measure of the state beside it.

/// The test of the newest `window` readings after each one.
package func slidingMannKendallReference(_ values: [Double], window: Int) -> [MannKendall?] {
    values.indices.map { mannKendallReference(Array(values[max(0, $0 - window + 1)...$0])) }
}
