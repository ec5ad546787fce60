// Finds the series of a long row from the bytes of its station and parameter, without making a string.

/// A hash table from (station bytes, parameter bytes) to what the writer needs for the row.
///
/// It lives for one slice. Its size, its text and the length of a probe are bounded: when a bound is reached the writer
/// ends the slice and starts an empty table, so that names chosen to collide cost slices, not time without end.
struct SeriesTable: ~Copyable {
    struct Entry {
        var hash: UInt64
        var textOffset: Int
        var stationLength: Int32
        var parameterLength: Int32
        /// Index into the block's series table; −1 marks a free place.
        var series: Int32
        var isNonNegative: Bool

        static let free = Entry(
            hash: 0, textOffset: 0, stationLength: 0, parameterLength: 0, series: -1, isNonNegative: false)
    }

    enum Lookup {
        /// Holds until the next insertion.
        case found(UnsafePointer<Entry>)
        case absent(hash: UInt64)
        case full
    }

    static let textLimit = 16 << 20
    static let entryLimit = 1 << 17
    static let probeLimit = 64

    private var entries: UnsafeMutablePointer<Entry>
    private var mask: Int
    private var count = 0
    private var text: UnsafeMutablePointer<UInt8>
    private var textCount = 0
    private var textCapacity = 4_096
    /// The entry of the row before, a free one at first: rows of one series mostly follow each other.
    private var last: UnsafeMutablePointer<Entry>

    init() {
        mask = 255
        entries = .allocate(capacity: 256)
        entries.initialize(repeating: .free, count: 256)
        last = entries
        text = .allocate(capacity: textCapacity + TextSource.padding)
    }

    deinit {
        entries.deallocate()
        text.deallocate()
    }

    mutating func removeAll() {
        entries.update(repeating: .free, count: mask + 1)
        count = 0
        textCount = 0
        last = entries
    }

    @inline(__always)
    mutating func find(station: Cell, parameter: Cell) -> Lookup {
        if last.pointee.series >= 0, matches(last, station, parameter) { return .found(UnsafePointer(last)) }
        return probe(station: station, parameter: parameter)
    }

    @inline(__always)
    private func matches(_ entry: UnsafeMutablePointer<Entry>, _ station: Cell, _ parameter: Cell) -> Bool {
        let stationLength = Int(entry.pointee.stationLength)
        let name = text + entry.pointee.textOffset
        return station.hasSameBytes(as: name, count: stationLength)
            && parameter.hasSameBytes(as: name + stationLength, count: Int(entry.pointee.parameterLength))
    }

    @inline(never)
    private mutating func probe(station: Cell, parameter: Cell) -> Lookup {
        let hash = Self.hash(parameter, seed: Self.hash(station, seed: 0x9E37_79B9_7F4A_7C15))
        var place = Int(truncatingIfNeeded: hash >> 20) & mask
        for _ in 0..<Self.probeLimit {
            let entry = entries + place
            if entry.pointee.series < 0 {
                let hasRoom = count < Self.entryLimit && textCount < Self.textLimit
                return hasRoom ? .absent(hash: hash) : .full
            }
            if entry.pointee.hash == hash, matches(entry, station, parameter) {
                last = entry
                return .found(UnsafePointer(entry))
            }
            place = (place + 1) & mask
        }
        return .full
    }

    /// - Precondition: `find` answered `.absent` with this hash for the same cells.
    mutating func insert(
        station: Cell, parameter: Cell, hash: UInt64, series: Int32, isNonNegative: Bool
    ) {
        if 2 * count > mask { grow() }
        let length = station.count + parameter.count
        reserveText(textCount + length)
        (text + textCount).update(from: station.start, count: station.count)
        (text + textCount + station.count).update(from: parameter.start, count: parameter.count)
        let entry = Entry(
            hash: hash, textOffset: textCount, stationLength: Int32(station.count),
            parameterLength: Int32(parameter.count), series: series, isNonNegative: isNonNegative)
        textCount += length
        count += 1
        place(entry)
    }

    private func place(_ entry: Entry) {
        var place = Int(truncatingIfNeeded: entry.hash >> 20) & mask
        while entries[place].series >= 0 { place = (place + 1) & mask }
        entries[place] = entry
    }

    private mutating func grow() {
        let old = entries
        let oldCount = mask + 1
        mask = 2 * oldCount - 1
        entries = .allocate(capacity: mask + 1)
        entries.initialize(repeating: .free, count: mask + 1)
        last = entries
        for index in 0..<oldCount where old[index].series >= 0 { place(old[index]) }
        old.deallocate()
    }

    private mutating func reserveText(_ size: Int) {
        if size <= textCapacity { return }
        let larger = max(size, 2 * textCapacity)
        let moved = UnsafeMutablePointer<UInt8>.allocate(capacity: larger + TextSource.padding)
        moved.update(from: text, count: textCount)
        text.deallocate()
        text = moved
        textCapacity = larger
    }

    @inline(__always)
    private static func hash(_ cell: Cell, seed: UInt64) -> UInt64 {
        var hash = seed ^ UInt64(truncatingIfNeeded: cell.count)
        var index = 0
        while index + 8 <= cell.count {
            hash = mix(hash ^ loadWord(cell.start + index))
            index += 8
        }
        if index < cell.count {
            let kept = UInt64.max >> UInt64(64 - 8 * (cell.count - index))
            hash = mix(hash ^ (loadWord(cell.start + index) & kept))
        }
        return hash
    }

    @inline(__always)
    private static func mix(_ value: UInt64) -> UInt64 {
        let product = value &* 0xD6E8_FEB8_6659_FD93
        return product ^ (product >> 32)
    }
}
