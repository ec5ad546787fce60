// Collects what a reader makes of its rows into slices of bounded size.

internal import Exact
internal import Monitoring

/// Rows are staged in plain memory and moved to the block's columns a few thousand at a time.
struct SliceBuilder: ~Copyable {
    /// Rejections or reported verdicts that fill a slice; each is a few hundred bytes.
    private static let textLimit = 16_384

    private(set) var rowCount = 0
    private(set) var unkeptRejections = 0
    /// Raised when the slice is as large as it may be; the reader stops before its next row.
    private(set) var isFull = false
    /// Counts slices: indexes into the block's tables hold for one generation only.
    private(set) var generation = 0
    private var slice = DecodedSlice()
    /// Series of the slice that were read with another profile than the batch's own, by their index.
    private var others: [Int32: SourceProfile] = [:]
    /// The profiles besides the batch's own that rows were read with so far.
    private(set) var otherProfiles: [SourceProfile] = []
    private var keptRejections = 0
    private var sliceRows = 0
    private var staged = 0
    private let limits: ReadLimits
    private let format: FormatID
    private let profile: SourceProfile
    /// The member or sheet of a container, empty for a batch that is one text.
    private let part: String
    private var cited: [EvidenceDocument.Name: Int] = [:]
    private(set) var documents: [EvidenceDocument] = []

    private let stage: SliceStage
    private let workspace: DecodeWorkspace
    // The stage's columns, reached without a class in between.
    private let series: UnsafeMutablePointer<Int32>
    private let start: UnsafeMutablePointer<Int64>
    private let mantissa: UnsafeMutablePointer<Int64>
    private let exponent: UnsafeMutablePointer<Int8>
    private let qualifier: UnsafeMutablePointer<UInt8>
    private let flag: UnsafeMutablePointer<UInt16>
    private let row: UnsafeMutablePointer<Int32>

    init(
        format: FormatID, profile: SourceProfile, limits: ReadLimits, workspace: DecodeWorkspace, part: String = ""
    ) {
        self.limits = limits
        self.format = format
        self.profile = profile
        self.workspace = workspace
        self.part = part
        slice.format = format
        slice.profile = profile
        slice.part = part
        let stage = workspace.takeStage()
        self.stage = stage
        (series, start, mantissa, exponent) = (stage.series, stage.start, stage.mantissa, stage.exponent)
        (qualifier, flag, row) = (stage.qualifier, stage.flag, stage.row)
    }

    deinit { workspace.keep(stage) }

    @inline(__always)
    mutating func countRow() { rowCount &+= 1 }

    /// Takes back the count of a line that is a repeated header, or that waits for the next slice.
    mutating func uncountRow() { rowCount -= 1 }

    mutating func append(
        series index: Int32, start stamp: Int64, value: ExactDecimal, qualifier sign: Qualifier, flag flagIndex: UInt16,
        row line: Int
    ) {
        append(
            series: index, start: stamp, mantissa: value.mantissa, exponent: value.exponent, qualifier: sign.rawValue,
            flag: flagIndex, row: line)
    }

    @inline(__always)
    mutating func append(
        series index: Int32, start stamp: Int64, mantissa digits: Int64, exponent power: Int8, qualifier sign: UInt8,
        flag flagIndex: UInt16, row line: Int
    ) {
        series[staged] = index
        start[staged] = stamp
        mantissa[staged] = digits
        exponent[staged] = power
        qualifier[staged] = sign
        flag[staged] = flagIndex
        row[staged] = Int32(truncatingIfNeeded: line)
        staged &+= 1
        sliceRows &+= 1
        if staged == SliceStage.capacity { moveStaged() }
        if sliceRows >= limits.blockRows { isFull = true }
    }

    /// Rows that may be put one after another, before one must go through `append` and be looked after.
    var runLimit: Int { min(SliceStage.capacity - staged, limits.blockRows - sliceRows, limits.rows - rowCount) - 1 }

    /// Puts an ordinary row `offset` places behind what is counted; `count(run:)` counts it.
    ///
    /// - Precondition: `offset` is less than `runLimit`.
    @inline(__always)
    func put(
        at offset: Int, series index: Int32, start stamp: Int64, mantissa digits: Int64, exponent power: Int8,
        flag flagIndex: UInt16, row line: Int
    ) {
        let place = staged &+ offset
        series[place] = index
        start[place] = stamp
        mantissa[place] = digits
        exponent[place] = power
        qualifier[place] = 0
        flag[place] = flagIndex
        row[place] = Int32(truncatingIfNeeded: line)
    }

