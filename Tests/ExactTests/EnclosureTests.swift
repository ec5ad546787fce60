// Goal: logarithms and powers are correctly rounded. Method: values of mpmath 1.3.0 at 700 digits, rounded half-even by
// Python's decimal; the mean pH of the water rules; exact ties, and ties that no precision decides.

import Exact
import Testing

/// A number, the decimals asked for, and the text expected.
private struct EnclosureRow: Sendable, CustomTestStringConvertible {
    let text: String
    let places: Int
    let expected: String
    var testDescription: String { "\(text) at \(places)" }
}

struct EnclosureTests {
    @Test(arguments: commonLogarithmRows)
    fileprivate func `The common logarithm agrees with mpmath`(row: EnclosureRow) throws {
        let value = try #require(Fraction(row.text))
        #expect(
            try value.commonLogarithm(places: row.places, .halfEven).decimalText(places: row.places) == row.expected)
    }

    @Test(arguments: naturalLogarithmRows)
    fileprivate func `The natural logarithm agrees with mpmath`(row: EnclosureRow) throws {
        let value = try #require(Fraction(row.text))
        #expect(
            try value.naturalLogarithm(places: row.places, .halfEven).decimalText(places: row.places) == row.expected)
    }

    @Test(arguments: exponentialRows)
    fileprivate func `The exponential agrees with mpmath`(row: EnclosureRow) throws {
        let value = try #require(Fraction(row.text))
        #expect(try value.exponential(places: row.places, .halfEven).decimalText(places: row.places) == row.expected)
    }

    @Test(arguments: powerOfTenRows)
    fileprivate func `A power of ten agrees with mpmath`(row: EnclosureRow) throws {
        let value = try #require(Fraction(row.text))
        #expect(try value.powerOfTen(places: row.places, .halfEven).decimalText(places: row.places) == row.expected)
    }

    // The first row is the check value of the rule: 6.80, not 7.50.
    @Test(arguments: hydrogenIonRows)
    fileprivate func `The mean pH is taken over hydrogen ions`(row: EnclosureRow) throws {
        let values = try row.text.split(separator: " ").map { try #require(ExactDecimal(String($0))) }
        let mean = try hydrogenIonMean(of: values, places: row.places, .halfEven)
        #expect(mean.decimalText(places: row.places) == row.expected)
    }

    // Ions of one pH 5.5 and ten of 7.5 average to exactly those of 6.5: (1 + 10/100)/11 is 1/10.
    @Test func `An exact tie is recognised, not searched for`() throws {
        let values = (["5.5"] + Array(repeating: "7.5", count: 10)).compactMap { ExactDecimal($0) }
        #expect(try hydrogenIonMean(of: values, places: 0, .halfEven) == Fraction(6))
        #expect(try hydrogenIonMean(of: values, places: 0, .halfUp) == Fraction(7))
        #expect(
            try hydrogenIonMean(of: [ExactDecimal(mantissa: 65, exponent: -1)], places: 0, .halfEven) == Fraction(6))
        #expect(try Fraction(1_000).commonLogarithm(places: 1, .down) == Fraction(3))
        #expect(try Fraction(1, 1_000).commonLogarithm(places: 1, .up) == Fraction(-3))
    }

    @Test func `The order of the values and of equal texts does not matter`() throws {
        let values = ["7.10", "6.5", "8.25", "7.1"].compactMap { ExactDecimal($0) }
        let mean = try hydrogenIonMean(of: values, places: 12, .halfEven)
        #expect(try hydrogenIonMean(of: values.reversed(), places: 12, .halfEven) == mean)
    }

    @Test func `What has no value is an error`() {
        #expect(throws: EnclosureProblem.notPositive(.zero)) { try Fraction.zero.commonLogarithm(places: 2, .halfEven) }
        #expect(throws: EnclosureProblem.notPositive(Fraction(-1))) {
            try Fraction(-1).naturalLogarithm(places: 2, .halfEven)
        }
        #expect(throws: EnclosureProblem.exponentOutOfRange(Fraction(1_001))) {
            try Fraction(1_001).exponential(places: 2, .halfEven)
        }
        #expect(throws: EnclosureProblem.noValues) { try hydrogenIonMean(of: [], places: 2, .halfEven) }
        #expect(throws: EnclosureProblem.exponentOutOfRange(Fraction(9_999))) {
            try hydrogenIonMean(of: [ExactDecimal(mantissa: 9_999, exponent: 0)], places: 2, .halfEven)
        }
    }

    @Test func `More places than the digit limit can decide is an error, not a guess`() {
        #expect(throws: EnclosureProblem.undecidable(digits: 10)) {
            try Fraction(2).commonLogarithm(places: 12, .halfEven, digitLimit: 10)
        }
        // 1/3 + 1/6 is the tie 1/2, but no enclosure of the two at a finite precision is a single point.
        #expect(throws: EnclosureProblem.undecidable(digits: 300)) {
            try Enclosure.rounded(places: 0, .halfUp) { bits in
                Enclosure(Fraction(1, 3), bits: bits) + Enclosure(Fraction(1, 6), bits: bits)
            }
        }
        #expect(throws: EnclosureProblem.undecidable(digits: 20)) {
            try Enclosure.rounded(places: 0, .halfUp, digitLimit: 20) { _ in nil }
        }
    }

    @Test func `Ends enclose the number at every precision`() throws {
        // log10(2) and e to 60 decimals, cut off: the true values lie within the last place above.
        let step = Fraction(1, 10).raised(to: 60)
        let logarithmOfTwo = try #require(Fraction("0.301029995663981195213738894724493026768189881462108541310427"))
        let euler = try #require(Fraction("2.718281828459045235360287471352662497757247093699959574966967"))
        for bits in [8, 16, 33, 64, 100, 150] {
            let logarithm = try #require(Enclosure(Fraction(2), bits: bits).commonLogarithm())
            #expect(logarithm.contains(logarithmOfTwo) && logarithm.contains(logarithmOfTwo + step))
            let power = Enclosure(.one, bits: bits).exponential()
            #expect(power.contains(euler) && power.contains(euler + step))
            #expect(!power.contains(euler + Fraction(1, 2).raised(to: bits - 3)))
            #expect(!power.contains(euler - Fraction(1, 2).raised(to: bits - 3)))
        }
    }

    @Test func `A quotient is enclosed on both sides of zero`() throws {
        for numerator in -3...3 {
            let quotient = try #require(
                Enclosure(Fraction(numerator, 7), bits: 40).divided(by: Enclosure(Fraction(2, 3), bits: 40)))
            #expect(quotient.contains(Fraction(3 * numerator, 14)))
        }
        #expect(Enclosure(.one, bits: 40).divided(by: Enclosure(.zero, bits: 40)) == nil)
        #expect(Enclosure(Fraction(1, 3), bits: 40).scaled(by: Fraction(-6)).contains(Fraction(-2)))
    }
}

