// `tributary explain` on the node: from a yuan, an alert or a value back to the bytes a station sent.

import Alerting
import Detection
import Exact
import Formats
import Foundation
import Monitoring
import Storage
import Web

extension Node {
    /// Observations of an input that are shown with their batches; `dump versions` prints them all.
    private static let shownObservations = 3

    func performExplain(
        _ reference: String, _ derivation: DerivationForm?, _ format: OutputFormat
    ) throws -> CommandReply {
        if reference == "latest" || reference.hasPrefix("run-") {
            let run = try issuedRun(reference)
            if let derivation { return .done(try derivationText(of: run, derivation)) }
            return .done(try explainRun(run, format))
        }
        if derivation != nil {
            throw CommandFailure(
                status: ExitStatus.usage, message: "--derivation is for runs: \(reference) is none.")
        }
        if let alert = try self.alert(AlertID(reference)) { return .done(try explainAlert(alert, format)) }
        if let digest = Digest256(hexadecimal: reference) { return .done(try explainBatch(digest, format)) }
        if reference.contains("@") { return .done(try explainObservation(reference, format)) }
        throw CommandFailure(
            status: ExitStatus.inputUnusable,
            message: "\(reference) is no run, alert, batch digest or STATION/PARAMETER@TIME of this node.")
    }

    // MARK: A run

    func explainRun(_ run: IssuedRun, _ format: OutputFormat) throws -> String {
        let records = try run.inputs.flatMap { try inputRecords($0, frozenAt: run.frozenAt) }
        guard format == .text else { return Self.render(records, format) }
        var text = run.derivation
        text += "\n数据溯源 Where the figures came from (as known at log position \(run.frozenAt))\n"
        for input in run.inputs { text += try provenanceText(of: input, frozenAt: run.frozenAt) }
        text += "\nEvery raw batch lies in the archive as a plain tar member; its name begins with its SHA-256.\n"
        return text
    }

    private func provenanceText(of input: IssuedRun.Input, frozenAt: Int64) throws -> String {
        guard let from = input.from, let until = input.until, !input.series.isEmpty else {
            if let carries = input.carries {
                return "\n\(input.name): “\(carries)” taken over, \(input.series.joined(separator: ", "))\n"
            }
            return "\n\(input.name): given, not measured\n"
        }
        let interval = Interval(start: Instant(milliseconds: from), end: Instant(milliseconds: until))
        var text =
            "\n\(input.name)  \(input.count ?? 0) of \(input.expected ?? 0) observations, digest \(input.digest)\n"
        for name in input.series {
            guard let key = try series(named: name) else { continue }
            let view = try book.read { try $0.readings(key, over: interval, asKnownAt: frozenAt) }
            let batches = Set(view.sequence)
            text += "  \(name): \(view.count) starts from \(batches.count) batches\n"
            for row in 0..<min(Self.shownObservations, view.count) {
                let start = Instant(milliseconds: view.start[row])
                for source in try sources(key, at: start, frozenAt: frozenAt) {
                    text += "    \(start.iso8601(at: .china))  \(source.version.value?.description ?? "(missing)")"
                    text += "  \(source.batchName)  \(source.batchDigest.description.prefix(16))…"
                    text += "  \(source.place.path) @ \(source.place.offset) + \(source.place.byteCount)\n"
                }
            }
            if view.count > Self.shownObservations {
                text += "    … \(view.count - Self.shownObservations) more: "
                text += "tributary dump versions --station \(key.station) --parameter \(key.parameter)\n"
            }
        }
        return text
    }

    private func inputRecords(_ input: IssuedRun.Input, frozenAt: Int64) throws -> [DumpRecord] {
        guard let from = input.from, let until = input.until else { return [] }
        let interval = Interval(start: Instant(milliseconds: from), end: Instant(milliseconds: until))
        return try input.series.flatMap { name -> [DumpRecord] in
            guard let key = try series(named: name) else { return [] }
            let view = try book.read { try $0.readings(key, over: interval, asKnownAt: frozenAt) }
            return try view.start.flatMap { start in
                try sources(key, at: Instant(milliseconds: start), frozenAt: frozenAt).map { source in
                    [("input", input.name), ("series", name)] + record(of: source)
                }
            }
        }
    }

