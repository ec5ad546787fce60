// Slopes by rank in passes over all pairs: the slow way that takes any readings, for those the sweep cannot part.

/// The most readings whose pairs are passed over: two thousand million pairs a pass.
let slopePassLimit = 65_536

/// Buckets of one pass: eleven bits of the slope's order.
private let bucketBits: UInt64 = 11

/// The slopes between all pairs, visited in passes: the scratch has no room for them all.
struct SlopePasses {
    let room: SlopeScratch
    let count: Int

    init(_ room: SlopeScratch, count: Int) {
        self.room = room
        self.count = count
    }

    /// The slope that would stand at `rank` (from 0) if all were sorted.
    ///
    /// Counts the slopes by the leading bits of their order, pass by pass, until those that share them fit the pool.
    /// - Complexity: O(n²) time in at most seven passes.
    func slope(rank: Int) -> Double {
        // The sample's place is free by now and holds as many buckets as a pass has.
        let buckets = room.sample
        var rank = rank
        var prefix: UInt64 = 0
        var knownBits: UInt64 = 0
        while knownBits < 64 {
            let width = min(bucketBits, 64 - knownBits)
            let shift = 64 - knownBits - width
            for index in 0..<1 << Int(bucketBits) { buckets[index] = 0 }
            forEachSlope { slope in
                let key = orderKey(slope)
                if knownBits == 0 || key >> (64 - knownBits) == prefix {
                    buckets[Int(key >> shift & (1 << width - 1))] += 1
                }
            }
            var bucket = 0
            while rank >= Int(buckets[bucket]) {
                rank -= Int(buckets[bucket])
                bucket += 1
            }
            prefix = prefix << width | UInt64(bucket)
            knownBits += width
            if Int(buckets[bucket]) <= room.poolCount {
                var kept = 0
                forEachSlope { slope in
                    if knownBits == 64 ? orderKey(slope) == prefix : orderKey(slope) >> (64 - knownBits) == prefix {
                        room.pool[kept] = slope
                        kept += 1
                    }
                }
                return selectElement(room.pool, low: 0, high: kept - 1, rank: rank)
            }
        }
        return valueOfOrderKey(prefix)
    }

    @inline(__always)
    private func forEachSlope(_ body: (Double) -> Void) {
        for first in 0..<count {
            var second = first + 1
            while second < count, room.groups[second] == room.groups[first] {
                if room.times[second] > room.times[first] {
                    body(pairSlope(room.values[first], room.times[first], room.values[second], room.times[second]))
                }
                second += 1
            }
        }
    }
}
