// Goal: a person who writes a registry learns where every fault is. Method: small documents with one fault each,
// places written out by hand.

import Monitoring
import Standards
import Testing

@Suite struct PositionedYAMLTests {
    private func problems(_ text: String) -> [Problem] { PositionedYAML.read(text, file: "a.yaml").problems }

    @Test func `Scalars stay the text that was written`() throws {
        let text = "a: 0.20\nb: NO\nc: 010\nd: 1e5\ne: '~'\nf: ~\ng:\nh: null\ni: 2024-01-01\n"
        let node = try #require(PositionedYAML.read(text, file: "a.yaml").node)
        #expect(node["a"]?.text == "0.20")
        #expect(node["b"]?.text == "NO")
        #expect(node["c"]?.text == "010")
        #expect(node["d"]?.text == "1e5")
        #expect(node["i"]?.text == "2024-01-01")
        #expect(["e", "f", "g", "h"].map { node[$0]?.isBlank } == [false, true, true, true])
    }

    @Test func `Every node knows its line and column, counted from one in characters`() throws {
        let text = "名称: 新安江\nlist:\n  - x: 1\n    y: [2, 三]\n"
        let node = try #require(PositionedYAML.read(text, file: "a.yaml").node)
        let name = try #require(node["名称"])
        #expect((name.line, name.column) == (1, 5))
        let first = try #require(node["list"]?.items?.first)
        #expect((first.line, first.column) == (3, 5))
        let third = try #require(first["y"]?.items?.last)
        #expect((third.line, third.column) == (4, 12))
        let entry = try #require(first.entries?.last)
        #expect((entry.key, entry.keyLine, entry.keyColumn) == ("y", 4, 5))
    }

    @Test func `A Windows line end does not stay in a text`() throws {
        let node = try #require(PositionedYAML.read("a: x\r\nb: y\r\n", file: "a.yaml").node)
        #expect(node["a"]?.text == "x")
        #expect(node["b"]?.line == 2)
    }

    @Test func `A duplicate key is reported where it is repeated`() {
        let text = "a: 1\nb:\n  x: 1\n  z: 1\n  # x: no\n  x: 2\na: 3\n"
        let found = problems(text)
        #expect(found.map(\.check) == ["yaml.duplicate-key", "yaml.duplicate-key"])
        #expect(Set(found.map { [$0.line, $0.column] }) == [[6, 3], [7, 1]])
        #expect(found.contains { $0.message.contains("`x`") && $0.message.contains("line 3") })
        #expect(PositionedYAML.read(text, file: "a.yaml").node == nil)
    }

    @Test func `A duplicate key in the item of a list is not mixed up with the next item`() {
        let found = problems("- id: a\n  n: 1\n  id: b\n- id: c\n")
        #expect(found.map { [$0.line, $0.column] } == [[3, 3]])
    }

    @Test func `The same key once quoted and once plain is a duplicate`() {
        let found = problems("1: a\n\"1\": b\n")
        #expect(found.map(\.check) == ["yaml.duplicate-key"])
        #expect(found.first?.line == 2)
    }

    @Test func `A duplicate key in braces is reported at its mapping`() {
        let found = problems("a: {x: 1, x: 2}\n")
        #expect(found.map(\.check) == ["yaml.duplicate-key"])
        #expect(found.first?.line == 1)
    }

    @Test(arguments: [
        ("a: &x 1\nb: *x\n", 1, 4),
        ("a: 1\nb: {k: &x [1], l: *x}\n", 2, 8),
        ("a: *x\n", 1, 4),
        ("? [&a [1]]\n: 2\n", 1, 4),
    ])
    func `Anchors and aliases are refused at their place`(text: String, line: Int, column: Int) {
        let found = problems(text)
        #expect(found.map(\.check) == ["yaml.anchor"])
        #expect(found.first.map { [$0.line, $0.column] } == [line, column])
    }

    @Test func `An ampersand inside a text is a text`() throws {
        let node = try #require(PositionedYAML.read("a: http://x.cn/?a=1&b=2\nb: 水 & 气\nc: R&D\n", file: "a").node)
        #expect(node["a"]?.text == "http://x.cn/?a=1&b=2")
        #expect(node["b"]?.text == "水 & 气")
        #expect(node["c"]?.text == "R&D")
    }

    @Test func `An alias bomb is refused before it is read, as value and as key`() {
        var bomb = "l0: &l0 [x,x,x,x,x,x,x,x,x,x]\n"
        for level in 1...9 {
            let aliases = Array(repeating: "*l\(level - 1)", count: 10).joined(separator: ",")
            bomb += "l\(level): &l\(level) [\(aliases)]\n"
        }
        #expect(problems(bomb).map(\.check) == ["yaml.anchor"])
        #expect(problems(bomb + "? *l9\n: 1\n").map(\.check) == ["yaml.anchor"])
    }

    @Test func `A tab in the indentation is named`() {
        let found = problems("a:\n\tb: 1\n")
        #expect(found.map(\.check) == ["yaml.tab"])
        #expect(found.first?.line == 2)
    }

    @Test func `Nesting has a limit with a name`() {
        let deep = String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
        #expect(problems("a: \(deep)\n").map(\.check) == ["yaml.depth"])
        let deepest = String(repeating: "[", count: 30) + String(repeating: "]", count: 30)
        #expect(problems("a: \(deepest)\n").isEmpty)
        #expect(problems("a: " + String(repeating: "[", count: 100_000)).map(\.check) == ["yaml.depth"])
    }

    @Test func `Bytes and values have limits with names`() {
        #expect(problems("a: " + String(repeating: "x", count: 4 << 20)).map(\.check) == ["yaml.bytes"])
        #expect(problems("[" + String(repeating: "1,", count: 500_001) + "1]").map(\.check) == ["yaml.nodes"])
    }

    @Test(arguments: [
        ("", "yaml.empty"), ("# only a comment\n", "yaml.empty"), ("a: 1\n---\nb: 2\n", "yaml.documents"),
        ("a: 'x\n", "yaml.syntax"), ("a: b: c\n", "yaml.syntax"), ("a: \u{1}\n", "yaml.character"),
        ("? {x: 1}\n: 2\n", "yaml.key"),
    ])
    func `Other faults have names`(text: String, check: String) {
        let found = problems(text)
        #expect(found.map(\.check) == [check])
        #expect(found.allSatisfy { !$0.remedy.isEmpty && $0.file == "a.yaml" })
    }
}
