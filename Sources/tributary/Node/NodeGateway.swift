// The way from a command to its data folder: through the daemon's socket, or with the folder's lock.

import Foundation
import Web

enum NodeGateway {
    /// Performs `request` on the folder, prints the result, and returns the exit code.
    ///
    /// - Parameter create: make the folder when there is none.
    static func perform(_ request: NodeRequest, folder: String, create: Bool = false) async throws -> Int32 {
        let reply = try await reply(request, folder: folder, create: create)
        if !reply.standardError.isEmpty { FileHandle.standardError.write(Data(reply.standardError.utf8)) }
        Terminal.output(reply.standardOutput)
        return Int32(reply.exitCode)
    }

    /// What the daemon or, without one, the folder itself answers.
    static func reply(_ request: NodeRequest, folder: String, create: Bool = false) async throws -> CommandReply {
        if let answered = try await askDaemon(request, folder: folder) { return answered }
        guard create || FileManager.default.fileExists(atPath: folder + "/book.sqlite") else {
            throw CommandFailure(
                status: ExitStatus.inputUnusable,
                message: "\(folder) holds no book: give the data folder of `tributary serve` or `ingest`.")
        }
        let node = try Node(folder: folder, stations: nil)
        try await node.resumeUnfinishedBatches()
        let reply = await node.perform(request)
        await node.close()
        return reply
    }

    /// The daemon's reply, or `nil` when none serves this folder.
    static func askDaemon(_ request: NodeRequest, folder: String) async throws -> CommandReply? {
        let path = SocketPath.forDataFolder(folder)
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        do {
            return try await CommandSocket.perform(try request.encoded, at: path)
        } catch let lost as CommandSocket.ConnectionLost {
            throw CommandFailure(status: ExitStatus.daemonLost, message: lost.description)
        } catch {
            // A socket file without a listener is left by a crash; the lock decides who owns the folder.
            return nil
        }
    }
}

/// Where the command socket of a data folder stands.
enum SocketPath {
    /// In the folder itself, or, when its path is too long for a Unix socket, in the temporary folder under a name
    /// that follows from the folder's path.
    static func forDataFolder(_ folder: String) -> String {
        let near = folder + "/tributary.sock"
        if near.utf8.count <= CommandSocket.pathByteLimit { return near }
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in folder.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0100_0000_01b3 }
        return FileManager.default.temporaryDirectory.path + "/tributary-\(String(hash, radix: 16)).sock"
    }
}
