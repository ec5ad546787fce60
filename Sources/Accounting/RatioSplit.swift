// One amount shared among parties by ratio, with a named party that takes what rounding leaves.

package import Exact

/// A share of a total: a party and its exact ratio.
package struct Share: Hashable, Sendable {
    package let party: String
    package let ratio: Fraction

    package init(party: String, ratio: Fraction) {
        self.party = party
        self.ratio = ratio
    }
}

/// What one party takes of a total: the exact product, and the money after rounding.
package struct Portion: Hashable, Sendable {
    package let party: String
    /// In units of the currency, before rounding.
    package let exact: Fraction
    package let money: Money
}

/// A division of a total by fixed ratios; the remainder party takes the total less the other rounded portions.
package struct RatioSplit: Hashable, Sendable {
    package let shares: [Share]
    package let remainderParty: String

    /// - Throws: `SplitProblem` unless the parties are distinct and the ratios lie between 0 and 1 and sum to at most
    ///   1.
    package init(shares: [Share], remainderParty: String) throws(SplitProblem) {
        var parties: Set<String> = [remainderParty]
        var sum = Fraction.zero
        for share in shares {
            guard parties.insert(share.party).inserted else { throw .partyTwice(share.party) }
            if share.ratio.isNegative { throw .negativeRatio(share) }
            sum += share.ratio
        }
        if sum > .one { throw .moreThanWhole(sum) }
        self.shares = shares
        self.remainderParty = remainderParty
    }

    /// The portions of `total`, in the order of the shares, the remainder party last; they always add up to `total`.
    ///
    /// Each share is rounded to the smallest unit by `rule`. The remainder then differs from its exact value by what
    /// the other roundings took, at most one smallest unit for each share.
    package func portions(of total: Money, _ rule: RoundingRule) -> [Portion] {
        let unit = Fraction(1, Int(total.currency.minorUnitsPerUnit))
        var remainder = total
        var exactRemainder = total.amount
        var portions: [Portion] = []
        for share in shares {
            let exact = total.amount * share.ratio
            let units = (exact.rounded(to: unit, rule) / unit).integer
            // A ratio within 0…1 of 64-bit units stays within 64 bits.
            guard let units else { preconditionFailure("A part of a total fits the total's 64 bits.") }
            let money = Money(total.currency, minorUnits: Int64(units))
            portions.append(Portion(party: share.party, exact: exact, money: money))
            remainder -= money
            exactRemainder = exactRemainder - exact
        }
        portions.append(Portion(party: remainderParty, exact: exactRemainder, money: remainder))
        return portions
    }
}

/// Why ratios do not divide a total.
package enum SplitProblem: Error, Equatable, Sendable, CustomStringConvertible {
    case partyTwice(String)
    case negativeRatio(Share)
    case moreThanWhole(Fraction)

    package var description: String {
        switch self {
        case .partyTwice(let party): "\(party) stands twice in one split; the remainder party has no share of its own."
        case .negativeRatio(let share): "\(share.party) has the negative share \(share.ratio)."
        case .moreThanWhole(let sum): "The shares sum to \(sum), more than the whole."
        }
    }
}