private let commonLogarithmRows: [EnclosureRow] = [
    EnclosureRow(
        text: "2", places: 2,
        expected: "0.30"),
    EnclosureRow(
        text: "3", places: 10,
        expected: "0.4771212547"),
    EnclosureRow(
        text: "7", places: 40,
        expected: "0.8450980400142568307122162585926361934836"),
    EnclosureRow(
        text: "10", places: 3,
        expected: "1.000"),
    EnclosureRow(
        text: "0.1", places: 5,
        expected: "-1.00000"),
    EnclosureRow(
        text: "1", places: 2,
        expected: "0.00"),
    EnclosureRow(
        text: "100", places: 2,
        expected: "2.00"),
    EnclosureRow(
        text: "0.001", places: 4,
        expected: "-3.0000"),
    EnclosureRow(
        text: "1/3", places: 30,
        expected: "-0.477121254719662437295027903255"),
    EnclosureRow(
        text: "2/3", places: 0,
        expected: "0"),
    EnclosureRow(
        text: "0.9999999999", places: 25,
        expected: "-0.0000000000434294481924967"),
    EnclosureRow(
        text: "1.0000000001", places: 25,
        expected: "0.0000000000434294481881537"),
    EnclosureRow(
        text: "123456789.123456789", places: 18,
        expected: "8.091514977603564929"),
    EnclosureRow(
        text: "1", places: 3,
        expected: "0.000"),
    EnclosureRow(
        text: "0.0000000000000001", places: 12,
        expected: "-16.000000000000"),
    EnclosureRow(
        text: "22/7", places: 50,
        expected: "0.49732464080794940525172260737488107499131967560460"),
    EnclosureRow(
        text: "31622776601683793319988935444327185337195551393252", places: 6,
        expected: "49.500000"),
    EnclosureRow(
        text: "0.5", places: 50,
        expected: "-0.30102999566398119521373889472449302676818988146211"),
    EnclosureRow(
        text: "99.99999", places: 9,
        expected: "1.999999957"),
    EnclosureRow(
        text: "1000000001/1000000000", places: 12,
        expected: "0.000000000434"),
    EnclosureRow(
        text: "0.2", places: 1,
        expected: "-0.7"),
    EnclosureRow(
        text: "4.5", places: 33,
        expected: "0.653212513775343679376316911785738"),
    EnclosureRow(
        text: "13/9", places: 20,
        expected: "0.15970084286751189462"),
    EnclosureRow(
        text: "87654321/12345678", places: 60,
        expected: "0.851258384392392499141081605099713763728592775208294810845551"),
]

