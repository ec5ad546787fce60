// Goal: our own functions are as good as a mathematics library. Method: the platform's beside them, and exact ends;
// Student's tail by scipy 1.17.1 (2 * scipy.stats.t.sf(t, freedom)).

import Foundation
import Statistics
import Testing

struct FunctionsTests {
    @Test func `Logarithm and exponential stay within the error they state`() {
        var generator = SeededGenerator(state: 21)
        for _ in 0..<20_000 {
            let x = Foundation.exp(Double.random(in: -600...600, using: &generator))
            #expect(near(naturalLogarithm(x), Foundation.log(x), relative: 5e-16))
            let near1 = Double.random(in: 0.5...2, using: &generator)
            #expect(abs(naturalLogarithm(near1) - Foundation.log(near1)) <= 4e-16 * abs(Foundation.log(near1)) + 1e-16)
            let power = Double.random(in: -700...700, using: &generator)
            #expect(near(exponential(power), Foundation.exp(power), relative: 5e-16))
        }
        #expect(naturalLogarithm(1) == 0 && naturalLogarithm(0) == -.infinity && naturalLogarithm(-1).isNaN)
        #expect(naturalLogarithm(.infinity) == .infinity && naturalLogarithm(.nan).isNaN)
        #expect(exponential(0) == 1 && exponential(1_000) == .infinity && exponential(-1_000) == 0)
        #expect(exponential(.nan).isNaN)
    }

    @Test func `Sine and cosine count in turns`() {
        var generator = SeededGenerator(state: 22)
        for _ in 0..<20_000 {
            let turns = Double.random(in: -3...3, using: &generator)
            #expect(abs(sine(turns: turns) - Foundation.sin(2 * .pi * turns)) < 6e-15)
            #expect(abs(cosine(turns: turns) - Foundation.cos(2 * .pi * turns)) < 6e-15)
            let square = sine(turns: turns) * sine(turns: turns) + cosine(turns: turns) * cosine(turns: turns)
            #expect(abs(square - 1) < 5e-16)
        }
        #expect(sine(turns: 2_026) == 0 && cosine(turns: 2_026) == 1)
        #expect(sine(turns: 0.25) == 1 && cosine(turns: 0.5) == -1 && sine(turns: -0.25) == -1)
        #expect(sine(turns: .infinity).isNaN && cosine(turns: .nan).isNaN)
    }

    @Test(arguments: [
        (0.5, 1, 0.7048327646991335), (2.0, 3, 0.13932596855884305), (2.5, 10, 0.03144684423660882),
        (-3.3, 28, 0.002640450251221327), (1e-3, 5, 0.9992407867721976), (12.0, 40, 7.82417130425598e-15),
        (1.96, 1_000, 0.050273184955748736), (40.0, 7, 1.5902179984850364e-09),
    ])
    func `Student's tail agrees with scipy`(t: Double, freedom: Int, probability: Double) {
        #expect(near(studentTwoSidedProbability(t, freedom: freedom), probability, relative: 1e-9))
    }

    @Test func `Student's ends are 1, 0 and NaN`() {
        #expect(studentTwoSidedProbability(0, freedom: 4) == 1)
        #expect(studentTwoSidedProbability(.infinity, freedom: 4) == 0)
        #expect(studentTwoSidedProbability(.nan, freedom: 4).isNaN)
    }

    @Test(arguments: [
        (0.5, 0.0), (0.9, 1.2815515655446004), (0.995, 2.5758293035489004), (0.75, 0.6744897501960817),
        (0.9999, 3.719016485455709), (0.025, -1.9599639845400545), (1e-10, -6.361340902404056),
    ])
    func `Quantiles of the normal distribution agree with scipy`(probability: Double, deviate: Double) {
        #expect(abs(normalQuantile(probability) - deviate) < 1e-10)
    }
}
