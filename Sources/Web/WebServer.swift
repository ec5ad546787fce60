// The pages and the upload door over HTTP(S), and the command socket: doors of one node, all ending when told.

import Glibc
import HTTPTypes
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
package import Logging
import NIOCore
import ServiceLifecycle

/// What a command gets back: an exit code, and what to print where.
package struct CommandReply: Sendable {
    package let exitCode: Int
    package let standardOutput: String
    package let standardError: String

    package init(exitCode: Int, standardOutput: String, standardError: String) {
        self.exitCode = exitCode
        self.standardOutput = standardOutput
        self.standardError = standardError
    }
}

/// The address cannot be listened on.
package struct ListeningProblem: Error, CustomStringConvertible {
    /// The address, the cause and the remedy.
    package let description: String

    fileprivate init?(_ address: String, _ fault: IOError) {
        switch fault.errnoCode {
        case EADDRINUSE:
            description =
                "\(address) is taken by another program: end it, or give another address with --listen."
        case EADDRNOTAVAIL:
            description = "\(address) is no address of this machine: give one that is with --listen."
        case EACCES:
            description =
                "\(address) may not be used by this user: give a port above 1023 with --listen, or ask for the right."
        default: return nil
        }
    }
}

/// Serves the read-only pages and the upload door on a TCP address and, on a Unix socket, the commands of this machine's
/// users.
package struct WebServer: Service {
    /// Bytes a command's request may have: a list of paths, not the files themselves.
    static let commandByteLimit = 16 << 20

    private let pages: any Service
    private let commands: any Service
    private let address: String
    private let log: EndingLog

    /// Connections the system may hold before they are accepted: the stations of a province at the full hour.
    private static let backlog = 4_096

    /// - Parameters:
    ///   - uploads: the upload door; `nil`: pages only.
    ///   - tls: what the server proves itself with; `nil`: plain HTTP.
    ///   - started: called with the page server's port once both doors are open.
    ///   - perform: runs one command request (JSON) on the node.
    package init(
        host: String, port: Int, socketPath: String, node: any NodeReading, uploads: UploadDoorSettings? = nil,
        tls: TLSIdentity? = nil, logger: Logger, started: @escaping @Sendable (Int) async -> Void,
        perform: @escaping @Sendable (String) async -> CommandReply
    ) {
        address = "\(host):\(port)"
        log = EndingLog(logger)
        let doors = OpenDoors(started)
        let limits = uploads?.limits ?? DoorLimits()
        let places = DoorPlaces(limits)
        let uploadDoor = uploads.map { UploadDoor($0, places: places, isTLS: tls != nil) }
        pages = Application(
            responder: FrontDoor(pages: Self.pageRouter(node).buildResponder(), uploads: uploadDoor),
            server: Self.gatedServer(limits, places, tls),
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: port), serverName: "tributary", backlog: Self.backlog),
            onServerRunning: { channel in await doors.opened(port: channel.localAddress?.port ?? port) },
            logger: log.logger)
        commands = Application(
            router: Self.commandRouter(perform),
            configuration: ApplicationConfiguration(address: .unixDomainSocket(path: socketPath)),
            onServerRunning: { _ in await doors.opened(port: nil) },
            logger: log.logger)
    }

    package func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await runPages() }
            group.addTask { [commands] in try await commands.run() }
            do { try await group.next() } catch {
                log.fallSilent()
                throw error
            }
            // A door that ends by itself takes the other with it; told to end, each finishes what it has begun.
            if !Task.isShuttingDownGracefully { group.cancelAll() }
            try await group.waitForAll()
        }
    }

    private func runPages() async throws {
        do { try await pages.run() } catch let fault as IOError {
            guard let problem = ListeningProblem(address, fault) else { throw fault }
            throw problem
        }
    }

    private static func commandRouter(
        _ perform: @escaping @Sendable (String) async -> CommandReply
    ) -> Router<BasicRequestContext> {
        let router = Router()
        router.post("v1/commands") { request, _ -> Response in
            let body = try await request.body.collect(upTo: commandByteLimit)
            let reply = await perform(String(buffer: body))
            var headers = HTTPFields()
            headers[.contentType] = "text/plain; charset=utf-8"
            headers[CommandSocket.exitCodeField] = String(reply.exitCode)
            headers[CommandSocket.errorLengthField] = String(reply.standardError.utf8.count)
            // Standard error first, its length in the header: one body carries both streams whole.
            return Response(
                status: .ok, headers: headers,
                body: ResponseBody(byteBuffer: ByteBuffer(string: reply.standardError + reply.standardOutput)))
        }
        return router
    }

    /// HTTP/1.1, with TLS or without, whose connections are counted and timed.
    private static func gatedServer(
        _ limits: DoorLimits, _ places: DoorPlaces, _ tls: TLSIdentity?
    ) -> HTTPServerBuilder {
        HTTPServerBuilder { responder in
            let http = HTTP1Channel(
                responder: responder,
                configuration: HTTP1Channel.Configuration(
                    additionalChannelHandlers: [ExchangeTimer(limits), MalformedRequestAnswer()]))
            guard let tls else {
                return GatedChannel(base: http, places: places, limits: limits, answersInPlain: true)
            }
            return GatedChannel(
                base: try TLSChannel(http, tlsConfiguration: tls.configuration), places: places, limits: limits,
                answersInPlain: false)
        }
    }

    private static func pageRouter(_ node: any NodeReading) -> Router<DoorContext> {
        let router = Router(context: DoorContext.self)
        // An address without a language is that of the reader's.
        for name in ["", "sections", "holes", "statements", "statements/{run}"] {
            router.get(RouterPath(name)) { request, _ -> Response in
                let accepted = request.headers[.acceptLanguage] ?? ""
                let language: Language = accepted.hasPrefix("en") ? .english : .chinese
                var headers = HTTPFields()
                headers[.location] = "/\(language.rawValue)\(request.uri.string)"
                return Response(status: .found, headers: headers)
            }
        }
        router.get("health") { _, _ in "ok\n" }
        router.get("style.css") { _, _ in text(StyleSheet.text, type: "text/css; charset=utf-8") }
        for language in Language.allCases {
            let group = router.group(RouterPath(language.rawValue))
            group.get { _, _ -> Response in
                let body = AlertsPage.body(try await node.alertViews(), language)
                return page("", Glossary.alerts, body, try await node.overview(), language)
            }
            group.get("sections") { _, _ -> Response in
                let body = SectionsPage.body(try await node.sectionViews(), language)
                return page("sections", Glossary.sections, body, try await node.overview(), language)
            }
            group.get("holes") { request, _ -> Response in
                let query = HolesQuery(request)
                let body = HolesPage.body(try await node.holesView(query), query, language)
                // The other language shows the same holes.
                let asked = request.uri.query.map { "holes?" + $0 } ?? "holes"
                return page(asked, Glossary.holesAndNotices, body, try await node.overview(), language)
            }
            group.get("statements") { _, _ -> Response in
                let body = StatementsPage.body(try await node.statementViews(), language)
                return page("statements", Glossary.statements, body, try await node.overview(), language)
            }
            group.get("statements/{run}") { _, context -> Response in
                let run = try context.parameters.require("run")
                guard let statement = try await node.statementViews().first(where: { $0.runID == run }) else {
                    throw HTTPError(.notFound)
                }
                let body = StatementsPage.body(of: statement, language)
                return page("statements/\(run)", statement.title, body, try await node.overview(), language)
            }
        }
        return router
    }

    private static func page(
        _ path: String, _ title: Words, _ body: HTML, _ overview: NodeOverview, _ language: Language
    ) -> Response {
        let page = Page(
            language: language, path: path, title: language.pick(title), overview: overview, body: body)
        return text(page.render(), type: "text/html; charset=utf-8")
    }

    private static func text(_ text: String, type: String) -> Response {
        var headers = HTTPFields()
        headers[.contentType] = type
        headers[.cacheControl] = "no-store"
        headers[.contentSecurityPolicy] = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'self'"
        headers[.xContentTypeOptions] = "nosniff"
        return Response(
            status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}

extension HolesQuery {
    /// What the form of the page sends; an empty field restricts nothing.
    fileprivate init(_ request: Request) {
        func text(_ name: Substring) -> String? {
            request.uri.queryParameters[name].map(String.init).flatMap { $0.isEmpty ? nil : $0 }
        }
        self.init(
            station: text("station"), parameter: text("parameter"), from: text("from"), until: text("until"),
            show: text("show").flatMap { Show(rawValue: $0) } ?? .open)
    }
}

/// Waits until the pages and the command socket both listen.
private actor OpenDoors {
    private let started: @Sendable (Int) async -> Void
    private var count = 0
    private var port = 0

    init(_ started: @escaping @Sendable (Int) async -> Void) { self.started = started }

    func opened(port bound: Int?) async {
        count += 1
        port = bound ?? port
        if count == 2 { await started(port) }
    }
}
