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
    /// Bytes of the segment that are durable.
    private var syncedCount = 0
    /// Bytes of the file: beyond `writtenCount` lie zeros that keep room.
    private var fileByteCount = 0
    /// Appended and not written yet: the end of the segment as it will be.
    private var waiting: [UInt8] = []
    /// Numbers given to large batches since the book was opened.
    private var reserved: Set<Int> = []
    /// The highest number any segment has.
    private var lastNumber: Int

    /// Bytes that wait before they are written; more go straight to the file.
    private static let waitingLimit = 1 << 20
    /// Zeros written ahead at most; a small segment gets no more than it has.
    private static let roomLimit = 1 << 20
    /// Commits of more bytes get no room ahead: they would write it twice and gain nothing.
    private static let smallCommit = 1 << 17
    private static let zeros = [UInt8](repeating: 0, count: roomLimit)
    /// Segments that got their end mark since the last acknowledgement.
    private(set) var sealed: [(number: Int, byteCount: Int)] = []

    /// Opens the archive at its acknowledged end and cuts off whatever a crash left behind it.
    init(
        folder: String, segment: Int, byteCount: Int, recorded: Set<Int>, segmentLimit: Int = Archive.segmentLimit
    ) throws {
        self.folder = folder
        self.segmentLimit = segmentLimit
        self.segment = segment
        self.byteCount = byteCount
        lastNumber = max(segment, recorded.max() ?? 0)
        try removeSegments { $0 != segment && !recorded.contains($0) }
        try openSegment()
        try cutTail()
    }

    deinit {
        trim()
        if descriptor >= 0 { _ = Glibc.close(descriptor) }
    }

    static func fileName(_ segment: Int) -> String {
        let digits = String(segment)
        return "segment-" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits + ".tar"
    }

    /// Appends one batch; it is durable, and may be recorded, only after `sync`.
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
            fileByteCount = max(fileByteCount, writtenCount)
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
        fileByteCount = max(fileByteCount, writtenCount)
        waiting.removeAll(keepingCapacity: true)
    }

    /// Makes everything appended so far durable.
    ///
    /// Where a batch overwrites zeros of the file, its length and its extents stay: one write to the disk then, not
    /// three. `fdatasync` writes them wherever they changed.
    func sync() throws(BookProblem) {
        guard isDirty else { return }
        let isGrowing = writtenCount + waiting.count > fileByteCount
        try flush()
        if isGrowing, writtenCount - syncedCount < Self.smallCommit { keepRoom() }
        guard fdatasync(descriptor) == 0 else { throw systemProblem("fdatasync", path: path) }
        syncedCount = writtenCount
        isDirty = false
    }

    /// Writes zeros behind the segment's end for the batches to come. Room that the disk does not have is done without.
    private func keepRoom() {
        let byteCount = min(Self.roomLimit, writtenCount, segmentLimit - writtenCount)
        guard byteCount > 0 else { return }
        let count = Self.zeros.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, byteCount, off_t(writtenCount)) }
        fileByteCount = max(fileByteCount, writtenCount + max(0, count))
    }

    /// Gives back the room that nothing was put in.
    func trim() {
        // Not what waits: it was never written, so nothing can count on it.
        if descriptor >= 0, fileByteCount > writtenCount, ftruncate(descriptor, off_t(writtenCount)) == 0 {
            fileByteCount = writtenCount
        }
    }

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
        try flush()
        trim()
        try sync()
        sealed.append((segment, byteCount))
        _ = Glibc.close(descriptor)
        lastNumber += 1
        segment = lastNumber
        byteCount = 0
        writtenCount = 0
        syncedCount = 0
        fileByteCount = 0
        try openSegment()
    }

    private func openSegment() throws(BookProblem) {
        descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw systemProblem("open", path: path) }
        try syncFolder(folder)
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
        syncedCount = byteCount
        fileByteCount = byteCount
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
