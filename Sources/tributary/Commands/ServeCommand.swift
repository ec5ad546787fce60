// `tributary serve`: the daemon. It watches the drop folder, answers commands on its socket, takes batches over HTTP(S)
// and serves the pages.

import ArgumentParser
import Foundation
import Ingest
import Logging
import Monitoring
import ServiceLifecycle
import Storage
import UnixSignals
import Web

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run the daemon: take batches from a drop folder and over HTTP(S), open alerts, serve the pages.",
        discussion: """
            One process owns a data folder. While it serves, the other commands reach it through the folder's socket. \
            A file of the drop folder, or of a folder in it, is taken as soon as it is moved in or closed by its \
            writer, at the latest when it has stopped growing and nobody has it open for writing; hidden files, \
            *.part and *.tmp are left alone. Taken files leave the folder when their receipt stands; refused ones \
            move to the data folder's rejected/, each with its reason. With --once the daemon ends after the receipts \
            of the files present at the start.

            Senders made with `tributary station` push batches to the same address: PUT /v1/batches/NAME with \
            `Authorization: Bearer TOKEN`. Over plain HTTP tokens are taken from this machine only, unless \
            --allow-plain-uploads says that the network is closed.
            """)

    @OptionGroup var data: DataOption
    @Option(name: .long, help: ArgumentHelp("The registry folder.", valueName: "dir"))
    var stations: String
    @Option(name: .long, help: ArgumentHelp("The drop folder; it is made when missing.", valueName: "dir"))
    var drop: String
    @Option(name: .long, help: ArgumentHelp("Where pages are served and uploads taken.", valueName: "host:port"))
    var listen = "127.0.0.1:8787"
    @Option(name: .long, help: ArgumentHelp("The server's certificate and its chain, PEM.", valueName: "file"))
    var tlsCertificate: String?
    @Option(name: .long, help: ArgumentHelp("The certificate's private key, PEM, unencrypted.", valueName: "file"))
    var tlsKey: String?
    @Flag(name: .long, help: "Take tokens over plain HTTP from other machines too.")
    var allowPlainUploads = false
    @Flag(name: .long, help: "End after the receipts of the files present at the start.")
    var once = false

    /// How long a command that has the folder to itself is waited for; a daemon that has it is not.
    private static let lockPatience = Duration.seconds(30)

    func run() async throws {
        try await reportingFailures {
            _ = try address()
            let identity = try tlsIdentity()
            raiseOpenFileLimit()
            // Measurements and statements are this user's: nobody else reads the folder or commands the daemon.
            umask(0o077)
            let isServed = await CommandSocket.isListening(at: SocketPath.forDataFolder(data.folder))
            let node = try Node(
                folder: data.folder, stations: absolutePath(stations), patience: isServed ? .zero : Self.lockPatience)
            let intake = try DropIntake(node: node, drop: absolutePath(drop), rejected: data.folder + "/rejected")
            await announce(node)
            try await node.resumeUnfinishedBatches()
            try await node.updateAllAlerts()
            if once {
                try await intake.takePresentFiles()
            } else {
                try await serve(node, intake, identity)
            }
            await node.close()
            return ExitStatus.done
        }
    }

    private func announce(_ node: Node) async {
        let status = await node.startUpLines()
        Terminal.note("tributary \(Release.version)")
        for line in status { Terminal.note("  " + line) }
        Terminal.note("  drop folder \(absolutePath(drop))")
    }

    private func serve(_ node: Node, _ intake: DropIntake, _ identity: TLSIdentity?) async throws {
        let (host, port) = try address()
        let socketPath = SocketPath.forDataFolder(data.folder)
        // Left by a crash: the lock we hold says that nobody listens there.
        try? FileManager.default.removeItem(atPath: socketPath)
        var logger = Logger(label: "tributary") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .warning
        let queue = IntakeQueue(node: node)
        let scheme = identity == nil ? "http" : "https"
        let web = WebServer(
            host: host, port: port, socketPath: socketPath, node: node, uploads: try uploadDoor(node, queue),
            tls: identity, logger: logger,
            started: { bound in
                Terminal.note("Listening on \(scheme)://\(host):\(bound)/ and \(socketPath)")
            },
            perform: { encoded in
                guard let request = try? NodeRequest(encoded: encoded) else {
                    return CommandReply(
                        exitCode: Int(ExitStatus.ownFault), standardOutput: "",
                        standardError: "tributary: the daemon is of another version: restart it.\n")
                }
                return await node.perform(request)
            })
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    .init(service: web, failureTerminationBehavior: .cancelGroup),
                    .init(service: intake, failureTerminationBehavior: .cancelGroup),
                ],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        defer { try? FileManager.default.removeItem(atPath: socketPath) }
        do {
            try await group.run()
            await queue.searchAlerts()
        } catch let failure as CommandFailure {
            throw failure
        } catch let problem as BookProblem {
            throw problem
        } catch let problem as ListeningProblem {
            throw CommandFailure(status: ExitStatus.cannotWrite, message: problem.description)
        } catch {
            throw CommandFailure(
                status: ExitStatus.cannotWrite,
                message: "the daemon ended: \(error). Is \(listen) free? Give another address with --listen.")
        }
    }

    private func uploadDoor(_ node: Node, _ queue: IntakeQueue) throws -> UploadDoorSettings {
        do throws(SpoolProblem) {
            return try UploadDoorSettings(
                door: NodeDoor(node: node, queue: queue), spoolFolder: data.folder + "/spool",
                limits: DoorLimits().fitting(openFiles: openFileLimit()), allowsPlain: allowPlainUploads)
        } catch {
            throw CommandFailure(status: ExitStatus.cannotWrite, message: error.description)
        }
    }

    private func tlsIdentity() throws -> TLSIdentity? {
        switch (tlsCertificate, tlsKey) {
        case (nil, nil): return nil
        case (let certificate?, let key?):
            do throws(TLSProblem) {
                return try TLSIdentity(certificateFile: absolutePath(certificate), keyFile: absolutePath(key))
            } catch {
                throw CommandFailure(status: ExitStatus.inputUnusable, message: error.description)
            }
        default:
            throw CommandFailure(
                status: ExitStatus.usage, message: "--tls-certificate and --tls-key belong together: give both or none."
            )
        }
    }

    private func address() throws -> (host: String, port: Int) {
        let parts = listen.split(separator: ":")
        guard parts.count == 2, let port = Int(parts[1]), (0...65_535).contains(port) else {
            throw CommandFailure(
                status: ExitStatus.usage,
                message: "--listen \(listen) is not HOST:PORT: give an address such as 127.0.0.1:8787.")
        }
        return (String(parts[0]), port)
    }
}

/// Each connection is an open file: as many as the system lets this process have.
private func raiseOpenFileLimit() {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
}

private func openFileLimit() -> Int {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1_024 }
    return Int(min(limit.rlim_cur, 1 << 20))
}
