// The series a reader has met, found from the bytes that name them; kept from batch to batch.

internal import Monitoring

/// Tells one state of a directory from another: series numbers mean the same only under the same identity.
package final class DirectoryIdentity: Sendable {}

/// The numbers of a slice's series in the directory they came from: what a consumer may key its own caches with.
package struct SeriesNumbers: Sendable {
    package let identity: DirectoryIdentity
    /// Parallel to the block's series table.
    package internal(set) var numbers: [Int32] = []
}

/// A hash table from (station bytes, parameter bytes) to a series.
///
/// It outlives batches, so that a station's next batch makes no string. Its size, its text and the length of a probe
/// are bounded: when a bound is reached the writer ends the slice and empties the table, so that names chosen to
/// collide cost slices, not time without end.
final class SeriesDirectory {
    struct Entry {
        var hash: UInt64
        var textOffset: Int
        var stationLength: Int32
        var parameterLength: Int32
        /// Index into `keys`; −1 marks a free place.
        var number: Int32
        /// The entry whose row followed this one's last time: rows of one time come in the order of the time before.
        var next: Int32
        /// Which of the memory's dialects its rows are read in.
        var dialect: Int32
        /// Bytes of `station,parameter,` as a line begins with them; 0 where a line would need quotes, or is long, or its
        /// values are not taken as they stand.
        var prefixLength: Int16
        var isNonNegative: Bool
        /// Values are taken as they stand: a decimal point, the catalogue's unit.
        var isPlain: Bool

        static let free = Entry(
            hash: 0, textOffset: 0, stationLength: 0, parameterLength: 0, number: -1, next: -1, dialect: 0,
            prefixLength: 0, isNonNegative: false, isPlain: true)
    }

    /// Longest prefix that is compared at once: the padding of a window covers it and the field after it.
    private static let prefixLimit = 28

    enum Lookup {
        /// Holds until the next insertion.
        case found(UnsafePointer<Entry>)
        case absent(hash: UInt64)
        case full
    }

    static let textLimit = 16 << 20
    static let entryLimit = 1 << 17
    static let probeLimit = 64

    private(set) var identity = DirectoryIdentity()
    private var keys: [SeriesKey] = []
    /// The profile of each series that is not of the memory's first dialect.
    private var others: [Int32: SourceProfile] = [:]
    private var numbers: [SeriesKey: Int32] = [:]
    private var count = 0
    private var textCount = 0
    private var textCapacity = 4_096
    private var localCapacity = 256

    /// What every row reads, in plain memory: properties of a class are checked for exclusive access each time.
    private struct Hot {
        var entries: UnsafeMutablePointer<Entry>
        var mask: Int
        var text: UnsafeMutablePointer<UInt8>
        /// The entry of the row before, a free one at first: rows of one series mostly follow each other.
        var last: UnsafeMutablePointer<Entry>
        /// The index of each series in the block being filled, valid where its slice is the present one.
        var local: UnsafeMutablePointer<(slice: UInt64, index: Int32)>
        var slice: UInt64 = 0
    }

    private let hot: UnsafeMutablePointer<Hot>

    init() {
        let entries = UnsafeMutablePointer<Entry>.allocate(capacity: 256)
        entries.initialize(repeating: .free, count: 256)
        hot = .allocate(capacity: 1)
        hot.initialize(
            to: Hot(
                entries: entries, mask: 255, text: .allocate(capacity: 4_096 + TextSource.padding), last: entries,
                local: .allocate(capacity: 256)))
    }

    deinit {
        hot.pointee.entries.deallocate()
        hot.pointee.text.deallocate()
        hot.pointee.local.deallocate()
        hot.deallocate()
    }

    /// Forgets every series; numbers handed out before belong to the old identity.
    func removeAll() {
        hot.pointee.entries.update(repeating: .free, count: hot.pointee.mask + 1)
        hot.pointee.last = hot.pointee.entries
        count = 0
        textCount = 0
        identity = DirectoryIdentity()
        keys.removeAll()
        others.removeAll()
        numbers.removeAll()
    }

    func key(_ number: Int32) -> SeriesKey { keys[Int(number)] }

    /// Begins another slice: no series is in its block yet.
    func beginSlice() { hot.pointee.slice += 1 }

    /// The series of `entry` in the present slice's block, put there when it is not.
    @inline(__always)
    func localIndex(_ number: Int32, in sink: inout SliceBuilder) -> Int32 {
        let local = hot.pointee.local[Int(number)]
        if local.slice == hot.pointee.slice { return local.index }
        return addLocal(number, in: &sink)
    }

    @inline(never)
    private func addLocal(_ number: Int32, in sink: inout SliceBuilder) -> Int32 {
        let index = sink.appendSeries(keys[Int(number)], number: number, of: identity)
        hot.pointee.local[Int(number)] = (hot.pointee.slice, index)
        if let profile = others[number] { sink.note(series: index, readWith: profile) }
        return index
    }

    /// The series whose names begin the line, when it is the one expected after the row before, and of this dialect.
    ///
    /// - Precondition: `TextSource.padding` readable bytes follow the line's first.
    @inline(__always)
    func expected(at line: UnsafePointer<UInt8>, dialect: Int32) -> UnsafePointer<Entry>? {
        let slot = hot.pointee.last.pointee.next
        if slot < 0 { return nil }
        let entry = hot.pointee.entries + Int(slot)
        let length = Int(entry.pointee.prefixLength)
        guard length > 0, entry.pointee.dialect == dialect,
            paddedBytesEqual(line, hot.pointee.text + entry.pointee.textOffset, length)
        else { return nil }
        hot.pointee.last = entry
        return UnsafePointer(entry)
    }

