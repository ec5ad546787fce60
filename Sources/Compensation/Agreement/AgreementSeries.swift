// The versions of one agreement: files with one id and dates that must follow each other.

package import Monitoring

/// All texts of one agreement id, by their dates.
package struct AgreementSeries: Sendable {
    package let id: String
    /// By the day they begin.
    package let versions: [Agreement]

    /// The texts of `agreements` by id, in the order of the ids.
    package static func series(of agreements: [Agreement]) -> [AgreementSeries] {
        Dictionary(grouping: agreements, by: \.id).sorted { $0.key < $1.key }.map { id, versions in
            AgreementSeries(
                id: id,
                versions: versions.sorted { left, right in
                    guard let first = left.validity.from, let second = right.validity.from, first != second else {
                        return left.validity.from == nil && right.validity.from != nil || left.file < right.file
                    }
                    return first < second
                })
        }
    }

    /// The texts in force on all of a period's days; one is what a settlement needs.
    package func inForce(over period: SettlementPeriod) -> [Agreement] {
        versions.filter {
            $0.validity.contains(period.from) && $0.validity.contains(period.until.advanced(byDays: -1))
        }
    }

    /// Versions that hold on the same day are faults, days between two versions a notice.
    package func findings() -> (problems: [Problem], notices: [Problem]) {
        var problems: [Problem] = []
        var notices: [Problem] = []
        for (place, later) in versions.enumerated().dropFirst() {
            guard let from = later.validity.from else { continue }
            for earlier in versions[..<place] where earlier.validity.until.map({ from < $0 }) ?? true {
                problems.append(
                    Problem(
                        check: "agreement.dates.overlap", file: later.file, line: 0,
                        message:
                            "“\(id)” holds from \(from) here, and \(earlier.file) holds \(shown(earlier.validity)).",
                        remedy: "Let validity: until of the earlier text be the day the later one begins, \(from), "
                            + "or give one of them an id of its own."))
            }
            let ends = versions[..<place].map(\.validity.until)
            guard !ends.contains(nil), let last = ends.compactMap(\.self).max(), last < from else { continue }
            notices.append(
                Problem(
                    check: "agreement.dates.hole", file: later.file, line: 0,
                    message: "“\(id)” is in force in no file from \(last) to the day before \(from).",
                    remedy: "Correct the dates, or add the text that held between; periods there do not settle."))
        }
        return (problems, notices)
    }

    private func shown(_ span: DateSpan) -> String {
        "\(span.from.map { "from \($0) " } ?? "")\(span.until.map { "until \($0)" } ?? "without end")"
    }
}
