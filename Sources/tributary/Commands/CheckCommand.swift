// `tributary check`: everything that is wrong with a registry, an agreement or how a file would be read; touches nothing.

import ArgumentParser
import Compensation
import Foundation
import Monitoring
import Standards

struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check a registry folder or an agreement file and print every problem with line and remedy.",
        discussion: """
            A folder is read as one registry with its agreements; worked examples are settled and compared. A single \
            agreement is checked against the registry given with --stations, or the one around it. Exit code 1 when \
            there is a problem. Notices (blank parameters of a template) go to standard error.
            """)

    @Argument(help: ArgumentHelp("Registry folders and agreement files.", valueName: "path"))
    var paths: [String]
    @OptionGroup var stations: StationsOption
    @OptionGroup var output: FormatOption

    func run() async throws {
        try await reportingFailures {
            var problems: [Problem] = []
            for path in paths { problems += try check(absolutePath(path), shown: path) }
            report(problems)
            return problems.isEmpty ? ExitStatus.done : ExitStatus.needsAttention
        }
    }

    private func check(_ path: String, shown: String) throws -> [Problem] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw CommandFailure(status: ExitStatus.inputUnusable, message: "\(shown) does not exist.")
        }
        if isFolder.boolValue {
            let folder = try RegistryFolder.load(path)
            let found = folder.problems + folder.agreementFiles.flatMap { agreement($0.text, $0.path, folder.registry) }
            if found.isEmpty {
                let registry = folder.registry
                Terminal.note(
                    "\(shown): \(folder.files.count) files, \(registry.boundaries.count) boundaries, "
                        + "\(registry.sections.count) sections, \(registry.stations.count) stations, "
                        + "\(folder.agreementFiles.count) agreements: no problem.")
            }
            return found
        }
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw CommandFailure(status: ExitStatus.inputUnusable, message: "\(shown) is not UTF-8 text.")
        }
        let around = try (stations.folder ?? Self.registryAround(path)).map { try RegistryFolder.load($0).registry }
        return agreement(text, shown, around ?? Registry())
    }

    /// The registry an agreement lies in: the folder above `<boundary>/agreements/`.
    private static func registryAround(_ path: String) -> String? {
        let folder = URL(filePath: path).deletingLastPathComponent()
        guard folder.lastPathComponent == "agreements" else { return nil }
        var above = folder.deletingLastPathComponent().deletingLastPathComponent()
        // A catalogue groups its boundaries one folder deeper.
        if !FileManager.default.fileExists(atPath: above.appending(path: "regions.yaml").path)
            || above.lastPathComponent == "catalogue"
        {
            above = above.deletingLastPathComponent()
        }
        return above.path(percentEncoded: false)
    }

    private func agreement(_ text: String, _ file: String, _ registry: Registry) -> [Problem] {
        let check = checkAgreement(text, file: file, registry: registry)
        for notice in check.notices { Terminal.note("notice: \(notice)") }
        return check.problems
    }

    private func report(_ problems: [Problem]) {
        switch output.format {
        case .text: Terminal.output(problems.map { "\($0)\n" }.joined())
        case .json, .csv:
            Terminal.output(
                Node.render(
                    problems.map { problem in
                        [
                            ("file", problem.file), ("line", String(problem.line)),
                            ("column", String(problem.column)), ("check", problem.check),
                            ("message", problem.message), ("remedy", problem.remedy),
                        ]
                    }, output.format))
        }
    }
}
