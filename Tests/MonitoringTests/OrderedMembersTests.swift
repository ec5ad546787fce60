// Goal: an object written member by member has the bytes that the one writer of JSON gives it. Method: both, compared.

import Monitoring
import Testing

@Suite struct OrderedMembersTests {
    @Test func `members in order give the text of the same object`() {
        let digest = Digest256(bytes: (0..<32).map { $0 * 8 })
        var members = OrderedMembers()
        members.add("batch", digest)
        members.add("largest", Int64.max)
        members.add("name", "a\"b\\c\n\u{1}水")
        members.add("none", CanonicalJSON.null)
        members.add("smallest", Int64.min)
        members.add("zero", 0)
        let object = CanonicalJSON.object([
            "batch": .string(digest.description), "largest": .integer(Int64.max), "name": .string("a\"b\\c\n\u{1}水"),
            "none": .null, "smallest": .integer(Int64.min), "zero": .integer(0),
        ])
        #expect(members.text() == object.text())
        var none = OrderedMembers()
        #expect(none.text() == "{}")
    }

    @Test func `a member out of order stops the program`() async {
        await #expect(processExitsWith: .failure) {
            var members = OrderedMembers()
            members.add("b", 1)
            members.add("a", 1)
        }
    }

    @Test func `a digest is its digits, and digests are ordered as their bytes`() {
        let text = "00ff" + String(repeating: "7a", count: 30)
        let digest = Digest256(hexadecimal: text)
        #expect(digest?.description == text)
        #expect(digest?.bytes.prefix(3) == [0, 0xFF, 0x7A])
        #expect(Digest256(hexadecimal: text.uppercased()) == digest)
        #expect(Digest256(hexadecimal: "g" + text.dropFirst()) == nil)
        #expect(Digest256(hexadecimal: String(text.dropLast())) == nil)
        let digests = (0..<256).map { byte in Digest256(bytes: (0..<32).map { UInt8(($0 * 7 + byte * 91) & 255) }) }
        #expect(digests.sorted().map(\.bytes) == digests.map(\.bytes).sorted { $0.lexicographicallyPrecedes($1) })
    }
}
