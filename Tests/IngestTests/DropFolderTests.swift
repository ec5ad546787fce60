// Goal: a file is taken once it is whole, never before, and leaves the folder only to where it belongs.
// Method: a real folder and the kernel's own watch; each sweep is one call and every event is there when the call
// that caused it returns, so that no test waits.

import Foundation
import Glibc
import Ingest
import Monitoring
import Synchronization
import Testing

private let digest = Digest256(bytes: [UInt8](repeating: 0xAB, count: 32))

/// Time that passes only when a test says so.
private final class MovedClock: Sendable {
    private let state = Mutex(Duration.zero)
    var elapsed: Duration { state.withLock { $0 } }
    func move(_ duration: Duration) { state.withLock { $0 += duration } }
}

@Suite final class DropFolderTests {
    private let root = FileManager.default.temporaryDirectory.appending(path: "drop-\(UUID().uuidString)").path
    private var rejected: String { root + "-rejected" }

    deinit {
        try? FileManager.default.removeItem(atPath: root)
        try? FileManager.default.removeItem(atPath: rejected)
    }

    private func write(_ text: String, to name: String) throws {
        let path = root + "/" + name
        try FileManager.default.createDirectory(
            atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(filePath: path))
    }

    private func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: root + "/" + name) }

    /// A folder that was swept once, so that it is watched.
    private func watched() throws -> DropFolder {
        var folder = try DropFolder(root: root)
        #expect(folder.sweep().isEmpty)
        #expect(folder.isWatched && !folder.wantsSweep)
        return folder
    }

    private func text(_ reading: DropReading) -> String? {
        if case .bytes(let data) = reading { String(decoding: data, as: UTF8.self) } else { nil }
    }

    /// The same before there is a folder.
    private func openToWriteFirst(_ name: String) throws -> FileHandle {
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        return try openToWrite(name)
    }

    /// Opens for writing without closing.
    private func openToWrite(_ name: String) throws -> FileHandle {
        let descriptor = open(root + "/" + name, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        try #require(descriptor >= 0)
        return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    @Test func `the folder is made when it is missing, and again when it is removed under us`() throws {
        var folder = try watched()
        try FileManager.default.removeItem(atPath: root)
        #expect(folder.arrivals().isEmpty)
        #expect(folder.wantsSweep, "The kernel said that the folder went.")
        #expect(folder.sweep().isEmpty)
        #expect(folder.takeNotices() == ["\(root) was gone: it is made again."])
        try write("x", to: "a.csv")
        #expect(folder.arrivals().map(\.relativePath) == ["a.csv"], "The new folder is watched.")
    }

    // MARK: When a file is whole

    @Test func `a file moved in or closed by its writer is whole at once`() throws {
        try write("", to: "S1/.keep")
        var folder = try watched()
        try write("moved", to: "S1/.a.csv")
        #expect(folder.arrivals().isEmpty)
        #expect(rename(root + "/S1/.a.csv", root + "/S1/a.csv") == 0)
        let moved = folder.arrivals()
        #expect(moved.map(\.relativePath) == ["S1/a.csv"] && moved.map(\.byteCount) == [5])
        let handle = try openToWrite("b.csv")
        try handle.write(contentsOf: Data("half".utf8))
        #expect(folder.arrivals().isEmpty)
        try handle.write(contentsOf: Data(" and more".utf8))
        try handle.close()
        let closed = folder.arrivals()
        #expect(closed.map(\.relativePath) == ["b.csv"] && closed.map(\.byteCount) == [13])
        #expect(!folder.isSettled && folder.arrivals().isEmpty, "Each is named once.")
    }

    @Test func `a file the watch did not see is whole when it did not change between two sweeps`() throws {
        var folder = try DropFolder(root: root)
        try write("half", to: "S1/a.csv.gz")
        #expect(folder.sweep().isEmpty)
        try write("half and more", to: "S1/a.csv.gz")
        #expect(folder.sweep().isEmpty)
        #expect(folder.sweep().map(\.relativePath) == ["S1/a.csv.gz"])
    }

    @Test func `a file held open for writing is not read, however still it lies, until it is closed`() throws {
        var folder = try watched()
        let handle = try openToWrite("a.csv")
        try handle.write(contentsOf: Data("station,parameter,time,value\nS1,tn,2025-01-01T00:00,0.2".utf8))
        _ = folder.sweep()
        let file = try #require(folder.sweep().first)
        #expect(text(folder.read(file)) == nil && !folder.isSettled)
        try handle.write(contentsOf: Data("5\n".utf8))
        try handle.close()
        let whole = try #require(folder.arrivals().first)
        #expect(text(folder.read(whole))?.hasSuffix(",0.25\n") == true)
        #expect(text(folder.read(file)) == nil, "What was found before is no longer there.")
    }

    @Test func `an empty file is not taken when it is closed: its sender may open it again`() throws {
        var folder = try watched()
        try write("", to: "a.csv")
        #expect(folder.arrivals().isEmpty && folder.wantsSweep)
        #expect(folder.sweep().isEmpty)
        let file = try #require(folder.sweep().first)
        #expect(text(folder.read(file)) == "")
    }

    @Test func `a file changed, replaced or gone since it was found is not read`() throws {
        for change in ["change", "replace", "remove", "link"] {
            var folder = try watched()
            try write("first", to: "a.csv")
            let file = try #require(folder.arrivals().first)
            switch change {
            case "change": try #require(FileHandle(forWritingAtPath: file.path)).write(contentsOf: Data("FIRST!".utf8))
            case "replace":
                try write("other", to: ".b")
                #expect(rename(root + "/.b", file.path) == 0)
            case "remove": #expect(unlink(file.path) == 0)
            default: #expect(unlink(file.path) == 0 && symlink("/etc/hostname", file.path) == 0)
            }
            #expect(text(folder.read(file)) == nil, "\(change)")
            #expect(folder.wantsSweep, "\(change): it is looked at again.")
            try FileManager.default.removeItem(atPath: root)
        }
    }

    // MARK: Files that are still being written

    /// A folder on a clock that only the test moves, where the system says nothing of writers.
    private func folderOfStrangers(_ time: MovedClock) throws -> DropFolder {
        var folder = try DropFolder(root: root, elapsed: { time.elapsed }, writer: { _ in .unknown })
        _ = folder.sweep()
        return folder
    }

    private func isOpened(_ opening: DropOpening) -> Bool { if case .open = opening { true } else { false } }

    @Test(arguments: [10, 3 << 20])
    func `a file held open for hours is left where it is until it is closed, and said once`(byteCount: Int) throws {
        let time = MovedClock()
        var folder = try DropFolder(root: root, elapsed: { time.elapsed })
        _ = folder.sweep()
        let handle = try openToWrite("a.csv")
        try handle.write(contentsOf: Data(repeating: 0x78, count: byteCount))
        for _ in 1...1_000 {
            time.move(.seconds(10))
            for file in folder.sweep() { #expect(!isOpened(folder.open(file))) }
        }
        #expect(folder.takeNotices() == ["\(root)/a.csv is held open by its writer: it is taken when that closes it."])
        // Looked at again from time to time, and left in peace in between.
        for _ in 1...3 { for file in folder.sweep() { _ = folder.open(file) } }
        #expect(folder.leftCount == 1)
        try handle.write(contentsOf: Data("rest\n".utf8))
        try handle.close()
        let whole = try #require(folder.arrivals().first)
        #expect(whole.byteCount == byteCount + 5 && isOpened(folder.open(whole)) && folder.leftCount == 0)
    }

    @Test func `closed without another word, a file that was waited for is taken at once`() throws {
        let time = MovedClock()
        var folder = try DropFolder(root: root, elapsed: { time.elapsed })
        _ = folder.sweep()
        let handle = try openToWrite("a.csv")
        try handle.write(contentsOf: Data("x".utf8))
        _ = folder.sweep()
        time.move(DropFolder.writerPatience)
        for file in folder.sweep() { _ = folder.open(file) }
        #expect(folder.isSettled && folder.leftCount == 1)
        try handle.close()
        #expect(text(folder.read(try #require(folder.arrivals().first))) == "x")
    }

    @Test func `where nobody can tell, a file must lie unchanged for as long as patience lasts`() throws {
        let time = MovedClock()
        let handle = try openToWriteFirst("a.csv")
        try handle.write(contentsOf: Data("half".utf8))
        var folder = try folderOfStrangers(time)
        let pause = Duration.seconds(4)
        for _ in 1...5 {
            time.move(pause)
            for file in folder.sweep() { #expect(!isOpened(folder.open(file))) }
        }
        try handle.write(contentsOf: Data(" and more".utf8))
        var waited = Duration.zero
        var opened: DroppedFile?
        while opened == nil, waited < .seconds(60) {
            for file in folder.sweep() where isOpened(folder.open(file)) { opened = file }
            time.move(pause)
            waited += pause
        }
        #expect(waited > DropFolder.writerPatience && opened?.byteCount == 13, "Counted from the last change.")
        // It was open all the same: what grew stays, and comes again.
        try handle.write(contentsOf: Data(" still".utf8))
        folder.finish(try #require(opened))
        #expect(exists("a.csv") && folder.wantsSweep && folder.takeNotices().isEmpty)
    }

    @Test func `where nobody can tell, a file made before our eyes is waited for until it is closed`() throws {
        let time = MovedClock()
        var folder = try folderOfStrangers(time)
        let (handle, empty) = (try openToWrite("a.csv"), try openToWrite("empty.csv"))
        try handle.write(contentsOf: Data("half".utf8))
        for _ in 1...1_000 {
            time.move(.seconds(10))
            _ = folder.arrivals()
            for file in folder.sweep() { #expect(!isOpened(folder.open(file))) }
        }
        #expect(folder.takeNotices().count == 2)
        try handle.write(contentsOf: Data(" and more".utf8))
        try handle.close()
        try empty.write(contentsOf: Data("filled".utf8))
        try empty.close()
        #expect(folder.arrivals().map { text(folder.read($0)) } == ["half and more", "filled"])
    }

    @Test func `where nobody can tell, a further name for an older file is taken when patience is over`() throws {
        let time = MovedClock()
        var folder = try folderOfStrangers(time)
        try write("whole", to: ".a.csv")
        let old = Date(timeIntervalSince1970: 1_735_689_600)
        try FileManager.default.setAttributes([.modificationDate: old], ofItemAtPath: root + "/.a.csv")
        #expect(link(root + "/.a.csv", root + "/a.csv") == 0)
        _ = folder.arrivals()
        _ = folder.sweep()
        time.move(DropFolder.writerPatience)
        #expect(text(folder.read(try #require(folder.sweep().first))) == "whole")
    }

    @Test func `where nobody can tell, a file closed or moved in before our eyes is taken at once`() throws {
        let time = MovedClock()
        var folder = try folderOfStrangers(time)
        try write("whole", to: "a.csv")
        #expect(text(folder.read(try #require(folder.arrivals().first))) == "whole")
        try write("moved", to: ".b.csv")
        #expect(rename(root + "/.b.csv", root + "/b.csv") == 0)
        let moved = try #require(folder.arrivals().first { $0.relativePath == "b.csv" })
        #expect(text(folder.read(moved)) == "moved")
    }

    @Test func `what its writer takes up again after it was read stays, and with what is added is taken again`() throws
    {
        var folder = try watched()
        try write("first\n", to: "a.csv")
        let taken = try #require(folder.arrivals().first)
        #expect(text(folder.read(taken)) == "first\n")
        let handle = try openToWrite("a.csv")
        try handle.seekToEnd()
        folder.finish(taken)
        folder.refuse(taken, to: rejected, digest: digest, reason: .null)
        #expect(try folder.move(taken, below: rejected, otherName: "b.csv") == false)
        #expect(exists("a.csv") && !FileManager.default.fileExists(atPath: rejected), "It is open for writing.")
        try handle.write(contentsOf: Data("second\n".utf8))
        try handle.close()
        let grown = try #require(folder.arrivals().first)
        #expect(text(folder.read(grown)) == "first\nsecond\n")
        folder.finish(grown)
        #expect(!exists("a.csv") && folder.isSettled)
    }

    @Test func `a file opened for writing while it moves away comes back`() throws {
        try write("first", to: "a.csv")
        let asked = Mutex(0)
        // Closed when it is looked at, open again by the time it has moved.
        var folder = try DropFolder(
            root: root,
            writer: { _ in
                asked.withLock { count in
                    count += 1
                    return count == 3 ? .writing : .closed
                }
            })
        _ = folder.sweep()
        let file = try #require(folder.sweep().first)
        #expect(isOpened(folder.open(file)))
        #expect(try folder.move(file, below: rejected, otherName: "other.csv") == false)
        #expect(exists("a.csv") && folder.wantsSweep)
        #expect(try FileManager.default.contentsOfDirectory(atPath: rejected).isEmpty)
        _ = folder.sweep()
        let again = try #require(folder.sweep().first)
        #expect(try folder.move(again, below: rejected, otherName: "other.csv"))
        #expect(try String(contentsOfFile: rejected + "/a.csv", encoding: .utf8) == "first" && !exists("a.csv"))
    }

    // MARK: What lies in a folder

    @Test func `files in the making and hidden files are left alone`() throws {
        var folder = try watched()
        for name in [".hidden", "..csv", "a.csv.part", "b.csv.tmp", ".folder/a.csv"] { try write("x", to: name) }
        #expect(folder.arrivals().isEmpty && folder.sweep().isEmpty && folder.sweep().isEmpty)
        #expect(folder.isSettled && folder.takeNotices().isEmpty)
    }

    @Test func `links, pipes and sockets stay where they are and are told of once`() throws {
        try write("x", to: "S1/.keep")
        try write("secret", to: "../\((root as NSString).lastPathComponent)-rejected/outside.csv")
        #expect(symlink(rejected + "/outside.csv", root + "/file.csv") == 0)
        #expect(symlink(rejected, root + "/folder") == 0)
        #expect(symlink(root, root + "/S1/loop") == 0)
        #expect(symlink("nowhere", root + "/broken.csv") == 0)
        #expect(mkfifo(root + "/pipe.csv", 0o600) == 0)
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        #expect(bind(descriptor, to: "socket.csv"))
        var folder = try DropFolder(root: root)
        for _ in 1...3 { #expect(folder.sweep().isEmpty) }
        #expect(folder.isSettled)
        let notices = folder.takeNotices().map { $0.replacing(root + "/", with: "") }.sorted()
        let rest = ": it is neither followed nor removed."
        let expected = [
            "S1/loop is no file but a symbolic link", "broken.csv is no file but a symbolic link",
            "file.csv is no file but a symbolic link", "folder is no file but a symbolic link",
            "pipe.csv is no file but a pipe", "socket.csv is no file but a socket",
        ]
        #expect(notices == expected.map { $0 + rest })
        #expect(exists("pipe.csv") && FileManager.default.fileExists(atPath: rejected + "/outside.csv"))
    }

    private func bind(_ descriptor: Int32, to name: String) -> Bool {
        // A socket's path has 107 bytes; through the open folder it is short wherever the tests run.
        let folder = open(root, O_RDONLY | O_DIRECTORY)
        defer { close(folder) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) {
            $0.copyBytes(from: "/proc/self/fd/\(folder)/\(name)".utf8)
        }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
    }

    @Test func `a folder replaced by a link leads nowhere`() throws {
        var folder = try watched()
        try write("x", to: "S1/a.csv")
        try write("secret", to: "../\((root as NSString).lastPathComponent)-rejected/a.csv")
        _ = folder.sweep()
        let file = try #require(folder.sweep().first)
        #expect(rename(root + "/S1", root + "/.S1") == 0 && symlink(rejected, root + "/S1") == 0)
        #expect(text(folder.read(file)) == nil)
        folder.finish(file)
        #expect(FileManager.default.fileExists(atPath: rejected + "/a.csv"))
    }

    /// `(bytes of the name, the name that the batch keeps)`.
    static let oddNames: [([UInt8], String)] = [
        (Array("two\nlines.csv".utf8), "two~0Alines.csv"), (Array("-rf.csv".utf8), "-rf.csv"),
        (Array("a..b.csv".utf8), "a..b.csv"), (Array(" .csv".utf8), " .csv"),
        ([0xB6, 0xCF, 0xC3, 0xE6] + Array("_1.csv".utf8), "~B6~CF~C3~E6_1.csv"),
        (Array("断面 😀.csv".utf8), "断面 😀.csv"), (Array("\u{202E}vsc.csv".utf8), "~E2~80~AEvsc.csv"),
        (Array("tab\t%41\u{7F}.csv".utf8), "tab~09~2541~7F.csv"), (Array("50%.csv".utf8), "50%.csv"),
        (Array("a%2fb~1~0A.csv".utf8), "a~252fb~1~7E0A.csv"), (Array("\\back.csv".utf8), "~5Cback.csv"),
        ([UInt8](repeating: 0x61, count: 251) + Array(".csv".utf8), String(repeating: "a", count: 251) + ".csv"),
    ]

    @Test(arguments: oddNames)
    func `a file is taken whatever its name is made of`(bytes: [UInt8], shown: String) throws {
        var folder = try watched()
        let path = Array(root.utf8) + [0x2F] + bytes
        let descriptor = (path + [0]).withUnsafeBufferPointer { buffer in
            buffer.withMemoryRebound(to: CChar.self) { open($0.baseAddress!, O_WRONLY | O_CREAT, 0o600) }
        }
        #expect(Glibc.write(descriptor, "x", 1) == 1)
        close(descriptor)
        let file = try #require(folder.arrivals().first)
        #expect(file.relativePath == shown)
        #expect(text(folder.read(file)) == "x")
        folder.refuse(file, to: rejected, digest: digest, reason: .null)
        #expect(try FileManager.default.contentsOfDirectory(atPath: rejected).count == 2)
        #expect(folder.takeNotices().isEmpty)
        _ = folder.sweep()
        #expect(folder.isSettled)
    }

    @Test func `two paths never have one text, and no text looks encoded or hides a character`() {
        let alphabet: [[UInt8]] = [
            Array("~".utf8), Array("%".utf8), Array("0".utf8), Array("A".utf8), Array("a".utf8), Array("\\".utf8),
            [0xB6],
            [0x0A], Array("断".utf8),
        ]
        var paths: [[UInt8]] = [[]]
        var texts: Set<String> = []
        var count = 0
        for _ in 1...4 {
            paths = paths.flatMap { path in alphabet.map { path + $0 } }
            count += paths.count
            for path in paths {
                let text = FolderPath(bytes: path).text
                texts.insert(text)
                let looksEncoded = text.firstMatch(of: /%[0-9A-Fa-f]{2}/) != nil
                let isHidden = text.unicodeScalars.contains { $0 == "\\" || $0.properties.generalCategory == .control }
                if looksEncoded || isHidden { Issue.record("\(path): \(text)") }
            }
        }
        #expect(texts.count == count)
    }

    @Test func `a name that a door would find too long loses its middle, never a part of a character`() {
        let long = FolderPath(bytes: Array("S1/".utf8) + [UInt8](repeating: 0xB6, count: 251) + Array(".csv".utf8))
        let name = long.name(byteLimit: 255)
        #expect(name.hasPrefix("~B6~B6~B6") && name.contains("...") && name.hasSuffix("~B6.csv"))
        #expect(name.utf8.count <= 255 && name.utf8.count > 240)
        let wide = FolderPath(bytes: Array(String(repeating: "断", count: 84).utf8) + Array(".csv".utf8))
        #expect(
            wide.name(byteLimit: 255) == String(repeating: "断", count: 42) + "..." + String(repeating: "断", count: 40)
                + ".csv")
        #expect(wide.name(byteLimit: 256).utf8.count == 256)
    }

    @Test func `a new folder, one moved in and one removed are followed`() throws {
        var folder = try watched()
        try write("x", to: "S1/a.csv")
        _ = folder.arrivals()
        #expect(folder.wantsSweep)
        #expect(folder.sweep().isEmpty)
        #expect(folder.sweep().map(\.relativePath) == ["S1/a.csv"])
        try write("y", to: "S1/b.csv")
        #expect(folder.arrivals().map(\.relativePath) == ["S1/b.csv"], "It is watched by now.")
        #expect(rename(root + "/S1", root + "/S2") == 0)
        _ = folder.arrivals()
        #expect(folder.wantsSweep)
        _ = folder.sweep()
        try write("z", to: "S2/c.csv")
        #expect(folder.arrivals().map(\.relativePath) == ["S2/c.csv"], "Under its new name.")
        try FileManager.default.removeItem(atPath: root + "/S2")
        _ = folder.arrivals()
        #expect(folder.sweep().isEmpty && folder.isSettled)
    }

    @Test func `more files than the kernel remembers are all found, oldest first`() throws {
        var folder = try watched()
        let limit = try String(contentsOfFile: "/proc/sys/fs/inotify/max_queued_events", encoding: .utf8)
        // Two events a file.
        let count = try #require(Int(limit.trimmingCharacters(in: .whitespacesAndNewlines))) / 2 + 1_000
        for number in 0..<count {
            let descriptor = open("\(root)/\(count - number).csv", O_WRONLY | O_CREAT, 0o600)
            _ = Glibc.write(descriptor, "x", 1)
            close(descriptor)
        }
        let told = folder.arrivals()
        #expect(told.count < count && folder.wantsSweep, "Events were lost, and the kernel said so.")
        _ = folder.sweep()
        let files = folder.sweep()
        #expect(files.count == count)
        // Names count down while times go up: one tick of the clock may hold many files, in order of their names.
        let last = count - count / 100
        #expect(files.prefix(count / 100).allSatisfy { (Int($0.relativePath.dropLast(4)) ?? 0) > last - count / 2 })
        #expect(files.first != files.sorted { $0.relativePath < $1.relativePath }.first)
        for file in files { folder.finish(file) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: root).isEmpty)
    }

    // MARK: Where a file goes

    @Test func `a file that was replaced since it was read stays for the next sweep`() throws {
        var folder = try watched()
        try write("first", to: "a.csv")
        let taken = try #require(folder.arrivals().first)
        #expect(text(folder.read(taken)) == "first")
        try write("second and longer", to: "a.csv")
        folder.finish(taken)
        folder.refuse(taken, to: rejected, digest: digest, reason: .null)
        #expect(try String(contentsOfFile: root + "/a.csv", encoding: .utf8) == "second and longer")
        #expect(!FileManager.default.fileExists(atPath: rejected))
        folder.finish(try #require(folder.arrivals().first))
        #expect(!exists("a.csv") && folder.isSettled)
    }

    @Test func `a refused file moves aside with its reason beside it, on another file system too`() throws {
        // /dev/shm is a file system of its own on every Linux.
        let elsewhere = "/dev/shm/rejected-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: elsewhere) }
        for target in [rejected, elsewhere] {
            var folder = try watched()
            try write("bad", to: "S1/a.csv.gz")
            _ = folder.sweep()
            let file = try #require(folder.sweep().first)
            folder.refuse(file, to: target, digest: digest, reason: .object(["reason": .string("empty-file")]))
            #expect(!exists("S1/a.csv.gz") && folder.takeNotices().isEmpty)
            let kept = target + "/abababababab-a.csv.gz"
            #expect(try String(contentsOfFile: kept, encoding: .utf8) == "bad")
            #expect(
                try String(contentsOfFile: kept + ".reason.json", encoding: .utf8) == "{\"reason\":\"empty-file\"}\n")
            try FileManager.default.removeItem(atPath: root)
        }
    }

    @Test func `a refused file that cannot be moved aside stays, is told of and is not taken again and again`() throws {
        var folder = try watched()
        try Data().write(to: URL(filePath: rejected))
        try write("bad", to: "a.csv")
        let file = try #require(folder.arrivals().first)
        folder.refuse(file, to: rejected, digest: digest, reason: .null)
        #expect(exists("a.csv"))
        let notices = folder.takeNotices()
        #expect(notices.count == 1 && notices[0].hasPrefix("\(root)/a.csv was refused but cannot be moved aside: "))
        for _ in 1...3 { #expect(folder.sweep().isEmpty) }
        #expect(folder.isSettled)
        try write("other", to: "a.csv")
        #expect(folder.arrivals().count == 1, "A new file under the name is another matter.")
    }
}
