// One station file that a command reads for itself: nothing of it is stored.

import Formats
import Foundation
import Glibc
import Ingest
import Monitoring
import Standards

/// Decodes one file with the built-in profiles and those of the registry's stations; what cannot be read goes to standard
/// error.
///
/// - Parameter rows: the most rows of one slice.
/// - Returns: whether the file was read to its end.
func decodeStationFile(
    _ path: String, registry: Registry = Registry(), rows: Int, _ take: (DecodedSlice, ReadContext) -> Void
) -> Bool {
    let raw: MappedFile
    do { raw = try MappedFile.opened(path) } catch {
        Terminal.note("tributary: \((error as? CommandFailure)?.message ?? "\(error)")")
        return false
    }
    var context = IntakeRules(registry: registry, catalogue: .standard).giving(back: raw)
        .context(raw.bytes, name: path, received: Node.clock())
    context.limits.blockRows = rows
    let outcome = decodeBatch(raw.bytes, context: context) { slice in
        // What follows the moment in which it changed is no file of anybody's.
        guard raw.isUnchanged else { return }
        for rejection in slice.rejections { Terminal.note(rejection.line(of: path)) }
        take(slice, context)
    }
    guard raw.isUnchanged else {
        Terminal.note("tributary: \(CommandFailure.changed(path).message)")
        return false
    }
    guard case .stopped(let rejection, _) = outcome else { return true }
    Terminal.note(rejection.line(of: path))
    return false
}

extension Rejection {
    /// As printed to standard error: place, reason, what stood there, what to do.
    func line(of path: String) -> String {
        let place = row == 0 ? path : "\(path):\(row)"
        let name = field.isEmpty ? "" : " \(field)"
        return "\(place): \(reason.rawValue)\(name) \"\(excerpt)\". \(remedy)"
    }

    /// It tells of a column of the header, not of a row.
    var isOfColumn: Bool { reason == .unknownParameter || (reason == .extraField && !field.isEmpty) }
}

extension MappedFile {
    /// The file at `path`, for commands that read one for themselves.
    ///
    /// - Throws: `CommandFailure` when it is no file that can be read.
    static func opened(_ path: String) throws -> MappedFile {
        if let file = MappedFile(path: path) { return file }
        guard errno == EINVAL else { throw CommandFailure.reading(path) }
        throw CommandFailure(
            status: ExitStatus.inputUnusable, message: "\(path) cannot be read: it is no regular file: give a file.")
    }
}

/// Reads a file that a command looks at as a whole; a pipe too, which is read to its end first.
///
/// - Throws: what `body` throws, or `CommandFailure` when it cannot be read or changed meanwhile.
func withFileBytes<Value>(_ path: String, _ body: (UnsafeRawBufferPointer) throws -> Value) throws -> Value {
    var status = stat()
    if stat(path, &status) == 0, [S_IFIFO, S_IFCHR].contains(status.st_mode & S_IFMT) {
        guard let bytes = try? Data(contentsOf: URL(filePath: path)) else { throw CommandFailure.reading(path) }
        return try bytes.withUnsafeBytes(body)
    }
    let file = try MappedFile.opened(path)
    do {
        let value = try body(file.bytes)
        if file.isUnchanged { return value }
    } catch {
        // What is wrong with it may be that.
        if file.isUnchanged { throw error }
    }
    throw CommandFailure.changed(path)
}

extension CommandFailure {
    /// A file that somebody changed while it was read: what was read is of no one state of it.
    static func changed(_ path: String) -> CommandFailure {
        CommandFailure(
            status: ExitStatus.inputUnusable,
            message:
                "\(path) changed while it was read, or is damaged: nothing read from then on counts. Give it again "
                + "once it is whole and nobody writes to it.")
    }
}
