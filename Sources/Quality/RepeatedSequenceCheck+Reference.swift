// The repetition rule as it is said, every stretch against every earlier one; `repeatedSequences` must say the same.

package import Monitoring

/// `suspect` where a stretch with enough different values equals one that ended before it began.
package func repeatedSequencesReference(_ values: [Double], _ limit: RepeatedSequenceLimit) -> [QualityVerdict] {
    let length = limit.readings
    var verdicts = [QualityVerdict](repeating: .valid, count: values.count)
    guard values.count >= 2 * length else { return verdicts }
    for begin in length...(values.count - length) {
        let stretch = Array(values[begin..<(begin + length)])
        let repeats = (0...(begin - length)).contains { Array(values[$0..<($0 + length)]) == stretch }
        if repeats, Set(stretch).count >= limit.distinct {
            for index in begin..<(begin + length) { verdicts[index] = .suspect }
        }
    }
    return verdicts
}
