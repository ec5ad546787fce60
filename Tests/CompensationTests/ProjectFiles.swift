// Where the tests find the files of the tree: agreements under stations/, expected texts under fixtures/.

import Compensation
import Foundation
import Monitoring
import Standards

/// A file of the tree with its path below the root.
struct ProjectFile: CustomStringConvertible, Sendable {
    let path: String
    let text: String
    var description: String { path }
}

enum ProjectFiles {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().resolvingSymlinksInPath()

    static func text(_ path: String) -> String {
        guard let text = try? String(contentsOf: root.appending(path: path), encoding: .utf8) else {
            preconditionFailure("The tree has no file \(path).")
        }
        return text
    }

    /// Every YAML file under `stations/`, by path.
    static let stations: [ProjectFile] = {
        let folder = root.appending(path: "stations").resolvingSymlinksInPath()
        let paths = (FileManager.default.enumerator(atPath: folder.path)?.allObjects as? [String] ?? [])
            .filter { $0.hasSuffix(".yaml") }.sorted()
        return paths.map { ProjectFile(path: $0, text: text("stations/\($0)")) }
    }()

    static let agreements = stations.filter { RegistryReader.isAgreement($0.path) }

    static let registry = RegistryReader.read(stations.map { ($0.path, $0.text) }).registry

    static func agreement(_ path: String) -> Agreement { agreement(atPath: "stations/\(path)") }

    static func agreement(atPath path: String) -> Agreement {
        let (agreement, problems) = readAgreement(text(path), file: path)
        guard let agreement else { preconditionFailure("\n" + problems.map(\.description).joined(separator: "\n")) }
        return agreement
    }
}
