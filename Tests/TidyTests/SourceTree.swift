// The checkout as the tidy tests see it: files git would commit, with their text.

import Foundation

/// One text file of the checkout.
struct SourceFile: Sendable {
    /// Path from the package root, `/` between components.
    let path: String
    let lines: [Substring]

    var target: String? {
        let parts = path.split(separator: "/")
        return parts.count > 2 && parts[0] == "Sources" ? String(parts[1]) : nil
    }
}

enum SourceTree {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Folders that hold no text of ours.
    private static let skipped: Set<String> = [".git", ".build", ".swiftpm"]

    static let topLevelNames: [String] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []
        return names.filter { !skipped.contains($0) && !$0.hasPrefix(".build") }.sorted()
    }()

    static let files: [SourceFile] = {
        let endings: Set<String> = ["swift", "md", "yaml", "sql", "h", "c", "py", "csv", "json", ""]
        guard let walk = FileManager.default.enumerator(atPath: root.path) else { return [] }
        var found: [SourceFile] = []
        while let path = walk.nextObject() as? String {
            let name = (path as NSString).lastPathComponent
            if skipped.contains(name) || name.hasPrefix(".build") || path == "demo-data" {
                walk.skipDescendants()
                continue
            }
            guard endings.contains((name as NSString).pathExtension), name != "Package.resolved",
                let text = try? String(contentsOf: root.appending(path: path), encoding: .utf8)
            else { continue }
            found.append(SourceFile(path: path, lines: text.split(separator: "\n", omittingEmptySubsequences: false)))
        }
        return found.sorted { $0.path < $1.path }
    }()

    static let swift = files.filter { $0.path.hasSuffix(".swift") }
    static let sources = swift.filter { $0.target != nil }
}
