// What an answer of the node means for the file that was sent: decided from status, fields and body alone.

import Formats
import Monitoring

/// An answer as it came over the wire, whole.
struct RawAnswer: Sendable {
    let status: Int
    var retryAfter: String?
    /// The node's own time, by which it counts a Retry-After date.
    var date: String?
    var location: String?
    var acceptPatch: String?
    /// How much of an upload in parts the node has.
    var uploadOffset: Int?
    let body: String

    /// What the node's problem document says is wrong, as programs are told: its member `type`, nothing of its words.
    ///
    /// Source: RFC 9457, section 3.1.1.
    var problem: ProblemType? {
        guard status >= 300 else { return nil }
        return CanonicalJSON(reading: body)?["type"]?.string.flatMap { ProblemType(rawValue: $0) }
    }
}

/// Types of problem that a station acts on.
enum ProblemType: String {
    /// The body broke off on its way.
    case cutOff = "urn:tributary:problem:cut-off"
    /// The bytes that came are not those that were promised.
    case digestMismatch = "urn:tributary:problem:digest-mismatch"
    /// All uploads in parts together have all the room they get.
    case partialUploadsFull = "urn:tributary:problem:partial-uploads-full"
    /// This sender has begun as many as it may.
    case tooManyPartialUploads = "urn:tributary:problem:too-many-partial-uploads"
}

/// What follows from an answer.
enum NodeAnswer {
    /// The node has the batch and says what became of it; the signature fits the key it names. `problem` says what
    /// hindered the node from reading it.
    case receipt(SignedReceipt, problem: CanonicalJSON?)
    /// Asked for a receipt: the node has no such batch.
    case unknown
    /// This file can never be taken as it is.
    case refused(status: Int, problem: CanonicalJSON, words: String)
    /// Not now; `isBroken` when the node may have taken the batch all the same.
    case failed(Blame, words: String, retryAfter: Duration?, isBroken: Bool)
}

extension NodeAnswer {
    /// Statuses that say this file, and no other, cannot be taken: the same bytes would get the same answer.
    private static let refusals: Set<Int> = [400, 410, 411, 413, 414, 415, 422, 431, 451]

    /// What a 400 may be about that another attempt mends: the bytes on their way, not the batch.
    private static let transientProblems: Set<ProblemType> = [.cutOff, .digestMismatch]

    init(_ answer: RawAnswer, isQuestion: Bool) {
        let retryAfter = RetryAfter.duration(answer.retryAfter, date: answer.date)
        let problem = answer.status < 300 ? nil : CanonicalJSON(reading: answer.body)
        if let text = Self.receiptText(answer) {
            do throws(ReceiptFault) {
                self = .receipt(try SignedReceipt(verifying: text), problem: problem?.without("receipt"))
            } catch {
                self = .failed(
                    .attempt, words: "the node answered \(answer.status) with a receipt that does not hold: \(error)",
                    retryAfter: retryAfter, isBroken: true)
            }
            return
        }
        let words = "the node answered \(answer.status)" + Self.words(answer.body)
        switch answer.status {
        case 200..<300:
            self = .failed(
                .attempt, words: words + " without a signed receipt", retryAfter: retryAfter, isBroken: true)
        case 300..<400:
            self = .failed(
                .node, words: words + " and points to \(answer.location ?? "another address"): give that one with --to",
                retryAfter: retryAfter, isBroken: false)
        case 401, 403:
            self = .failed(
                .node, words: words + ": put a token that the node accepts into the token file",
                retryAfter: retryAfter, isBroken: false)
        case 404 where isQuestion: self = .unknown
        case 400 where answer.problem.map(Self.transientProblems.contains) == true:
            self = .failed(.attempt, words: words, retryAfter: retryAfter, isBroken: false)
        case let status where Self.refusals.contains(status) && isQuestion: self = .unknown
        case let status where Self.refusals.contains(status):
            self = .refused(
                status: status, problem: problem ?? .string(Self.excerpt(answer.body)), words: words)
        case 408, 409, 423, 425: self = .failed(.attempt, words: words, retryAfter: retryAfter, isBroken: true)
        case 429: self = .failed(.node, words: words, retryAfter: retryAfter, isBroken: false)
        case 503: self = .failed(.node, words: words, retryAfter: retryAfter, isBroken: true)
        case 500...: self = .failed(.attempt, words: words, retryAfter: retryAfter, isBroken: true)
        default:
            // 404, 405 and the like on sending: no node of ours is there, whatever file comes.
            self = .failed(
                .node, words: words + ": is the address given with --to that of a node?", retryAfter: retryAfter,
                isBroken: false)
        }
    }

