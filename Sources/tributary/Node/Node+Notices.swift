// `tributary notice` and `tributary hole mark` on the node: acts of people, checked, and then on record for ever.

import Foundation
import Monitoring
import Pipeline
import Quality
import Storage
import Web

extension Node {
    // MARK: Notices

    func performFileNotice(_ filing: NoticeFiling, _ format: OutputFormat) throws -> CommandReply {
        let now = Node.clock()
        let admission = NoticeAdmission(registry: registry.registry, catalogue: catalogue, now: now)
        var problems: [ActProblem] = []
        func instant(_ option: String, _ text: String) -> Instant? {
            if let instant = Instant(dateOrTime: text) { return instant }
            problems.append(ActProblem(option, Self.noTime(text), remedy: "Give one."))
            return nil
        }
        guard let kind = NoticeKind(rawValue: filing.kind) else {
            throw failure([ActProblem("--kind", "\(filing.kind) is no kind of notice.", remedy: "See --help.")])
        }
        let (from, until) = (instant("--from", filing.from), instant("--until", filing.until))
        if let from, let until, until < from {
            problems.append(
                ActProblem("--until", "the interval ends before it begins.", remedy: "Exchange --from and --until."))
        }
        let start = from ?? now
        let notice = Notice(
            kind: kind, station: registry.registry.stationNames[filing.station] ?? StationID(filing.station),
            parameters: filing.parameters.map { catalogue.id(for: $0) ?? ParameterID($0) },
            // A stand-in where an end is unusable: the rest is checked all the same, nothing is filed.
            interval: Interval(
                start: start, end: problems.isEmpty ? until ?? start : start.advanced(by: .days(1))),
            person: filing.person, reason: filing.reason, evidence: filing.evidence, filedAt: now)
        let found = admission.problems(of: notice)
        guard problems.isEmpty, found.isEmpty else {
            throw failure(
                problems + (problems.isEmpty ? found : found.filter { !["--from", "--until"].contains($0.field) }))
        }
        return .done(noticeText([try recording { try $0.file(notice) }], format))
    }

    func performDecideNotice(_ deciding: NoticeDeciding, _ format: OutputFormat) throws -> CommandReply {
        guard let verdict = NoticeDecision.Verdict(rawValue: deciding.verdict) else {
            throw failure([ActProblem("verdict", "\(deciding.verdict) is none.", remedy: "Confirm or refuse.")])
        }
        guard let record = try book.read({ try $0.notice(deciding.notice) }) else {
            throw CommandFailure(
                status: ExitStatus.inputUnusable,
                message: "There is no notice \(deciding.notice): list them with `tributary notice list`.")
        }
        let admission = NoticeAdmission(registry: registry.registry, catalogue: catalogue, now: Node.clock())
        var problems = admission.textProblems("--by", deciding.person, limit: NoticeAdmission.nameLimit)
        if deciding.person == record.notice.person {
            problems.append(
                ActProblem(
                    "--by", "\(deciding.person) filed this notice.", remedy: "Somebody else decides on it."))
        }
        if verdict == .refused || !deciding.reason.isEmpty {
            problems += admission.textProblems("--reason", deciding.reason, limit: NoticeAdmission.textLimit)
        }
        let side = admission.side(of: RegionID(deciding.region), at: record.notice.station)
        if case .failure(let problem) = side { problems.append(problem) }
        guard problems.isEmpty, case .success(let side) = side else { throw failure(problems) }
        let decision = NoticeDecision(
            verdict: verdict, region: RegionID(deciding.region), side: side, person: deciding.person,
            reason: deciding.reason, decidedAt: Node.clock())
        return .done(noticeText([try recording { try $0.decide(decision, onNotice: record.id) }], format))
    }

    func performNotices(_ query: NoticeQuery, _ format: OutputFormat) throws -> CommandReply {
        let station = try query.station.map { text in
            let station = registry.registry.stationNames[text] ?? StationID(text)
            guard registry.registry.stations[station] != nil else {
                throw CommandFailure(
                    status: ExitStatus.inputUnusable, message: "--station \(text) is not registered: check its id.")
            }
            return station
        }
        let records = try book.read { try $0.notices(ofStation: station) }
            .filter { !query.onlyUndecided || $0.standing == .filed }
        return .done(noticeText(records, format))
    }

    private func noticeText(_ records: [NoticeRecord], _ format: OutputFormat) -> String {
        if format == .text, records.isEmpty { return "没有报备记录。\nNo notice on record.\n" }
        let fields: [DumpRecord] = records.map { record in
            let notice = record.notice
            return [
                ("notice", record.id), ("standing", record.standing.rawValue), ("kind", notice.kind.rawValue),
                ("station", notice.station.rawValue),
                (
                    "parameters",
                    notice.parameters.isEmpty ? "all" : notice.parameters.map(\.rawValue).joined(separator: " ")
                ),
                ("from", notice.interval.start.iso8601(at: .china)),
                ("until", notice.interval.end.iso8601(at: .china)), ("reason", notice.reason),
                ("evidence", notice.evidence), ("by", notice.person), ("filed", notice.filedAt.iso8601(at: .china)),
                ("after_the_fact", String(notice.isAfterTheFact)),
                (
                    "decisions",
                    record.decisions.map { decision in
                        "\(decision.verdict.rawValue) by \(decision.region) (\(decision.person)) on "
                            + decision.decidedAt.iso8601(at: .china)
                            + (decision.reason.isEmpty ? "" : ": \(decision.reason)")
                    }.joined(separator: "; ")
                ), ("log", String(record.sequence)),
            ]
        }
        return Self.render(fields, format)
    }

