// Reads what a value cell says: an exact decimal, a censored one, that there is none, or nothing we understand.

internal import Exact
internal import Monitoring

/// What a value cell says.
enum CellValue {
    case value(ExactDecimal, Qualifier)
    case missing
    case invalid(RejectionReason, remedy: String)
}

/// Value cells of one profile.
struct CellValueReader {
    private let missingCodes: Set<[UInt8]>
    /// True for the first bytes a missing code may have: all other cells skip the look-up.
    private var mayBeMissing = [Bool](repeating: false, count: 256)
    /// The digits among them, a bit each.
    private var missingDigits: UInt64 = 0

    init(missingCodes: Set<String>) {
        self.missingCodes = Set(missingCodes.map { Array($0.utf8) })
        for code in self.missingCodes {
            guard let first = code.first else { continue }
            mayBeMissing[Int(first)] = true
            if first &- 0x30 < 10 { missingDigits |= 1 << UInt64(first &- 0x30) }
        }
    }

    /// Reads `cell`; `<` and `>` may stand before the number.
    func read(_ cell: Cell) -> CellValue {
        if let (mantissa, exponent) = plainDecimal(cell) {
            return .value(ExactDecimal(mantissa: mantissa, exponent: exponent), .none)
        }
        return readSlowly(cell)
    }

    /// Reads `cell` with this decimal mark. With a comma a point is refused: it may group thousands.
    func read(_ cell: Cell, mark: DecimalMark) -> CellValue {
        guard mark == .comma else { return read(cell) }
        if case .missing = read(cell) { return .missing }
        if cell.bytes.contains(0x2E) {
            return .invalid(.notANumber, remedy: "The source profile declares a decimal comma: write 1,5 and no point.")
        }
        var text = cell.bytes.map { $0 == 0x2C ? 0x2E : $0 }
        let count = text.count
        text.append(contentsOf: repeatElement(0, count: TextSource.padding))
        return text.withUnsafeBufferPointer { buffer in
            buffer.baseAddress.map { read(Cell(start: $0, count: count)) } ?? .missing
        }
    }

    /// A value of at most 18 characters, digits with at most one point; `nil` sends the cell to `read`.
    @inline(__always)
    func plainDecimal(_ cell: Cell) -> (mantissa: Int64, exponent: Int8)? {
        let count = cell.count
        if count &- 1 > 17 || count == 0 { return nil }
        let first = cell.start[0] &- 0x30
        if first > 9 || missingDigits >> UInt64(first) & 1 != 0 { return nil }
        var mantissa = Int64(first)
        var index = 1
        while index < count {
            let digit = cell.start[index] &- 0x30
            if digit > 9 { break }
            mantissa = mantissa &* 10 &+ Int64(digit)
            index &+= 1
        }
        if index == count { return (mantissa, 0) }
        if cell.start[index] != 0x2E { return nil }
        index &+= 1
        let places = Int8(truncatingIfNeeded: count &- index)
        while index < count {
            let digit = cell.start[index] &- 0x30
            if digit > 9 { return nil }
            mantissa = mantissa &* 10 &+ Int64(digit)
            index &+= 1
        }
        return (mantissa, 0 &- places)
    }

