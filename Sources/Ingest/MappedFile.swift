// A file that a command reads for itself, mapped: it may be larger than memory, and somebody may change it meanwhile.

import Glibc

/// The bytes of an open file where they lie. Cut short while they are read, they are zeros from there on; whoever reads
/// them asks at the end whether they were those of one file (`isUnchanged`).
///
/// A page given back comes again when it is read: threads may share it.
package final class MappedFile: @unchecked Sendable {
    /// Valid as long as this object lives.
    package let bytes: UnsafeRawBufferPointer
    private let file: OpenFile
    private let mapping: UnsafeMutableRawPointer
    private let length: Int
    private let watch: MappingWatch

    /// Maps the file at `path`; `errno` tells why it cannot be (`EINVAL`: no regular file).
    package init?(path: String) {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        if descriptor < 0 { return nil }
        let file = OpenFile(descriptor: descriptor)
        self.file = file
        guard file.isFile else {
            errno = EINVAL
            return nil
        }
        let byteCount = file.byteCount
        guard let mapped = mmap(nil, max(1, byteCount), PROT_READ, MAP_PRIVATE, descriptor, 0), mapped != MAP_FAILED
        else { return nil }
        guard let watch = MappingWatch(of: UnsafeRawBufferPointer(start: mapped, count: max(1, byteCount))) else {
            munmap(mapped, max(1, byteCount))
            errno = EMFILE
            return nil
        }
        madvise(mapped, max(1, byteCount), MADV_SEQUENTIAL)
        self.watch = watch
        mapping = mapped
        length = max(1, byteCount)
        bytes = UnsafeRawBufferPointer(start: mapped, count: byteCount)
    }

    deinit {
        watch.end()
        munmap(mapping, length)
    }

    /// Gives the pages read so far back: they would count as our memory until the file is done.
    package func letGo() { madvise(mapping, length, MADV_DONTNEED) }

    /// Whether everything read so far is what the file said when it was opened, as far as its size and time tell, and none
    /// of it failed to be read.
    package var isUnchanged: Bool { !watch.wasHit && file.isUnwritten }
}
