// The raw batches, appended to tar segments: what every figure can be traced back to.

import Formats
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
    /// Segments that got their end mark since the last acknowledgement.
    private(set) var sealed: [(number: Int, byteCount: Int)] = []

    /// Opens the archive at its acknowledged end and cuts off whatever a crash left behind it.
    init(
        folder: String, segment: Int, byteCount: Int, segmentLimit: Int = Archive.segmentLimit
    ) throws(BookProblem) {
        self.folder = folder
        self.segmentLimit = segmentLimit
        self.segment = segment
        self.byteCount = byteCount
        try openSegment()
        try cutTail()
        try removeSegments(after: segment)
    }

    deinit {
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
        try write(header, at: byteCount)
        try write(bytes, at: byteCount + header.count)
        try write([UInt8](repeating: 0, count: tail), at: byteCount + header.count + bytes.count)
        let place = ArchivePlace(segment: segment, offset: byteCount + header.count, byteCount: bytes.count)
        byteCount += length
        return place
    }

    /// Makes everything appended so far durable.
    func sync() throws(BookProblem) {
        guard isDirty else { return }
        guard fsync(descriptor) == 0 else { throw systemProblem("fsync", path: path) }
        isDirty = false
    }

    /// The book has recorded the present end.
    func acknowledge() { sealed.removeAll() }

    /// Goes back to an acknowledged end after a transaction that did not commit.
    func revert(segment: Int, byteCount: Int) throws(BookProblem) {
        sealed.removeAll()
        if segment != self.segment {
            _ = Glibc.close(descriptor)
            self.segment = segment
            try openSegment()
            try removeSegments(after: segment)
        }
        self.byteCount = byteCount
        try cutTail()
        isDirty = false
    }

    private var path: String { folder + "/" + Self.fileName(segment) }

    private func startSegment() throws(BookProblem) {
        try write(SegmentMember.endMark, at: byteCount)
        byteCount += SegmentMember.endMark.count
        isDirty = true
        try sync()
        sealed.append((segment, byteCount))
        _ = Glibc.close(descriptor)
        segment += 1
        byteCount = 0
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
    }

    /// Later segments hold only batches that were never acknowledged.
    private func removeSegments(after last: Int) throws(BookProblem) {
        var number = last + 1
        while unlink(folder + "/" + Self.fileName(number)) == 0 { number += 1 }
        if number > last + 1 { try syncFolder(folder) }
    }

    private func write(_ bytes: [UInt8], at offset: Int) throws(BookProblem) {
        var problem: BookProblem?
        bytes.withUnsafeBytes { raw in
            do throws(BookProblem) { try write(raw, at: offset) } catch { problem = error }
        }
        if let problem { throw problem }
    }

    private func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(BookProblem) {
        var done = 0
        while done < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
            let written = pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw systemProblem("write", path: path) }
            done += written
        }
    }
}

/// Makes the names in a folder durable.
func syncFolder(_ path: String) throws(BookProblem) {
    let descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
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