    // MARK: Marks on holes

    func performMarkHole(_ marking: HoleMarking, _ format: OutputFormat) throws -> CommandReply {
        guard let kind = HoleMark.Kind(rawValue: marking.mark) else {
            throw failure(
                [ActProblem("--as", "\(marking.mark) is no mark.", remedy: "Give unrecoverable or recoverable.")])
        }
        let now = Node.clock()
        let admission = NoticeAdmission(registry: registry.registry, catalogue: catalogue, now: now)
        let holes = try holes(named: marking.hole)
        let station = holes[0].series.station
        var problems = admission.textProblems("--by", marking.person, limit: NoticeAdmission.nameLimit)
        problems += admission.textProblems("--reason", marking.reason, limit: NoticeAdmission.textLimit)
        let side = admission.side(of: RegionID(marking.region), at: station)
        if case .failure(let problem) = side { problems.append(problem) }
        guard problems.isEmpty, case .success(let side) = side else { throw failure(problems) }
        let before = try book.read { try $0.holeMarks(ofStation: station) }
        for hole in holes { try refuseEmptyWord(kind, side, hole, before) }
        try recording { writer in
            for hole in holes {
                try writer.mark(
                    HoleMark(
                        series: hole.series, interval: hole.interval, kind: kind, region: RegionID(marking.region),
                        side: side, person: marking.person, reason: marking.reason, markedAt: now))
            }
        }
        let start = holes[0].interval.start
        return try performHoles(
            HoleQuery(
                station: station.rawValue, parameter: holes.count == 1 ? holes[0].series.parameter.rawValue : nil,
                from: start.iso8601(at: .utc), until: start.advanced(by: .seconds(1)).iso8601(at: .utc)), format)
    }

    /// A mark that changes nothing is a slip: the side has said so already, or nobody has said what it contradicts.
    private func refuseEmptyWord(
        _ kind: HoleMark.Kind, _ side: RegionID, _ hole: Hole, _ marks: [HoleMark]
    ) throws {
        let over = marks.filter { $0.series == hole.series && $0.interval.overlaps(hole.interval) }
        if let last = over.last(where: { $0.side == side }), last.kind == kind,
            last.interval.start <= hole.interval.start, hole.interval.end <= last.interval.end
        {
            throw failure([
                ActProblem(
                    hole.id.description,
                    "\(last.region) marked it \(kind.rawValue) on \(last.markedAt.iso8601(at: .china)).",
                    remedy: "Nothing needs to be done.")
            ])
        }
        if kind == .recoverable, over.isEmpty {
            throw failure([
                ActProblem(
                    hole.id.description, "nobody has marked it unrecoverable.",
                    remedy: "An open hole waits for its readings already.")
            ])
        }
    }

    /// The holes that a person means by an id, `STATION/PARAMETER@TIME` or `STATION@TIME`.
    private func holes(named reference: String) throws -> [Hole] {
        guard let at = reference.lastIndex(of: "@"),
            let from = Instant(dateOrTime: String(reference[reference.index(after: at)...]))
        else {
            throw failure([
                ActProblem(
                    "HOLE", "\(reference) is no hole's name.",
                    remedy: "Copy one from `tributary holes`: STATION@TIME or STATION/PARAMETER@TIME.")
            ])
        }
        let name = String(reference[..<at])
        let series = SeriesKey(canonicalText: name)
        var query = HoleQuery(station: name)
        if let series {
            query = HoleQuery(station: series.station.rawValue, parameter: series.parameter.rawValue)
        } else if registry.registry.stationNames[name] == nil, let slash = name.lastIndex(of: "/") {
            query = HoleQuery(
                station: String(name[..<slash]), parameter: String(name[name.index(after: slash)...]))
        }
        query.from = from.iso8601(at: .utc)
        query.until = from.advanced(by: .seconds(1)).iso8601(at: .utc)
        let there = try holeListing(query).holes.filter { series == nil || $0.series == series }
        let named = there.filter { $0.interval.start == from }
        if named.isEmpty {
            let message =
                there.first.map { "the hole there is \($0.id)." } ?? "no reading that was due then is missing."
            throw failure([
                ActProblem(reference, message, remedy: "See `tributary holes`; refilled holes are not marked.")
            ])
        }
        return named
    }

    // MARK: Records

    func recording<Value>(_ body: (BookWriter) throws -> Value) throws -> Value {
        do {
            return try book.write(body)
        } catch let problem as BookProblem where [.alreadyOnRecord, .unknownSubject].contains(problem.code) {
            throw CommandFailure(
                status: ExitStatus.inputUnusable,
                message: "\(problem.place): \(problem.message) \(problem.remedy)")
        }
    }

    private func failure(_ problems: [ActProblem]) -> CommandFailure {
        CommandFailure(
            status: ExitStatus.inputUnusable, message: problems.map(\.description).joined(separator: "\n"))
    }
}
