// What happens when a batch says something about a start we may already know: the rule of identity, and nothing else.

package import Monitoring

/// What became of one row that met a chunk.
package enum MergeOutcome: UInt8, Sendable {
    /// The first statement about its start.
    case new
    /// A value where only "no value" was known.
    case refill
    /// A revising source replaced, or was found to have replaced, an earlier statement.
    case revised
    /// Numerically equal value, qualifier and flag: nothing new.
    case duplicate
    /// Another statement about a start we hold; both are kept.
    case conflict
    /// The chunk, or the start, holds as many versions as it may; the row is not in it.
    case full
}

/// One row on its way into a chunk; `flag` indexes the chunk's own flag table.
package struct ChunkAddition: Sendable {
    package var start: Int64
    package var mantissa: Int64
    package var exponent: Int8
    package var qualifier: UInt8
    package var flag: UInt16
    package var sequence: Int64

    /// A missing value carries no digits.
    package init(start: Int64, mantissa: Int64, exponent: Int8, qualifier: UInt8, flag: UInt16, sequence: Int64) {
        let isMissing = qualifier == Qualifier.missing.rawValue
        self.start = start
        self.mantissa = isMissing ? 0 : mantissa
        self.exponent = isMissing ? 0 : exponent
        self.qualifier = qualifier
        self.flag = flag
        self.sequence = sequence
    }
}

/// When a batch was sent: orders the statements of a revising source, ties by the batch's digest.
package struct SentOrder: Comparable, Sendable {
    package let sent: Instant
    package let digest: Digest256

    package init(sent: Instant, digest: Digest256) {
        self.sent = sent
        self.digest = digest
    }

    package static func < (left: SentOrder, right: SentOrder) -> Bool {
        left.sent == right.sent ? left.digest < right.digest : left.sent < right.sent
    }
}

extension Chunk {
    /// Takes `additions` in, in order, and writes what became of each to `outcomes` (same count, same order).
    ///
    /// - Precondition: `additions` are in ascending order of start, and of arrival within a start.
    /// - Parameter sentOrder: the order of a batch, by its log sequence; asked only in a revising chunk.
    /// - Complexity: O(k + rows from the first addition's start on); appending at the end touches nothing else.
    package mutating func merge(
        _ additions: borrowing [ChunkAddition], outcomes: inout [MergeOutcome],
        sentOrder: (Int64) throws -> SentOrder
    ) rethrows {
        outcomes.removeAll(keepingCapacity: true)
        guard additions.count > 0 else { return }
        if appendsOnly(additions) {
            appendAll(additions)
            outcomes.append(contentsOf: repeatElement(.new, count: additions.count))
            return
        }
        let later = detach(from: firstRow(from: additions[0].start))
        var laterRow = 0
        var index = 0
        while index < additions.count {
            let instant = additions[index].start
            precondition(start.last.map { $0 <= instant } ?? true, "Additions come in ascending order of start.")
            while laterRow < later.count, later.start[laterRow] < instant {
                append(later, laterRow)
                laterRow += 1
            }
            let group = count
            while laterRow < later.count, later.start[laterRow] == instant {
                append(later, laterRow)
                laterRow += 1
            }
            while index < additions.count, additions[index].start == instant {
                if count + later.count - laterRow >= Self.versionLimit || count - group >= Self.versionsOfStartLimit {
                    outcomes.append(.full)
                } else if revises {
                    outcomes.append(try revise(additions[index], group: group, sentOrder: sentOrder))
                } else {
                    outcomes.append(addStatement(additions[index], group: group))
                }
                index += 1
            }
        }
        while laterRow < later.count {
            append(later, laterRow)
            laterRow += 1
        }
    }

    /// The rule for sources that do not revise: neither statement is preferred, whichever came first.
    private mutating func addStatement(_ addition: ChunkAddition, group: Int) -> MergeOutcome {
        append(addition)
        let new = count - 1
        if new == group { return .new }
        var onlyMissing = true
        for row in group..<new {
            if saysSame(row, new) {
                removeRow(new)
                return .duplicate
            }
            onlyMissing = onlyMissing && isMissing(row)
        }
        return onlyMissing && !isMissing(new) ? .refill : .conflict
    }

