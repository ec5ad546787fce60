// A run for programs: canonical JSON with every exact value as a string. Settled or not, the whole run is there.

internal import Accounting
internal import Assessment
internal import Exact
internal import Monitoring

extension SettlementRun {
    /// The run as canonical JSON with a line end.
    package var json: String {
        var object: [String: CanonicalJSON] = [
            "agreement": .object([
                "digest": .string(agreementDigest), "id": .string(agreement), "title": name(title),
                "document": .object([
                    "confidence": .string(document.confidence.rawValue), "number": .string(document.number),
                    "source": .string(document.source), "title": .string(document.title),
                ]),
            ]),
            "example": .bool(isExample), "inputs": .array(inputs.map(inputJSON)), "kind": .string(kind.description),
            "outcome": outcomeJSON,
            "parties": .array(
                parties.map { party in
                    .object([
                        "id": .string(party.id), "name": name(party.name), "role": .string(party.role.rawValue),
                        "region": party.region.map { .string($0.rawValue) } ?? .null,
                    ])
                }),
            "period": .object([
                "from": .string("\(period.from)"), "until": .string("\(period.until)"), "offset": .string("\(offset)"),
            ]),
            "minimumShare": missingData.minimumShare.map { .string("\($0)") } ?? .null,
            "program": .string(program), "run": .string(id), "steps": .array(steps.map(stepJSON)),
            "statistics": statisticsJSON,
            "substitutions": .array(substitutions.map(substitutionJSON)),
            "verdicts": .array(
                verdicts.map { verdict in
                    .object([
                        "clause": .string(verdict.clause), "name": .string(verdict.name),
                        "reason": .string(verdict.reason),
                        "section": verdict.section.map { .string($0) } ?? .null,
                        "verdict": .string(verdict.verdict.rawValue),
                    ])
                }),
        ]
        if !conditions.isEmpty { object["conditions"] = .array(conditions.map(conditionJSON)) }
        if !exemptions.isEmpty { object["exemptions"] = .array(exemptions.map(exemptionJSON)) }
        if !baselines.isEmpty { object["baselines"] = .array(baselines.map(baselineJSON)) }
        if !deadlines.isEmpty { object["windows"] = .array(deadlines.map(deadlineJSON)) }
        if let asOf { object["asOf"] = .string("\(asOf)") }
        return CanonicalJSON.object(object).text() + "\n"
    }

    private func exemptionJSON(_ found: SettlementExemption) -> CanonicalJSON {
        .object(["clause": .string(found.clause), "name": .string(found.name), "reason": .string(found.reason)])
    }

    private func deadlineJSON(_ deadline: Deadline) -> CanonicalJSON {
        let window = deadline.window
        let state =
            switch deadline.state {
            case .undetermined: "undetermined"
            case .open: "open"
            case .kept: "kept"
            case .expired: "expired"
            }
        return .object([
            "calendar": .string(window.calendar.rawValue), "clause": .string(window.clause),
            "days": .integer(window.days), "document": .string(deadline.startDocument),
            "end": deadline.end.map { .string("\($0)") } ?? .null, "from": .string(window.startText),
            "name": .string(window.name), "onExpiry": .string(window.onExpiry),
            "party": window.party.map { .string($0) } ?? .null,
            "start": deadline.start.map { .string("\($0)") } ?? .null, "state": .string(state),
            "text": .string(deadline.text),
        ])
    }

    private func baselineJSON(_ baseline: AgreementBaseline) -> CanonicalJSON {
        let constant = baseline.constant
        let values = constant.values.map { ($0.key.joined(separator: ","), CanonicalJSON.string("\($0.value)")) }
        let samples = baseline.samples.map { members, list in
            (
                members.joined(separator: ","),
                CanonicalJSON.array(
                    list.map { sample in
                        .object([
                            "period": sample.period.map { .string("\($0)") } ?? .null,
                            "value": .string("\(sample.value)"),
                        ])
                    })
            )
        }
        return .object([
            "clause": .string(constant.clause), "digest": .string(baseline.digest),
            "exclusions": .array(
                baseline.exclusions.map { .object(["date": .string("\($0.date)"), "reason": .string($0.reason)]) }),
            "name": .string(constant.name), "period": baseline.period.map { .string("\($0)") } ?? .null,
            "samples": .object(Dictionary(uniqueKeysWithValues: samples)),
            "samplesSource": .string(baseline.samplesSource),
            "signatures": .array(
                baseline.signatures.map { signature in
                    .object([
                        "by": .string(signature.by), "date": .string("\(signature.date)"),
                        "party": .string(signature.party),
                    ])
                }),
            "unit": .string(constant.unit.symbol), "values": .object(Dictionary(uniqueKeysWithValues: values)),
            "version": .string(baseline.version),
        ])
    }

