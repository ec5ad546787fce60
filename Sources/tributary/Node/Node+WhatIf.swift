// A draft replayed over stored history (试算) beside the agreement in force in each period; nothing is issued or stored.

import Compensation
import Dispatch
import Foundation
import Monitoring
import Pipeline
import Web

extension Node {
    /// Ten years of observations take a while; batches do not wait for them.
    private static let replays = DispatchQueue(label: "tributary.what-if")

    func performWhatIf(_ request: SettleRequest) async throws -> CommandReply {
        let (source, registry, now) = (try BookSource(book), registry, Node.clock())
        return try await withCheckedThrowingContinuation { waiting in
            Self.replays.async {
                waiting.resume(with: Result { try HistoryReplay(request, registry).reply(source, before: now) })
            }
        }
    }
}

/// A draft and the texts it is compared with.
private struct HistoryReplay {
    private let request: SettleRequest
    private let registry: RegistryFolder
    private let draft: Agreement
    /// Any of which may be in force in a period.
    private let texts: [Agreement]

    init(_ request: SettleRequest, _ registry: RegistryFolder) throws {
        guard let file = request.draft else { preconditionFailure("A replay is asked for with a draft.") }
        self.request = request
        self.registry = registry
        draft = try registry.checked(file.text, file: file.path)
        texts = try Self.texts(request, registry, draft: draft)
    }

    /// The text named; else those of the draft's id, else those of its boundary.
    private static func texts(
        _ request: SettleRequest, _ registry: RegistryFolder, draft: Agreement
    ) throws -> [Agreement] {
        if let name = request.agreement, request.document != nil {
            return [try registry.agreement(name, document: request.document, period: nil)]
        }
        let known = registry.agreementFiles.compactMap { readAgreement($0.text, file: $0.path).agreement }
        if let name = request.agreement {
            let named = known.filter { $0.id == name }
            return named.isEmpty ? [try registry.agreement(name, document: nil, period: nil)] : named
        }
        let settling = known.filter { !$0.isTemplate && $0.digest != draft.digest }
        let same = settling.filter { $0.id == draft.id }
        return same.isEmpty ? settling.filter { draft.boundary != nil && $0.boundary == draft.boundary } : same
    }

    func reply(_ source: BookSource, before now: Instant) throws -> CommandReply {
        let span = try request.settledPeriod
        let kinds = Set(texts.map(\.periodKind) + [draft.periodKind])
        guard let kind = PeriodKind.allCases.first(where: kinds.contains) else {
            preconditionFailure("A draft has a kind of period.")
        }
        let periods = span.parts(of: kind)
        guard let last = periods.last else {
            throw CommandFailure(
                status: ExitStatus.inputUnusable, message: "\(span) holds no whole \(kind.rawValue): give whole ones.")
        }
        guard last.interval(at: draft.offset).end <= now else {
            throw CommandFailure(
                status: ExitStatus.needsAttention,
                message: "The period \(last) has not closed: end the span before it.")
        }
        let records = try request.exclusions.map(PeriodAssessmentRequest.exclusionRecords) ?? []
        let measured = SettlementInputs(
            source, registry: registry.registry, checks: registry.checkSets, exclusions: records)
        var failure: (any Error)?
        let found = try whatIf(draft: draft, over: periods, inForce: choices(periods)) { agreement, period in
            do {
                let given = try request.given.map { try givenFigures($0, for: agreement, period, skipsOthers: true) }
                return GivenAndMeasured(
                    given: given, measured: measured,
                    earlier: try EarlierResults(source.book, of: agreement, before: period, kind: .special))
            } catch {
                failure = failure ?? error
                return TableInputSource([:])
            }
        }
        if let failure { throw failure }
        return .done(
            request.format == .text ? found.text : Node.render(found.records, request.format),
            status: found.gaps.isEmpty ? ExitStatus.done : ExitStatus.needsAttention)
    }

    /// The text in force over each period; two at once are a question for a person.
    private func choices(_ periods: [SettlementPeriod]) throws -> (SettlementPeriod) -> Agreement? {
        var found: [SettlementPeriod: Agreement] = [:]
        for period in periods {
            let holding = texts.filter {
                $0.validity.contains(period.from) && $0.validity.contains(period.until.advanced(byDays: -1))
            }
            guard holding.count < 2 else {
                throw CommandFailure(
                    status: ExitStatus.inputUnusable,
                    message: "Over \(period) \(holding.map(\.id).joined(separator: " and ")) are in force: "
                        + "say with --agreement which one the draft is compared with.")
            }
            // A text that was asked for by name says itself why it does not settle.
            found[period] = holding.first ?? (request.agreement != nil && texts.count == 1 ? texts[0] : nil)
        }
        return { found[$0] }
    }
}
