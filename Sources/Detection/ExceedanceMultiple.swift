// How far beyond a limit a peak is, as a multiple of the limit.

internal import Exact

/// (C − S) / S at the peak, exact.
///
/// Source: 环办〔2011〕22号, exceedance multiple (超标倍数); not for temperature, pH and dissolved oxygen.
func exceedanceMultiple(_ peak: ThresholdEpisode.Peak) -> Fraction? {
    guard case .maximum(let limit) = peak.limit, limit > .zero else { return nil }
    return peak.excess / Fraction(limit)
}
