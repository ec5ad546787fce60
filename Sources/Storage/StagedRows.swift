// Admitted rows of a commit group, by series, until they are merged: each chunk is then rewritten once.

import Formats
import Glibc
import Monitoring

/// Rows waiting for their chunks: of each series in order of arrival, in small blocks out of one pool of memory.
final class StagedRows {
    /// Rows held before they are merged: 38 MB of rows, and a block for each series.
    static let limit = 1_200_000
    /// Rows of one block, which belongs to one series: a kilobyte.
    private static let blockRows = 32
    /// Blocks of one piece of the pool: a megabyte.
    private static let slabBlocks = 1_024
    /// Pieces kept when the stage is emptied: a commit group needs no more, and new ones cost a page fault each 4 KiB.
    private static let keptSlabs = 16
    /// Source flags of one stage; blocks hold far fewer.
    static let flagLimit = Int(UInt16.max) - ObservationBlock.flagLimit

    private(set) var count = 0
    private(set) var flagTable: [String] = [""]
    /// Catalogue indexes of the series that have rows here, in order of first appearance.
    private(set) var members: [Int32] = []

    private var slabs: [UnsafeMutablePointer<ChunkAddition>] = []
    private var usedBlocks = 0
    /// The block after each block, −1 at the end.
    private var nextBlock: [Int32] = []
    private var memberOfSeries: [Int32] = []
    private var flagIndexes: [String: UInt16] = ["": 0]
    // By member; plain memory, because every row goes through it.
    private var places = UnsafeMutablePointer<Place>.allocate(capacity: 64)
    private var placeCapacity = 64
    private var gathered = UnsafeMutablePointer<ChunkAddition>.allocate(capacity: 1)
    private var gatheredCapacity = 1

    /// Where the next row of a member goes.
    private struct Place {
        var cursor: UnsafeMutablePointer<ChunkAddition>?
        /// Rows left in the block under the cursor.
        var room: Int32
        var count: Int32
        var firstBlock: Int32
        var lastBlock: Int32
    }

    deinit {
        for slab in slabs { Self.giveBack(slab) }
        places.deallocate()
        gathered.deallocate()
    }

    /// Takes a block in; `catalogueIndex` maps the block's series table to the catalogue, `sequence` is the log position
    /// of the batch.
    ///
    /// - Precondition: `flagTable` has room for the block's flags (`hasRoom`).
    /// - Returns: rows whose start no chunk can hold, by index into the block.
    func append(
        _ block: ObservationBlock, catalogueIndex: [Int32], catalogueCount: Int, sequence: Int64
    ) -> [Int] {
        if memberOfSeries.count < catalogueCount {
            memberOfSeries.append(contentsOf: repeatElement(-1, count: catalogueCount - memberOfSeries.count))
        }
        let memberIndex = catalogueIndex.map { member(of: $0) }
        let flagIndex = block.flagTable.map { index(ofFlag: $0) }
        var refused: [Int] = []
        let bounds = Chunk.startRange
        let places = places
        memberIndex.withUnsafeBufferPointer { memberIndex in
            flagIndex.withUnsafeBufferPointer { flagIndex in
                withColumns(of: block) { series, start, mantissa, exponent, qualifier, flag, row in
                    for index in 0..<start.count {
                        let stamp = start[index]
                        if stamp < bounds.lowerBound || stamp > bounds.upperBound {
                            refused.append(index)
                            continue
                        }
                        let place = places + Int(memberIndex[Int(series[index])])
                        if place.pointee.room == 0 { extend(place) }
                        place.pointee.cursor!.initialize(
                            to: ChunkAddition(
                                start: stamp, mantissa: mantissa[index], exponent: exponent[index],
                                qualifier: qualifier[index], flag: flagIndex[Int(flag[index])], sequence: sequence,
                                row: row[index]))
                        place.pointee.cursor! += 1
                        place.pointee.room &-= 1
                    }
                }
            }
        }
        count += block.count - refused.count
        return refused
    }

    /// Whether a block's flags still fit.
    func hasRoom(for block: ObservationBlock) -> Bool { flagTable.count + block.flagTable.count <= Self.flagLimit }

    /// How many rows a member has.
    func rowCount(_ member: Int) -> Int {
        Int(places[member].count) * Self.blockRows - Int(places[member].room)
    }