private let naturalLogarithmRows: [EnclosureRow] = [
    EnclosureRow(
        text: "2", places: 2,
        expected: "0.69"),
    EnclosureRow(
        text: "3", places: 10,
        expected: "1.0986122887"),
    EnclosureRow(
        text: "7", places: 40,
        expected: "1.9459101490553133051053527434431797296371"),
    EnclosureRow(
        text: "10", places: 3,
        expected: "2.303"),
    EnclosureRow(
        text: "0.1", places: 5,
        expected: "-2.30259"),
    EnclosureRow(
        text: "1", places: 2,
        expected: "0.00"),
    EnclosureRow(
        text: "100", places: 2,
        expected: "4.61"),
    EnclosureRow(
        text: "0.001", places: 4,
        expected: "-6.9078"),
    EnclosureRow(
        text: "1/3", places: 30,
        expected: "-1.098612288668109691395245236923"),
    EnclosureRow(
        text: "2/3", places: 0,
        expected: "0"),
    EnclosureRow(
        text: "0.9999999999", places: 25,
        expected: "-0.0000000001000000000050000"),
    EnclosureRow(
        text: "1.0000000001", places: 25,
        expected: "0.0000000000999999999950000"),
    EnclosureRow(
        text: "123456789.123456789", places: 18,
        expected: "18.631401767168018033"),
    EnclosureRow(
        text: "1", places: 3,
        expected: "0.000"),
    EnclosureRow(
        text: "0.0000000000000001", places: 12,
        expected: "-36.841361487905"),
    EnclosureRow(
        text: "22/7", places: 50,
        expected: "1.14513230430300254837382295598012613826012225871581"),
    EnclosureRow(
        text: "31622776601683793319988935444327185337195551393252", places: 6,
        expected: "113.977962"),
    EnclosureRow(
        text: "0.5", places: 50,
        expected: "-0.69314718055994530941723212145817656807550013436026"),
    EnclosureRow(
        text: "99.99999", places: 9,
        expected: "4.605170086"),
    EnclosureRow(
        text: "1000000001/1000000000", places: 12,
        expected: "0.000000001000"),
    EnclosureRow(
        text: "0.2", places: 1,
        expected: "-1.6"),
    EnclosureRow(
        text: "4.5", places: 33,
        expected: "1.504077396776274073373258352386875"),
    EnclosureRow(
        text: "13/9", places: 20,
        expected: "0.36772478012531735326"),
    EnclosureRow(
        text: "87654321/12345678", places: 60,
        expected: "1.960094866188118169724263411510678779766566275585153756014426"),
]

private let exponentialRows: [EnclosureRow] = [
    EnclosureRow(
        text: "0", places: 3,
        expected: "1.000"),
    EnclosureRow(
        text: "1", places: 50,
        expected: "2.71828182845904523536028747135266249775724709369996"),
    EnclosureRow(
        text: "-1", places: 50,
        expected: "0.36787944117144232159552377016146086744581113103177"),
    EnclosureRow(
        text: "0.5", places: 20,
        expected: "1.64872127070012814685"),
    EnclosureRow(
        text: "-0.5", places: 20,
        expected: "0.60653065971263342360"),
    EnclosureRow(
        text: "10", places: 10,
        expected: "22026.4657948067"),
    EnclosureRow(
        text: "-10", places: 30,
        expected: "0.000045399929762484851535591516"),
    EnclosureRow(
        text: "1/3", places: 40,
        expected: "1.3956124250860895286281253196025868375979"),
    EnclosureRow(
        text: "-22/7", places: 12,
        expected: "0.043159309261"),
    EnclosureRow(
        text: "100", places: 5,
        expected: "26881171418161354484126255515800135873611118.77374"),
    EnclosureRow(
        text: "-100", places: 60,
        expected: "0.000000000000000000000000000000000000000000037200759760208360"),
    EnclosureRow(
        text: "0.0000001", places: 30,
        expected: "1.000000100000005000000166666671"),
    EnclosureRow(
        text: "2.302585092994045684", places: 18,
        expected: "10.000000000000000000"),
    EnclosureRow(
        text: "700", places: 2,
        expected: "101423205473500450945532959523126761520467957224307334878053628124935170250752368304548160"
            + "316182971369538991637688580658659796003958887856782822430088874025999989886783896566236936"
            + "195016681178893665052328391333507911461797341357386748570677976233798849014896128499992011"
            + "00199130430066930357357609994944589.35"),
    EnclosureRow(
        text: "-600", places: 270,
        expected: "0.0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
            + "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
            + "000000000000000000000000000000000000000000000000000000000000000000000000000000000026503965"
            + "53"),
    EnclosureRow(
        text: "999.5", places: 0,
        expected: "119490853246556217316231046843757790104205171106565873171467852504329744053044608826493286"
            + "455375638319298854331009323520450739850531654136866387037777520629165824967496628487430729"
            + "837651887511591691890815589945697905252186959042884857384413467825983020351010275114819732"
            + "092694892875323083735398117818019555676524399538372305294980019023295333138013945953415257"
            + "058171600075258282532839797388232697462582161778985286509933072900673426355"),
    EnclosureRow(
        text: "-0.693147180559945309417232121458", places: 40,
        expected: "0.5000000000000000000000000000000882840378"),
    EnclosureRow(
        text: "17.25", places: 25,
        expected: "31015573.2744822308320183177567370"),
]

