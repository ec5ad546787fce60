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

/// One row on its way into a chunk; `flag` indexes the chunk's own flag table. 32 bytes, so that a store may hold
/// millions of them while they wait.
package struct ChunkAddition: BitwiseCopyable, Sendable {
    package var start: Int64
    package var mantissa: Int64
    package var sequence: Int64
    /// 1-based row of the batch; 0 where it does not matter.
    package var row: Int32
    package var flag: UInt16
    package var exponent: Int8
    package var qualifier: UInt8

    /// A missing value carries no digits.
    package init(
        start: Int64, mantissa: Int64, exponent: Int8, qualifier: UInt8, flag: UInt16, sequence: Int64, row: Int32 = 0
    ) {
        let isMissing = qualifier == Qualifier.missing.rawValue
        self.start = start
        self.mantissa = isMissing ? 0 : mantissa
        self.exponent = isMissing ? 0 : exponent
        self.qualifier = qualifier
        self.flag = flag
        self.sequence = sequence
        self.row = row
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
    /// - Parameters:
    ///   - unsettled: log sequences of batches that are not whole yet and may be taken back: what they say makes
    ///     nothing another batch says a duplicate, or that would be lost with them.
    ///   - sentOrder: the order of a batch, by its log sequence; asked only in a revising chunk.
    /// - Complexity: O(k + rows from the first addition's start on); appending at the end touches nothing else.
    package mutating func merge(
        _ additions: UnsafeBufferPointer<ChunkAddition>, outcomes: inout [MergeOutcome], unsettled: Set<Int64> = [],
        sentOrder: (Int64) throws -> SentOrder
    ) rethrows {
        outcomes.removeAll(keepingCapacity: true)
        guard additions.count > 0 else { return }
        if appendsOnly(additions) {
            append(all: additions)
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
                    outcomes.append(
                        try revise(additions[index], group: group, unsettled: unsettled, sentOrder: sentOrder))
                } else {
                    outcomes.append(addStatement(additions[index], group: group, unsettled: unsettled))
                }
                index += 1
            }
        }
        while laterRow < later.count {
            append(later, laterRow)
            laterRow += 1
        }
    }

    /// As above for rows in an array.
    package mutating func merge(
        _ additions: [ChunkAddition], outcomes: inout [MergeOutcome], unsettled: Set<Int64> = [],
        sentOrder: (Int64) throws -> SentOrder
    ) rethrows {
        try additions.withUnsafeBufferPointer {
            try merge($0, outcomes: &outcomes, unsettled: unsettled, sentOrder: sentOrder)
        }
    }

    /// The rule for sources that do not revise: neither statement is preferred, whichever came first.
    private mutating func addStatement(
        _ addition: ChunkAddition, group: Int, unsettled: Set<Int64>
    ) -> MergeOutcome {
        append(addition)
        let new = count - 1
        var differs = false
        var onlyMissing = true
        for row in group..<new {
            if saysSame(row, new) {
                if mayGo(row, unsettled, besides: addition.sequence) { continue }
                removeRow(new)
                return .duplicate
            }
            differs = true
            onlyMissing = onlyMissing && isMissing(row)
        }
        if !differs { return .new }
        return onlyMissing && !isMissing(new) ? .refill : .conflict
    }

    /// Whether the batch of `row` may still be taken back, and is not the one with `sequence` itself.
    private func mayGo(_ row: Int, _ unsettled: Set<Int64>, besides sequence: Int64) -> Bool {
        !unsettled.isEmpty && self.sequence[row] != sequence && unsettled.contains(self.sequence[row])
    }

    /// The rule for revising sources: statements stand in sent order, compiled data behind all that are not, and the last
    /// of them is current.
    ///
    /// A repeat is kept only where it ends a run of equal statements, because a statement that arrives late may
    /// have been sent between the first and the repeat; the middle of a run is dropped.
    private mutating func revise(
        _ addition: ChunkAddition, group: Int, unsettled: Set<Int64>, sentOrder: (Int64) throws -> SentOrder
    ) rethrows -> MergeOutcome {
        append(addition)
        var place = count - 1
        if place == group { return .new }
        let order = try sentOrder(addition.sequence)
        let isCompiled = isCompiled(place)
        while place > group {
            let isOtherCompiled = self.isCompiled(place - 1)
            let isEarlier =
                isCompiled == isOtherCompiled
                ? order < (try sentOrder(sequence[place - 1])) : isOtherCompiled
            guard isEarlier else { break }
            swapRows(place, place - 1)
            place -= 1
        }
        // Nothing is dropped beside a statement that may be taken back: it could be the only one left.
        if !unsettled.isEmpty, (group..<count).contains(where: { mayGo($0, unsettled, besides: addition.sequence) }) {
            return .revised
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

    private func isCompiled(_ row: Int) -> Bool { flag[row] != 0 && CompiledData.isSaid(by: flagTable[Int(flag[row])]) }

    /// The everyday case: every start is new and after all we hold.
    package func appendsOnly(_ additions: UnsafeBufferPointer<ChunkAddition>) -> Bool {
        appendsOnly(additions, areAscending: smallestStep(additions) > 0)
    }

    /// The same where it is known whether each start lies after the one before.
    package func appendsOnly(_ additions: UnsafeBufferPointer<ChunkAddition>, areAscending: Bool) -> Bool {
        guard count + additions.count <= Self.versionLimit, let first = additions.first else { return false }
        if let last = start.last, first.start <= last { return false }
        return areAscending
    }

    /// Takes rows that `appendsOnly` allowed.
    package mutating func append(all additions: UnsafeBufferPointer<ChunkAddition>) {
        let from = count
        let total = from + additions.count
        Self.extend(&start, to: total) { start in
            Self.extend(&mantissa, to: total) { mantissa in
                Self.extend(&exponent, to: total) { exponent in
                    Self.extend(&qualifier, to: total) { qualifier in
                        Self.extend(&flag, to: total) { flag in
                            Self.extend(&sequence, to: total) { sequence in
                                var row = from
                                for one in additions {
                                    start[row] = one.start
                                    mantissa[row] = one.mantissa
                                    exponent[row] = one.exponent
                                    qualifier[row] = one.qualifier
                                    flag[row] = one.flag
                                    sequence[row] = one.sequence
                                    row &+= 1
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    @inline(__always)
    private static func extend<Number: FixedWidthInteger>(
        _ column: inout [Number], to count: Int, _ fill: (UnsafeMutableBufferPointer<Number>) -> Void
    ) {
        column.append(contentsOf: repeatElement(0, count: count - column.count))
        column.withUnsafeMutableBufferPointer { fill($0) }
    }

    /// The chunk without what the batches at some log positions said.
    package func without(_ positions: Set<Int64>) -> Chunk {
        var rest = Chunk(revises: revises)
        rest.flagTable = flagTable
        for row in 0..<count where !positions.contains(sequence[row]) { rest.append(self, row) }
        return rest
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

/// The smallest difference of two starts that follow each other: positive where all ascend, not negative where they are
/// in order; `.max` of fewer than two rows.
package func smallestStep(_ rows: UnsafeBufferPointer<ChunkAddition>) -> Int64 {
    guard var last = rows.first?.start else { return .max }
    var smallest = Int64.max
    for row in rows.dropFirst() {
        smallest = min(smallest, row.start &- last)
        last = row.start
    }
    return smallest
}
