// What becomes of a dropped file: read once, then out of the folder, or aside with its reason.

import Foundation
import Glibc
package import Monitoring

extension DropFolder {
    /// The bytes of a file, if it is still the one that was found and nobody changed it meanwhile.
    package mutating func read(_ file: DroppedFile) -> DropReading {
        guard let name = file.dropPath.components.last, let folder = OpenFolder(holding: file.dropPath, root: root)
        else { return forget(file) }
        let descriptor = withCString(name) {
            openat(folder.descriptor, $0, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        }
        let code = errno
        guard descriptor >= 0 else {
            if code == ENOENT || code == ELOOP { return forget(file) }
            passOver(file, "cannot be read: \(FolderProblem.text(code)). Give this user read access; it waits there.")
            return .closed(code)
        }
        let open = OpenFile(descriptor: descriptor)
        guard open.stamp == file.stamp else { return forget(file) }
        if open.isBeingWritten {
            let since = sightings[file.dropPath]?.since ?? .now
            if since.duration(to: .now) < Self.writerPatience { return .notYet }
        }
        switch open.contents(file.byteCount) {
        case .failure(let problem):
            passOver(file, "cannot be read: \(FolderProblem.text(problem.code)). Check the disk; it waits there.")
            return .closed(problem.code)
        case .success(let data):
            return open.stamp == file.stamp && data.count == file.byteCount ? .bytes(data) : forget(file)
        }
    }

    /// Takes a file out of the folder once its bytes stand in the archive and its receipt is written.
    ///
    /// A file that was replaced since it was read stays: other bytes may lie there now, and a later sweep takes them.
    package mutating func finish(_ file: DroppedFile) {
        guard let (folder, name) = takeable(file) else { return }
        if withCString(name, { unlinkat(folder.descriptor, $0, 0) }) != 0, errno != ENOENT {
            let text = FolderProblem.text(errno)
            passOver(file, "was taken but cannot be removed: \(text). Give this user write access to its folder.")
        }
    }

    /// Moves a refused file to `rejectedFolder`, with its reason beside it as `<name>.reason.json`.
    package mutating func refuse(
        _ file: DroppedFile, to rejectedFolder: String, digest: Digest256, reason: CanonicalJSON
    ) {
        guard let (folder, name) = takeable(file) else { return }
        let target = rejectedFolder + "/" + Self.rejectedName(DropPath(bytes: Array(name)).text, digest)
        do {
            try FileManager.default.createDirectory(atPath: rejectedFolder, withIntermediateDirectories: true)
            try Data((reason.text() + "\n").utf8).write(to: URL(filePath: target + ".reason.json"), options: .atomic)
            if withCString(name, { renameat(folder.descriptor, $0, AT_FDCWD, target) }) != 0 {
                guard errno == EXDEV else { throw FolderProblem(call: "rename", path: target, code: errno) }
                try copy(file, to: target)
                finish(file)
            }
        } catch {
            let cause = (error as? FolderProblem)?.description ?? error.localizedDescription
            passOver(file, "was refused but cannot be moved aside: \(cause) Check \(rejectedFolder).")
        }
    }

    /// Names a refused file: the digest keeps two of one name apart, and there is room for `.reason.json`.
    static func rejectedName(_ name: String, _ digest: Digest256) -> String {
        let room = Int(NAME_MAX) - 13 - ".reason.json".utf8.count
        var kept = name
        while kept.utf8.count > room { kept.removeLast() }
        return digest.description.prefix(12) + "-" + kept
    }

    /// To another file system, where a file cannot be moved.
    private mutating func copy(_ file: DroppedFile, to target: String) throws {
        guard case .bytes(let data) = read(file) else {
            throw FolderProblem(call: "read", path: file.path, code: EAGAIN)
        }
        try data.write(to: URL(filePath: target), options: .atomic)
    }

    /// The file's folder and name while what lies there is what was taken; otherwise the next sweep looks again.
    private mutating func takeable(_ file: DroppedFile) -> (OpenFolder, ArraySlice<UInt8>)? {
        sightings[file.dropPath] = nil
        guard let name = file.dropPath.components.last, let folder = OpenFolder(holding: file.dropPath, root: root),
            let status = folder.status(name), isRegular(status), FileStamp(status) == file.stamp
        else {
            wantsSweep = true
            return nil
        }
        return (folder, name)
    }

    private mutating func forget(_ file: DroppedFile) -> DropReading {
        sightings[file.dropPath] = nil
        wantsSweep = true
        return .notYet
    }

    private mutating func passOver(_ file: DroppedFile, _ fault: String) {
        sightings[file.dropPath] = nil
        passedOver[file.dropPath] = Sighting(stamp: file.stamp, since: .now, sweep: sweepNumber)
        tell("\(file.path) \(fault)")
    }
}
