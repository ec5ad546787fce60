// `tributary ingest` from the command's side: its files, part by part, to the daemon or to a node of its own.

import Foundation
import Web

/// One run of `tributary ingest`.
struct IngestCall {
    let folder: String
    let files: [FoundFile]
    let stations: String?
    let commitEach: Bool
    let format: OutputFormat
    /// When a person says they were sent; `nil`: each when its file was last changed.
    var sent: Int64?

    private func sent(_ file: FoundFile) -> SentTime {
        sent.map { .told($0) } ?? (file.isCopy ? .unknown : .fileTime)
    }

    /// Takes all files and tells `display` of them.
    func run(_ display: IngestDisplay) async throws {
        var next = 0
        repeat {
            let part = next..<min(next + IngestRequest.partLimit, files.count)
            guard let news = try await askDaemon(part) else {
                guard next == 0 else {
                    throw CommandFailure(
                        status: ExitStatus.daemonLost,
                        message: "the daemon ended after \(next) of \(files.count) files: run the command again; what "
                            + "has a receipt is not stored twice.")
                }
                return try await takeAlone(display)
            }
            display.took(news)
            next = part.upperBound
        } while next < files.count
    }

    private func request(_ part: Range<Int>) -> IngestRequest {
        IngestRequest(
            files: files[part].map { IngestRequest.Member(path: $0.path, name: $0.name, sent: sent($0)) },
            stations: part.lowerBound == 0 ? stations : nil, commitEach: commitEach, format: format,
            isLast: part.upperBound == files.count)
    }

    private func askDaemon(_ part: Range<Int>) async throws -> IngestNews? {
        guard let reply = try await NodeGateway.askDaemon(.ingest(request(part)), folder: folder) else {
            return nil
        }
        guard reply.exitCode == ExitStatus.done else {
            throw CommandFailure(
                status: Int32(reply.exitCode),
                message: reply.standardError.trimmingPrefix("tributary: ").trimmingCharacters(in: .newlines))
        }
        return try JSONDecoder().decode(IngestNews.self, from: Data(reply.standardOutput.utf8))
    }

    /// Without a daemon: one line through all files, and every line printed as its files are done.
    private func takeAlone(_ display: IngestDisplay) async throws {
        let node = try Node(folder: folder, stations: nil)
        do {
            try await node.resumeUnfinishedBatches()
            let files = files
            try await node.ingest(
                count: files.count, commitEach: commitEach, format, stations: stations, isLast: true,
                file: {
                    IngestFile(
                        path: files[$0].path, name: files[$0].name, sender: "ingest", sent: sent(files[$0]))
                }, telling: display)
        } catch {
            await node.close()
            throw CommandFailure(error)
        }
        await node.close()
    }
}