    private var statisticsJSON: CanonicalJSON {
        guard let statistics else { return .null }
        return .object([
            "averaging": .array(
                statistics.averaging.map { step in
                    .object([
                        "count": step.needs.count.map { .integer($0) } ?? .null,
                        "share": step.needs.share.map { .string("\($0)") } ?? .null,
                        "unit": .string(step.unit.rawValue),
                    ])
                }),
            "belowDetection": .string(statistics.belowDetection.rawValue), "clause": .string(statistics.clause),
            "comparison": .string(statistics.comparison.rawValue), "phPlaces": .integer(statistics.phPlaces),
            "quality": .string(statistics.quality.name),
        ])
    }

    private func name(_ name: BilingualName) -> CanonicalJSON {
        .object(["en": .string(name.english), "zh": .string(name.chinese)])
    }

    private func inputJSON(_ input: SettlementInput) -> CanonicalJSON {
        var object: [String: CanonicalJSON] = [
            "clause": .string(input.request.clause),
            "indicator": input.request.parameter.map { .string($0.rawValue) } ?? .null,
            "measure": .string(input.request.measure.rawValue), "name": .string(input.request.key.name),
            "period": .string("\(input.request.period)"),
            "section": input.request.sectionKey.map { .string($0) } ?? .null,
        ]
        switch input.result {
        case .value(let given):
            let evidence = given.evidence
            if input.request.key.members.count > 1 || input.request.parameter == nil, !input.request.key.members.isEmpty
            {
                object["members"] = .array(input.request.key.members.map { .string($0) })
            }
            object["value"] = .string("\(given.value)")
            object["unit"] = .string(given.unit.symbol)
            object["share"] = given.share.map { .string("\($0)") } ?? .null
            if input.request.measure.isMeasurement, let stated = given.statement {
                object["stated"] = .object([
                    "document": .string(stated.document), "reviewed": .string(stated.state.rawValue),
                ])
            }
            if !evidence.uses.isEmpty { object["uses"] = .array(evidence.uses.map(useJSON)) }
            object["evidence"] = .object([
                "count": evidence.count.map { .integer($0) } ?? .null, "digest": .string(evidence.digest),
                "expected": evidence.expectedCount.map { .integer($0) } ?? .null,
                "from": evidence.interval.map { .string($0.start.iso8601(at: offset)) } ?? .null,
                "series": .array(evidence.series.map { .string($0) }),
                "until": evidence.interval.map { .string($0.end.iso8601(at: offset)) } ?? .null,
            ])
        case .missing(let why): object["missing"] = .string(why)
        case .notAssessable(let why): object["notAssessable"] = .string(why)
        case .disputed(let why): object["disputed"] = .string(why)
        case .held(let why): object["held"] = .string(why)
        }
        return .object(object)
    }

    private func stepJSON(_ step: DerivationStep) -> CanonicalJSON {
        .object([
            "clause": .string(step.clause), "exact": .string("\(step.exact)"), "formula": .string(step.formula),
            "name": .string(step.name), "rounded": .string("\(step.rounded)"), "unit": .string(step.unit),
            "branches": .array(step.decisions.map(decisionJSON)),
            "operands": .array(step.operands.map(operandJSON)),
            "roundings": .array(
                step.roundings.map { note in
                    .object([
                        "exact": .string("\(note.exact)"), "rounded": .string("\(note.rounded)"),
                        "rule": .string(note.rule.agreementText), "step": .string("\(note.step)"),
                        "unit": .string(note.unit),
                    ])
                }),
        ])
    }

    private func useJSON(_ use: EvidenceUse) -> CanonicalJSON {
        .object([
            "due": .integer(use.due), "of": .string(use.of), "used": .integer(use.used),
            "without": .object(
                Dictionary(
                    uniqueKeysWithValues: use.without.map { ($0.reason.english, CanonicalJSON.integer($0.count)) })),
        ])
    }

