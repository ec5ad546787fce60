// One verdict a reading from the verdicts of all checks, in which "not tested" cannot hide.

package import Monitoring

/// The rolled-up verdict of each reading and the checks that did not run on it.
package struct RollUp: Hashable, Sendable {
    package let verdicts: [QualityVerdict]
    /// A bit for each check that did not run (`CheckName.bit`): shown beside the verdict, whatever the verdict is.
    package let untested: [UInt8]
}

/// The worst verdict of each reading: invalid, then suspect; else `notTested` when a required check did not run or no
/// check ran at all; only then valid.
///
/// - Precondition: all results are equally long.
package func rollUp(_ results: [CheckResult], required: Set<CheckName>) -> RollUp {
    guard let count = results.first?.verdicts.count else { return RollUp(verdicts: [], untested: []) }
    precondition(results.allSatisfy { $0.verdicts.count == count }, "All checks saw the same readings.")
    let ran = results.reduce(into: UInt8(0)) { $0 |= $1.check.bit }
    let requiredBits = required.reduce(into: UInt8(0)) { $0 |= $1.bit }
    var worst = [QualityVerdict](repeating: .notTested, count: count)
    // A required check that is not among the results did not run.
    var untested = [UInt8](repeating: requiredBits & ~ran, count: count)
    for result in results {
        for index in 0..<count {
            let verdict = result.verdicts[index]
            if verdict == .notTested { untested[index] |= result.check.bit }
            // notTested < valid < suspect < invalid by raw value.
            if verdict.rawValue > worst[index].rawValue { worst[index] = verdict }
        }
    }
    for index in 0..<count where worst[index] == .valid && untested[index] & requiredBits != 0 {
        worst[index] = .notTested
    }
    return RollUp(verdicts: worst, untested: untested)
}
