// JSON objects whose members are known in the order of their names: the text of `CanonicalJSON` without the dictionary.

/// The text of one object, member after member.
///
/// What every batch writes goes through here; equal members give the same bytes as `CanonicalJSON.object`.
package struct OrderedMembers {
    private var bytes: [UInt8] = []
    private var lastName: StaticString = ""

    /// - Parameter byteCount: about as long as the text will be.
    package init(reserving byteCount: Int = 512) {
        bytes.reserveCapacity(byteCount)
        bytes.append(UInt8(ascii: "{"))
    }

    package mutating func add(_ name: StaticString, _ number: Int64) {
        begin(name)
        if number < 0 { bytes.append(UInt8(ascii: "-")) }
        var digitCount = 1
        var power: UInt64 = 10
        while digitCount < 19, number.magnitude >= power {
            digitCount += 1
            power *= 10
        }
        bytes.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: digitCount))
        var rest = number.magnitude
        var place = bytes.count
        while rest > 0 {
            place -= 1
            bytes[place] += UInt8(rest % 10)
            rest /= 10
        }
    }

    package mutating func add(_ name: StaticString, _ number: Int) { add(name, Int64(number)) }

    package mutating func add(_ name: StaticString, _ value: CanonicalJSON) {
        begin(name)
        value.write(to: &bytes)
    }

    package mutating func add(_ name: StaticString, _ text: String) { add(name, .string(text)) }

    package mutating func add(_ name: StaticString, _ digest: Digest256) {
        begin(name)
        bytes.append(UInt8(ascii: "\""))
        digest.writeHexadecimal(to: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    /// The whole object; no member is added after this.
    package mutating func text() -> String {
        bytes.append(UInt8(ascii: "}"))
        return String(decoding: bytes, as: UTF8.self)
    }

    private mutating func begin(_ name: StaticString) {
        precondition(Self.precedes(lastName, name), "Members come in the order of their names.")
        lastName = name
        if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
    }

    private static func precedes(_ left: StaticString, _ right: StaticString) -> Bool {
        UnsafeBufferPointer(start: left.utf8Start, count: left.utf8CodeUnitCount).lexicographicallyPrecedes(
            UnsafeBufferPointer(start: right.utf8Start, count: right.utf8CodeUnitCount))
    }
}
