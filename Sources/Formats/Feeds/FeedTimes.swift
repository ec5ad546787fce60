// Dates and clock times that stand in two cells or without their zone.

internal import Monitoring

enum FeedTimes {
    /// The instant of `date` (YYYY-MM-DD) and `clock` (HH:MM[:SS]) at `offset`, or `nil` when they are none.
    static func instant(date: Cell, clock: Cell, offset: UTCOffset) -> Int64? {
        guard date.count == 10, clock.count == 5 || clock.count == 8 else { return nil }
        let text = Array(date.bytes) + [0x54] + Array(clock.bytes) + [UInt8](repeating: 0, count: TextSource.padding)
        return text.withUnsafeBufferPointer { buffer in
            buffer.baseAddress.flatMap {
                StampReader.parse(
                    Cell(start: $0, count: date.count + 1 + clock.count), offset: Int64(offset.minutes) * 60_000)
            }
        }
    }

    /// Whether the cell is a date alone: ten characters.
    static func isDate(_ cell: Cell) -> Bool { cell.count == 10 }

    static let day = Duration64.days(1)
}