private let powerOfTenRows: [EnclosureRow] = [
    EnclosureRow(
        text: "0", places: 0,
        expected: "1"),
    EnclosureRow(
        text: "1", places: 2,
        expected: "10.00"),
    EnclosureRow(
        text: "-3", places: 5,
        expected: "0.00100"),
    EnclosureRow(
        text: "0.5", places: 40,
        expected: "3.1622776601683793319988935444327185337196"),
    EnclosureRow(
        text: "-6.5", places: 12,
        expected: "0.000000316228"),
    EnclosureRow(
        text: "-8.5", places: 16,
        expected: "0.0000000031622777"),
    EnclosureRow(
        text: "-7.81", places: 20,
        expected: "0.00000001548816618912"),
    EnclosureRow(
        text: "1/3", places: 30,
        expected: "2.154434690031883721759293566519"),
    EnclosureRow(
        text: "-14", places: 14,
        expected: "0.00000000000001"),
    EnclosureRow(
        text: "2.7", places: 10,
        expected: "501.1872336273"),
    EnclosureRow(
        text: "20.25", places: 12,
        expected: "177827941003892280122.542119519268"),
    EnclosureRow(
        text: "-0.001", places: 30,
        expected: "0.997700063822553317194421942854"),
    EnclosureRow(
        text: "12.345678", places: 9,
        expected: "2216552386650.174551843"),
    EnclosureRow(
        text: "-30.5", places: 60,
        expected: "0.000000000000000000000000000000316227766016837933199889354443"),
]

