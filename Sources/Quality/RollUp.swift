// One verdict a reading from the verdicts of all checks, in which "not tested" cannot hide.

package import Monitoring

/// The rolled-up verdict of each reading and the checks that did not run on it.
package struct RollUp: Hashable, Sendable {
    package let verdicts: [QualityVerdict]
    /// A bit for each check that did not run (`CheckName.bit`): shown beside the verdict, whatever the verdict is.
    package let untested: [UInt32]
}

/// The worst verdict of each reading: invalid, then suspect; else `notTested` when a required check did not run or none
/// that looks at the value did (`CheckName.looksAtValue`); only then valid.
///
/// - Precondition: all results are equally long.
/// - Complexity: O(n × checks that ran).
/// - Reference: `rollUpReference(_:required:)`; equal for all inputs.
package func rollUp(_ results: [CheckResult], required: Set<CheckName>) -> RollUp {
    guard let count = results.first?.count else { return RollUp(verdicts: [], untested: []) }
    precondition(results.allSatisfy { $0.count == count }, "All checks saw the same readings.")
    let requiredBits = required.reduce(into: UInt32(0)) { $0 |= $1.bit }
    let given = results.reduce(into: UInt32(0)) { $0 |= $1.check.bit }
    // A required check that is not among the results did not run, nor did one that ran on no reading.
    let nowhere = results.reduce(into: requiredBits & ~given) { if !$1.didRun { $0 |= $1.check.bit } }
    var worst = [QualityVerdict](repeating: .notTested, count: count)
    var untested = [UInt32](repeating: nowhere, count: count)
    var worstSpan = worst.mutableSpan
    var untestedSpan = untested.mutableSpan
    for result in results where result.didRun && !result.check.looksAtValue {
        foldVerdicts(result.verdicts.span, bit: result.check.bit, worst: &worstSpan, untested: &untestedSpan)
    }
    forgetValid(&worstSpan)
    for result in results where result.didRun && result.check.looksAtValue {
        foldVerdicts(result.verdicts.span, bit: result.check.bit, worst: &worstSpan, untested: &untestedSpan)
    }
    closeRollUp(untested: untested.span, required: requiredBits, worst: &worstSpan)
    return RollUp(verdicts: worst, untested: untested)
}

/// Takes one check's verdicts into the worst so far, and sets its bit where it did not run.
///
/// - Shape: `verdicts`, `worst` and `untested`, n each.
/// - Complexity: O(n), no allocation; sixteen lanes at a time.
package func foldVerdicts(
    _ verdicts: Span<QualityVerdict>, bit: UInt32, worst: inout MutableSpan<QualityVerdict>,
    untested: inout MutableSpan<UInt32>
) {
    let count = verdicts.count
    precondition(worst.count == count && untested.count == count, "Columns are equally long.")
    verdicts.withRawValues { verdicts in
        worst.withMutableRawValues { worst in
            untested.withUnsafeMutableBufferPointer { untested in
                guard let column = verdicts.baseAddress, let out = worst.baseAddress, let mask = untested.baseAddress
                else { return }
                var index = 0
                while index + 16 <= count {
                    let verdict = UnsafeRawPointer(column + index).loadUnaligned(as: SIMD16<UInt8>.self)
                    let before = UnsafeRawPointer(out + index).loadUnaligned(as: SIMD16<UInt8>.self)
                    // notTested < valid < suspect < invalid by raw value.
                    let after = before.replacing(with: verdict, where: verdict .> before)
                    UnsafeMutableRawPointer(out + index).storeBytes(of: after, as: SIMD16<UInt8>.self)
                    // Both halves before the branch: one that is rarely taken, and then for few places.
                    let untestedHere = bytes(column, index).hasZeroByte || bytes(column, index + 8).hasZeroByte
                    if untestedHere {
                        for place in index..<(index + 16) { mask[place] |= column[place] == 0 ? bit : 0 }
                    }
                    index += 16
                }
                while index < count {
                    if column[index] > out[index] { out[index] = column[index] }
                    if column[index] == 0 { mask[index] |= bit }
                    index += 1
                }
            }
        }
    }
}

/// Takes one check's verdicts into the worst so far.
///
/// - Shape: `verdicts` and `worst`, n each.
/// - Complexity: O(n), no allocation; sixteen lanes at a time.
func raise(_ worst: inout MutableSpan<QualityVerdict>, to verdicts: Span<QualityVerdict>) {
    let count = verdicts.count
    precondition(worst.count == count, "Columns are equally long.")
    verdicts.withRawValues { verdicts in
        worst.withMutableRawValues { worst in
            guard let column = verdicts.baseAddress, let out = worst.baseAddress else { return }
            var index = 0
            while index + 16 <= count {
                let verdict = UnsafeRawPointer(column + index).loadUnaligned(as: SIMD16<UInt8>.self)
                let before = UnsafeRawPointer(out + index).loadUnaligned(as: SIMD16<UInt8>.self)
                let after = before.replacing(with: verdict, where: verdict .> before)
                UnsafeMutableRawPointer(out + index).storeBytes(of: after, as: SIMD16<UInt8>.self)
                index += 16
            }
            while index < count {
                if column[index] > out[index] { out[index] = column[index] }
                index += 1
            }
        }
    }
}

/// Turns `valid` into `notTested`.
///
/// - Complexity: O(n), no allocation.
private func forgetValid(_ worst: inout MutableSpan<QualityVerdict>) {
    for index in worst.indices where worst[index] == .valid { worst[index] = .notTested }
}

/// Turns `valid` into `notTested` where a required check did not run.
///
/// - Shape: `untested` and `worst`, n each.
/// - Complexity: O(n), no allocation.
package func closeRollUp(untested: Span<UInt32>, required: UInt32, worst: inout MutableSpan<QualityVerdict>) {
    precondition(worst.count == untested.count, "Columns are equally long.")
    guard required != 0 else { return }
    untested.withUnsafeBufferPointer { untested in
        worst.withMutableRawValues { worst in
            guard let mask = untested.baseAddress, let out = worst.baseAddress else { return }
            for index in 0..<untested.count where mask[index] & required != 0 && out[index] == 1 { out[index] = 0 }
        }
    }
}

extension UInt64 {
    /// Whether one of its eight bytes is 0. Each byte is below 128.
    @inline(__always)
    fileprivate var hasZeroByte: Bool {
        (self &+ 0x7F7F_7F7F_7F7F_7F7F) & 0x8080_8080_8080_8080 != 0x8080_8080_8080_8080
    }
}