    private func sources(_ key: SeriesKey, at start: Instant, frozenAt: Int64) throws -> [Provenance] {
        try book.read { try $0.provenance(key, at: start) }.filter { $0.version.sequence <= frozenAt }
    }

    func series(named text: String) throws -> SeriesKey? {
        try book.read { try $0.series() }.map(\.key).first { $0.canonicalText == text }
    }

    // MARK: A batch and an observation

    private func explainBatch(_ digest: Digest256, _ format: OutputFormat) throws -> String {
        guard let record = try book.read({ try $0.batch(digest) }) else {
            throw CommandFailure(
                status: ExitStatus.inputUnusable, message: "This node has no batch \(digest).")
        }
        let receipt = signed(record.receipt).text
        if format == .json { return receipt + "\n" }
        let kept = try book.rawBytes(record.place)
        let agrees = sha256(kept) == digest
        return Self.render(
            [
                [
                    ("batch", digest.description), ("name", record.receipt.name), ("sender", record.sender),
                    ("received", record.receipt.receivedAt.iso8601(at: .china)),
                    ("log", String(record.receipt.position.sequence)), ("segment", record.place.path),
                    ("offset", String(record.place.offset)), ("bytes", String(record.place.byteCount)),
                    ("archive", agrees ? "bytes agree with the digest" : "BYTES DO NOT AGREE WITH THE DIGEST"),
                    ("receipt", receipt),
                ]
            ], format)
    }

    private func explainObservation(_ reference: String, _ format: OutputFormat) throws -> String {
        let parts = reference.split(separator: "@", maxSplits: 1).map(String.init)
        // A feed's station id has slashes of its own: the parameter is what follows the last one.
        guard parts.count == 2, let slash = parts[0].lastIndex(of: "/"), let start = Instant(iso8601: parts[1]) else {
            throw CommandFailure(
                status: ExitStatus.inputUnusable,
                message: "\(reference) is not STATION/PARAMETER@TIME with a time such as 2025-03-01T08:00:00+08:00.")
        }
        let selection = DumpSelection(
            subject: .versions, station: String(parts[0][..<slash]),
            parameter: String(parts[0][parts[0].index(after: slash)...]), from: nil, until: nil)
        let records: [DumpRecord] = try book.read { reader in
            try chosenSeries(selection, reader).flatMap { series in
                try reader.provenance(series.key, at: start).map { source in
                    [("series", series.key.canonicalText)] + record(of: source)
                }
            }
        }
        guard !records.isEmpty else {
            throw CommandFailure(
                status: ExitStatus.needsAttention, message: "Nothing was received for \(reference).")
        }
        return Self.render(records, format)
    }

    private func record(of source: Provenance) -> DumpRecord {
        [
            ("start", source.version.start.iso8601(at: .china)),
            ("value", source.version.value?.description ?? ""), ("flag", source.version.flag),
            ("batch", source.batchDigest.description), ("name", source.batchName), ("sender", source.sender),
            ("received", source.receivedAt.iso8601(at: .china)), ("log", String(source.version.sequence)),
            ("segment", source.place.path), ("offset", String(source.place.offset)),
            ("bytes", String(source.place.byteCount)),
            ("admitted", source.admission.map { Self.line($0) } ?? ""),
        ]
    }

    // MARK: An alert

    private func explainAlert(_ alert: Alert, _ format: OutputFormat) throws -> String {
        let line = AlertLine(alert, registry: registry.registry, parameters: catalogue)
        if format == .json { return line.json.text() + "\n" }
        var text = "\(line.chinese)\n\(line.english)\n\n"
        let id = alert.finding.id
        if let parameter = id.parameter, let peak = line.peakStart {
            text += "峰值数据 The peak reading\n"
            text += try explainObservation("\(id.station)/\(parameter)@\(peak.iso8601(at: .china))", .text)
        }
        text += "\n经过 What happened\n"
        for event in try book.read({ try $0.alertEvents(of: alert.id.rawValue) }) {
            text += "\(event.at.iso8601(at: .china))  \(event.kind)  → \(event.state)\n"
        }
        return text
    }
}