    /// The rule for revising sources: statements stand in sent order, and the last of them is current.
    ///
    /// A repeat is kept only where it ends a run of equal statements, because a statement that arrives late may
    /// have been sent between the first and the repeat; the middle of a run is dropped.
    private mutating func revise(
        _ addition: ChunkAddition, group: Int, sentOrder: (Int64) throws -> SentOrder
    ) rethrows -> MergeOutcome {
        append(addition)
        var place = count - 1
        if place == group { return .new }
        let order = try sentOrder(addition.sequence)
        while place > group, order < (try sentOrder(sequence[place - 1])) {
            swapRows(place, place - 1)
            place -= 1
        }
        if place + 1 < count, saysSame(place, place + 1) {
            removeRow(place)
            return .duplicate
        }
        guard place > group, saysSame(place - 1, place) else { return .revised }
        if sequence[place - 1] == addition.sequence {
            removeRow(place)
        } else if place - 1 > group, saysSame(place - 2, place - 1), sequence[place - 2] < sequence[place - 1] {
            removeRow(place - 1)
        }
        return .duplicate
    }

    /// The everyday case: every start is new and after all we hold.
    private func appendsOnly(_ additions: borrowing [ChunkAddition]) -> Bool {
        guard count + additions.count <= Self.versionLimit else { return false }
        var previous = start.last ?? .min
        for index in 0..<additions.count {
            guard additions[index].start > previous || (index == 0 && start.isEmpty) else { return false }
            previous = additions[index].start
        }
        return true
    }

    private mutating func appendAll(_ additions: borrowing [ChunkAddition]) {
        for index in 0..<additions.count { start.append(additions[index].start) }
        for index in 0..<additions.count { mantissa.append(additions[index].mantissa) }
        for index in 0..<additions.count { exponent.append(additions[index].exponent) }
        for index in 0..<additions.count { qualifier.append(additions[index].qualifier) }
        for index in 0..<additions.count { flag.append(additions[index].flag) }
        for index in 0..<additions.count { sequence.append(additions[index].sequence) }
    }

    private mutating func append(_ addition: ChunkAddition) {
        start.append(addition.start)
        mantissa.append(addition.mantissa)
        exponent.append(addition.exponent)
        qualifier.append(addition.qualifier)
        flag.append(addition.flag)
        sequence.append(addition.sequence)
    }

    private mutating func append(_ other: borrowing Chunk, _ row: Int) {
        start.append(other.start[row])
        mantissa.append(other.mantissa[row])
        exponent.append(other.exponent[row])
        qualifier.append(other.qualifier[row])
        flag.append(other.flag[row])
        sequence.append(other.sequence[row])
    }

    private mutating func swapRows(_ left: Int, _ right: Int) {
        start.swapAt(left, right)
        mantissa.swapAt(left, right)
        exponent.swapAt(left, right)
        qualifier.swapAt(left, right)
        flag.swapAt(left, right)
        sequence.swapAt(left, right)
    }

    private mutating func removeRow(_ row: Int) {
        start.remove(at: row)
        mantissa.remove(at: row)
        exponent.remove(at: row)
        qualifier.remove(at: row)
        flag.remove(at: row)
        sequence.remove(at: row)
    }

    /// Cuts the rows from `row` on off and returns them; nothing is copied when there are none.
    private mutating func detach(from row: Int) -> Chunk {
        var rest = Chunk(revises: revises)
        guard row < count else { return rest }
        rest.start = Array(start[row...])
        rest.mantissa = Array(mantissa[row...])
        rest.exponent = Array(exponent[row...])
        rest.qualifier = Array(qualifier[row...])
        rest.flag = Array(flag[row...])
        rest.sequence = Array(sequence[row...])
        let surplus = count - row
        start.removeLast(surplus)
        mantissa.removeLast(surplus)
        exponent.removeLast(surplus)
        qualifier.removeLast(surplus)
        flag.removeLast(surplus)
        sequence.removeLast(surplus)
        return rest
    }
}
