// The raw batches, appended to tar segments: what every figure can be traced back to.

import Formats
import Foundation
import Glibc
import Monitoring

/// Where a raw batch lies in the archive.
package struct ArchivePlace: Hashable, Sendable {
    package let segment: Int
    /// Bytes from the start of the segment to the first byte of the batch.
    package let offset: Int
    package let byteCount: Int

    /// The segment's file in the data folder: `archive/segment-000001.tar`.
    package var path: String { "archive/" + Archive.fileName(segment) }
}

/// The open end of the archive; used by the one writer only.
final class Archive {
    /// A segment is closed when the next batch would make it longer: small enough to copy, large enough to be few.
    static let segmentLimit = 1 << 30

    private let folder: String
    private let segmentLimit: Int
    private var descriptor: Int32 = -1
    private(set) var segment: Int
    private(set) var byteCount: Int
    private var isDirty = false
    /// Bytes of the segment that are written.
    private var writtenCount = 0
    /// Bytes of the segment that the disk or the book's tail keeps.
    private var keptCount = 0
    /// Pieces of the tail that hold bytes the disk may not have.
    private var tailCount = 0
    /// Whether the book's tail has any pieces.
    private(set) var hasTail: Bool
    /// Appended and not written yet: the end of the segment as it will be.
    private var waiting: [UInt8] = []
    /// Numbers given to large batches since the book was opened.
    private var reserved: Set<Int> = []
    /// The highest number any segment has.
    private var lastNumber: Int

    /// Bytes that wait before they are written; more go straight to the file.
    private static let waitingLimit = 1 << 20
    /// Segments that got their end mark since the last acknowledgement.
    private(set) var sealed: [(number: Int, byteCount: Int)] = []

    /// Opens the archive at its acknowledged end: puts back what only the book's tail kept, and cuts off whatever a crash
    /// left behind it.
    init(
        folder: String, segment: Int, byteCount: Int, recorded: Set<Int>, tail: [ArchiveTail.Piece],
        segmentLimit: Int = Archive.segmentLimit
    ) throws {
        self.folder = folder
        self.segmentLimit = segmentLimit
        self.segment = segment
        self.byteCount = byteCount
        lastNumber = max(segment, recorded.max() ?? 0)
        hasTail = !tail.isEmpty
        try removeSegments { $0 != segment && !recorded.contains($0) }
        try openSegment()
        try putBack(tail)
        try cutTail()
    }

    deinit {
        if descriptor >= 0 { _ = Glibc.close(descriptor) }
    }

    static func fileName(_ segment: Int) -> String {
        let digits = String(segment)
        return "segment-" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits + ".tar"
    }

    /// Appends one batch; it is durable, and may be acknowledged, only after `keep` and the commit that follows.
    func append(_ member: SegmentMember, bytes: UnsafeRawBufferPointer) throws(BookProblem) -> ArchivePlace {
        let header = member.header
        let tail = SegmentMember.padding(bytes.count)
        let length = header.count + bytes.count + tail
        if byteCount > 0, byteCount + length + SegmentMember.endMark.count > segmentLimit { try startSegment() }
        isDirty = true
        waiting.append(contentsOf: header)
        if waiting.count + bytes.count > Self.waitingLimit {
            try flush()
            try write(bytes, at: writtenCount)
            writtenCount += bytes.count
        } else {
            waiting.append(contentsOf: bytes)
        }
        let place = ArchivePlace(segment: segment, offset: byteCount + header.count, byteCount: bytes.count)
        byteCount += length
        // After bytes that were written straight, the padding begins what waits.
        waiting.append(contentsOf: repeatElement(0, count: tail))
        return place
    }

    /// A segment of its own for one large batch, which is written beside the present one.
    func reserveSegment() -> (number: Int, path: String) {
        lastNumber += 1
        reserved.insert(lastNumber)
        return (lastNumber, folder + "/" + Self.fileName(lastNumber))
    }

    /// Writes what waits; it lies right before the segment's end.
    private func flush() throws(BookProblem) {
        if waiting.isEmpty { return }
        try write(waiting, at: writtenCount)
        writtenCount += waiting.count
        waiting.removeAll(keepingCapacity: true)
    }

    /// Makes everything appended so far durable, at the latest with the commit of the transaction that `tail` is of.
    ///
    /// A few bytes go into the book's tail beside the segment, and the transaction's own `fdatasync` is the only one; more
    /// of them, or a tail that is full, wait for the segment's.
    func keep(in tail: ArchiveTail) throws {
        guard isDirty else { return }
        let pieces = ArchiveTail.pieces(of: waiting.count)
        let isSmall = keptCount == writtenCount && pieces <= ArchiveTail.commitLimit
        guard isSmall, tailCount + pieces <= ArchiveTail.limit else { return try sync() }
        try tail.keep(waiting, segment: segment, offset: writtenCount, from: tailCount)
        tailCount += pieces
        hasTail = true
        try flush()
        keptCount = writtenCount
        isDirty = false
    }

