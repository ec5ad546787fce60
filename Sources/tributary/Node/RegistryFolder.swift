// The registry folder (`stations/`) as read from disk: its files' texts, what they say, and what is wrong with them.

import Detection
import Foundation
import Monitoring
import Quality
import Standards

/// One file of the registry folder.
struct RegistryFile: Codable, Hashable, Sendable {
    /// Relative to the folder.
    let path: String
    let text: String
}

/// What a registry folder says.
struct RegistryFolder: Sendable {
    /// A registry is text that people write; a larger file is something else.
    static let fileByteLimit = 4 << 20

    let files: [RegistryFile]
    let registry: Registry
    /// Which quality checks run where.
    let checkSets: CheckSets
    /// The numbers detection works with.
    let detectionRules: DetectionRules
    /// Faults of the registry; agreements are checked apart.
    let problems: [Problem]

    /// The agreement files among them (`…/agreements/*.yaml`).
    var agreementFiles: [RegistryFile] { files.filter { RegistryReader.isAgreement($0.path) } }

    init(files: [RegistryFile], problems: [Problem] = []) {
        self.files = files
        let read = RegistryReader.read(files.map { ($0.path, $0.text) })
        registry = read.registry
        let checks = CheckSetReader.read(
            files.filter { CheckSetReader.isCheckSet($0.path) }.map { ($0.path, $0.text) }, registry: read.registry)
        checkSets = checks.sets
        let rules = DetectionRulesReader.read(
            files.filter { DetectionRulesReader.isRules($0.path) }.map { ($0.path, $0.text) })
        detectionRules = rules.rules
        self.problems = problems + read.problems + checks.problems + rules.problems
    }

    /// Reads every YAML file below `folder`; a file that cannot be read is a problem, not the end.
    static func load(_ folder: String) throws -> RegistryFolder {
        let (files, problems) = try texts(in: folder)
        return RegistryFolder(files: files, problems: problems)
    }

    /// Whether `folder` holds these very texts, so that reading them again would say nothing new.
    func isUnchanged(in folder: String) throws -> Bool {
        let (files, problems) = try Self.texts(in: folder)
        return problems.isEmpty && self.problems.isEmpty && !files.isEmpty && files == self.files
    }

    /// The YAML files below `folder`, by path, and what cannot be read.
    private static func texts(in folder: String) throws -> (files: [RegistryFile], problems: [Problem]) {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue,
            let walk = FileManager.default.enumerator(atPath: folder)
        else {
            throw CommandFailure(
                status: ExitStatus.inputUnusable,
                message: "\(folder) is not a folder: give the registry folder, such as stations/.")
        }
        var files: [RegistryFile] = []
        var problems: [Problem] = []
        while let path = walk.nextObject() as? String {
            guard path.hasSuffix(".yaml") || path.hasSuffix(".yml") else { continue }
            switch readText(folder + "/" + path) {
            case .success(let text): files.append(RegistryFile(path: path, text: text))
            case .failure(let fault):
                problems.append(
                    Problem(
                        check: "registry.file", file: path, line: 0, message: fault.message,
                        remedy: "Save it as UTF-8 text of at most 4 MiB."))
            }
        }
        return (files.sorted { $0.path < $1.path }, problems)
    }

    private static func readText(_ path: String) -> Result<String, CommandFailure> {
        guard let bytes = FileManager.default.contents(atPath: path) else {
            return .failure(CommandFailure(status: ExitStatus.inputUnusable, message: "The file cannot be read."))
        }
        guard bytes.count <= fileByteLimit else {
            return .failure(
                CommandFailure(status: ExitStatus.inputUnusable, message: "The file has \(bytes.count) bytes."))
        }
        guard let text = String(bytes: bytes, encoding: .utf8) else {
            return .failure(CommandFailure(status: ExitStatus.inputUnusable, message: "The file is not UTF-8 text."))
        }
        return .success(text)
    }
}
