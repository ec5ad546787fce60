// The rules between parameters as they are said, reading by reading; `CrossParameterCheck` must say the same.

package import Monitoring

/// `suspect` where any rule is broken against the usable reading of the same start, `valid` where one held and none was
/// broken.
package func crossParameterReference(
    _ series: SeriesColumns, usable: [UInt8], rules: [CrossParameterRule], counterparts: [ParameterID: Counterpart]
) -> [QualityVerdict] {
    series.start.indices.map { index in
        guard usable[index] == 1 else { return .notTested }
        let breaches = rules.compactMap { rule -> Bool? in
            let isOwn = rule.parameter == series.parameter
            guard isOwn || rule.concernsOther && rule.other == series.parameter,
                let counterpart = counterparts[isOwn ? rule.other : rule.parameter],
                let place = counterpart.start.firstIndex(of: series.start[index])
            else { return nil }
            let (own, other) = (series.value[index], counterpart.value[place])
            return isOwn ? rule.isBroken(own, other: other) : rule.isBroken(other, other: own)
        }
        return breaches.contains(true) ? .suspect : breaches.isEmpty ? .notTested : .valid
    }
}
