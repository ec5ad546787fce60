// What becomes of a dropped file: opened once its writer has left it, then out of the folder, or aside with its reason.

import Foundation
import Glibc
package import Monitoring

extension DropFolder {
    /// Opens a file, if it is still the one that was found and its writer has left it.
    ///
    /// What is opened stays that file, whatever comes to lie under its name.
    package mutating func open(_ file: DroppedFile) -> DropOpening {
        guard let name = file.place.components.last, let folder = OpenFolder(holding: file.place, root: root)
        else { return forget(file) }
        guard let open = Self.opened(name, in: folder) else {
            let code = errno
            if code == ENOENT || code == ELOOP { return forget(file) }
            passOver(file, "cannot be read: \(FolderProblem.text(code)). Give this user read access; it waits there.")
            return .closed(code)
        }
        guard open.found == file.stamp else { return forget(file) }
        let seen = sightings[file.place]
        let isPatienceOver = seen.map { elapsed() - $0.since >= Self.writerPatience } ?? false
        let isWritten: Bool
        switch writer(open) {
        case .closed: return .open(open)
        case .writing: isWritten = true
        case .unknown:
            if seen?.wasCompleted == true { return .open(open) }
            isWritten = isBeingMade(file)
            if isPatienceOver, !isWritten { return .open(open) }
        }
        // However long: what half a row says may be another value.
        if isPatienceOver, isWritten {
            passOver(file, "is held open by its writer: it is taken when that closes it.")
        }
        return .notYet
    }

    /// Whether a process of this machine made the file before our eyes and has not closed it. A further name for an older
    /// file (a hard link) is made too, and nobody closes it: its bytes are older than its last change.
    private func isBeingMade(_ file: DroppedFile) -> Bool {
        begun.contains(file.place) && (file.byteCount == 0 || file.stamp.modified == file.stamp.changed)
    }

    /// The bytes of a file, if it can be opened and nobody changed it meanwhile.
    package mutating func read(_ file: DroppedFile) -> DropReading {
        let open: OpenFile
        switch self.open(file) {
        case .open(let opened): open = opened
        case .notYet: return .notYet
        case .closed(let code): return .closed(code)
        }
        switch open.contents(file.byteCount) {
        case .failure(let problem):
            passOver(file, "cannot be read: \(FolderProblem.text(problem.code)). Check the disk; it waits there.")
            return .closed(problem.code)
        case .success(let data):
            if open.isUnchanged, data.count == file.byteCount { return .bytes(data) }
            _ = forget(file)
            return .notYet
        }
    }

    // MARK: Out of the folder

    /// Takes a file out of the folder once its bytes stand in the archive and its receipt is written.
    ///
    /// A file that was replaced since it was read, or that somebody writes again, stays: a later sweep takes what it is
    /// then.
    package mutating func finish(_ file: DroppedFile) {
        do {
            _ = try remove(file)
        } catch {
            passOver(
                file,
                "was taken but cannot be removed: \(FolderProblem.text(error.code)). Give this user write access to its "
                    + "folder.")
        }
    }

    /// Removes a file whose receipt stands.
    ///
    /// - Returns: false when it stays because it is no longer what was taken.
    package mutating func remove(_ file: DroppedFile) throws(FolderProblem) -> Bool {
        guard let taken = takeable(file) else { return false }
        if withCString(taken.name, { unlinkat(taken.folder.descriptor, $0, 0) }) != 0, errno != ENOENT {
            throw FolderProblem(call: "unlink", path: file.path, code: errno)
        }
        return true
    }

    /// Moves a file whose receipt stands to its own place below the folder `target`; durable when this returns.
    ///
    /// - Parameter otherName: its name there when another file has its own.
    /// - Returns: false when it stays because it is no longer what was taken.
    package mutating func move(
        _ file: DroppedFile, below target: String, otherName: String
    ) throws(FolderProblem) -> Bool {
        guard let taken = takeable(file) else { return false }
        Self.makeFolder(target)
        let parent = try OpenFolder.made(file.place.components.dropLast(), root: target)
        let name = parent.status(taken.name) == nil ? taken.name : Array(otherName.utf8)[...]
        try relocate(taken, file, to: parent, name)
        guard taken.isWrittenAgain(writer) else { return true }
        // Its writer came back in this very moment: with what it adds it is another batch.
        let back = taken.folder.status(taken.name) == nil ? taken.name : Array(otherName.utf8)[...]
        try relocate(Taken(folder: parent, name: name, open: taken.open), file, to: taken.folder, back)
        wantsSweep = true
        return false
    }