    /// The rows of a member in order of arrival; they hold until the next call.
    func rows(_ member: Int) -> UnsafeMutableBufferPointer<ChunkAddition> {
        let total = rowCount(member)
        if gatheredCapacity < total {
            gathered.deallocate()
            gatheredCapacity = max(total, 2 * gatheredCapacity)
            gathered = .allocate(capacity: gatheredCapacity)
        }
        var block = places[member].firstBlock
        var done = 0
        while done < total {
            let length = min(Self.blockRows, total - done)
            (gathered + done).update(from: address(Int(block)), count: length)
            done += length
            block = nextBlock[Int(block)]
        }
        return UnsafeMutableBufferPointer(start: gathered, count: total)
    }

    /// Empties the stage; memory is kept, but not that of a great group.
    func reset() {
        for slab in slabs.dropFirst(Self.keptSlabs) { Self.giveBack(slab) }
        slabs.removeLast(max(0, slabs.count - Self.keptSlabs))
        usedBlocks = 0
        nextBlock.removeAll(keepingCapacity: slabs.count < Self.keptSlabs)
        if gatheredCapacity > Self.slabBlocks * Self.blockRows {
            gathered.deallocate()
            gatheredCapacity = 1
            gathered = .allocate(capacity: 1)
        }
        for index in members { memberOfSeries[Int(index)] = -1 }
        members.removeAll(keepingCapacity: true)
        flagTable = [""]
        flagIndexes = ["": 0]
        count = 0
    }

    private static let slabBytes = slabBlocks * blockRows * MemoryLayout<ChunkAddition>.stride

    /// A piece of the pool, from the system itself: given back it is gone, where an allocator would keep the holes.
    private static func takeSlab() -> UnsafeMutablePointer<ChunkAddition> {
        guard
            let memory = mmap(nil, slabBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            memory != MAP_FAILED
        else { preconditionFailure("The system has no memory left.") }
        return memory.bindMemory(to: ChunkAddition.self, capacity: slabBlocks * blockRows)
    }

    private static func giveBack(_ slab: UnsafeMutablePointer<ChunkAddition>) { munmap(slab, slabBytes) }

    private func address(_ block: Int) -> UnsafeMutablePointer<ChunkAddition> {
        slabs[block / Self.slabBlocks] + block % Self.slabBlocks * Self.blockRows
    }

    @inline(never)
    private func extend(_ place: UnsafeMutablePointer<Place>) {
        let block = usedBlocks
        if block == slabs.count * Self.slabBlocks {
            slabs.append(Self.takeSlab())
        }
        usedBlocks += 1
        nextBlock.append(-1)
        if place.pointee.lastBlock >= 0 {
            nextBlock[Int(place.pointee.lastBlock)] = Int32(block)
        } else {
            place.pointee.firstBlock = Int32(block)
        }
        place.pointee.lastBlock = Int32(block)
        place.pointee.cursor = address(block)
        place.pointee.room = Int32(Self.blockRows)
        place.pointee.count += 1
    }

    private func member(of catalogueIndex: Int32) -> Int32 {
        let known = memberOfSeries[Int(catalogueIndex)]
        if known >= 0 { return known }
        let member = members.count
        if member == placeCapacity {
            let larger = UnsafeMutablePointer<Place>.allocate(capacity: 2 * placeCapacity)
            larger.update(from: places, count: placeCapacity)
            places.deallocate()
            places = larger
            placeCapacity *= 2
        }
        (places + member).initialize(to: Place(cursor: nil, room: 0, count: 0, firstBlock: -1, lastBlock: -1))
        members.append(catalogueIndex)
        memberOfSeries[Int(catalogueIndex)] = Int32(member)
        return Int32(member)
    }

    private func index(ofFlag text: String) -> UInt16 {
        if let index = flagIndexes[text] { return index }
        let index = UInt16(flagTable.count)
        flagTable.append(text)
        flagIndexes[text] = index
        return index
    }

    private func withColumns(
        of block: ObservationBlock,
        _ body: (
            UnsafeBufferPointer<Int32>, UnsafeBufferPointer<Int64>, UnsafeBufferPointer<Int64>,
            UnsafeBufferPointer<Int8>, UnsafeBufferPointer<UInt8>, UnsafeBufferPointer<UInt16>,
            UnsafeBufferPointer<Int32>
        ) -> Void
    ) {
        block.series.withUnsafeBufferPointer { series in
            block.start.withUnsafeBufferPointer { start in
                block.mantissa.withUnsafeBufferPointer { mantissa in
                    block.exponent.withUnsafeBufferPointer { exponent in
                        block.qualifier.withUnsafeBufferPointer { qualifier in
                            block.flag.withUnsafeBufferPointer { flag in
                                block.row.withUnsafeBufferPointer { row in
                                    body(series, start, mantissa, exponent, qualifier, flag, row)
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
