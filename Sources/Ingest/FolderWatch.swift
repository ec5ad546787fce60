// The kernel's word on a tree of folders (inotify): what was closed or moved in, told within a moment.

import Dispatch
import Glibc

/// Watches folders for files that are complete; how one is named is the caller's business.
///
/// The descriptors are fixed at the start, so that any task may wait while another adds folders.
package final class FolderWatch: Sendable {
    struct Event {
        let folder: Int32
        let mask: UInt32
        let name: [UInt8]

        func has(_ bits: Int) -> Bool { mask & UInt32(bits) != 0 }
        /// Something happened to a folder, or events were lost: only a sweep tells what is there now.
        var changesTree: Bool { has(Int(IN_ISDIR)) || has(Int(IN_Q_OVERFLOW)) || has(Int(IN_IGNORED)) || name.isEmpty }
        var isLost: Bool { has(Int(IN_Q_OVERFLOW)) }
        var beginsFile: Bool { has(Int(IN_CREATE)) }
        var completesFile: Bool { has(Int(IN_CLOSE_WRITE)) || has(Int(IN_MOVED_TO)) }
    }

    /// Reads of one `drain`: what more waits is taken by the next, so that a flood cannot hold the caller.
    private static let readLimit = 64
    private static let bufferBytes = 64 << 10

    /// −1 when the system grants no inotify instance: then only sweeps find files.
    private let descriptor: Int32
    private let wakeReader: Int32
    private let wakeWriter: Int32
    /// Blocks in `poll`, on behalf of one waiting task.
    private let queue = DispatchQueue(label: "tributary.folder-watch")

    init() throws(FolderProblem) {
        descriptor = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw FolderProblem(call: "pipe", path: "", code: errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        (wakeReader, wakeWriter) = (ends[0], ends[1])
    }

    deinit {
        for open in [descriptor, wakeReader, wakeWriter] where open >= 0 { _ = close(open) }
    }

    /// Watches one folder; the same folder again gives the same number.
    ///
    /// - Returns: the folder's number, or `nil` when the kernel watches no more (`fs.inotify.max_user_watches`).
    func add(_ path: UnsafePointer<CChar>) -> Int32? {
        let bits = IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_DELETE_SELF | IN_MOVE_SELF
        let number = inotify_add_watch(descriptor, path, UInt32(bits) | UInt32(IN_ONLYDIR))
        return number < 0 ? nil : number
    }

    func remove(_ folder: Int32) { _ = inotify_rm_watch(descriptor, folder) }

    /// Hands on what was told since the last call, in order.
    func drain(_ body: (Event) -> Void) {
        if descriptor < 0 { return }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.bufferBytes, alignment: 8)
        defer { buffer.deallocate() }
        let head = MemoryLayout<inotify_event>.size
        for _ in 0..<Self.readLimit {
            let count = read(descriptor, buffer.baseAddress, buffer.count)
            if count <= 0 { return }
            var offset = 0
            while offset + head <= count {
                let event = buffer.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
                let name = buffer[(offset + head)..<(offset + head + Int(event.len))].prefix { $0 != 0 }
                body(Event(folder: event.wd, mask: event.mask, name: Array(name)))
                offset += head + Int(event.len)
            }
        }
    }

    /// Returns when there is something to drain, when `pause` is over, or when the task is cancelled.
    package func wait(atMost pause: Duration) async {
        let milliseconds = Int32(clamping: Int64(pause / .milliseconds(1)))
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                queue.async { [self] in
                    // A negative descriptor is passed over by poll.
                    var waited = [
                        pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
                        pollfd(fd: wakeReader, events: Int16(POLLIN), revents: 0),
                    ]
                    _ = poll(&waited, nfds_t(waited.count), milliseconds)
                    continuation.resume()
                }
            }
        } onCancel: {
            // Never read back: whoever is told to end does not wait again.
            _ = write(wakeWriter, [1] as [UInt8], 1)
        }
    }
}
