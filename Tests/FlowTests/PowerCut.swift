// A disk as a machine leaves it that loses its power: what was synced is there, of the rest anything may be.

import Foundation
import Testing

/// One call of a program to its disk, as the preloaded library writes them down (`FAULT_TRACE`).
struct DiskCall {
    enum Kind: Int32 {
        case wrote = 1
        case synced, cut, made, moved, removed, said
    }

    let kind: Kind
    let path: String
    /// Of a write, and the length left by a cut.
    let offset: Int
    /// What was written or said; the new path of a move.
    let bytes: Data

    static func all(in trace: String) throws -> [DiskCall] {
        let data = try Data(contentsOf: URL(filePath: trace), options: .alwaysMapped)
        var calls: [DiskCall] = []
        var place = 0
        func number<Number: FixedWidthInteger>(_: Number.Type) -> Int {
            defer { place += MemoryLayout<Number>.size }
            return data.withUnsafeBytes { Int($0.loadUnaligned(fromByteOffset: place, as: Number.self)) }
        }
        while place < data.count {
            let kind = try #require(Kind(rawValue: Int32(number(Int32.self))))
            let (pathLength, offset, length) = (number(Int32.self), number(Int64.self), number(Int64.self))
            let path = String(decoding: data[place..<place + pathLength], as: UTF8.self)
            place += pathLength
            let hasBytes = [.wrote, .moved, .said].contains(kind)
            calls.append(
                DiskCall(
                    kind: kind, path: path, offset: offset,
                    bytes: hasBytes ? data.subdata(in: place..<place + length) : Data()))
            if hasBytes { place += length }
        }
        return calls
    }
}

/// The files below one folder while a program works on them, and what a loss of power may make of them.
///
/// A file keeps what it had when it was synced last; of what came after, each page may be there or not, and the length
/// may have grown before the bytes came. A name keeps to the state of its folder's last sync; of the changes after it, the
/// first few may have come. That is less than any common file system promises.
struct PowerCut {
    private final class File {
        var durable: Data
        var waiting: [DiskCall] = []

        init(_ durable: Data) { self.durable = durable }
    }

    private static let pageByteCount = 4_096
    private let root: String
    private var durableNames: [String: File] = [:]
    private var names: [String: File] = [:]
    private var waitingNames: [(call: DiskCall, file: File?)] = []

    /// The folder as it lies on the disk, all of it durable.
    init(_ root: String) throws {
        self.root = root
        let files = try #require(FileManager.default.enumerator(atPath: root))
        for case let path as String in files {
            guard let bytes = FileManager.default.contents(atPath: root + "/" + path) else { continue }
            names[root + "/" + path] = File(bytes)
        }
        durableNames = names
    }

    mutating func take(_ call: DiskCall) {
        switch call.kind {
        case .said: break
        case .wrote, .cut: names[call.path]?.waiting.append(call)
        case .synced:
            if let file = names[call.path] {
                for waiting in file.waiting { Self.apply(waiting, to: &file.durable) }
                file.waiting = []
            } else {
                let isHere = { (path: String) in (path as NSString).deletingLastPathComponent == call.path }
                for waiting in waitingNames where isHere(waiting.call.path) { apply(waiting) }
                waitingNames.removeAll { isHere($0.call.path) }
            }
        case .made, .moved, .removed:
            let file = call.kind == .made ? File(Data()) : names.removeValue(forKey: call.path)
            if call.kind == .made { names[call.path] = file }
            if call.kind == .moved { names[String(decoding: call.bytes, as: UTF8.self)] = file }
            waitingNames.append((call, file))
        }
    }

    private mutating func apply(_ change: (call: DiskCall, file: File?)) {
        switch change.call.kind {
        case .made: durableNames[change.call.path] = change.file
        case .moved:
            durableNames[change.call.path] = nil
            durableNames[String(decoding: change.call.bytes, as: UTF8.self)] = change.file
        default: durableNames[change.call.path] = nil
        }
    }

    private static func apply(_ call: DiskCall, to bytes: inout Data) {
        if call.kind == .cut {
            bytes.count = call.offset
        } else {
            write(call.bytes, to: &bytes, at: call.offset)
        }
    }

    private static func write(_ part: Data, to bytes: inout Data, at offset: Int) {
        if bytes.count < offset + part.count { bytes.count = offset + part.count }
        bytes.replaceSubrange(offset..<offset + part.count, with: part)
    }

    /// Lays the folder down at `target` as it may be after the power went away now.
    func lay(at target: String, using numbers: inout SeededNumbers) throws {
        var left = self
        for change in waitingNames.prefix(Int.random(in: 0...waitingNames.count, using: &numbers)) {
            left.apply(change)
        }
        try FileManager.default.createDirectory(atPath: target + "/archive", withIntermediateDirectories: true)
        for (path, file) in left.durableNames.sorted(by: { $0.key < $1.key }) {
            let bytes = Self.remains(of: file, using: &numbers)
            try bytes.write(to: URL(filePath: target + path.dropFirst(root.count)))
        }
    }

    private static func remains(of file: File, using numbers: inout SeededNumbers) -> Data {
        var bytes = file.durable
        // Of all files alike, or of each page as it comes: none, a half, nearly all.
        let share = [0, 50, 95].randomElement(using: &numbers) ?? 0
        var length = bytes.count
        for call in file.waiting {
            if call.kind == .cut {
                if Int.random(in: 0..<100, using: &numbers) < share { bytes.count = call.offset }
                continue
            }
            length = max(length, call.offset + call.bytes.count)
            var place = 0
            while place < call.bytes.count {
                let end = min(call.bytes.count, place + pageByteCount - (call.offset + place) % pageByteCount)
                if Int.random(in: 0..<100, using: &numbers) < share {
                    write(
                        call.bytes[call.bytes.startIndex + place..<call.bytes.startIndex + end], to: &bytes,
                        at: call.offset + place)
                }
                place = end
            }
        }
        if bytes.count < length, Bool.random(using: &numbers) { bytes.count = length }
        return bytes
    }
}