    @inline(__always)
    func find(station: Cell, parameter: Cell) -> Lookup {
        let last = hot.pointee.last
        if last.pointee.number >= 0, matches(last, station, parameter) {
            last.pointee.next = Int32(last - hot.pointee.entries)
            return .found(UnsafePointer(last))
        }
        return probe(station: station, parameter: parameter)
    }

    @inline(__always)
    private func matches(_ entry: UnsafeMutablePointer<Entry>, _ station: Cell, _ parameter: Cell) -> Bool {
        let stationLength = Int(entry.pointee.stationLength)
        let name = hot.pointee.text + entry.pointee.textOffset
        return parameter.hasSameBytes(as: name + stationLength + 1, count: Int(entry.pointee.parameterLength))
            && station.hasSameBytes(as: name, count: stationLength)
    }

    private func probe(station: Cell, parameter: Cell) -> Lookup {
        let hash = Self.hash(parameter, seed: Self.hash(station, seed: 0x9E37_79B9_7F4A_7C15))
        let mask = hot.pointee.mask
        var place = Int(truncatingIfNeeded: hash >> 20) & mask
        for _ in 0..<Self.probeLimit {
            let entry = hot.pointee.entries + place
            if entry.pointee.number < 0 {
                let hasRoom = count < Self.entryLimit && textCount < Self.textLimit
                return hasRoom ? .absent(hash: hash) : .full
            }
            if entry.pointee.hash == hash, matches(entry, station, parameter) {
                hot.pointee.last.pointee.next = Int32(place)
                hot.pointee.last = entry
                return .found(UnsafePointer(entry))
            }
            place = (place + 1) & mask
        }
        return .full
    }

    /// - Parameter profile: that of the dialect, where it is not the memory's first.
    /// - Precondition: `find` answered `.absent` with this hash for the same cells.
    func insert(
        station: Cell, parameter: Cell, hash: UInt64, key: SeriesKey, dialect: Int32, profile: SourceProfile?,
        isNonNegative: Bool, isPlain: Bool
    ) {
        if 2 * count > hot.pointee.mask { grow() }
        let length = station.count + parameter.count + 2
        reserveText(textCount + length)
        let end = hot.pointee.text + textCount
        end.update(from: station.start, count: station.count)
        end[station.count] = UInt8(ascii: ",")
        (end + station.count + 1).update(from: parameter.start, count: parameter.count)
        end[length - 1] = UInt8(ascii: ",")
        let hasPrefix = isPlain && length <= Self.prefixLimit && !station.needsQuotes && !parameter.needsQuotes
        let number = number(of: key)
        if let profile { others[number] = profile }
        let entry = Entry(
            hash: hash, textOffset: textCount, stationLength: Int32(station.count),
            parameterLength: Int32(parameter.count), number: number, next: -1, dialect: dialect,
            prefixLength: hasPrefix ? Int16(length) : 0, isNonNegative: isNonNegative, isPlain: isPlain)
        textCount += length
        count += 1
        place(entry)
    }

    /// Two spellings of one series share its number.
    private func number(of key: SeriesKey) -> Int32 {
        let number = Int32(keys.count)
        let known = Self.take(number, &numbers[key])
        if known != number { return known }
        keys.append(key)
        if keys.count > localCapacity {
            let larger = UnsafeMutablePointer<(slice: UInt64, index: Int32)>.allocate(capacity: 2 * localCapacity)
            larger.update(from: hot.pointee.local, count: localCapacity)
            hot.pointee.local.deallocate()
            hot.pointee.local = larger
            localCapacity *= 2
        }
        (hot.pointee.local + Int(number)).initialize(to: (.max, -1))
        return number
    }

    /// Puts a number where none is; the one that is there. One look-up, where asking first would make it two.
    private static func take(_ number: Int32, _ place: inout Int32?) -> Int32 {
        if let known = place { return known }
        place = number
        return number
    }

    private func place(_ entry: Entry) {
        let mask = hot.pointee.mask
        var place = Int(truncatingIfNeeded: entry.hash >> 20) & mask
        while hot.pointee.entries[place].number >= 0 { place = (place + 1) & mask }
        hot.pointee.entries[place] = entry
    }

    private func grow() {
        let old = hot.pointee.entries
        let oldCount = hot.pointee.mask + 1
        hot.pointee.mask = 2 * oldCount - 1
        hot.pointee.entries = .allocate(capacity: 2 * oldCount)
        hot.pointee.entries.initialize(repeating: .free, count: 2 * oldCount)
        hot.pointee.last = hot.pointee.entries
        for index in 0..<oldCount where old[index].number >= 0 {
            old[index].next = -1
            place(old[index])
        }
        old.deallocate()
    }

    private func reserveText(_ size: Int) {
        if size <= textCapacity { return }
        let larger = max(size, 2 * textCapacity)
        let moved = UnsafeMutablePointer<UInt8>.allocate(capacity: larger + TextSource.padding)
        moved.update(from: hot.pointee.text, count: textCount)
        hot.pointee.text.deallocate()
        hot.pointee.text = moved
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

extension Cell {
    /// Whether a line would write this text in quotes.
    fileprivate var needsQuotes: Bool { bytes.contains { $0 == 0x2C || $0 == 0x22 || $0 == 0x0A || $0 == 0x0D } }
}
