// One field of a record while it still lies in the batch's bytes.

internal import Exact

/// A run of bytes inside a window.
///
/// - Precondition: at least eight readable bytes follow the last one (`TextSource` and `LineFields` pad their buffers),
///   so that short texts can be loaded and compared eight bytes at a time.
struct Cell {
    var start: UnsafePointer<UInt8>
    var count: Int

    var isEmpty: Bool { count == 0 }
    var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: start, count: count) }

    /// The text, or `nil` when the bytes are not UTF-8.
    var text: String? {
        // Names and numbers: letters that need no look at what follows them.
        bytes.allSatisfy { $0 < 0x80 }
            ? String(decoding: bytes, as: UTF8.self) : String(validating: bytes, as: UTF8.self)
    }

    /// The text for a message: at most `Rejection.excerptLimit` characters, damaged bytes shown as U+FFFD.
    var excerpt: String {
        String(decoding: UnsafeBufferPointer(start: start, count: min(count, 480)), as: UTF8.self)
    }

    /// The cell without blanks at its ends.
    var trimmed: Cell {
        var cell = self
        while cell.count > 0, cell.start[cell.count - 1] == 0x20 || cell.start[cell.count - 1] == 0x09 {
            cell.count -= 1
        }
        while cell.count > 0, cell.start[0] == 0x20 || cell.start[0] == 0x09 {
            cell.start += 1
            cell.count -= 1
        }
        return cell
    }

    func equals(_ text: StaticString) -> Bool {
        count == text.utf8CodeUnitCount && bytesEqual(start, text.utf8Start, count)
    }

    func begins(with text: StaticString) -> Bool {
        count >= text.utf8CodeUnitCount && bytesEqual(start, text.utf8Start, text.utf8CodeUnitCount)
    }

    @inline(__always)
    func hasSameBytes(as other: UnsafePointer<UInt8>, count otherCount: Int) -> Bool {
        count == otherCount && paddedBytesEqual(start, other, count)
    }
}

/// Eight bytes at `address`, the first in the lowest place.
@inline(__always)
func loadWord(_ address: UnsafePointer<UInt8>) -> UInt64 {
    UInt64(littleEndian: UnsafeRawPointer(address).loadUnaligned(as: UInt64.self))
}

/// - Precondition: eight readable bytes follow both runs.
@inline(__always)
func paddedBytesEqual(_ left: UnsafePointer<UInt8>, _ right: UnsafePointer<UInt8>, _ count: Int) -> Bool {
    var index = 0
    while index &+ 8 <= count {
        if loadWord(left + index) != loadWord(right + index) { return false }
        index &+= 8
    }
    if index == count { return true }
    return (loadWord(left + index) ^ loadWord(right + index)) << UInt64(truncatingIfNeeded: 64 &- 8 &* (count &- index))
        == 0
}

@inline(__always)
func bytesEqual(_ left: UnsafePointer<UInt8>, _ right: UnsafePointer<UInt8>, _ count: Int) -> Bool {
    var index = 0
    while index + 8 <= count {
        if loadWord(left + index) != loadWord(right + index) { return false }
        index += 8
    }
    while index < count {
        if left[index] != right[index] { return false }
        index += 1
    }
    return true
}
