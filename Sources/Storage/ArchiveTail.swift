// The last bytes of the open segment, a second time in the book: one wait for the disk makes a small batch durable.

import Formats
import Foundation
import GRDB

/// The table `archive_tail`, as the one writer fills it.
///
/// What a small commit appends to the segment stands here too, in the same transaction, until the segment itself has
/// been made durable. A crash in between takes nothing: at open the pieces are written back to where they belong. A book
/// that was closed has none, so that nothing is put back over what somebody did to the segment since.
final class ArchiveTail {
    /// Bytes of a segment as the book keeps them.
    struct Piece {
        /// Bytes from the start of the segment.
        let offset: Int
        let bytes: [UInt8]
    }

    /// Bytes of a piece: as many blocks of a segment as fill one page of the book.
    static let pieceByteCount = 15 * SegmentMember.blockLength
    /// Pieces at most; then the segment is made durable and the first is used again.
    static let limit = 32
    /// Pieces of one commit at most: more cost more than the wait that they save.
    static let commitLimit = 4

    private let statement: RawStatement
    private let room = UnsafeMutableRawBufferPointer.allocate(byteCount: pieceByteCount, alignment: 8)

    init(_ db: Database) throws {
        statement = try RawStatement(
            db,
            "REPLACE INTO archive_tail (number, segment, segment_offset, byte_count, bytes) VALUES (?, ?, ?, ?, ?)")
    }

    deinit { room.deallocate() }

    /// Forgets all pieces: the segment has their bytes for good.
    static func empty(_ db: Database) throws { try db.execute(sql: "DELETE FROM archive_tail") }

    static func pieces(of byteCount: Int) -> Int { (byteCount + pieceByteCount - 1) / pieceByteCount }

    /// Keeps the bytes at `offset` of `segment` in the pieces from `first` on.
    func keep(_ bytes: [UInt8], segment: Int, offset: Int, from first: Int) throws {
        for piece in 0..<Self.pieces(of: bytes.count) {
            let part = bytes[piece * Self.pieceByteCount..<min(bytes.count, (piece + 1) * Self.pieceByteCount)]
            room.copyBytes(from: part)
            // Every piece has one length, so that SQLite overwrites it where it lies.
            UnsafeMutableRawBufferPointer(rebasing: room[part.count...]).initializeMemory(as: UInt8.self, repeating: 0)
            statement.bind(1, first + piece)
            statement.bind(2, segment)
            statement.bind(3, offset + part.startIndex)
            statement.bind(4, part.count)
            statement.bind(5, inPlace: UnsafeRawBufferPointer(room))
            try statement.run()
        }
    }

    /// What the book keeps of a segment, from its beginning to its end.
    static func pieces(_ db: Database, of segment: Int) throws -> [Piece] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT segment_offset, byte_count, bytes FROM archive_tail WHERE segment = ? ORDER BY segment_offset
                """, arguments: [segment]
        ).map { row in
            let (count, bytes): (Int, [UInt8]) = (row["byte_count"], [UInt8](row["bytes"] as Data))
            return Piece(offset: row["segment_offset"], bytes: Array(bytes.prefix(count)))
        }
    }
}
