// A folder that files are dropped into, the node's or a station's: which files are whole, and where each goes once its
// receipt stands.

import Foundation
import Glibc

/// Watches one folder and everything below it, and sweeps it behind the watch.
///
/// - A file that was closed by its writer or moved in is whole at once (`arrivals`).
/// - Any other file, and an empty one, is whole when two sweeps found it unchanged.
/// - A whole file is opened only when nobody has it open for writing, however long that takes. Where the system does not
///   tell, one that was made before our eyes must have been closed or moved in, any other lie unchanged for
///   `writerPatience`.
/// - Hidden files, `*.part` and `*.tmp` are files in the making. Links are never followed; what is no regular file
///   stays where it is and is told of once.
package struct DropFolder {
    /// Files remembered between sweeps, about 200 bytes each; more wait in the folder until these are taken.
    package static let fileLimit = 250_000
    static let depthLimit = 32
    /// Notices remembered so that each is given once.
    static let noticeLimit = 10_000
    /// How long a file must lie unchanged of which nobody can tell whether it is being written; as long, nothing is said
    /// of a file that is held open.
    package static let writerPatience = Duration.seconds(30)
    /// How long a file that could not be taken or removed is left in peace.
    static let retryPause = Duration.seconds(60)

    struct Sighting {
        let stamp: FileStamp
        /// On the clock of `elapsed`.
        let since: Duration
        var sweep: Int
        /// The watch saw it closed or moved in as it is.
        var wasCompleted = false
    }

    package let watch: FolderWatch
    let root: String
    /// Folders that are not looked into.
    private let skipped: Set<FolderPath>
    /// Time since some fixed moment.
    let elapsed: @Sendable () -> Duration
    let writer: @Sendable (OpenFile) -> WriterState
    var sightings: [FolderPath: Sighting] = [:]
    /// Files we can do nothing with until they change or the pause is over.
    var passedOver: [FolderPath: Sighting] = [:]
    /// Files that the watch saw made and not closed since: whoever made one has it open.
    private(set) var begun: Set<FolderPath> = []
    private var folders: [Int32: FolderPath] = [:]
    private(set) var sweepNumber = 0
    private var told: Set<String> = []
    private var notices: [String] = []
    /// Folders appeared or went, or events were lost: sweep before the next arrivals.
    package internal(set) var wantsSweep = true
    /// Whether every folder of the last sweep is watched; if not, sweeps alone find what arrives there.
    package private(set) var isWatched = false

    /// - Parameters:
    ///   - skipping: folders of `root` that are not looked into.
    ///   - elapsed: time since some fixed moment.
    ///   - writer: how a file is asked for its writer.
    package init(
        root: String, skipping: Set<FolderPath> = [], elapsed: @escaping @Sendable () -> Duration = DropFolder.clock(),
        writer: @escaping @Sendable (OpenFile) -> WriterState = { $0.writer }
    ) throws {
        self.root = root
        skipped = skipping
        self.elapsed = elapsed
        self.writer = writer
        watch = try FolderWatch()
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    }

    /// The machine's own clock, from now on.
    package static func clock() -> @Sendable () -> Duration {
        let start = ContinuousClock.now
        return { start.duration(to: .now) }
    }

    /// True when no file is known that can be taken soon.
    package var isSettled: Bool { sightings.isEmpty }
    /// Files that are known and not taken yet.
    package var waitingCount: Int { sightings.count }
    /// Files that nothing can be done with for now: held open for long, closed to us, or not to be moved.
    package var leftCount: Int { passedOver.count }

    /// What the operator should know, each once.
    package mutating func takeNotices() -> [String] {
        defer { notices = [] }
        return notices
    }

    mutating func tell(_ notice: String) {
        if told.count < Self.noticeLimit, told.insert(notice).inserted { notices.append(notice) }
    }
}

extension DropFolder {
    /// The files that the watch saw closed or moved in since the last call, oldest first.
    package mutating func arrivals() -> [DroppedFile] {
        var complete: Set<FolderPath> = []
        var isTreeChanged = false
        var hasLostEvents = false
        watch.drain { event in
            if event.changesTree { isTreeChanged = true }
            if event.isLost { hasLostEvents = true }
            guard !event.changesTree, let folder = folders[event.folder], !Self.isInTheMaking(event.name) else {
                return
            }
            let path = folder.child(event.name)
            if event.beginsFile { begun.insert(path) }
            if event.completesFile {
                begun.remove(path)
                complete.insert(path)
            }
        }
        if isTreeChanged { wantsSweep = true }
        if hasLostEvents { begun = [] }
        var files: [DroppedFile] = []
        for path in complete {
            guard let name = path.components.last, let folder = OpenFolder(holding: path, root: root),
                let status = folder.status(name), isRegular(status)
            else { continue }
            let stamp = FileStamp(status)
            // Some senders make an empty file first and open it again to fill it.
            if stamp.byteCount == 0 {
                wantsSweep = true
                continue
            }
            // Its writer has just left it: it may have been what we waited for.
            passedOver[path] = nil
            if remember(path, stamp, isComplete: true) != nil { files.append(DroppedFile(path, stamp, root: root)) }
        }
        return Self.oldestFirst(files)
    }

