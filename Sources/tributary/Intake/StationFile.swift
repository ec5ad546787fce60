// One station file that a command reads for itself: nothing of it is stored.

import Formats
import Monitoring
import Standards
import Storage

/// Decodes one file with the built-in profiles and those of the registry's stations; what cannot be read goes to standard
/// error.
///
/// - Parameter rows: the most rows of one slice.
/// - Returns: whether the file was read to its end.
func decodeStationFile(
    _ path: String, registry: Registry = Registry(), rows: Int, _ take: (DecodedSlice, ReadContext) -> Void
) -> Bool {
    guard let raw = try? MappedBatch(file: path) else {
        Terminal.note("\(path): cannot be read.")
        return false
    }
    var context = IntakeRules(registry: registry, catalogue: .standard).giving(back: raw)
        .context(raw.bytes, name: path, received: Node.clock())
    context.limits.blockRows = rows
    let outcome = decodeBatch(raw.bytes, context: context) { slice in
        for rejection in slice.rejections { Terminal.note(rejection.line(of: path)) }
        take(slice, context)
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