    /// Makes everything appended so far durable by itself.
    func sync() throws(BookProblem) {
        try flush()
        guard isDirty || tailCount > 0 else { return }
        guard fdatasync(descriptor) == 0 else { throw systemProblem("fdatasync", path: path) }
        keptCount = writtenCount
        tailCount = 0
        isDirty = false
    }

    /// The book's tail was emptied.
    func forgetTail() { hasTail = false }

    /// The book has recorded the present end.
    func acknowledge() { sealed.removeAll() }

    /// Goes back to an acknowledged end after a transaction that did not commit.
    func revert(segment: Int, byteCount: Int) throws {
        sealed.removeAll()
        waiting.removeAll()
        if segment != self.segment {
            let abandoned = self.segment
            _ = Glibc.close(descriptor)
            self.segment = segment
            try openSegment()
            try removeSegments { $0 > segment && $0 <= abandoned && !reserved.contains($0) }
        }
        self.byteCount = byteCount
        try cutTail()
        isDirty = false
    }

    private var path: String { folder + "/" + Self.fileName(segment) }

    private func startSegment() throws(BookProblem) {
        waiting.append(contentsOf: SegmentMember.endMark)
        byteCount += SegmentMember.endMark.count
        isDirty = true
        try sync()
        sealed.append((segment, byteCount))
        _ = Glibc.close(descriptor)
        lastNumber += 1
        segment = lastNumber
        byteCount = 0
        writtenCount = 0
        keptCount = 0
        try openSegment()
    }

    private func openSegment() throws(BookProblem) {
        descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw systemProblem("open", path: path) }
        try syncFolder(folder)
    }

    /// A crash may have taken what was written and not made durable: the pieces that the book has are written again.
    private func putBack(_ tail: [ArchiveTail.Piece]) throws(BookProblem) {
        for piece in tail where piece.offset + piece.bytes.count <= byteCount {
            // Beyond a gap nothing is put back: the length then tells that the file is damaged.
            guard piece.offset <= Int(lseek(descriptor, 0, SEEK_END)) else { break }
            try write(piece.bytes, at: piece.offset)
        }
        // What an earlier process wrote and only the tail keeps must be on the disk before the tail is used anew.
        guard tail.isEmpty || fdatasync(descriptor) == 0 else { throw systemProblem("fdatasync", path: path) }
    }

    private func cutTail() throws(BookProblem) {
        let length = Int(lseek(descriptor, 0, SEEK_END))
        guard length >= byteCount else {
            throw BookProblem(
                .archiveDamaged, place: path,
                message: "the segment has \(length) bytes, but \(byteCount) were acknowledged.",
                remedy: "Restore this file from a backup; the book names the batches that are in it.")
        }
        if length > byteCount {
            guard ftruncate(descriptor, off_t(byteCount)) == 0, fsync(descriptor) == 0 else {
                throw systemProblem("truncate", path: path)
            }
        }
        writtenCount = byteCount
        keptCount = byteCount
    }

    /// Removes the files of segments that hold only batches that were never acknowledged.
    private func removeSegments(where isAbandoned: (Int) -> Bool) throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        let abandoned = names.filter { name in
            guard name.hasPrefix("segment-"), name.hasSuffix(".tar"),
                let number = Int(name.dropFirst("segment-".count).dropLast(".tar".count))
            else { return false }
            return isAbandoned(number)
        }
        for name in abandoned where unlink(folder + "/" + name) != 0 {
            throw systemProblem("unlink", path: folder + "/" + name)
        }
        if !abandoned.isEmpty { try syncFolder(folder) }
    }

    private func write(_ bytes: [UInt8], at offset: Int) throws(BookProblem) {
        var problem: BookProblem?
        bytes.withUnsafeBytes { raw in
            do throws(BookProblem) { try write(raw, at: offset) } catch { problem = error }
        }
        if let problem { throw problem }
    }

    private func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(BookProblem) {
        try writeAll(descriptor, bytes, at: offset, path: path)
    }
}

/// Makes the names in a folder durable.
func syncFolder(_ path: String) throws(BookProblem) {
    let descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw systemProblem("open", path: path) }
    defer { _ = Glibc.close(descriptor) }
    guard fsync(descriptor) == 0 else { throw systemProblem("fsync", path: path) }
}

/// Makes what was written to a file, and its length, durable; a file that is not there is.
func syncFile(_ path: String) throws(BookProblem) {
    let descriptor = Glibc.open(path, O_RDWR | O_CLOEXEC)
    if descriptor < 0, errno == ENOENT { return }
    guard descriptor >= 0 else { throw systemProblem("open", path: path) }
    defer { _ = Glibc.close(descriptor) }
    guard fsync(descriptor) == 0 else { throw systemProblem("fsync", path: path) }
}

/// Makes a folder unless it exists.
func makeFolder(_ path: String) throws(BookProblem) {
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw systemProblem("mkdir", path: path) }
}

/// Makes a folder and those above it unless they exist.
func makeFolders(_ path: String) throws(BookProblem) {
    if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
    guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex else {
        throw systemProblem("mkdir", path: path)
    }
    try makeFolders(String(path[..<slash]))
    try makeFolder(path)
}
