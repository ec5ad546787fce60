// `tributary ingest`: files and folders into a data folder, by hand or by script.

import ArgumentParser
import Monitoring

struct IngestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ingest",
        abstract: "Take batches from files, folders or standard input; the files stay where they are.",
        discussion: """
            Every batch gets a receipt. A batch sent again changes nothing. Without a registry, unknown stations are \
            adopted as provisional: they belong to no boundary and never settle. Receipts are printed as their files \
            are done; on a terminal a line on standard error says how far it is.

            A file that cannot be read stops no other: it is named on standard error with cause and remedy. With \
            --format json the last line is one object: files, rows, nonnull, value_sum, accepted, duplicate, \
            conflict, rejected, quarantined, refused, unreadable. rows counts data rows of the files; the five after \
            value_sum count observations and rows that could not become one; refused counts files of which nothing, \
            or not all, could be read, now or when they first came; unreadable counts files that could not be opened. \
            Exit code 1 when one of these two is not 0, 65 when no file could be opened.

            TRIBUTARY_THREADS is the number of threads that take batches, by default the processors; the result does \
            not depend on it.
            """)

    @Argument(
        help: ArgumentHelp("Files, folders to take every file of, or - for standard input.", valueName: "path"))
    var paths: [String]
    @OptionGroup var data: DataOption
    @OptionGroup var stations: StationsOption
    @Option(name: .long, help: ArgumentHelp("What the batch of standard input is called.", valueName: "name"))
    var name: String?
    @Option(
        name: .long,
        help: ArgumentHelp(
            "When the batches were sent, such as 2026-05-01T08:00:00+08:00; otherwise when each file was last changed.",
            valueName: "time"))
    var sent: String?
    @Flag(name: .long, help: "One durable commit for each file, as if each had been pushed alone.")
    var commitEach = false
    @OptionGroup var output: FormatOption

    func validate() throws {
        let inputs = paths.count { $0 == StandardInputBatch.sign }
        if inputs > 1 { throw ValidationError("Standard input is one batch: give - once.") }
        if let sent, Instant(iso8601: sent).map({ SentTime.isPossible($0, received: Node.clock()) }) != true {
            throw ValidationError(
                "--sent is a time with its offset, such as 2026-05-01T08:00:00+08:00, and not after now.")
        }
        guard let name else { return }
        if inputs == 0 { throw ValidationError("--name names the batch of standard input: give - as a path.") }
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        let isPlain = name.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
        if name.utf8.count > 255 || !isPlain || parts.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." }) {
            throw ValidationError("--name is a file's name of at most 255 bytes, with folders before it or without.")
        }
    }

    func run() async throws {
        try await reportingFailures {
            var list = FileList(under: paths.filter { $0 != StandardInputBatch.sign }.map(absolutePath))
            var input: StandardInputBatch?
            if paths.contains(StandardInputBatch.sign) {
                let batch = try StandardInputBatch()
                list.add(batch.path, name: name ?? "stdin")
                input = batch
            }
            defer { input?.remove() }
            if list.files.isEmpty, !list.failures.isEmpty {
                throw CommandFailure(
                    status: ExitStatus.inputUnusable, message: list.failures.map(\.message).joined(separator: "\n"))
            }
            let display = IngestDisplay(list.files, format: output.format)
            defer { display.erase() }
            display.missed(list.failures)
            let call = IngestCall(
                folder: data.folder, files: list.files, stations: stations.folder, commitEach: commitEach,
                format: output.format, sent: sent.flatMap { Instant(iso8601: $0)?.milliseconds })
            try await call.run(display)
            return display.end()
        }
    }
}