    /// A value of at most 18 digits with at most one point, and the place after it; `nil` sends the line the long way.
    @inline(__always)
    func commonDecimal(
        _ text: UnsafePointer<UInt8>
    ) -> (mantissa: Int64, exponent: Int8, end: UnsafePointer<UInt8>)? {
        let first = text[0] &- 0x30
        if first > 9 || missingDigits >> UInt64(first) & 1 != 0 { return nil }
        let digits = loadWord(text) ^ 0x3030_3030_3030_3030
        // The high bit of each byte that is no digit.
        let others = ((digits &+ 0x7676_7676_7676_7676) | digits) & 0x8080_8080_8080_8080
        let whole = others.trailingZeroBitCount & ~7
        let behindPoint = others & (others &- 1)
        let isPoint = whole < 64 && digits &>> UInt64(truncatingIfNeeded: whole) & 0xFF == 0x2E ^ 0x30
        let end = isPoint ? behindPoint.trailingZeroBitCount & ~7 : whole
        if end == 64 { return longDecimal(text) }
        // The digits behind the point moved down over it, then all of them up to the end of the word.
        let low = digits & ((1 &<< UInt64(truncatingIfNeeded: whole)) &- 1)
        let high = (digits &>> 8) & (UInt64.max &<< UInt64(truncatingIfNeeded: whole))
        let count = isPoint ? end &- 8 : end
        let aligned = (isPoint ? low | high : digits) &<< UInt64(truncatingIfNeeded: 64 &- count)
        let exponent = isPoint ? (whole &+ 8 &- end) &>> 3 : 0
        return (
            Int64(bitPattern: eightDigits(aligned)), Int8(truncatingIfNeeded: exponent), text + (end &>> 3)
        )
    }

    /// The number whose eight digits are the bytes of `word`, the first in the lowest.
    @inline(__always)
    private func eightDigits(_ word: UInt64) -> UInt64 {
        let pairs = ((word & 0x0F0F_0F0F_0F0F_0F0F) &* 2_561) &>> 8 & 0x00FF_00FF_00FF_00FF
        let fours = (pairs &* 6_553_601) &>> 16 & 0x0000_FFFF_0000_FFFF
        return (fours &* 42_949_672_960_001) &>> 32
    }

    /// As `commonDecimal`, for a text that fills the first eight bytes.
    @inline(never)
    private func longDecimal(
        _ text: UnsafePointer<UInt8>
    ) -> (mantissa: Int64, exponent: Int8, end: UnsafePointer<UInt8>)? {
        var mantissa: Int64 = 0
        var place = text
        while place[0] &- 0x30 <= 9 {
            mantissa = mantissa &* 10 &+ Int64(place[0] &- 0x30)
            place += 1
        }
        var exponent: Int8 = 0
        if place[0] == 0x2E {
            place += 1
            let point = place
            while place[0] &- 0x30 <= 9 {
                mantissa = mantissa &* 10 &+ Int64(place[0] &- 0x30)
                place += 1
            }
            exponent = 0 &- Int8(truncatingIfNeeded: place - point)
        }
        return place - text > 18 ? nil : (mantissa, exponent, place)
    }

    @inline(never)
    private func readSlowly(_ given: Cell) -> CellValue {
        var cell = given.trimmed
        if cell.isEmpty { return .missing }
        if mayBeMissing[Int(cell.start[0])], missingCodes.contains(Array(cell.bytes)) { return .missing }
        var qualifier = Qualifier.none
        if cell.start[0] == 0x3C || cell.start[0] == 0x3E {
            qualifier = cell.start[0] == 0x3C ? .below : .above
            cell.start += 1
            cell.count -= 1
            cell = cell.trimmed
        }
        do throws(DecimalProblem) {
            return .value(try ExactDecimal.parse(cell.bytes), qualifier)
        } catch .tooManyDigits, .exponentOutOfRange {
            let remedy = "Send at most \(ExactDecimal.digitLimit) significant digits and a power of ten within ±18."
            return .invalid(.numberOutOfRange, remedy: remedy)
        } catch .unexpectedByte(0x2C, _) {
            return .invalid(.notANumber, remedy: "Use a point as decimal mark: 1.5, not 1,5.")
        } catch {
            return .invalid(.notANumber, remedy: "Send a decimal number, or leave the value empty when there is none.")
        }
    }
}

extension ExactDecimal {
    /// The same digits times ten to `power`, or `nil` when the exponent leaves its range.
    func scaled(byPowerOfTen power: Int) -> ExactDecimal? {
        let exponent = Int(self.exponent) + power
        return Self.exponentRange.contains(exponent)
            ? ExactDecimal(mantissa: mantissa, exponent: Int8(exponent)) : nil
    }
}
