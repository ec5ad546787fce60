// Series that change detection is printed for in the literature, and one of our own; figures beside their tests.

/// Thirty values of which the last ten come from N(11, 1), the others from N(10, 1).
///
/// - Source: Montgomery, Introduction to Statistical Quality Control, table 9.1.
let montgomeryValues: [Double] = [
    9.45, 7.99, 9.29, 11.66, 12.16, 10.18, 8.04, 11.46, 9.20, 10.34, 9.03, 11.47, 10.51, 9.40, 10.08, 9.37, 10.62,
    10.31, 8.52, 10.84, 10.90, 9.33, 12.29, 11.50, 10.60, 11.08, 10.38, 11.62, 11.31, 10.52,
]

/// The yearly flow of the Nile at Aswan, 1871–1970, 10⁸ m³.
///
/// - Source: Durbin and Koopman, Time Series Analysis by State Space Methods; R datasets::Nile.
let nileFlow: [Double] = [
    1120, 1160, 963, 1210, 1160, 1160, 813, 1230, 1370, 1140, 995, 935, 1110, 994, 1020, 960, 1180, 799, 958, 1140,
    1100, 1210, 1150, 1250, 1260, 1220, 1030, 1100, 774, 840, 874, 694, 940, 833, 701, 916, 692, 1020, 1050, 969, 831,
    726, 456, 824, 702, 1120, 1100, 832, 764, 821, 768, 845, 864, 862, 698, 845, 744, 796, 1040, 759, 781, 865, 845,
    944, 984, 897, 822, 1010, 771, 676, 649, 846, 812, 742, 801, 1040, 860, 874, 848, 890, 744, 749, 838, 1050, 918,
    986, 797, 923, 975, 815, 1020, 906, 901, 1170, 912, 746, 919, 718, 714, 740,
]

/// An autoregressive series with a daily cycle, from a generator of its own: the same on every machine.
func hourlySeries(days: Int, seed: UInt64, step: (at: Int, by: Double)? = nil) -> [Double] {
    var generator = SeededGenerator(state: seed)
    var noise = 0.0
    return (0..<(days * 24)).map { hour in
        // Twelve uniforms make a bell.
        let bell = (0..<12).reduce(-6.0) { sum, _ in sum + Double.random(in: 0..<1, using: &generator) }
        noise = 0.8 * noise + 0.6 * bell
        let day = Double(hour % 24 < 12 ? hour % 24 : 24 - hour % 24) / 6
        let shift = step.map { hour >= $0.at ? $0.by : 0 } ?? 0
        return ((20 + day + Double(hour) / 2_400 + noise + shift) * 100).rounded() / 100
    }
}
