// What is done when a page of a mapped file is not there any more: the system ends a program that reads it (SIGBUS).

import Glibc
import Synchronization

/// Stands watch over one mapping. The first read beyond what is left of its file finds zeros there, in place of ending the
/// program, and is remembered.
///
/// A read of any other memory that is not there ends the program as it would without this.
struct MappingWatch {
    /// Mappings watched at once: commands read one file a thread, of which there are at most 16.
    static let limit = 64

    private let place: Int

    /// - Returns: `nil` when so many mappings are watched already.
    init?(of mapping: UnsafeRawBufferPointer) {
        guard let begin = mapping.baseAddress else { return nil }
        _ = Watched.handler
        let page = UInt(sysconf(Int32(_SC_PAGESIZE)))
        let end = UInt(bitPattern: begin) + (UInt(mapping.count) + page - 1) / page * page
        for place in 0..<Self.limit {
            let slot = Watched.slots + place
            guard slot.pointee.isTaken.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged
            else { continue }
            slot.pointee.wasHit.store(false, ordering: .relaxed)
            slot.pointee.end.store(end, ordering: .relaxed)
            slot.pointee.begin.store(UInt(bitPattern: begin), ordering: .releasing)
            self.place = place
            return
        }
        return nil
    }

    /// Whether a read found no page.
    var wasHit: Bool { Watched.slots[place].wasHit.load(ordering: .acquiring) }

    /// To be called once, before the mapping goes.
    func end() {
        Watched.slots[place].begin.store(.max, ordering: .releasing)
        Watched.slots[place].isTaken.store(false, ordering: .releasing)
    }
}

private struct WatchedMapping: ~Copyable {
    let isTaken = Atomic<Bool>(false)
    /// Above every address while nothing is watched.
    let begin = Atomic<UInt>(.max)
    let end = Atomic<UInt>(0)
    let wasHit = Atomic<Bool>(false)
}

private enum Watched {
    nonisolated(unsafe) static let slots: UnsafeMutablePointer<WatchedMapping> = {
        let slots = UnsafeMutablePointer<WatchedMapping>.allocate(capacity: MappingWatch.limit)
        for place in 0..<MappingWatch.limit { (slots + place).initialize(to: WatchedMapping()) }
        return slots
    }()

    /// What the signal did before; set once, with the handler.
    nonisolated(unsafe) static let before = UnsafeMutablePointer<sigaction>.allocate(capacity: 1)

    static let handler: Void = {
        before.initialize(to: sigaction())
        _ = slots
        var action = sigaction()
        action.sa_flags = SA_SIGINFO
        action.__sigaction_handler.sa_sigaction = { _, info, _ in Watched.readFailed(info) }
        sigaction(SIGBUS, &action, before)
    }()

    /// Runs in the thread that read, between two of its instructions: it takes no lock and no memory.
    private static func readFailed(_ info: UnsafeMutablePointer<siginfo_t>?) {
        let code = errno
        defer { errno = code }
        let address = UInt(bitPattern: info?.pointee._sifields._sigfault.si_addr)
        let page = address & ~(UInt(sysconf(Int32(_SC_PAGESIZE))) - 1)
        for place in 0..<MappingWatch.limit {
            let begin = slots[place].begin.load(ordering: .acquiring)
            let end = slots[place].end.load(ordering: .relaxed)
            guard begin <= address, address < end else { continue }
            // Zeros from here to the end: the rest of the file is not read again, one page after the other.
            let zeros = mmap(
                UnsafeMutableRawPointer(bitPattern: page), Int(end - page), PROT_READ,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0)
            guard zeros != MAP_FAILED else { break }
            slots[place].wasHit.store(true, ordering: .releasing)
            return
        }
        // Not ours: read again, it does what it did before.
        sigaction(SIGBUS, before, nil)
    }
}