private let hydrogenIonRows: [EnclosureRow] = [
    EnclosureRow(
        text: "6.5 8.5",
        places: 2, expected: "6.80"),
    EnclosureRow(
        text: "6.5 8.5",
        places: 6, expected: "6.796709"),
    EnclosureRow(
        text: "7",
        places: 2, expected: "7.00"),
    EnclosureRow(
        text: "7",
        places: 6, expected: "7.000000"),
    EnclosureRow(
        text: "7.00 7.0",
        places: 2, expected: "7.00"),
    EnclosureRow(
        text: "7.00 7.0",
        places: 6, expected: "7.000000"),
    EnclosureRow(
        text: "6.5 8.5 7.5",
        places: 2, expected: "6.93"),
    EnclosureRow(
        text: "6.5 8.5 7.5",
        places: 6, expected: "6.931798"),
    EnclosureRow(
        text: "5 7 7 7 7 7 7 7 7 7 7",
        places: 2, expected: "6.00"),
    EnclosureRow(
        text: "5 7 7 7 7 7 7 7 7 7 7",
        places: 6, expected: "6.000000"),
    EnclosureRow(
        text: "8.02 8.11 7.64 7.9 8.3 7.77",
        places: 2, expected: "7.90"),
    EnclosureRow(
        text: "8.02 8.11 7.64 7.9 8.3 7.77",
        places: 6, expected: "7.904223"),
    EnclosureRow(
        text: "6.01 9.99",
        places: 2, expected: "6.31"),
    EnclosureRow(
        text: "6.01 9.99",
        places: 6, expected: "6.310985"),
    EnclosureRow(
        text: "0 14",
        places: 2, expected: "0.30"),
    EnclosureRow(
        text: "0 14",
        places: 6, expected: "0.301030"),
    EnclosureRow(
        text: "7.005 7.015",
        places: 2, expected: "7.01"),
    EnclosureRow(
        text: "7.005 7.015",
        places: 6, expected: "7.009971"),
    EnclosureRow(
        text: "7.00000000000000001 7.5 6.12345678901234567",
        places: 2, expected: "6.53"),
    EnclosureRow(
        text: "7.00000000000000001 7.5 6.12345678901234567",
        places: 6, expected: "6.530577"),
    EnclosureRow(
        text: "-1.5 14.25",
        places: 2, expected: "-1.20"),
    EnclosureRow(
        text: "-1.5 14.25",
        places: 6, expected: "-1.198970"),
    EnclosureRow(
        text: "5.93 8 8 6.87 7.82 8 8.45 8 7.70 7",
        places: 2, expected: "6.83"),
    EnclosureRow(
        text: "5.93 8 8 6.87 7.82 8 8.45 8 7.70 7",
        places: 6, expected: "6.827272"),
    EnclosureRow(
        text: "6.70 7.23 7.80 8.17 8.69 7.3 7.03 7.6 7.0 7.84 7.15 7.91 7.51 7.32 7.97 7.429 6."
            + "71 6.8 8.45 7.2 8.049 8 8 6.61 7.68 7.59 7",
        places: 2, expected: "7.22"),
    EnclosureRow(
        text: "6.70 7.23 7.80 8.17 8.69 7.3 7.03 7.6 7.0 7.84 7.15 7.91 7.51 7.32 7.97 7.429 6."
            + "71 6.8 8.45 7.2 8.049 8 8 6.61 7.68 7.59 7",
        places: 6, expected: "7.222650"),
    EnclosureRow(
        text: "8.75 7.5 7.387 7 7.84 7.59 8.1 8.35",
        places: 2, expected: "7.55"),
    EnclosureRow(
        text: "8.75 7.5 7.387 7 7.84 7.59 8.1 8.35",
        places: 6, expected: "7.547083"),
    EnclosureRow(
        text: "8.62 8.22 7.0 6.77 7.70 7.67 8 8 8 8.02 7.65 7 7.2 7.59",
        places: 2, expected: "7.39"),
    EnclosureRow(
        text: "8.62 8.22 7.0 6.77 7.70 7.67 8 8 8 8.02 7.65 7 7.2 7.59",
        places: 6, expected: "7.390011"),
    EnclosureRow(
        text: "7.15 7.592 7.14 7.244 8.3",
        places: 2, expected: "7.34"),
    EnclosureRow(
        text: "7.15 7.592 7.14 7.244 8.3",
        places: 6, expected: "7.335636"),
    EnclosureRow(
        text: "7.80 8.28 7.51 8.04 8.10 7 7.17 8.0 8.48 8.14 7.8 8 8.152",
        places: 2, expected: "7.65"),
    EnclosureRow(
        text: "7.80 8.28 7.51 8.04 8.10 7 7.17 8.0 8.48 8.14 7.8 8 8.152",
        places: 6, expected: "7.651361"),
    EnclosureRow(
        text: "8.03 8.473 7.35 7 7.9 9 8 7.04 7.10 7.278 8.154 7 6.80 8.13 7 6.75 7.97 8.01 7.4"
            + "9 7 7.763 6.754 8.02 7.90 7 7.24 7.94 7.9 7.82 7 8.30",
        places: 2, expected: "7.28"),
    EnclosureRow(
        text: "8.03 8.473 7.35 7 7.9 9 8 7.04 7.10 7.278 8.154 7 6.80 8.13 7 6.75 7.97 8.01 7.4"
            + "9 7 7.763 6.754 8.02 7.90 7 7.24 7.94 7.9 7.82 7 8.30",
        places: 6, expected: "7.280438"),
    EnclosureRow(
        text: "7.73 7.78 7.775 8.0 6.60 7.848 7.855 8.0 8.220 7 7.9 7 7.29 8.31 6.767 8 6.66 7."
            + "21 7.46 8.11 7 6 7.10 9.0 7.11 7.4 7.056 6.64 7.21 7.67 8.41 7.98 7.24 8.28 7.19",
        places: 2, expected: "7.07"),
    EnclosureRow(
        text: "7.73 7.78 7.775 8.0 6.60 7.848 7.855 8.0 8.220 7 7.9 7 7.29 8.31 6.767 8 6.66 7."
            + "21 7.46 8.11 7 6 7.10 9.0 7.11 7.4 7.056 6.64 7.21 7.67 8.41 7.98 7.24 8.28 7.19",
        places: 6, expected: "7.071365"),
    EnclosureRow(
        text: "7.63 7 7.1 6.78 8.354 8.299 7.31 8.54 6.286 6.7 7.43 8.418 8.07 7 7 7.1 9 7.09 7"
            + ".07 8.02",
        places: 2, expected: "7.08"),
    EnclosureRow(
        text: "7.63 7 7.1 6.78 8.354 8.299 7.31 8.54 6.286 6.7 7.43 8.418 8.07 7 7 7.1 9 7.09 7"
            + ".07 8.02",
        places: 6, expected: "7.082720"),
    EnclosureRow(
        text: "7.24 7.0 7.93 8.85 6.9 7.24 7.527 7.8",
        places: 2, expected: "7.30"),
    EnclosureRow(
        text: "7.24 7.0 7.93 8.85 6.9 7.24 7.527 7.8",
        places: 6, expected: "7.301348"),
    EnclosureRow(
        text: "8.8 8 7.1 7.6 8 7 7.09 8.04 8 7.85 8.48 7.73 8 7.55",
        places: 2, expected: "7.54"),
    EnclosureRow(
        text: "8.8 8 7.1 7.6 8 7 7.09 8.04 8 7.85 8.48 7.73 8 7.55",
        places: 6, expected: "7.543221"),
    EnclosureRow(
        text: "7.51 6.89 7 7.15 6.82 8 8.070 6.578 8.5 7 7.369 7.51 8.283 9.14 7.48",
        places: 2, expected: "7.18"),
    EnclosureRow(
        text: "7.51 6.89 7 7.15 6.82 8 8.070 6.578 8.5 7 7.369 7.51 8.283 9.14 7.48",
        places: 6, expected: "7.184643"),
    EnclosureRow(
        text: "7.876 8.64 7.11 8 8.29 8.51 7.25 7 7.20 7.40 7.58 6 8.08 6.36 6 7.9 7",
        places: 2, expected: "6.76"),
    EnclosureRow(
        text: "7.876 8.64 7.11 8 8.29 8.51 7.25 7 7.20 7.40 7.58 6 8.08 6.36 6 7.9 7",
        places: 6, expected: "6.759994"),
    EnclosureRow(
        text: "8.3 7.81 8.11 7.49 7.93 8.13 6.68 7.52 7.918",
        places: 2, expected: "7.43"),
    EnclosureRow(
        text: "8.3 7.81 8.11 7.49 7.93 8.13 6.68 7.52 7.918",
        places: 6, expected: "7.434426"),
    EnclosureRow(
        text: "8.383 7.35 7.74 8.388 7.636 7 7.27 7.81 6.84",
        places: 2, expected: "7.34"),
    EnclosureRow(
        text: "8.383 7.35 7.74 8.388 7.636 7 7.27 7.81 6.84",
        places: 6, expected: "7.343631"),
    EnclosureRow(
        text: "7 8.60 6.7 8 7.3 7 8.1 6.85 8.01 7.76 8.449 8 8.34 7.9 7.379 7.316",
        places: 2, expected: "7.32"),
    EnclosureRow(
        text: "7 8.60 6.7 8 7.3 7 8.1 6.85 8.01 7.76 8.449 8 8.34 7.9 7.379 7.316",
        places: 6, expected: "7.323701"),
    EnclosureRow(
        text: "5.98 6.58 7.7 7.49 7.184 8 7.81 8.00 5.813 7.4 8 6.937 7.731 6.73 7.38 7 7 7.59 "
            + "7.27 7 8",
        places: 2, expected: "6.74"),
    EnclosureRow(
        text: "5.98 6.58 7.7 7.49 7.184 8 7.81 8.00 5.813 7.4 8 6.937 7.731 6.73 7.38 7 7 7.59 "
            + "7.27 7 8",
        places: 6, expected: "6.742107"),
    EnclosureRow(
        text: "8.82 7.31 7.353 7.209 7.33 9 7.140 7.1 8.200 8.23 7.91 7.53 7.2 7 6.8 7.922 7.77"
            + "2 7.279 6.26 6.06 7.95 7.70 7.84 7.82 6.70 8.06 7.76 7.67 7.52 7.592 8 7.39 8 6."
            + "67 7.349 8.418 8.820 8.0 8.06 7.81",
        places: 2, expected: "7.13"),
    EnclosureRow(
        text: "8.82 7.31 7.353 7.209 7.33 9 7.140 7.1 8.200 8.23 7.91 7.53 7.2 7 6.8 7.922 7.77"
            + "2 7.279 6.26 6.06 7.95 7.70 7.84 7.82 6.70 8.06 7.76 7.67 7.52 7.592 8 7.39 8 6."
            + "67 7.349 8.418 8.820 8.0 8.06 7.81",
        places: 6, expected: "7.131318"),
    EnclosureRow(
        text: "8 7.300 9.01 7.54 7.225 7.2 8.01 8.45 7 7.62 7.50 6.43 8.121 7.2 7 8.8 6.84 8.05"
            + " 7.1 6.639 8.00 8 7.26 7.4 7.87 7.16 7.777 7.9 8.2 7.51 7.01 8.03 8.13 7.8 7.00 "
            + "7.0 7 7.944 8",
        places: 2, expected: "7.27"),
    EnclosureRow(
        text: "8 7.300 9.01 7.54 7.225 7.2 8.01 8.45 7 7.62 7.50 6.43 8.121 7.2 7 8.8 6.84 8.05"
            + " 7.1 6.639 8.00 8 7.26 7.4 7.87 7.16 7.777 7.9 8.2 7.51 7.01 8.03 8.13 7.8 7.00 "
            + "7.0 7 7.944 8",
        places: 6, expected: "7.268130"),
    EnclosureRow(
        text: "6.66 6.51 8 7.3 7.64 7.8 7 7.33 6.670 7.5 8.49 8 7 8.452 8.04 6.78 8 7.29 7.43 7"
            + ".3 7 8.1 6.8 8.0 7.2 7.943 6.82 7.40 8.1 7.7 7.2 7.57 7.60 8.54 8.525 7.99 7.36 "
            + "7.0 8 8.55",
        places: 2, expected: "7.24"),
    EnclosureRow(
        text: "6.66 6.51 8 7.3 7.64 7.8 7 7.33 6.670 7.5 8.49 8 7 8.452 8.04 6.78 8 7.29 7.43 7"
            + ".3 7 8.1 6.8 8.0 7.2 7.943 6.82 7.40 8.1 7.7 7.2 7.57 7.60 8.54 8.525 7.99 7.36 "
            + "7.0 8 8.55",
        places: 6, expected: "7.237139"),
    EnclosureRow(
        text: "8.48 9.4 6.31 8.40 7.88 7.906 7.663 7.429 7.950",
        places: 2, expected: "7.18"),
    EnclosureRow(
        text: "8.48 9.4 6.31 8.40 7.88 7.906 7.663 7.429 7.950",
        places: 6, expected: "7.181001"),
    EnclosureRow(
        text: "7.88 8.420 7.5 6.714 7.10 7.82 7.749 7.80 6.63 7.41 8 8.45 8 8 7 8.4 7 7 7.7 8.8"
            + "5 7.6 7.64 7.7 8.555 8.24 7.977 8.436 7.47 8.7 7.131 6.5 6.19 7.089 7.96 8 8.42 "
            + "8.3 6.690 8.40",
        places: 2, expected: "7.20"),
    EnclosureRow(
        text: "7.88 8.420 7.5 6.714 7.10 7.82 7.749 7.80 6.63 7.41 8 8.45 8 8 7 8.4 7 7 7.7 8.8"
            + "5 7.6 7.64 7.7 8.555 8.24 7.977 8.436 7.47 8.7 7.131 6.5 6.19 7.089 7.96 8 8.42 "
            + "8.3 6.690 8.40",
        places: 6, expected: "7.195892"),
    EnclosureRow(
        text: "6.7 7.53 6.86 7.524 6.9 8 7.33 9 8.02 7 7.7 7.8 7.98 8.48 8.00 7.14 7.98 8.334 7"
            + " 7.86 8.20 7.12 7.72 7 8.35 6.82 6.852",
        places: 2, expected: "7.27"),
    EnclosureRow(
        text: "6.7 7.53 6.86 7.524 6.9 8 7.33 9 8.02 7 7.7 7.8 7.98 8.48 8.00 7.14 7.98 8.334 7"
            + " 7.86 8.20 7.12 7.72 7 8.35 6.82 6.852",
        places: 6, expected: "7.270355"),
    EnclosureRow(
        text: "9 7.23 7 7.48 7.03 7.992 8.08 6.977 7.82 7.66 7.65 7.83 7.51 9 7.928 7.23 7.39",
        places: 2, expected: "7.43"),
    EnclosureRow(
        text: "9 7.23 7 7.48 7.03 7.992 8.08 6.977 7.82 7.66 7.65 7.83 7.51 9 7.928 7.23 7.39",
        places: 6, expected: "7.432638"),
    EnclosureRow(
        text: "8 7.31 7.3 6.8 7.107 8 9.67 7.5 7.75 7 7.7 7.98 7.35 6.5 7 7.248 8.69 6.13",
        places: 2, expected: "7.00"),
    EnclosureRow(
        text: "8 7.31 7.3 6.8 7.107 8 9.67 7.5 7.75 7 7.7 7.98 7.35 6.5 7 7.248 8.69 6.13",
        places: 6, expected: "7.000837"),
    EnclosureRow(
        text: "7.4 8.0 7.42 8.21 7 7.828 7.19 8.10 8.07 7.533 6.97 8.07 8.19 7.42 7.65 7.14 8.5"
            + " 7.251 7.9 7.4 7.06 7.63 7.45 7.72 7.80 6.36 8.23 8.19 6.96 7.24 8.946 7.86 7 8."
            + "8 7.77 9.1 7.80 7.60 8.19",
        places: 2, expected: "7.37"),
    EnclosureRow(
        text: "7.4 8.0 7.42 8.21 7 7.828 7.19 8.10 8.07 7.533 6.97 8.07 8.19 7.42 7.65 7.14 8.5"
            + " 7.251 7.9 7.4 7.06 7.63 7.45 7.72 7.80 6.36 8.23 8.19 6.96 7.24 8.946 7.86 7 8."
            + "8 7.77 9.1 7.80 7.60 8.19",
        places: 6, expected: "7.369776"),
    EnclosureRow(
        text: "8.25 8.32 7.05 7.97 7.31 7.27 7.150 6.76 8.174 7.61 7.58 8.151 7.1 8",
        places: 2, expected: "7.36"),
    EnclosureRow(
        text: "8.25 8.32 7.05 7.97 7.31 7.27 7.150 6.76 8.174 7.61 7.58 8.151 7.1 8",
        places: 6, expected: "7.359696"),
    EnclosureRow(
        text: "6.8 7.0 7.50 8.27 8 6.38 8 7.544 7.23 7.82 6.7 7.795 8.275 7.65 7.78 7.845 7.423"
            + " 8.24 8.20 7.00 8.51 7.28 7.34 7.36 8.134 9.43",
        places: 2, expected: "7.27"),
    EnclosureRow(
        text: "6.8 7.0 7.50 8.27 8 6.38 8 7.544 7.23 7.82 6.7 7.795 8.275 7.65 7.78 7.845 7.423"
            + " 8.24 8.20 7.00 8.51 7.28 7.34 7.36 8.134 9.43",
        places: 6, expected: "7.265275"),
    EnclosureRow(
        text: "8.90 7.0 8 7.73 8.253 8.538 8.15 6.68 7.29",
        places: 2, expected: "7.35"),
    EnclosureRow(
        text: "8.90 7.0 8 7.73 8.253 8.538 8.15 6.68 7.29",
        places: 6, expected: "7.346083"),
    EnclosureRow(
        text: "6.38 7.3 6.96 8.19 7.45 8.566 7.48 7.69 7 8.6 7.43 6.95 7.43 7.380 7.93 8.441 7."
            + "03 7.7 7.615 8 7.58 6.98",
        places: 2, expected: "7.23"),
    EnclosureRow(
        text: "6.38 7.3 6.96 8.19 7.45 8.566 7.48 7.69 7 8.6 7.43 6.95 7.43 7.380 7.93 8.441 7."
            + "03 7.7 7.615 8 7.58 6.98",
        places: 6, expected: "7.228660"),
]