    private func conditionJSON(_ condition: DecidedCondition) -> CanonicalJSON {
        .object([
            "clause": .string(condition.clause), "decision": decisionJSON(condition.decision),
            "kind": .string(condition.kind.rawValue), "name": .string(condition.name),
            "operands": .array(condition.operands.map(operandJSON)),
        ])
    }

    private func decisionJSON(_ decision: BranchDecision) -> CanonicalJSON {
        var object: [String: CanonicalJSON] = [
            "comparison": .string(decision.comparison), "condition": .string(decision.condition),
            "holds": .bool(decision.holds), "reads": .array(decision.reads.map { .string($0.description) }),
        ]
        if !decision.outcome.isEmpty { object["outcome"] = .string(decision.outcome) }
        return .object(object)
    }

    private func operandJSON(_ operand: StepOperand) -> CanonicalJSON {
        var object: [String: CanonicalJSON] = [
            "counts": .bool(operand.counts), "name": .string(operand.name), "unit": .string(operand.unit),
            "value": .string("\(operand.value)"),
        ]
        switch operand.origin {
        case .constant(let clause): object["constant"] = .object(["clause": .string(clause)])
        case .baseline(let clause, let period, let version, let digest):
            object["baseline"] = .object([
                "clause": .string(clause), "digest": .string(digest), "period": .string(period),
                "version": .string(version),
            ])
        case .input(let digest): object["input"] = .object(["digest": .string(digest)])
        case .exemption(let clause): object["exemption"] = .object(["clause": .string(clause)])
        case .step: break
        }
        return .object(object)
    }

    private func substitutionJSON(_ stand: Substitution) -> CanonicalJSON {
        .object([
            "agreedBy": .array(stand.agreedBy.map { .string($0) }),
            "from": .string(stand.interval.start.iso8601(at: offset)),
            "input": .string(stand.input.description), "method": .string(stand.method), "reason": .string(stand.reason),
            "series": .string(stand.series), "until": .string(stand.interval.end.iso8601(at: offset)),
        ])
    }

    /// An amount; a ledger other than money is named.
    private func amount(_ money: Money, _ rest: [String: CanonicalJSON]) -> [String: CanonicalJSON] {
        var object = rest
        object["amount"] = .string(money.plainText)
        if Currency(code: money.currency.code) == nil { object["ledger"] = .string(money.currency.code) }
        return object
    }

    private var outcomeJSON: CanonicalJSON {
        switch outcome {
        case .notSettled(let obstacles):
            .object([
                "status": .string("not-settled"),
                "obstacles": .array(
                    obstacles.map { obstacle in
                        .object([
                            "item": .string(obstacle.item), "kind": .string(obstacle.kind.rawValue),
                            "needed": .string(obstacle.needed), "section": .string(obstacle.section),
                            "why": .string(obstacle.why),
                        ])
                    }),
            ])
        case .settled(let settled):
            .object([
                "status": .string("settled"),
                "lines": .array(
                    settled.lines.map { line in
                        .object([
                            "amount": .string(line.money.plainText), "clause": .string(line.clause),
                            "currency": .string(line.money.currency.code), "exact": .string("\(line.exact)"),
                            "name": .string(line.name), "number": .integer(line.number), "payee": .string(line.payee),
                            "payer": .string(line.payer), "rounding": .string(line.rounding),
                        ])
                    }),
                "net": .array(
                    settled.net.map { position in
                        .object(amount(position.money, ["party": .string(position.party)]))
                    }),
                "postings": .array(
                    settled.postings.map { entry in
                        .object([
                            "date": .string(entry.date), "description": .string(entry.description),
                            "id": .string(entry.id),
                            "postings": .array(
                                entry.postings.map { posting in
                                    .object([
                                        "account": .string(posting.account), "amount": .string(posting.money.plainText),
                                        "currency": .string(posting.money.currency.code),
                                    ])
                                }),
                        ])
                    }),
                "transfers": .array(
                    settled.transfers.map { transfer in
                        .object(
                            amount(
                                transfer.money,
                                ["payee": .string(transfer.payee), "payer": .string(transfer.payer)]))
                    }),
            ])
        }
    }
}