    /// No answer came, or half of one.
    ///
    /// - Parameter wasHandedOn: bytes of the file had left: the fault may lie with this file, and the node may have it.
    init(broken error: any Error, wasHandedOn: Bool) {
        self = .failed(
            wasHandedOn ? .attempt : .node, words: Self.excerpt(LineFault.words(error)), retryAfter: nil,
            isBroken: true)
    }

    /// The receipt in a body: the body itself, or its member `receipt`.
    private static func receiptText(_ answer: RawAnswer) -> String? {
        guard answer.status / 100 == 2 || [413, 422].contains(answer.status),
            let body = CanonicalJSON(reading: answer.body)
        else {
            return nil
        }
        if body["signature"] != nil { return answer.body }
        if let inside = body["receipt"], inside["signature"] != nil { return inside.text() }
        return nil
    }

    /// A problem document in words, or the beginning of a text. Source: RFC 9457, section 3.1; `remedy` is ours.
    private static func words(_ body: String) -> String {
        if let problem = CanonicalJSON(reading: body) {
            let parts = ["title", "detail", "remedy"].compactMap { problem[$0]?.string }.map(excerpt)
            return parts.isEmpty ? "" : " (" + parts.joined(separator: " · ") + ")"
        }
        let text = excerpt(body)
        return text.isEmpty ? "" : " (\(text))"
    }

    private static let excerptLimit = 200

    /// One line: what a stranger wrote must not draw on a terminal.
    private static func excerpt(_ text: String) -> String {
        let printable = text.prefix(excerptLimit).unicodeScalars.map { scalar in
            scalar.properties.generalCategory == .control ? " " : Character(scalar)
        }
        return String(printable).split(separator: " ").joined(separator: " ")
    }
}

extension CanonicalJSON {
    fileprivate func without(_ key: String) -> CanonicalJSON {
        guard case .object(var members) = self else { return self }
        members[key] = nil
        return .object(members)
    }
}

/// The field Retry-After: seconds, or a date. Source: RFC 9110, sections 5.6.7 and 10.2.3.
enum RetryAfter {
    /// Longer waits are cut by `BackOff` anyway; this keeps the sum below any overflow.
    private static let secondsLimit = 1_000_000

    static func duration(_ field: String?, date: String?) -> Duration? {
        guard let field else { return nil }
        if !field.isEmpty, field.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            return .seconds(min(Int(field) ?? secondsLimit, secondsLimit))
        }
        // The node's own clock on both sides: the station's may be years off.
        guard let until = milliseconds(ofDate: field), let now = date.flatMap({ milliseconds(ofDate: $0) }) else {
            return nil
        }
        return .milliseconds(min(max(0, until - now), Int64(secondsLimit) * 1_000))
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// `Sun, 06 Nov 1994 08:49:37 GMT`, the one form that is sent today.
    private static func milliseconds(ofDate text: String) -> Int64? {
        let parts = text.split(separator: " ")
        guard parts.count == 6, parts[5] == "GMT", let month = months.firstIndex(of: String(parts[2])) else {
            return nil
        }
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }
        let clock = parts[4].split(separator: ":").compactMap { Int($0) }
        guard clock.count == 3, clock.allSatisfy({ (0..<61).contains($0) }),
            let date = CivilDate("\(parts[3])-\(two(month + 1))-\(parts[1])")
        else { return nil }
        let millisecond = Int64((clock[0] * 60 + clock[1]) * 60 + clock[2]) * 1_000
        return date.start(at: .utc).milliseconds + millisecond
    }
}
