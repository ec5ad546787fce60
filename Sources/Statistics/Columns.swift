// The kernels on arrays, for callers on cold paths that do not keep scratch of their own.

/// `mannKendall(_:scratch:)` with scratch made for the call.
package func mannKendall(_ values: [Double]) -> MannKendall? {
    var scratch = [Double](repeating: 0, count: mannKendallScratchCount(values.count))
    var span = scratch.mutableSpan
    return mannKendall(values.span, scratch: &span)
}

/// `mannKendall(_:times:scratch:)` with scratch made for the call.
package func mannKendall(_ values: [Double], times: [Double]) -> MannKendall? {
    var scratch = [Double](repeating: 0, count: mannKendallScratchCount(values.count))
    var span = scratch.mutableSpan
    return mannKendall(values.span, times: times.span, scratch: &span)
}

/// `senSlope(_:times:confidence:scratch:)` with scratch made for the call.
package func senSlope(_ values: [Double], times: [Double], confidence: Double = 0.95) -> SenSlope? {
    var scratch = [Double](repeating: 0, count: senSlopeScratchCount(values.count))
    var span = scratch.mutableSpan
    return senSlope(values.span, times: times.span, confidence: confidence, scratch: &span)
}

/// `median(_:scratch:)` with scratch made for the call.
package func median(_ values: [Double]) -> Double? {
    var scratch = [Double](repeating: 0, count: values.count)
    var span = scratch.mutableSpan
    return median(values.span, scratch: &span)
}

/// `mean(_:)` of an array.
package func mean(_ values: [Double]) -> Double? { mean(values.span) }

/// `runningMean(_:window:minimumCount:into:)` as a new array.
package func runningMean(_ values: [Double], window: Int, minimumCount: Int) -> [Double] {
    var means = [Double](repeating: .nan, count: values.count)
    var span = means.mutableSpan
    runningMean(values.span, window: window, minimumCount: minimumCount, into: &span)
    return means
}