@Suite struct HydrogenIonWeightTests {
    private func pH(_ tenths: Int64) -> ExactDecimal { ExactDecimal(mantissa: tenths, exponent: -1) }

    @Test func `weights that are equal are a plain mean`() throws {
        // −log10((10^−6.8 + 2·10^−7.3 + 10^−8.1) / 4) = 7.176085751…, by python3 with math.log10.
        var weights = HydrogenIonWeights()
        weights.add([pH(68): 1, pH(73): 2, pH(81): 1], weight: Fraction(1, 4))
        let mean = try weights.mean(places: 9, .halfEven)
        #expect(try mean == hydrogenIonMean(of: [pH(73), pH(68), pH(81), pH(73)], places: 9, .halfEven))
        #expect(try weights.mean(places: 2, .halfEven) == Fraction(718, 100))
    }

    @Test func `a mean of two means weighs each by half, whatever their counts`() throws {
        var (first, second, whole) = (HydrogenIonWeights(), HydrogenIonWeights(), HydrogenIonWeights())
        first.add([pH(70): 3], weight: Fraction(1, 3))
        second.add([pH(80): 1], weight: .one)
        whole.add(first.scaled(by: Fraction(1, 2)))
        whole.add(second.scaled(by: Fraction(1, 2)))
        // −log10((10^−7 + 10^−8) / 2) = 7.259637310505755…
        #expect(try whole.mean(places: 6, .halfEven) == Fraction(7_259_637, 1_000_000))
    }