    /// Moves a refused file to `rejectedFolder`, with its reason beside it as `<name>.reason.json`.
    package mutating func refuse(
        _ file: DroppedFile, to rejectedFolder: String, digest: Digest256, reason: CanonicalJSON
    ) {
        do {
            _ = try moveAside(file, to: rejectedFolder, digest: digest, reason: reason)
        } catch {
            passOver(file, "was refused but cannot be moved aside: \(error) Check \(rejectedFolder).")
        }
    }

    /// Moves a refused file to `rejectedFolder`, its reason first; durable when this returns.
    ///
    /// - Returns: false when it stays because it is no longer what was refused.
    package mutating func moveAside(
        _ file: DroppedFile, to rejectedFolder: String, digest: Digest256, reason: CanonicalJSON
    ) throws(FolderProblem) -> Bool {
        guard let taken = takeable(file) else { return false }
        Self.makeFolder(rejectedFolder)
        let target = try OpenFolder.made([], root: rejectedFolder)
        let name = Self.asideName(file, digest)
        try target.write(Array((reason.text() + "\n").utf8), as: name + ".reason.json")
        try relocate(taken, file, to: target, Array(name.utf8)[...])
        return true
    }

    /// Names a file that leaves its place: the digest keeps two of one name apart, and there is room for `.reason.json`.
    package static func asideName(_ file: DroppedFile, _ digest: Digest256) -> String {
        let room = Int(NAME_MAX) - 13 - ".reason.json".utf8.count
        return digest.description.prefix(12) + "-" + file.place.name(byteLimit: room)
    }

    // MARK: -

    /// A file in its folder, as it was when it was taken.
    private struct Taken {
        let folder: OpenFolder
        let name: ArraySlice<UInt8>
        /// `nil` when it cannot be opened any more: then nobody is asked for its writer.
        let open: OpenFile?

        /// After it was moved.
        func isWrittenAgain(_ writer: (OpenFile) -> WriterState) -> Bool {
            guard let open else { return false }
            return !open.isUnwritten || writer(open) == .writing
        }
    }

    /// The file while it is what was taken and nobody writes it; otherwise the next sweep looks again.
    private mutating func takeable(_ file: DroppedFile) -> Taken? {
        sightings[file.place] = nil
        if let name = file.place.components.last, let folder = OpenFolder(holding: file.place, root: root),
            let status = folder.status(name), isRegular(status), FileStamp(status) == file.stamp
        {
            let open = Self.opened(name, in: folder)
            if open.map({ writer($0) != .writing && $0.found == file.stamp }) ?? true {
                return Taken(folder: folder, name: name, open: open)
            }
        }
        wantsSweep = true
        return nil
    }

    private static func opened(_ name: some Collection<UInt8>, in folder: OpenFolder) -> OpenFile? {
        let descriptor = withCString(name) {
            openat(folder.descriptor, $0, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        }
        return descriptor < 0 ? nil : OpenFile(descriptor: descriptor)
    }

    /// Whether it is there shows when it is opened.
    private static func makeFolder(_ path: String) {
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    /// By renaming, or by copying to another file system.
    private func relocate(
        _ taken: Taken, _ file: DroppedFile, to folder: OpenFolder, _ name: ArraySlice<UInt8>
    ) throws(FolderProblem) {
        let renamed = withCString(taken.name) { old in
            withCString(name) { renameat(taken.folder.descriptor, old, folder.descriptor, $0) }
        }
        if renamed != 0 {
            guard errno == EXDEV, let open = taken.open else {
                throw FolderProblem(call: "rename", path: file.path, code: errno)
            }
            try folder.copy(open, as: name)
            guard withCString(taken.name, { unlinkat(taken.folder.descriptor, $0, 0) }) == 0 else {
                throw FolderProblem(call: "unlink", path: file.path, code: errno)
            }
        }
        try folder.sync()
    }

    private mutating func forget(_ file: DroppedFile) -> DropOpening {
        sightings[file.place] = nil
        wantsSweep = true
        return .notYet
    }

    private mutating func passOver(_ file: DroppedFile, _ fault: String) {
        sightings[file.place] = nil
        passedOver[file.place] = Sighting(stamp: file.stamp, since: elapsed(), sweep: sweepNumber)
        tell("\(file.path) \(fault)")
    }
}
