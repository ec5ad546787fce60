// The neighbour rules as they are said; `usableReadings` and `regularSteps` must say the same.

package import Monitoring

/// 1 where a value was measured and no earlier check found it suspect or invalid.
package func usableReadingsReference(_ states: [ReadingState], earlier: [QualityVerdict]) -> [UInt8] {
    zip(states, earlier).map { state, verdict in
        state == .measured && verdict != .suspect && verdict != .invalid ? 1 : 0
    }
}

/// 1 where this reading and the one before are usable and one cadence apart.
package func regularStepsReference(_ usable: [UInt8], start: [Int64], cadence: Int64) -> [UInt8] {
    usable.indices.map { index in
        guard index > 0, usable[index] == 1, usable[index - 1] == 1 else { return 0 }
        return start[index].subtractingReportingOverflow(start[index - 1]) == (cadence, false) ? 1 : 0
    }
}