    @Test func `a tie is decided by the rule, with unlike weights too`() throws {
        // (10^−6.5 · w + 10^−8.5 · (1 − w)) = 10^−7.5 where w = 1/11: exactly halfway between 7 and 8.
        var weights = HydrogenIonWeights()
        weights.add(pH(65), count: 1, weight: Fraction(1, 11))
        weights.add(pH(85), count: 10, weight: Fraction(1, 11))
        #expect(try weights.mean(places: 0, .halfEven) == Fraction(8))
        #expect(try weights.mean(places: 0, .down) == Fraction(7))
        #expect(throws: EnclosureProblem.noValues) { try HydrogenIonWeights().mean(places: 0, .halfEven) }
    }

    @Test func `a mean that no limit of six decimals is taken for, however near`() throws {
        // −log10((10^−8.9 + 10^−9.2) / 2) = 9.024595133…, by python3 with math.log10.
        var above = HydrogenIonWeights()
        above.add([pH(89): 1, pH(92): 1], weight: Fraction(1, 2))
        let mean = try above.comparableMean()
        #expect(mean > Fraction(9) && mean.rounded(places: 6, .halfEven) == Fraction(9_024_595, 1_000_000))
        // An exact mean stays what it is: 7.5 of 6.5 and 8.5 with weights 1 : 10.
        var exact = HydrogenIonWeights()
        exact.add(pH(65), count: 1, weight: Fraction(1, 11))
        exact.add(pH(85), count: 10, weight: Fraction(1, 11))
        #expect(try exact.comparableMean() == Fraction(15, 2))
        // Nine but for a share of 10^−15: twelve decimals would say 9.
        var near = HydrogenIonWeights()
        near.add([pH(90): 1], weight: Fraction(999_999_999_999_999, 1_000_000_000_000_000))
        near.add([pH(91): 1], weight: Fraction(1, 1_000_000_000_000_000))
        let beyond = try near.comparableMean()
        #expect(beyond > Fraction(9) && beyond < Fraction(9_000_001, 1_000_000))
    }
}