    /// Walks the whole folder: the files that did not change since the last sweep, oldest first.
    package mutating func sweep() -> [DroppedFile] {
        sweepNumber += 1
        wantsSweep = false
        isWatched = true
        if access(root, F_OK) != 0, mkdir(root, 0o700) == 0 { tell("\(root) was gone: it is made again.") }
        var whole: [DroppedFile] = []
        var seen: Set<Int32> = []
        if let top = OpenFolder([], root: Array(root.utf8)) {
            walk(top, .root, depth: 0, &whole, &seen)
        } else {
            isWatched = false
            tell("\(root) cannot be read: \(FolderProblem.text(errno)). Give this user access to it.")
        }
        for number in folders.keys where !seen.contains(number) {
            watch.remove(number)
            folders[number] = nil
        }
        let current = sweepNumber
        sightings = sightings.filter { $0.value.sweep == current }
        passedOver = passedOver.filter { $0.value.sweep == current }
        begun = begun.filter { sightings[$0] != nil || passedOver[$0] != nil }
        return Self.oldestFirst(whole)
    }

    private mutating func walk(
        _ folder: OpenFolder, _ path: FolderPath, depth: Int, _ whole: inout [DroppedFile],
        _ seen: inout Set<Int32>
    ) {
        // Watched before it is listed: what comes in between is seen by one of the two.
        let number = withCString(Array(root.utf8) + [0x2F] + path.bytes) { watch.add($0) }
        if let number {
            folders[number] = path
            seen.insert(number)
        } else {
            isWatched = false
            tell(
                "\(root): the system watches no more folders: what arrives in the others is found by sweeping. "
                    + "Raise fs.inotify.max_user_watches.")
        }
        for name in folder.names() ?? [] where !Self.isInTheMaking(name) {
            let place = path.child(name)
            guard !skipped.contains(place), let status = folder.status(name) else { continue }
            if status.st_mode & S_IFMT == S_IFDIR {
                descend(folder, place, name, depth: depth, &whole, &seen)
            } else if isRegular(status) {
                look(at: place, FileStamp(status), &whole)
            } else {
                tell("\(root)/\(place.text) is no file but \(kind(of: status)): it is neither followed nor removed.")
            }
        }
    }

    private mutating func descend(
        _ folder: OpenFolder, _ path: FolderPath, _ name: [UInt8], depth: Int, _ whole: inout [DroppedFile],
        _ seen: inout Set<Int32>
    ) {
        guard depth < Self.depthLimit else {
            tell("\(root)/\(path.text) lies more than \(Self.depthLimit) folders deep: it is not looked into.")
            return
        }
        if let inner = OpenFolder(path.components, root: Array(root.utf8)) {
            walk(inner, path, depth: depth + 1, &whole, &seen)
        } else if errno == EACCES {
            tell("\(root)/\(path.text) cannot be read: give this user access to the folder; it waits there.")
        }
    }

    private mutating func look(at path: FolderPath, _ stamp: FileStamp, _ whole: inout [DroppedFile]) {
        if isLeftInPeace(path, stamp) { return }
        if remember(path, stamp) == true { whole.append(DroppedFile(path, stamp, root: root)) }
    }

    /// Whether this is the state that was seen before; `nil` when there is no room to remember it.
    private mutating func remember(_ path: FolderPath, _ stamp: FileStamp, isComplete: Bool = false) -> Bool? {
        if let known = sightings[path], known.stamp == stamp {
            let wasSwept = known.sweep < sweepNumber
            sightings[path]?.sweep = sweepNumber
            if isComplete { sightings[path]?.wasCompleted = true }
            return wasSwept
        }
        if sightings.count >= Self.fileLimit, sightings[path] == nil { return nil }
        sightings[path] = Sighting(stamp: stamp, since: elapsed(), sweep: sweepNumber, wasCompleted: isComplete)
        return false
    }

    private mutating func isLeftInPeace(_ path: FolderPath, _ stamp: FileStamp) -> Bool {
        guard let known = passedOver[path] else { return false }
        if known.stamp == stamp, elapsed() - known.since < Self.retryPause {
            passedOver[path]?.sweep = sweepNumber
            return true
        }
        passedOver[path] = nil
        // Looked at again, not waited for again: it lay still all the while.
        if known.stamp == stamp {
            sightings[path] = Sighting(stamp: stamp, since: known.since, sweep: sweepNumber)
        }
        return false
    }

    private static func isInTheMaking(_ name: [UInt8]) -> Bool {
        name.first == UInt8(ascii: ".") || name.suffix(5).elementsEqual(".part".utf8)
            || name.suffix(4).elementsEqual(".tmp".utf8)
    }

    private static func oldestFirst(_ files: [DroppedFile]) -> [DroppedFile] {
        files.sorted { ($0.stamp.changed, $0.place) < ($1.stamp.changed, $1.place) }
    }
}
