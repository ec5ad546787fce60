// Goal: the tree keeps the house rules that no compiler checks. Method: read every committed text file.

import Foundation
import Testing

/// Targets by floor, lowest first; the same order as Package.swift and docs/architecture.md.
private let floors: [[String]] = [
    ["CExpat", "CIconv", "CMalloc", "CZip", "CZlib", "StandardsData"],
    ["Exact", "Statistics"],
    ["Monitoring", "Accounting"],
    ["Formats", "Standards"],
    ["Quality", "Detection", "Assessment"],
    ["Alerting", "Compensation"],
    ["Pipeline", "Simulation"],
    ["Storage"],
    ["Ingest", "Web"],
    ["Forwarding"],
    ["tributary"],
]

private func floor(of target: String) -> Int? { floors.firstIndex { $0.contains(target) } }

private func imports(of file: SourceFile) -> [(line: Int, module: String)] {
    file.lines.enumerated().compactMap { index, line in
        let words = line.split(separator: " ")
        guard let place = words.firstIndex(of: "import"), place <= 1, words.count > place + 1,
            !line.hasPrefix(" ")
        else { return nil }
        return (index + 1, String(words[words.count - 1].prefix { $0 != "." }))
    }
}

@Test func `imports go down only`() {
    for file in SourceTree.sources {
        guard let target = file.target, let own = floor(of: target) else {
            Issue.record("\(file.path): its target is on no floor.")
            continue
        }
        for (line, module) in imports(of: file) {
            guard let other = floor(of: module) else { continue }
            #expect(other < own, "\(file.path):\(line): \(target) may not import \(module).")
        }
    }
}

@Test func `floors below Storage have no input, output, clock or chance`() throws {
    let storage = try #require(floor(of: "Storage"))
    let forbidden = [
        "Foundation", "Glibc", "Dispatch", "Logging", "GRDB", "NIOCore", "NIOPosix", "Hummingbird", "ServiceLifecycle",
    ]
    let calls = ["print(", "Date()", "ContinuousClock", ".random(", "SystemRandomNumberGenerator", "readLine("]
    for file in SourceTree.sources {
        guard let target = file.target, let own = floor(of: target), own < storage else { continue }
        for (line, module) in imports(of: file) {
            #expect(!forbidden.contains(module), "\(file.path):\(line): \(target) may not import \(module).")
        }
        for (index, line) in file.lines.enumerated() where !line.drop(while: { $0 == " " }).hasPrefix("//") {
            for call in calls {
                #expect(!line.contains(call), "\(file.path):\(index + 1): \(call) belongs above Storage.")
            }
        }
    }
}

@Test func `every Swift file opens with a sentence`() {
    for file in SourceTree.swift where !file.path.hasSuffix("Package.swift") {
        #expect(file.lines.first?.hasPrefix("// ") == true, "\(file.path): say what this file is, and where it stands.")
    }
}

@Test func `no folder, file or type is named for what it is not`() {
    let empty = ["Utils", "Utilities", "Helpers", "Helper", "Manager", "Common", "Misc"]
    for file in SourceTree.swift {
        for name in empty {
            #expect(
                !file.path.split(separator: "/").contains { $0.hasSuffix(name) || $0.hasSuffix(name + ".swift") },
                "\(file.path): find the noun.")
        }
    }
}

@Test func `no unfinished marks and no places of one machine`() {
    // Spelled in two halves so that this file passes its own test.
    let marks = ["TO" + "DO", "FIX" + "ME", "XX" + "X:", "/wo" + "rk/", "/tm" + "p/side", "/ro" + "ot/"]
    for file in SourceTree.files {
        for (index, line) in file.lines.enumerated() {
            for mark in marks {
                #expect(!line.contains(mark), "\(file.path):\(index + 1): \(mark) does not belong in the project.")
            }
        }
    }
}

@Test func `YAML is read in one place`() {
    let readers = SourceTree.sources.filter { file in imports(of: file).contains { $0.1 == "Yams" } }.map(\.path)
    #expect(readers == ["Sources/Standards/PositionedYAML.swift"])
}

@Test func `tests do not sleep`() {
    for file in SourceTree.swift where file.path.hasPrefix("Tests/") && !file.path.contains("TidyTests") {
        for (index, line) in file.lines.enumerated() {
            #expect(
                !line.contains("Task.sleep") && !line.contains("usleep(") && !line.contains("Thread.sleep"),
                "\(file.path):\(index + 1): wait for an event, not for time.")
        }
    }
}

@Test func `no binary floating point where it is law or money`() {
    for file in SourceTree.sources where ["Accounting", "Compensation", "Assessment"].contains(file.target) {
        for (index, line) in file.lines.enumerated() where !line.drop(while: { $0 == " " }).hasPrefix("//") {
            let words = line.split { !$0.isLetter && !$0.isNumber }
            #expect(
                !words.contains("Double") && !words.contains("Float"),
                "\(file.path):\(index + 1): exact numbers only between a reading and a yuan.")
        }
    }
}

@Test func `the top of the tree holds only what it should`() {
    let allowed: Set<String> = [
        ".ci", ".editorconfig", ".gitignore", ".swift-format", "Benchmarks", "CHANGELOG.md", "CONTRIBUTING.md",
        "Fuzzing",
        "LICENSE", "Package.resolved", "Package.swift", "README.md", "README.zh.md", "Sources", "Tests", "demo-data",
        "docs",
        "fixtures", "scripts", "stations",
    ]
    for name in SourceTree.topLevelNames {
        #expect(allowed.contains(name), "\(name): the first screen of the tree is kept small.")
    }
}

@Test func `links between documents lead somewhere`() throws {
    let link = try Regex(#"\]\((?<target>[^)#:\s]+)(#[^)]*)?\)"#)
    for file in SourceTree.files where file.path.hasSuffix(".md") {
        let folder = SourceTree.root.appending(path: file.path).deletingLastPathComponent()
        for (index, line) in file.lines.enumerated() {
            for match in line.matches(of: link) {
                guard let target = match.output["target"]?.substring else { continue }
                if target.hasPrefix("../shared") || target.contains("/shared/") { continue }
                #expect(
                    FileManager.default.fileExists(atPath: folder.appending(path: String(target)).path),
                    "\(file.path):\(index + 1): \(target) does not exist.")
            }
        }
    }
}

@Test func `each promise names tests that exist`() throws {
    let page = try #require(SourceTree.files.first { $0.path == "docs/promises.md" })
    let entry = try Regex(#"^- \[.*\]\(\.\./(?<file>Tests/[^)]+\.swift)\): (?<test>.+)$"#)
    var named = 0
    for (index, line) in page.lines.enumerated() where line.hasPrefix("- ") {
        let place = "docs/promises.md:\(index + 1)"
        guard let match = line.wholeMatch(of: entry), let file = match.output["file"]?.substring,
            let test = match.output["test"]?.substring
        else {
            Issue.record("\(place): name a test as - [Suite](../Tests/….swift): its name")
            continue
        }
        named += 1
        let lines = SourceTree.swift.first { $0.path == file }?.lines ?? []
        #expect(
            lines.contains { $0.contains("\"\(test)\"") || $0.contains("func `\(test)`") },
            "\(place): \(file) has no test of this name.")
    }
    // Each heading but the last is a promise and needs at least one.
    #expect(named >= page.lines.count { $0.hasPrefix("## ") } - 1 && named > 20)
}
