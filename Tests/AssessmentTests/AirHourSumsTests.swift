// Goal: sums over days and windows in integers are those of the definitions. Method: all columns of a tiny alphabet in
// one window, then seeded random columns with gaps, against the references on fractions.

import Assessment
import Exact
import Testing

/// Numbers that look random and are the same in every run (SplitMix64).
struct SeededNumbers {
    var state: UInt64

    mutating func next(below bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((mixed ^ (mixed >> 31)) % UInt64(bound))
    }
}

private let empty = Int64.min

private func fractions(_ column: [Int64]) -> [Fraction?] { column.map { $0 == empty ? nil : Fraction(Int($0)) } }

@Suite struct AirHourSumsTests {
    private func randomColumn(_ numbers: inout SeededNumbers, days: Int, gaps: Int) -> [Int64] {
        (0..<days * 24).map { _ in
            numbers.next(below: 10) < gaps ? empty : Int64(numbers.next(below: 4_000)) - 20
        }
    }

    private func checkDays(_ column: [Int64]) {
        let days = column.count / 24
        var (sums, counts) = ([Int64](repeating: 7, count: days), [UInt8](repeating: 7, count: days))
        var sumSpan = sums.mutableSpan
        var countSpan = counts.mutableSpan
        dayHourSums(column.span, sums: &sumSpan, counts: &countSpan)
        let expected = dayHourSumsReference(fractions(column))
        #expect(sums.map { Fraction(Int($0)) } == expected.map(\.sum))
        #expect(counts.map { Int($0) } == expected.map(\.count))
        for minimum in [1, 6, 8] {
            var (maxima, windows) = ([Int64](repeating: 7, count: days), [UInt8](repeating: 7, count: days))
            var maximumSpan = maxima.mutableSpan
            var windowSpan = windows.mutableSpan
            dayMaxima8h(column.span, minimumHours: minimum, maxima: &maximumSpan, windows: &windowSpan)
            let reference = dayMaxima8hReference(fractions(column), minimumHours: minimum)
            #expect(maxima.map { $0 == empty ? nil : Fraction(Int($0), 840) } == reference.map(\.maximum))
            #expect(windows.map { Int($0) } == reference.map(\.windows))
        }
    }

    @Test func `Day sums and daily maxima are those of the definitions`() {
        var numbers = SeededNumbers(state: 5)
        for gaps in [0, 1, 3, 7, 9, 10] { checkDays(randomColumn(&numbers, days: 12, gaps: gaps)) }
        checkDays([])
    }

    @Test func `Every pattern of gaps at the edges of a day gives the right windows`() {
        // 12 hours of the day vary between empty and a value, the others are there.
        for pattern in 0..<4_096 {
            let column = (0..<24).map { hour -> Int64 in
                let bit = hour < 6 ? hour : hour >= 18 ? hour - 12 : -1
                return bit >= 0 && pattern >> bit & 1 == 0 ? empty : Int64(hour * hour % 11)
            }
            checkDays(column)
        }
    }
}
