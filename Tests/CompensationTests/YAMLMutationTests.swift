// Goal: no registry or agreement text stops the program; each is read or refused with places that exist.
// Method: what a fuzzer once kept, and seeded mutations of every file under stations/.

import Compensation
import Foundation
import Monitoring
import Standards
import Testing

@Suite struct YAMLMutationTests {
    /// SplitMix64.
    private struct Numbers: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    private static let pieces = [
        "&a ", "*a", "- ", ": ", "{", "[", "]", "}", "\n  ", "\t", "|", ">", "~", "!!int ", "'", "\"", "%", "---\n",
        "0",
        "9999-12-31", "1e999", "((((((", ") / 0", "value(", "\u{0}", "\u{FFFE}",
    ]

    private func expectSound(_ text: String, _ path: String, _ name: String) {
        let lineCount = text.utf8.count { $0 == 0x0A } + 1
        let problems =
            RegistryReader.isAgreement(path)
            ? readAgreement(text, file: path).problems : RegistryReader.read([(path, text)]).problems
        let wrong = problems.filter { $0.line < 0 || $0.line > lineCount + 1 || $0.message.isEmpty }
        #expect(wrong.isEmpty, "\(name): \(wrong)")
    }

    @Test(arguments: ["registry", "agreement"])
    func `what a fuzzer once kept stays sound`(target: String) throws {
        let folder = ProjectFiles.root.appending(path: "fixtures/corpus/\(target)").path
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(!names.isEmpty)
        for name in names {
            let text = String(
                decoding: FileManager.default.contents(atPath: folder + "/" + name) ?? Data(), as: UTF8.self)
            expectSound(text, target == "registry" ? "regions.yaml" : "a/agreements/a.yaml", name)
        }
    }

    @Test func `mutated registries and agreements are read or refused with places that exist`() {
        var numbers = Numbers(state: 7)
        #expect(ProjectFiles.agreements.count > 0)
        for file in ProjectFiles.stations {
            let lines = file.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            for number in 0..<40 {
                var mutant = lines
                for _ in 0..<Int.random(in: 1...3, using: &numbers) {
                    let line = Int.random(in: 0..<mutant.count, using: &numbers)
                    let column = Int.random(in: 0...mutant[line].count, using: &numbers)
                    let index = mutant[line].index(mutant[line].startIndex, offsetBy: column)
                    switch Int.random(in: 0..<5, using: &numbers) {
                    case 0: mutant[line].insert(contentsOf: Self.pieces.randomElement(using: &numbers) ?? "", at: index)
                    case 1: mutant[line].removeSubrange(index...)
                    case 2: mutant.insert(mutant[line], at: Int.random(in: 0..<mutant.count, using: &numbers))
                    case 3: if mutant.count > 1 { mutant.remove(at: line) }
                    default: mutant[line].insert(contentsOf: "  ", at: mutant[line].startIndex)
                    }
                }
                expectSound(mutant.joined(separator: "\n"), file.path, "\(file.path), mutant \(number)")
            }
        }
    }
}