    mutating func count(run count: Int) {
        staged &+= count
        sliceRows &+= count
        rowCount &+= count
    }

    mutating func reject(_ rejection: Rejection) {
        guard keptRejections < limits.keptRejections else {
            unkeptRejections += 1
            return
        }
        keptRejections += 1
        slice.rejections.append(rejection.inPart(part))
        if slice.rejections.count >= Self.textLimit { isFull = true }
    }

    /// Counts a row that cites `name`; `false` when the batch cites too many documents.
    mutating func cite(_ name: EvidenceDocument.Name) -> Bool {
        if let index = cited[name] {
            documents[index].rowCount += 1
            return true
        }
        guard documents.count < limits.documents else { return false }
        cited[name] = documents.count
        documents.append(EvidenceDocument(name: name, rowCount: 1))
        return true
    }

    mutating func report(_ verdict: ReportedVerdict) {
        slice.reported.append(verdict)
        if slice.reported.count >= Self.textLimit { isFull = true }
    }

    mutating func index(of key: SeriesKey) -> Int32 { slice.block.index(of: key) }

    /// The same for rows of a station that were read with another profile than the batch's own.
    mutating func index(of key: SeriesKey, readWith profile: SourceProfile) -> Int32 {
        let count = slice.block.seriesTable.count
        let index = slice.block.index(of: key)
        if Int(index) == count { note(series: index, readWith: profile) }
        return index
    }

    /// Says that the series at `index` was read with another profile than the batch's own.
    mutating func note(series index: Int32, readWith profile: SourceProfile) {
        others[index] = profile
        if !otherProfiles.contains(profile) { otherProfiles.append(profile) }
    }

    /// Adds a series that is not in the slice yet, with its number in a directory.
    ///
    /// - Precondition: all series of a slice come from one directory, each once.
    mutating func appendSeries(_ key: SeriesKey, number: Int32, of identity: DirectoryIdentity) -> Int32 {
        if slice.numbers == nil {
            slice.numbers = SeriesNumbers(identity: identity)
            slice.numbers?.numbers.reserveCapacity(16)
        }
        slice.numbers?.numbers.append(number)
        return slice.block.append(newSeries: key)
    }

    /// The index of `flag`; a slice whose flag table is nearly full is handed on before the next row.
    mutating func index(ofFlag flag: String) -> UInt16 {
        if slice.block.flagTable.count > ObservationBlock.flagLimit - 64 { isFull = true }
        return slice.block.index(ofFlag: flag) ?? 0
    }

    mutating func markFull() { isFull = true }

    /// The station of the first row in hand.
    var firstStation: StationID? {
        staged > 0 ? slice.block.seriesTable[Int(series[0])].station : nil
    }

    /// Hands on the slice so far, one for each profile its rows were read with; a new one begins.
    mutating func handOn(_ take: (consuming DecodedSlice) throws -> Void) rethrows {
        let others = self.others
        guard let slice = end() else { return }
        if others.isEmpty {
            try take(slice)
        } else {
            for part in slice.divided(others) { try take(part) }
        }
    }

    /// Forgets the slice so far.
    mutating func drop() { _ = end() }

    /// The slice so far, or `nil` when it holds nothing; a new one begins.
    private mutating func end() -> DecodedSlice? {
        if !others.isEmpty { others.removeAll() }
        moveStaged()
        isFull = false
        let taken = slice
        slice = DecodedSlice()
        slice.format = format
        slice.profile = profile
        slice.part = part
        generation += 1
        sliceRows = 0
        return taken.isEmpty ? nil : taken
    }

    @inline(never)
    private mutating func moveStaged() {
        if staged == 0 { return }
        if slice.block.isEmpty, staged == SliceStage.capacity { slice.block.reserve(limits.blockRows) }
        slice.block.append(
            series: UnsafeBufferPointer(start: series, count: staged),
            start: UnsafeBufferPointer(start: start, count: staged),
            mantissa: UnsafeBufferPointer(start: mantissa, count: staged),
            exponent: UnsafeBufferPointer(start: exponent, count: staged),
            qualifier: UnsafeBufferPointer(start: qualifier, count: staged),
            flag: UnsafeBufferPointer(start: flag, count: staged),
            row: UnsafeBufferPointer(start: row, count: staged))
        staged = 0
    }
}
