// A command as the node understands it: what travels over the socket, and what `Node.perform` takes.

import Foundation

/// One command to a data folder. The same value is performed locally or by a running daemon.
enum NodeRequest: Codable, Sendable {
    /// Take files, leaving them where they are; the reply is an `IngestNews` as JSON.
    case ingest(IngestRequest)
    case alerts(onlyOpen: Bool, format: OutputFormat)
    case settle(SettleRequest)
    case statement(run: String?, format: OutputFormat)
    case explain(reference: String, derivation: DerivationForm?, format: OutputFormat)
    /// `digest` is a batch's, or its first digits.
    case receipt(digest: String, format: OutputFormat)
    /// Rows that were kept aside are taken after all.
    case admit(AdmitRequest, format: OutputFormat)
    case dump(DumpSelection, format: OutputFormat)
    /// One SQL statement that reads, and the most rows it may give.
    case query(sql: String, limit: Int, format: OutputFormat)
    case detect(DetectQuery, format: OutputFormat)
    case doctor(format: OutputFormat)
    case assessPeriods(PeriodAssessmentRequest)
    case holes(HoleQuery, format: OutputFormat)
    case markHole(HoleMarking, format: OutputFormat)
    case fileNotice(NoticeFiling, format: OutputFormat)
    case decideNotice(NoticeDeciding, format: OutputFormat)
    case notices(NoticeQuery, format: OutputFormat)
    case fileInstruments(InstrumentTableFiling, format: OutputFormat)
    case instruments(station: String?, format: OutputFormat)
    case sender(SenderAct, format: OutputFormat)
    /// The values of a section's stations, or of one station, as a table.
    case seriesTable(String)
    /// What a check set would have said of stored history.
    case backtest(BacktestRequest, format: OutputFormat)

    var encoded: String {
        get throws { String(decoding: try JSONEncoder().encode(self), as: UTF8.self) }
    }

    init(encoded: String) throws { self = try JSONDecoder().decode(Self.self, from: Data(encoded.utf8)) }
}

/// Files for a data folder. A command with more files than `partLimit` sends several requests one after another, so
/// that no request or reply grows with their number and a daemon does other things in between.
struct IngestRequest: Codable, Sendable {
    /// A multiple of the files that share a commit.
    static let partLimit = 2_048

    struct Member: Codable, Sendable {
        let path: String
        let name: String
        var sent = SentTime.unknown
    }

    var files: [Member]
    /// The registry folder that the node shall take over first.
    var stations: String?
    var commitEach: Bool
    var format: OutputFormat
    /// After these files the command is at its end: alerts that follow from silence are brought up to date.
    var isLast: Bool
}

/// What `tributary dump` prints.
struct DumpSelection: Codable, Sendable {
    enum Subject: String, Codable, CaseIterable, Sendable {
        case observations, versions, series, batches, rejections, quarantine, admissions, alerts, runs, postings, log
    }

    var subject: Subject
    var station: String?
    var parameter: String?
    /// Civil dates of +08:00, half-open.
    var from: String?
    var until: String?
}

/// What `tributary station` does.
enum SenderAct: Codable, Sendable {
    /// `stations` is `nil` for a sender that speaks for any station.
    case add(sender: String, stations: [String]?)
    /// `expires` is the last day on which the token is taken, a civil date of +08:00.
    case token(sender: String, expires: String?)
    /// Ends one token, or the sender with all its tokens.
    case retire(sender: String, token: Int64?)
    case list
}
