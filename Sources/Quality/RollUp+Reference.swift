// The roll-up as it is said, reading by reading; `rollUp` must say the same.

internal import Monitoring

/// The worst verdict; `notTested` instead of `valid` when a required check did not run, or when nothing
/// looked at the value.
package func rollUpReference(_ results: [CheckResult], required: Set<CheckName>) -> RollUp {
    guard let count = results.first?.count else { return RollUp(verdicts: [], untested: []) }
    var verdicts: [QualityVerdict] = []
    var masks: [UInt32] = []
    for index in 0..<count {
        let untested = results.filter { $0.verdict(index) == .notTested }.map(\.check)
        let absent = required.filter { name in !results.contains { $0.check == name } }
        let missing = Set(untested).union(absent)
        masks.append(missing.reduce(0) { $0 | $1.bit })
        let said = results.map { $0.verdict(index) }
        if said.contains(.invalid) {
            verdicts.append(.invalid)
        } else if said.contains(.suspect) {
            verdicts.append(.suspect)
        } else if !results.contains(where: { $0.check.looksAtValue && $0.verdict(index) == .valid })
            || !required.isDisjoint(with: missing)
        {
            verdicts.append(.notTested)
        } else {
            verdicts.append(.valid)
        }
    }
    return RollUp(verdicts: verdicts, untested: masks)
}
