// Admitted rows of a commit group, by series, until they are merged: each chunk is then rewritten once.

import Formats
import Glibc
import Monitoring

/// Rows waiting for their chunks: of each series in order of arrival, in small blocks out of one pool of memory.
final class StagedRows {
    /// Rows held before they are merged: 38 MB of rows, and a block for each series.
    static let limit = 1_200_000
    /// Source flags of one stage; blocks hold far fewer.
    static let flagLimit = Int(UInt16.max) - ObservationBlock.flagLimit

    private(set) var count = 0
    private(set) var flagTable: [String] = [""]
    /// Catalogue indexes of the series that have rows here, in order of first appearance.
    private(set) var members: [Int32] = []

    private var pool = BlockPool()
    private var memberOfSeries: [Int32] = []
    private var flagIndexes: [String: UInt16] = ["": 0]
    // By member; plain memory, because every row goes through it.
    private var places = UnsafeMutablePointer<Place>.allocate(capacity: 64)
    private var placeCapacity = 64
    private var gathered = UnsafeMutablePointer<ChunkAddition>.allocate(capacity: 1)
    private var gatheredCapacity = 1

    deinit {
        pool.giveBackAll()
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
        let refused = Self.scatter(
            block, series: memberIndex, flags: flagIndex, sequence: sequence, places: places, pool: &pool)
        count += block.count - refused.count
        return refused
    }

    /// Each row behind the rows of its member. The pool is handed in: as a property of the class it would be checked for
    /// exclusive access at every block.
    private static func scatter(
        _ block: ObservationBlock, series memberIndex: [Int32], flags flagIndex: [UInt16], sequence: Int64,
        places: UnsafeMutablePointer<Place>, pool: inout BlockPool
    ) -> [Int] {
        var refused: [Int] = []
        let bounds = Chunk.startRange
        let missing = Qualifier.missing.rawValue
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
                        if place.pointee.room == 0 { pool.extend(place) }
                        let target = place.pointee.cursor!
                        target.pointee.start = stamp
                        // As `ChunkAddition.init` has it, which would be a call for every row.
                        let isMissing = qualifier[index] == missing
                        target.pointee.mantissa = isMissing ? 0 : mantissa[index]
                        target.pointee.exponent = isMissing ? 0 : exponent[index]
                        target.pointee.qualifier = qualifier[index]
                        target.pointee.flag = flagIndex[Int(flag[index])]
                        target.pointee.sequence = sequence
                        target.pointee.row = row[index]
                        place.pointee.cursor = target + 1
                        place.pointee.room &-= 1
                    }
                }
            }
        }
        return refused
    }

    /// Whether a block's flags still fit.
    func hasRoom(for block: ObservationBlock) -> Bool { flagTable.count + block.flagTable.count <= Self.flagLimit }

    /// How many rows a member has.
    func rowCount(_ member: Int) -> Int {
        Int(places[member].count) * BlockPool.blockRows - Int(places[member].room)
    }

    /// The rows of a member in order of arrival; they hold until the next call.
    func rows(_ member: Int) -> UnsafeMutableBufferPointer<ChunkAddition> {
        let total = rowCount(member)
        if gatheredCapacity < total {
            gathered.deallocate()
            gatheredCapacity = max(total, 2 * gatheredCapacity)
            gathered = .allocate(capacity: gatheredCapacity)
        }
        pool.copy(from: places[member].firstBlock, count: total, to: gathered)
        return UnsafeMutableBufferPointer(start: gathered, count: total)
    }

    /// Empties the stage; memory is kept, but not that of a great group.
    func reset() {
        pool.reset()
        if gatheredCapacity > BlockPool.slabRows {
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

    private static func withColumns(
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

/// Where the next row of a member goes.
private struct Place {
    var cursor: UnsafeMutablePointer<ChunkAddition>?
    /// Rows left in the block under the cursor.
    var room: Int32
    var count: Int32
    var firstBlock: Int32
    var lastBlock: Int32
}

/// Blocks of rows out of large pieces of memory, each block followed by another of its member.
private struct BlockPool {
    /// Rows of one block, which belongs to one series: a kilobyte.
    static let blockRows = 32
    /// Blocks of one piece: two megabytes, a large page of the processor.
    private static let slabBlocks = 2_048
    static let slabRows = slabBlocks * blockRows
    /// Pieces kept when the stage is emptied: a commit group needs no more, and new ones cost a page fault each 4 KiB.
    private static let keptSlabs = 8
    private static let slabBytes = slabRows * MemoryLayout<ChunkAddition>.stride

    private var slabs: [UnsafeMutablePointer<ChunkAddition>] = []
    private var usedBlocks = 0
    /// The block after each block, −1 at the end.
    private var nextBlock: [Int32] = []

    /// Gives a member its next block.
    @inline(never)
    mutating func extend(_ place: UnsafeMutablePointer<Place>) {
        let block = usedBlocks
        if block == slabs.count * Self.slabBlocks { slabs.append(Self.takeSlab()) }
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

    /// Copies `count` rows of the blocks from `first` on, in order.
    func copy(from first: Int32, count: Int, to target: UnsafeMutablePointer<ChunkAddition>) {
        var block = first
        var done = 0
        while done < count {
            let length = min(Self.blockRows, count - done)
            (target + done).update(from: address(Int(block)), count: length)
            done += length
            block = nextBlock[Int(block)]
        }
    }

    mutating func reset() {
        for slab in slabs.dropFirst(Self.keptSlabs) { Self.giveBack(slab) }
        slabs.removeLast(max(0, slabs.count - Self.keptSlabs))
        usedBlocks = 0
        nextBlock.removeAll(keepingCapacity: slabs.count < Self.keptSlabs)
    }

    func giveBackAll() { for slab in slabs { Self.giveBack(slab) } }

    private func address(_ block: Int) -> UnsafeMutablePointer<ChunkAddition> {
        slabs[block / Self.slabBlocks] + block % Self.slabBlocks * Self.blockRows
    }

    /// A piece of the pool, from the system itself: given back it is gone, where an allocator would keep the holes.
    private static func takeSlab() -> UnsafeMutablePointer<ChunkAddition> {
        // Twice as much, of which the aligned middle stays: only such a piece can lie in one large page.
        guard
            let memory = mmap(nil, 2 * slabBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            memory != MAP_FAILED
        else { preconditionFailure("The system has no memory left.") }
        let before = -Int(bitPattern: memory) & (slabBytes - 1)
        if before > 0 { munmap(memory, before) }
        let slab = memory + before
        munmap(slab + slabBytes, slabBytes - before)
        // Where the system has no large pages to give, small ones serve.
        madvise(slab, slabBytes, MADV_HUGEPAGE)
        return slab.bindMemory(to: ChunkAddition.self, capacity: slabRows)
    }

    private static func giveBack(_ slab: UnsafeMutablePointer<ChunkAddition>) { munmap(slab, slabBytes) }
}
