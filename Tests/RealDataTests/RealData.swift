// Finds the real monitoring data beside the checkout and decodes it; nothing of it is copied into the project.

import Formats
import Foundation
import Monitoring
import Standards
import Testing

enum RealData {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The folder, or `nil` with a printed sentence when it is not there; with `CI=true` its absence fails.
    static func folder(_ name: String) -> URL? {
        let environment = ProcessInfo.processInfo.environment
        let base = environment["TRIBUTARY_REAL_DATA"].map { URL(filePath: $0) } ?? siblingFolder
        let folder = base.appending(path: name)
        if FileManager.default.fileExists(atPath: folder.path) { return folder }
        if environment["CI"] == "true" {
            Issue.record("The real data in \(folder.path) are missing; set TRIBUTARY_REAL_DATA.")
        } else {
            print("Not run: the real data in \(folder.path) are missing; set TRIBUTARY_REAL_DATA.")
        }
        return nil
    }

    /// `shared/data` beside the checkout's folder.
    private static var siblingFolder: URL {
        root.resolvingSymlinksInPath().deletingLastPathComponent().appending(path: "shared/data")
    }

    /// Compressed files under `folder` in path order.
    static func files(in folder: URL) -> [URL] {
        let all = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.allObjects ?? []
        return all.compactMap { $0 as? URL }.filter { $0.pathExtension == "gz" }.sorted { $0.path < $1.path }
    }

    /// Decodes one file with the built-in profiles, as the program does.
    static func decode(_ file: URL, handOn: (DecodedSlice) -> Void) throws -> FormatID? {
        let bytes = try Data(contentsOf: file)
        let context = ReadContext(
            profiles: BuiltInProfiles.all, parameters: .standard, nameHints: file.pathComponents,
            received: Instant(milliseconds: 1_795_219_200_000))
        let outcome = bytes.withUnsafeBytes { decodeBatch($0, context: context) { handOn($0) } }
        switch outcome {
        case .read(let summary): return summary.format
        case .stopped(let rejection, _):
            Issue.record("\(file.lastPathComponent): \(rejection)")
            return nil
        }
    }

    /// The registry under `stations/`, which must be without fault.
    static func registry() throws -> Registry {
        let folder = root.appending(path: "stations").resolvingSymlinksInPath()
        let all = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.allObjects ?? []
        let paths = all.compactMap { $0 as? URL }.filter { $0.pathExtension == "yaml" }
        let prefix = folder.path + "/"
        let files = try paths.map { url in
            (
                path: String(url.resolvingSymlinksInPath().path.dropFirst(prefix.count)),
                text: try String(contentsOf: url, encoding: .utf8)
            )
        }
        let (registry, problems) = RegistryReader.read(files)
        #expect(problems.map(\.description) == [])
        #expect(!registry.waterBodies.isEmpty)
        return registry
    }
}
