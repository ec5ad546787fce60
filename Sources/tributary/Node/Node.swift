// The one owner of a data folder: every command and page comes through here, one after another.

import Alerting
import Formats
import Foundation
import Monitoring
import Standards
import Storage
import Web

/// A data folder with its registry, open for as long as the process lives or the command lasts.
actor Node {
    private let executor = QueueExecutor(label: "tributary.node")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    let folder: String
    let book: Book
    /// Signs receipts.
    let nodeKey: NodeKey
    var registry: RegistryFolder {
        didSet {
            forgetPreparations()
            live = LiveStations(registry.registry)
        }
    }
    let catalogue = ParameterCatalogue.standard
    /// The alerts that the book's events add up to.
    var alertBook: AlertBook
    /// What detection remembers of stations.
    var live: LiveStations
    /// The search through the work that was left, while one is under way.
    var finishing: Task<Void, any Error>?
    /// Where large batches go.
    let history: HistoryLane
    /// Threads that take batches.
    private let threads: Int
    /// The memories that reading live batches keeps, for the present registry and while no thread uses them.
    private var preparations: [BatchPreparation] = []
    /// Counts how often those memories were forgotten: what was prepared under an earlier number is prepared again.
    private(set) var rulesVersion = 0

    /// Who may send over the network; read by the upload door without waiting for the node.
    let senderRoll: SenderRoll

    /// Opens the folder, making it when it is new, and takes over the registry given or the one it knew last.
    ///
    /// - Parameter patience: how long to wait for another process that has the folder.
    init(folder: String, stations: String?, patience: Duration = .zero) throws {
        self.folder = folder
        threads = try IntakeThreads.count()
        do {
            book = try Book(folder: folder, create: true, patience: patience, now: Node.clock)
            let opened = try book.openNodeKey()
            nodeKey = opened.key
            if let replaced = opened.replaced {
                Terminal.note(
                    "tributary: this folder signs with the new key \(opened.key.publicKey), no longer with \(replaced): "
                        + "tell its stations, which trust the old one.")
            }
        } catch let problem as BookProblem {
            throw CommandFailure(
                status: problem.code == .folderLocked ? ExitStatus.folderInUse : ExitStatus.cannotWrite,
                message: problem.description)
        } catch {
            throw CommandFailure(
                status: ExitStatus.cannotWrite,
                message: "the data folder \(folder) cannot be made or opened: \(error.localizedDescription)")
        }
        registry = try Node.registry(stations: stations, book: book)
        live = LiveStations(registry.registry)
        alertBook = try Node.alertBook(book)
        history = HistoryLane(book: book)
        senderRoll = SenderRoll(try book.read { try $0.senders() })
    }

    static let clock: @Sendable () -> Instant = {
        Instant(milliseconds: Int64((Date().timeIntervalSince1970 * 1_000).rounded(.down)))
    }

    private static func registry(stations: String?, book: Book) throws -> RegistryFolder {
        guard let stations else {
            let known = try book.read { try $0.latestRegistry() }
            guard let known, let files = try? JSONDecoder().decode([RegistryFile].self, from: Data(known.utf8)) else {
                return RegistryFolder(files: [])
            }
            return RegistryFolder(files: files)
        }
        let loaded = try RegistryFolder.load(stations)
        guard loaded.problems.isEmpty else {
            throw CommandFailure(
                status: ExitStatus.inputUnusable,
                message: loaded.problems.map(\.description).joined(separator: "\n")
                    + "\nThe registry \(stations) has \(loaded.problems.count) problems; the node keeps the one it knows."
            )
        }
        try book.write { try $0.recordRegistry(loaded.encoded) }
        return loaded
    }

    /// Takes over another registry for this node; one of the same texts as the one it has changes nothing.
    func useRegistry(_ stations: String) throws {
        if try registry.isUnchanged(in: stations) { return }
        registry = try Node.registry(stations: stations, book: book)
    }

    /// What batches are admitted by now.
    var rules: IntakeRules { IntakeRules(registry: registry.registry, catalogue: catalogue) }

    /// A line of files for this node's writer, with as many threads as the files can use; end it with `end`.
    func openLine(_ range: Range<Int>, file: @escaping @Sendable (Int) -> IngestFile) -> PreparationLine {
        let count = max(1, min(threads, range.count))
        let kept = preparations.suffix(count)
        preparations.removeLast(kept.count)
        // The memory last given back is the one of the asking thread: alone it meets every series.
        return PreparationLine(
            range, file: file,
            preparations: kept.reversed() + (kept.count..<count).map { _ in BatchPreparation(rules: rules) })
    }

    /// Ends a line that was opened under `version`, and keeps its memories for the next.
    func end(_ line: PreparationLine, version: Int) {
        let used = line.end()
        if version == rulesVersion, preparations.count + used.count <= IntakeThreads.limit {
            preparations += used.reversed()
        }
    }

    /// The registry is another, or prepared batches were dropped: the stations that the memories have told of were not
    /// noted.
    func forgetPreparations() {
        rulesVersion += 1
        preparations = []
    }

    /// Takes up the large batches that a crash left in part; they are in no view until they are whole.
    func resumeUnfinishedBatches() async throws {
        for begun in try book.unfinishedBatches() {
            let entitled = try book.entitlement(sender: begun.incoming.sender, batchAt: begun.sequence)
            _ = try await history.resume(begun, rules: rules, entitled: entitled)
        }
        for begun in try book.unfinishedAdmissions() { try await resume(begun) }
    }

    func close() {
        try? book.checkpoint()
        try? book.close()
    }

    /// Performs one command; the same for a local caller and for one on the socket.
    func perform(_ request: NodeRequest) async -> CommandReply {
        do {
            switch request {
            case .ingest(let request): return try await performIngest(request)
            case .alerts(let onlyOpen, let format): return try performAlerts(onlyOpen: onlyOpen, format)
            case .settle(let request):
                return request.draft == nil ? try performSettle(request) : try await performWhatIf(request)
            case .statement(let run, let format): return try performStatement(run, format)
            case .explain(let reference, let derivation, let format):
                return try performExplain(reference, derivation, format)
            case .receipt(let digest, let format): return try performReceipt(digest, format)
            case .admit(let request, let format): return try await performAdmit(request, format)
            case .dump(let selection, let format): return try performDump(selection, format)
            case .query(let sql, let limit, let format): return try await performQuery(sql, limit: limit, format)
            case .detect(let query, let format): return try await performDetect(query, format)
            case .doctor(let format): return try performDoctor(format)
            case .assessPeriods(let request): return try performAssessPeriods(request)
            case .holes(let query, let format): return try performHoles(query, format)
            case .markHole(let marking, let format): return try performMarkHole(marking, format)
            case .fileNotice(let filing, let format): return try performFileNotice(filing, format)
            case .decideNotice(let deciding, let format): return try performDecideNotice(deciding, format)
            case .notices(let query, let format): return try performNotices(query, format)
            case .fileInstruments(let filing, let format): return try performFileInstruments(filing, format)
            case .instruments(let station, let format): return try performInstruments(station: station, format)
            case .sender(let act, let format): return try performSender(act, format)
            case .seriesTable(let name): return try performSeriesTable(name)
            case .backtest(let request, let format): return try performBacktest(request, format)
            }
        } catch {
            return .failed(CommandFailure(error))
        }
    }

    /// What the daemon prints when it starts: settings, library versions, schema.
    func startUpLines() -> [String] {
        [
            "data folder \(folder)",
            "node key \(nodeKey.publicKey)",
            "registry \(registry.registry.boundaries.count) boundaries, \(registry.registry.sections.count) sections, "
                + "\(registry.registry.stations.count) stations, \(registry.agreementFiles.count) agreements",
        ]
    }
}

extension CommandFailure {
    /// What a node's call threw, as it is told to whoever called.
    init(_ error: any Error) {
        switch error {
        case let failure as CommandFailure: self = failure
        case let problem as BookProblem:
            self.init(status: ExitStatus.cannotWrite, message: problem.description)
        default: self.init(status: ExitStatus.ownFault, message: "\(error)")
        }
    }
}

extension CommandReply {
    static func failed(_ failure: CommandFailure) -> CommandReply {
        CommandReply(
            exitCode: Int(failure.status), standardOutput: "", standardError: "tributary: \(failure.message)\n")
    }

    static func done(_ output: String, status: Int32 = ExitStatus.done) -> CommandReply {
        CommandReply(exitCode: Int(status), standardOutput: output, standardError: "")
    }
}

extension RegistryFolder {
    /// The files as one JSON text, the same bytes for the same files.
    var encoded: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let bytes = try? encoder.encode(files) else { preconditionFailure("Two strings always encode.") }
        return String(decoding: bytes, as: UTF8.self)
    }
}
