// A zip container over the bytes of a batch: its directory is checked whole before any member is read.

internal import CZip
internal import Monitoring

/// Why a container is not opened, or not read further.
struct ContainerFault: Error {
    let rejection: Rejection

    init(_ reason: RejectionReason, field: String = "", excerpt: String, remedy: String) {
        rejection = Rejection(reason, row: 0, field: field, excerpt: excerpt, remedy: remedy)
    }
}

/// The directory of a zip container.
///
/// libzip parses it and checks it against itself (`ZIP_CHECKCONS`). Here every limit is checked on the sizes that the
/// directory states; `ZipMember` then holds each member to them while it streams.
final class ZipArchive {
    struct Entry {
        let index: UInt64
        /// The path inside the archive, as the archive spells it; only shown and searched for a year, never opened.
        let name: String
        let byteCount: Int
        let compressedByteCount: Int
    }

    let handle: OpaquePointer
    private(set) var entries: [Entry] = []
    /// `ReadContext.letGo` of the batch.
    private let letGo: (@Sendable () -> Void)?
    /// Bytes of members read since it was called.
    private var read = 0

    /// True when the bytes begin as a zip archive, an empty one among them.
    static func isZip(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.starts(with: [0x50, 0x4B, 0x03, 0x04]) || bytes.starts(with: [0x50, 0x4B, 0x05, 0x06])
    }

    /// - Precondition: `bytes` outlive the archive.
    init(
        _ bytes: UnsafeRawBufferPointer, limits: ReadLimits, letGo: (@Sendable () -> Void)? = nil
    ) throws(ContainerFault) {
        self.letGo = letGo
        try ZipTail(bytes).check(limits)
        var fault = zip_error_t()
        zip_error_init(&fault)
        defer { zip_error_fini(&fault) }
        guard let source = zip_source_buffer_create(bytes.baseAddress, zip_uint64_t(bytes.count), 0, &fault) else {
            throw Self.damaged(Self.words(&fault))
        }
        guard let opened = zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &fault) else {
            let words = Self.words(&fault)
            zip_source_free(source)
            throw Self.damaged(words)
        }
        handle = opened
        try readDirectory(archiveByteCount: bytes.count, limits)
    }

    deinit { zip_discard(handle) }

    /// So many bytes of members came out of it: whatever becomes of them, the pages behind them need not stay.
    func passed(_ count: Int) {
        read += count
        guard read >= TextSource.passedBytes else { return }
        read = 0
        letGo?()
    }

    func entry(named name: String) -> Entry? { entries.first { $0.name == name } }

    private func readDirectory(archiveByteCount: Int, _ limits: ReadLimits) throws(ContainerFault) {
        var stated = 0
        // End record, and for each member a local header and a directory entry, each with the name.
        var occupied = 22
        for index in 0..<UInt64(max(0, zip_get_num_entries(handle, 0))) {
            var stat = zip_stat_t()
            zip_stat_init(&stat)
            guard zip_stat_index(handle, index, 0, &stat) == 0, let raw = zip_get_name(handle, index, ZIP_FL_ENC_RAW),
                let size = Int(exactly: stat.size), let packed = Int(exactly: stat.comp_size)
            else { throw Self.damaged("entry \(index + 1) of the directory") }
            let name = String(cString: raw)
            try Self.checkName(name)
            occupied += 76 + 2 * name.utf8.count
            if name.hasSuffix("/") || name.hasPrefix("__MACOSX/") { continue }
            let entry = Entry(index: index, name: name, byteCount: size, compressedByteCount: packed)
            try Self.check(entry, stat, stated: stated, limits)
            stated += size
            occupied += packed
            entries.append(entry)
        }
        if entries.isEmpty {
            throw ContainerFault(
                .emptyFile, excerpt: "a zip archive without a file", remedy: "Send an archive with the table in it.")
        }
        if occupied > archiveByteCount {
            throw ContainerFault(
                .unsafeContainer, excerpt: "members of \(occupied) bytes in an archive of \(archiveByteCount)",
                remedy: "Its members overlap, as they do in a zip bomb: make the archive anew.")
        }
    }

    private static func check(
        _ entry: Entry, _ stat: zip_stat_t, stated: Int, _ limits: ReadLimits
    ) throws(ContainerFault) {
        if stat.encryption_method != UInt16(ZIP_EM_NONE) {
            throw ContainerFault(
                .unsafeContainer, field: entry.name, excerpt: "an encrypted member",
                remedy: "Send the archive without a password: what we cannot read we cannot answer for.")
        }
        guard stat.comp_method == UInt16(ZIP_CM_STORE) || stat.comp_method == UInt16(ZIP_CM_DEFLATE) else {
            throw ContainerFault(
                .unsafeContainer, field: entry.name, excerpt: "compression method \(stat.comp_method)",
                remedy: "Make the archive with the method deflate, or without compression.")
        }
        let isBomb =
            entry.byteCount > TextSource.ratioJudgedFrom
            && entry.byteCount / limits.inflationRatio > entry.compressedByteCount
        if isBomb || entry.byteCount > limits.inflatedBytes - stated {
            throw ContainerFault(
                .inflatedTooLarge, field: entry.name,
                excerpt: "\(entry.compressedByteCount) bytes inflate to \(entry.byteCount)",
                remedy: "Members may inflate to \(limits.inflationRatio) times their size and to "
                    + "\(limits.inflatedBytes) bytes together: send smaller archives, or the rows uncompressed.")
        }
    }

    private static func checkName(_ name: String) throws(ContainerFault) {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        let hasDrive = name.dropFirst().first == ":"
        if name.isEmpty || name.hasPrefix("/") || hasDrive || name.contains("\\") || parts.contains("..")
            || name.unicodeScalars.contains(where: { $0.value < 0x20 })
        {
            throw ContainerFault(
                .unsafeContainer, excerpt: name,
                remedy: "A member's name leads out of the archive: make it anew with plain relative names.")
        }
    }

    static func damaged(_ words: String) -> ContainerFault {
        ContainerFault(
            .damagedCompression, excerpt: words,
            remedy: "Send the archive again: it is cut short, damaged or contradicts itself, so none of it was read.")
    }

    private static func words(_ fault: inout zip_error_t) -> String { String(cString: zip_error_strerror(&fault)) }
}

