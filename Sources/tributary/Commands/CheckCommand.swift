// `tributary check`: everything that is wrong with a registry, an agreement or how a file would be read; touches nothing.

import ArgumentParser
import Compensation
import Detection
import Foundation
import Monitoring
import Pipeline
import Quality
import Standards

struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check a registry folder, an agreement or a batch file and print every problem with its remedy.",
        discussion: """
            A folder is read as one registry with its agreements; worked examples are settled and compared. A single \
            agreement (.yaml, .yml), or a check set in a folder checks/, is checked against the registry given with \
            --stations, or the one around it. \
            Notices (blank parameters of a template) go to standard error.

            --inputs-template prints an agreement's empty table of inputs. --mutations changes each of its constants and \
            comparisons in turn and lists, by clause, what no worked example notices; --scores prints the same of all \
            agreements as one table (docs/mutation-scores.md).

            Any other file is read as a batch would be, without storing it: container, format, profile and why, what \
            its times and values mean, rows, series, the first rows as they would be stored, and every reason for \
            which rows would be rejected or quarantined. --stations DIR says which stations are registered.

            Exit code 0 when there is no problem and every row would be taken, 1 when something needs a person, 65 \
            when a file cannot be used at all.
            """)

    @Argument(help: ArgumentHelp("Registry folders, agreement files and batch files.", valueName: "path"))
    var paths: [String]
    @OptionGroup var stations: StationsOption
    @OptionGroup var output: FormatOption
    @Flag(name: .long, help: "Print the empty table of inputs of one agreement, for settle --inputs.")
    var inputsTemplate = false
    @Flag(name: .long, help: "Change each constant and comparison of agreements in turn; list what no example notices.")
    var mutations = false
    @Flag(name: .long, help: "Print how many changes the examples of each agreement notice, as one table.")
    var scores = false

    func run() async throws {
        try await reportingFailures {
            if inputsTemplate { return try printTemplate() }
            if scores { return try printScores() }
            let (texts, batches) = (paths.filter { !Self.isBatch($0) }, paths.filter(Self.isBatch))
            var problems: [Problem] = []
            for path in texts { problems += try check(absolutePath(path), shown: path) }
            report(problems)
            var status = problems.isEmpty ? ExitStatus.done : ExitStatus.needsAttention
            if !batches.isEmpty { status = max(status, try checkBatches(batches)) }
            return status
        }
    }

    /// The empty table of inputs of the one agreement given.
    private func printTemplate() throws -> Int32 {
        guard paths.count == 1 else {
            throw CommandFailure(
                status: ExitStatus.inputUnusable,
                message: "--inputs-template needs one agreement file that can be read.")
        }
        let text = try RegistryFile(reading: paths[0]).text
        let (agreement, problems) = readAgreement(text, file: paths[0])
        guard let agreement else {
            report(problems)
            return ExitStatus.needsAttention
        }
        Terminal.output(InputTable.template(for: agreement))
        return ExitStatus.done
    }

    /// The mutation score of each agreement of the folders and files given; what cannot be read is told of by its check.
    private func printScores() throws -> Int32 {
        var files: [(path: String, text: String)] = []
        for path in paths {
            var isFolder: ObjCBool = false
            if FileManager.default.fileExists(atPath: absolutePath(path), isDirectory: &isFolder), isFolder.boolValue {
                files += try RegistryFolder.load(absolutePath(path)).agreementFiles.map {
                    (path: $0.path, text: $0.text)
                }
            } else {
                files.append((path: path, text: try RegistryFile(reading: path).text))
            }
        }
        var problems: [Problem] = []
        var found: [(file: String, isTemplate: Bool, score: MutationScore)] = []
        for (path, text) in files {
            let read = readAgreement(text, file: path)
            problems += read.problems
            guard let agreement = read.agreement else { continue }
            found.append((path, !agreement.blanks.isEmpty && agreement.isTemplate, mutationScore(of: agreement)))
        }
        for problem in problems { Terminal.note("\(problem)") }
        Terminal.output(mutationTable(found))
        return problems.isEmpty ? ExitStatus.done : ExitStatus.needsAttention
    }

    /// Whether a path is a file that is no agreement; one that is not there is told of as such.
    private static func isBatch(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        let isThere = FileManager.default.fileExists(atPath: absolutePath(path), isDirectory: &isFolder)
        return isThere && !isFolder.boolValue && !path.hasSuffix(".yaml") && !path.hasSuffix(".yml")
    }

    /// Reads files as batches and prints what would become of them; the greatest exit code.
    private func checkBatches(_ batches: [String]) throws -> Int32 {
        guard output.format != .csv else {
            throw CommandFailure(
                status: ExitStatus.usage, message: "what a batch would come to is text or json: give one of them.")
        }
        let folder = try stations.folder.map { try RegistryFolder.load($0) }
        if let folder, !folder.problems.isEmpty {
            throw CommandFailure(
                status: ExitStatus.inputUnusable,
                message: "\(stations.stations ?? "") has \(folder.problems.count) problems: check it alone first.")
        }
        let rules = IntakeRules(registry: folder?.registry ?? Registry(), catalogue: .standard)
        var status = ExitStatus.done
        for path in batches {
            do {
                let check = try BatchCheck(absolutePath(path), shown: path, rules: rules, received: Node.clock())
                Terminal.output(
                    output.format == .json
                        ? check.json(catalogue: rules.catalogue).text() + "\n"
                        : check.text(registry: stations.stations, catalogue: rules.catalogue))
                status = max(status, check.status)
            } catch let failure as CommandFailure {
                Terminal.note("tributary: \(failure.message)")
                status = max(status, failure.status)
            }
        }
        return status
    }

    private func check(_ path: String, shown: String) throws -> [Problem] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw CommandFailure(status: ExitStatus.inputUnusable, message: "\(shown) does not exist.")
        }
        if isFolder.boolValue {
            let folder = try RegistryFolder.load(path)
            noteUnstatedWater(folder.registry)
            var found = folder.problems + folder.agreementFiles.flatMap { agreement($0.text, $0.path, folder.registry) }
            for series in folder.agreementSeries {
                let (problems, notices) = series.findings()
                found += problems
                for notice in notices { Terminal.note("notice: \(notice)") }
            }
            if found.isEmpty {
                let registry = folder.registry
                Terminal.note(
                    "\(shown): \(folder.files.count) files, \(registry.boundaries.count) boundaries, "
                        + "\(registry.sections.count) sections, \(registry.stations.count) stations, "
                        + "\(folder.agreementFiles.count) agreements, \(folder.checkSets.sets.count) check sets: no problem."
                )
            }
            return found
        }
        let text = try RegistryFile(reading: shown).text
        if DetectionRulesReader.isRules(path) { return DetectionRulesReader.read([(shown, text)]).problems }
        if CheckSetReader.isCheckSet(path) {
            let above = URL(filePath: path).deletingLastPathComponent().deletingLastPathComponent()
            let folder = stations.folder ?? above.path(percentEncoded: false)
            let registry =
                try FileManager.default.fileExists(atPath: folder + "/regions.yaml")
                ? RegistryFolder.load(folder).registry : nil
            return CheckSetReader.read([(shown, text)], registry: registry).problems
        }
        let around = try (stations.folder ?? Self.registryAround(path)).map { try RegistryFolder.load($0).registry }
        if around == nil {
            Terminal.note(
                "notice: \(shown) lies in no registry: its boundary, regions and sections are not looked up. "
                    + "--stations DIR names one.")
        }
        return agreement(text, shown, around)
    }

    /// Sections whose kind of water nobody said: limits that differ between rivers and lakes decide little there.
    private func noteUnstatedWater(_ registry: Registry) {
        for section in registry.sections.values.sorted(by: { $0.id < $1.id })
        where registry.boundaries[section.boundary]?.kind == .river {
            let unstated = section.stations.compactMap { registry.stations[$0] }
                .filter { section.waterBody(at: $0, in: registry) == nil }
            if unstated.isEmpty { continue }
            Terminal.note(
                "notice: section \(section.id): nobody said the kind of water at "
                    + "\(unstated.map(\.id.rawValue).joined(separator: ", ")): where the limits of rivers and lakes differ "
                    + "(total phosphorus), only what both agree on is judged. State `water-body: river` or `lake`.")
        }
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

    private func agreement(_ text: String, _ file: String, _ registry: Registry?) -> [Problem] {
        let check = checkAgreement(text, file: file, registry: registry)
        for notice in check.notices { Terminal.note("notice: \(notice)") }
        if mutations, let agreement = check.agreement, check.problems.isEmpty {
            let score = mutationScore(of: agreement)
            Terminal.note("\(file): \(score.noticedCount) of \(score.changeCount) changes are noticed by the examples.")
            let published = score.survivors.count(where: \.isPublished)
            if published > 0 {
                Terminal.note("\(file): \(published) survivors in clauses that a published case reaches.")
            }
            for survivor in score.survivors {
                let kind = survivor.isPublished ? "survivor, published case" : "survivor"
                Terminal.note("\(kind): \(file) [\(survivor.clause)] \(survivor.change)")
            }
        }
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
