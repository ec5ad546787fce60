// Goal: the normal tail is right to eleven figures. Method: 2 × scipy.stats.norm.sf of scipy 1.17.1, written out.

import Statistics
import Testing

struct NormalDistributionTests {
    @Test(arguments: [
        (0.0, 1.0),
        (0.001, 0.9992021155721779),
        (0.1, 0.920344325445942),
        (0.5, 0.6170750774519739),
        (1.0, 0.31731050786291415),
        (1.5, 0.13361440253771617),
        (1.959963984540054, 0.050000000000000024),
        (2.0, 0.04550026389635843),
        (2.5, 0.012419330651552277),
        (2.8, 0.005110260660855875),
        (2.8284271247461903, 0.004677734981047266),
        (2.83, 0.0046548004134631124),
        (3.0, 0.0026997960632601918),
        (4.0, 6.334248366623996e-05),
        (5.15982522603039, 2.471804837725751e-07),
        (6.0, 1.9731752900754036e-09),
        (8.0, 1.2441921148543658e-15),
        (10.0, 1.5239706048321166e-23),
        (15.0, 7.34193239862571e-51),
        (20.0, 5.5072482372126244e-89),
        (30.0, 9.81342785429749e-198),
        (37.0, 1.1451142445050454e-299),
    ])
    func `The two-sided tail agrees`(z: Double, probability: Double) {
        #expect(abs(normalTwoSidedProbability(z) - probability) <= probability * 1e-11)
        #expect(normalTwoSidedProbability(-z) == normalTwoSidedProbability(z))
    }

    @Test func `The ends are 1, 0 and NaN`() {
        #expect(normalTwoSidedProbability(0) == 1)
        #expect(normalTwoSidedProbability(.infinity) == 0)
        #expect(normalTwoSidedProbability(1e300) == 0)
        #expect(normalTwoSidedProbability(.nan).isNaN)
    }
}
