// Admitted rows of a commit group, as columns, until they are merged: each chunk is then rewritten once.

import Formats
import Monitoring

/// Rows waiting for their chunks, in order of arrival.
struct StagedRows {
    /// Rows held before they are merged: about 130 MB of columns.
    static let limit = 4_000_000
    /// Rows whose memory is kept for the next group: an hour of the national air feed has 24,000.
    static let keptRows = 100_000

    /// Index into `members`.
    private(set) var series: [Int32] = []
    private(set) var start: [Int64] = []
    private(set) var mantissa: [Int64] = []
    private(set) var exponent: [Int8] = []
    private(set) var qualifier: [UInt8] = []
    /// Index into `flagTable`.
    private(set) var flag: [UInt32] = []
    /// Index of the batch in its commit group.
    private(set) var batch: [Int32] = []
    /// 1-based row of the batch.
    private(set) var row: [Int32] = []
    private(set) var flagTable: [String] = [""]
    /// Catalogue indexes of the series that have rows here, in order of first appearance.
    private(set) var members: [Int32] = []
    private var memberOfSeries: [Int32] = []
    private var flagIndexes: [String: UInt32] = ["": 0]

    var count: Int { start.count }

    /// Takes a block in; `catalogueIndex` maps the block's series table to the catalogue.
    ///
    /// - Returns: rows whose start no chunk can hold, by index into the block.
    mutating func append(
        _ block: ObservationBlock, catalogueIndex: [Int32], catalogueCount: Int, batch number: Int32
    ) -> [Int] {
        if memberOfSeries.count < catalogueCount {
            memberOfSeries.append(contentsOf: repeatElement(-1, count: catalogueCount - memberOfSeries.count))
        }
        let memberIndex = catalogueIndex.map { member(of: $0) }
        let flagIndex = block.flagTable.map { index(ofFlag: $0) }
        var refused: [Int] = []
        if !block.start.allSatisfy({ Chunk.startRange.contains($0) }) {
            refused = block.start.indices.filter { !Chunk.startRange.contains(block.start[$0]) }
        }
        if refused.isEmpty {
            for index in block.series { series.append(memberIndex[Int(index)]) }
            start.append(contentsOf: block.start)
            mantissa.append(contentsOf: block.mantissa)
            exponent.append(contentsOf: block.exponent)
            qualifier.append(contentsOf: block.qualifier)
            for index in block.flag { flag.append(flagIndex[Int(index)]) }
            row.append(contentsOf: block.row)
        } else {
            let outside = Set(refused)
            for index in block.start.indices where !outside.contains(index) {
                series.append(memberIndex[Int(block.series[index])])
                start.append(block.start[index])
                mantissa.append(block.mantissa[index])
                exponent.append(block.exponent[index])
                qualifier.append(block.qualifier[index])
                flag.append(flagIndex[Int(block.flag[index])])
                row.append(block.row[index])
            }
        }
        batch.append(contentsOf: repeatElement(number, count: start.count - batch.count))
        return refused
    }

    /// Row indexes grouped by member, in order of arrival within each; the second array bounds the groups.
    ///
    /// - Complexity: O(rows + members), a counting sort.
    func grouped() -> (order: [Int32], bounds: [Int]) {
        var bounds = [Int](repeating: 0, count: members.count + 1)
        for member in series { bounds[Int(member) + 1] += 1 }
        for member in 0..<members.count { bounds[member + 1] += bounds[member] }
        var next = bounds
        var order = [Int32](repeating: 0, count: count)
        for index in 0..<count {
            let member = Int(series[index])
            order[next[member]] = Int32(index)
            next[member] += 1
        }
        return (order, bounds)
    }

    /// Empties the columns; memory is kept, but not that of a great group.
    mutating func reset() {
        if count > Self.keptRows {
            self = StagedRows()
            return
        }
        series.removeAll(keepingCapacity: true)
        start.removeAll(keepingCapacity: true)
        mantissa.removeAll(keepingCapacity: true)
        exponent.removeAll(keepingCapacity: true)
        qualifier.removeAll(keepingCapacity: true)
        flag.removeAll(keepingCapacity: true)
        batch.removeAll(keepingCapacity: true)
        row.removeAll(keepingCapacity: true)
        for index in members { memberOfSeries[Int(index)] = -1 }
        members.removeAll(keepingCapacity: true)
        flagTable = [""]
        flagIndexes = ["": 0]
    }

    private mutating func member(of catalogueIndex: Int32) -> Int32 {
        let known = memberOfSeries[Int(catalogueIndex)]
        if known >= 0 { return known }
        let member = Int32(members.count)
        members.append(catalogueIndex)
        memberOfSeries[Int(catalogueIndex)] = member
        return member
    }

    private mutating func index(ofFlag text: String) -> UInt32 {
        if let index = flagIndexes[text] { return index }
        let index = UInt32(flagTable.count)
        flagTable.append(text)
        flagIndexes[text] = index
        return index
    }
}
