// A batch's bytes where they lie in the archive, mapped into memory a part at a time.

import Formats
import Glibc
package import Monitoring

/// The raw bytes of a batch in its segment, which nobody changes once it is acknowledged.
///
/// Nothing of it changes, and a page given back comes again when it is read: threads may share it.
package final class MappedBatch: @unchecked Sendable {
    /// Valid as long as this object lives.
    package let bytes: UnsafeRawBufferPointer
    private let mapping: UnsafeMutableRawPointer
    private let length: Int

    /// - Throws: `BookProblem` when the segment is missing or shorter than the batch.
    convenience init(_ place: ArchivePlace, path: String) throws {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw systemProblem("open", path: path) }
        defer { _ = Glibc.close(descriptor) }
        guard Int(lseek(descriptor, 0, SEEK_END)) >= place.offset + place.byteCount else {
            throw BookProblem(
                .archiveDamaged, place: path, message: "the segment ends inside the batch at \(place.offset).",
                remedy: "Restore this file from a backup.")
        }
        try self.init(descriptor, offset: place.offset, byteCount: place.byteCount, path: path)
    }

    private init(_ descriptor: Int32, offset: Int, byteCount: Int, path: String) throws {
        // A mapping begins at a page; the batch where it begins.
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let from = offset / page * page
        length = offset + byteCount - from
        guard let mapped = mmap(nil, max(1, length), PROT_READ, MAP_PRIVATE, descriptor, off_t(from)),
            mapped != MAP_FAILED
        else { throw systemProblem("mmap", path: path) }
        mapping = mapped
        madvise(mapped, length, MADV_SEQUENTIAL)
        bytes = UnsafeRawBufferPointer(start: mapped + (offset - from), count: byteCount)
    }

    deinit { munmap(mapping, max(1, length)) }

    /// Gives the pages read so far back: they would count as our memory until the batch is done.
    package func letGo() { madvise(mapping, length, MADV_DONTNEED) }

    /// What a receipt calls the batch; the bytes are walked over without being held.
    package func digest() -> Digest256 { sha256(bytes) { letGo() } }
}
