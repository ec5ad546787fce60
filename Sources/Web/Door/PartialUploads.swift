// All uploads that can be resumed: who may go on with which, one request at a time, within the limits of the door.

import Glibc
import Monitoring
import NIOCore
import NIOPosix
import Synchronization

/// The uploads that were begun and are not whole yet, in files of the spool folder.
///
/// They outlive the daemon and the machine's run: what `Upload-Offset` acknowledges is on the disk before it is said.
/// What came beyond that goes on too unless the machine was restarted meanwhile.
/// Source: draft-ietf-httpbis-resumable-upload-12, section 4.1.1.
final class PartialUploads: Sendable {
    private struct Entry {
        let upload: PartialUpload
        /// Seconds since 1970 of the last request that brought something.
        var touched: Int
        /// Grows with each such request: which upload rested longest, within a second as well.
        var turn = 0
        var holder: Holder?
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    /// The request that has an upload at present.
    private struct Holder {
        let channel: any Channel
        /// Its bytes are on their way into the book: no longer to be interrupted.
        var isDelivering = false
    }

    private struct State {
        var entries: [String: Entry] = [:]
        var byteCount = 0
        var lastTurn = 0
        /// Files to be removed once the lock is open again.
        var doomed: [String] = []
    }

    private let folder: String
    private let limits: DoorLimits
    /// Names the run of the operating system.
    private let boot: String
    private let state: Mutex<State>

    /// Takes up what an earlier run of the daemon left in the folder.
    init(folder: String, limits: DoorLimits) throws(SpoolFault) {
        self.folder = folder
        self.limits = limits
        // Without an answer only what was kept is taken up: no boot is named so.
        boot = PartialFiles.text(of: "/proc/sys/kernel/random/boot_id") ?? "unknown \(getpid()) \(Self.now())"
        var found = State()
        for (upload, touched) in try PartialFiles.uploads(in: folder, boot: boot) {
            found.entries[upload.id] = Entry(upload: upload, touched: touched)
            found.byteCount += upload.byteCount
        }
        state = Mutex(found)
    }

    // MARK: One request at a time

    /// Begins an upload; it is the caller's until `release` or `remove`.
    ///
    /// Its files are made on a thread that may wait for the disk, once its place is taken.
    func begin(_ head: PartialHead, for channel: any Channel) async throws -> PartialUpload {
        let upload = try reserve(head, for: channel)
        do {
            try await NIOThreadPool.singleton.runIfActive { try upload.create() }
        } catch {
            remove(upload)
            throw error
        }
        return upload
    }

    private func reserve(_ head: PartialHead, for channel: any Channel) throws(Refusal) -> PartialUpload {
        try change { (state) throws(Refusal) in
            removeExpired(&state)
            let own = state.entries.values.filter { $0.upload.head.sender == head.sender }
            if own.count >= limits.partialUploadsPerSender {
                guard let resting = own.filter({ $0.holder == nil }).min(by: { $0.turn < $1.turn }) else {
                    throw .tooManyPartialUploads(limits)
                }
                remove(resting.upload, &state)
            }
            guard state.byteCount < limits.partialBytes else { throw .noRoomForPartialUploads(limits) }
            let upload = PartialUpload(id: PartialFiles.newID(), folder: folder, head: head, boot: boot)
            state.entries[upload.id] = Entry(upload: upload, touched: Self.now(), holder: Holder(channel: channel))
            touch(upload, &state)
            return upload
        }
    }

    private enum Claim {
        case taken(PartialUpload)
        /// Another request has it; it had its `turn` when it last brought something.
        case busy(any Channel, turn: Int)
        case unknown
    }

    /// Has the upload `id` of `sender` for one request; it is the caller's until `release` or `remove`.
    ///
    /// A request that has it is ended first, once nothing comes any more: its sender has given it up, or would not ask
    /// again, and what is on its way is still to be kept.
    /// Source: draft-ietf-httpbis-resumable-upload-12, section 4.6.
    func claim(_ id: String, of sender: String, for channel: any Channel) async throws(Refusal) -> PartialUpload {
        while true {
            let claim = change { state -> Claim in
                removeExpired(&state)
                guard let entry = state.entries[id], entry.upload.head.sender == sender else { return .unknown }
                guard let holder = entry.holder else {
                    state.entries[id]?.holder = Holder(channel: channel)
                    return .taken(entry.upload)
                }
                return .busy(holder.channel, turn: entry.turn)
            }
            switch claim {
            case .taken(let upload): return upload
            case .unknown: throw .noSuchUpload
            case .busy(let channel, let turn):
                endWhenQuiet(channel, with: id, turn: turn)
                await released(id)
            }
        }
    }