/// The end of a zip archive, read only for what it claims of the directory: how many members, and how many bytes. The
/// directory takes memory by them.
private struct ZipTail {
    private let bytes: UnsafeRawBufferPointer
    /// The end record and the longest comment it may carry.
    private static let reach = 22 + 65_535

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// Checks every place that may be the end record: which of them libzip takes does not matter then.
    func check(_ limits: ReadLimits) throws(ContainerFault) {
        guard bytes.count >= 22 else { throw ZipArchive.damaged("an archive of \(bytes.count) bytes") }
        for place in max(0, bytes.count - Self.reach)...(bytes.count - 22) where number(place, 4) == 0x0605_4B50 {
            let plain = number(place + 10, 2)
            let wide =
                place >= 20 && number(place - 20, 4) == 0x0706_4B50
                ? try wideDirectory(at: place - 20) : (count: 0, byteCount: 0)
            // 65,535 stands for "see the zip64 record".
            let claimed = max(plain == 0xFFFF ? 0 : plain, wide.count)
            if claimed > limits.archiveMembers || plain == 0xFFFF && wide.count == 0 {
                throw ContainerFault(
                    .unsafeContainer, excerpt: "\(max(plain, wide.count)) members",
                    remedy: "An archive holds at most \(limits.archiveMembers) members: send several archives.")
            }
            let plainBytes = number(place + 12, 4)
            let byteCount = max(plainBytes == 0xFFFF_FFFF ? 0 : plainBytes, wide.byteCount)
            if byteCount > limits.archiveDirectoryBytes {
                throw ContainerFault(
                    .unsafeContainer, excerpt: "a directory of \(byteCount) bytes",
                    remedy: "Names and remarks of an archive's members take at most \(limits.archiveDirectoryBytes) "
                        + "bytes together: make the archive anew with short names.")
            }
        }
    }

    /// The directory by the zip64 end record that the locator at `place` points to.
    private func wideDirectory(at place: Int) throws(ContainerFault) -> (count: Int, byteCount: Int) {
        let record = number(place + 8, 8)
        guard record >= 0, record <= bytes.count - 56, number(record, 4) == 0x0606_4B50 else {
            throw ZipArchive.damaged("a zip64 record that is not there")
        }
        let (count, byteCount) = (number(record + 32, 8), number(record + 40, 8))
        return (count < 0 ? .max : count, byteCount < 0 ? .max : byteCount)
    }

    /// A little-endian number; eight bytes beyond `Int` come back negative.
    private func number(_ place: Int, _ width: Int) -> Int {
        var value: UInt64 = 0
        for index in 0..<width { value |= UInt64(bytes[place + index]) << UInt64(8 * index) }
        return Int(truncatingIfNeeded: value)
    }
}

/// The bytes of one member, inflated by libzip, which compares length and checksum at its end.
final class ZipMember: TextSupply {
    let container = "zip member"
    let consumed: Int
    let memberCount = 0
    private let archive: ZipArchive
    private let file: OpaquePointer
    private var rest: Int

    init(_ entry: ZipArchive.Entry, of archive: ZipArchive) throws(ContainerFault) {
        guard let opened = zip_fopen_index(archive.handle, entry.index, 0) else {
            throw ZipArchive.damaged(String(cString: zip_strerror(archive.handle)))
        }
        file = opened
        self.archive = archive
        rest = entry.byteCount
        consumed = max(1, entry.compressedByteCount)
    }

    deinit { zip_fclose(file) }

    func fill(_ room: UnsafeMutableBufferPointer<UInt8>) -> SupplyOutcome {
        var written = 0
        while written < room.count {
            let count = Int(zip_fread(file, room.baseAddress! + written, zip_uint64_t(room.count - written)))
            if count < 0 { return .damaged(written, String(cString: zip_file_strerror(file))) }
            if count == 0 { return rest == 0 ? .end(written) : .damaged(written, "fewer bytes than stated") }
            rest -= count
            archive.passed(count)
            if rest < 0 { return .damaged(written, "more bytes than stated") }
            written += count
        }
        return .written(written)
    }
}