    private func endWhenQuiet(_ channel: any Channel, with id: String, turn: Int) {
        channel.eventLoop.scheduleTask(in: limits.partialHandover) { [self] in
            let present = state.withLock { state -> Int? in
                guard let entry = state.entries[id], let holder = entry.holder, holder.channel === channel,
                    !holder.isDelivering
                else { return nil }
                return entry.turn
            }
            guard let present else { return }
            if present == turn {
                channel.close(promise: nil)
            } else {
                endWhenQuiet(channel, with: id, turn: present)
            }
        }
    }

    /// Returns once nobody has the upload.
    private func released(_ id: String) async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                guard state.entries[id]?.holder != nil else { return true }
                state.entries[id]?.waiters.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    /// From now on the claimed upload is not to be interrupted.
    func isDelivering(_ upload: PartialUpload) {
        state.withLock { $0.entries[upload.id]?.holder?.isDelivering = true }
    }

    /// Lets go of a claimed upload; of one that was removed nothing is left to do.
    func release(_ upload: PartialUpload) {
        let waiters = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            defer {
                state.entries[upload.id]?.holder = nil
                state.entries[upload.id]?.waiters = []
            }
            return state.entries[upload.id]?.waiters ?? []
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Removes a claimed upload with its bytes.
    func remove(_ upload: PartialUpload) {
        let waiters = change { state in
            let waiters = state.entries[upload.id]?.waiters ?? []
            remove(upload, &state)
            return waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    // MARK: Bytes

    /// Appends a piece to a claimed upload, on a thread that may wait for the disk.
    ///
    /// - Parameter keeps: now and then what came is made safe, so that a line that never breaks loses little.
    func append(_ piece: ByteBuffer, to upload: PartialUpload, keeps: Bool) async throws {
        try state.withLock { state in
            guard state.byteCount + piece.readableBytes <= limits.partialBytes else {
                throw Refusal.noRoomForPartialUploads(limits)
            }
            state.byteCount += piece.readableBytes
            touch(upload, &state)
        }
        do {
            try await NIOThreadPool.singleton.runIfActive { try upload.append(piece) }
        } catch {
            state.withLock { $0.byteCount -= piece.readableBytes }
            throw error
        }
        if keeps, upload.byteCount - upload.keptByteCount >= limits.partialKeepBytes { try await keep(upload) }
    }

    /// Makes what a claimed upload has safe from a restart of the machine; before that nothing of it is acknowledged.
    func keep(_ upload: PartialUpload) async throws {
        if upload.keptByteCount == upload.byteCount { return }
        try await NIOThreadPool.singleton.runIfActive { try upload.keep() }
    }

    /// Takes back what a claimed upload got beyond `length`.
    func shorten(_ upload: PartialUpload, to length: Int) async throws {
        let surplus = upload.byteCount - length
        try await NIOThreadPool.singleton.runIfActive { try upload.shorten(to: length) }
        state.withLock { $0.byteCount -= surplus }
    }

    /// The digest of what a claimed upload has.
    func digest(of upload: PartialUpload) async throws -> Digest256 {
        try await NIOThreadPool.singleton.runIfActive { try upload.digest() }
    }

    /// Notes the length of a claimed upload, should the daemon end before it is whole.
    func note(length: Int, of upload: PartialUpload) async throws {
        if upload.head.length == length { return }
        upload.head.length = length
        try await NIOThreadPool.singleton.runIfActive { try upload.record() }
    }

    /// Seconds a claimed upload lasts if nothing more comes.
    func remainingSeconds(of upload: PartialUpload) -> Int {
        let touched = state.withLock { $0.entries[upload.id]?.touched } ?? Self.now()
        return max(0, touched + Int(limits.partialAge.wholeSeconds) - Self.now())
    }

    /// The disk is full: what rests makes room for what is acknowledged.
    func giveRoom() {
        change { state in
            for entry in state.entries.values where entry.holder == nil { remove(entry.upload, &state) }
        }
    }

    // MARK: Beneath

    private static func now() -> Int { time(nil) }

    private func touch(_ upload: PartialUpload, _ state: inout State) {
        state.lastTurn += 1
        state.entries[upload.id]?.touched = Self.now()
        state.entries[upload.id]?.turn = state.lastTurn
    }

    private func removeExpired(_ state: inout State) {
        let oldest = Self.now() - Int(limits.partialAge.wholeSeconds)
        for entry in state.entries.values where entry.holder == nil && entry.touched < oldest {
            remove(entry.upload, &state)
        }
    }

    private func remove(_ upload: PartialUpload, _ state: inout State) {
        guard state.entries.removeValue(forKey: upload.id) != nil else { return }
        state.byteCount -= upload.byteCount
        state.doomed += [upload.path, upload.path + ".json"]
    }

    /// Changes the state, then removes the files that go with it: removing a long file takes its time.
    private func change<Value, Fault>(_ body: (inout State) throws(Fault) -> Value) throws(Fault) -> Value {
        var doomed: [String] = []
        defer { for path in doomed { unlink(path) } }
        return try state.withLock { (state) throws(Fault) in
            defer { swap(&doomed, &state.doomed) }
            return try body(&state)
        }
    }
}
