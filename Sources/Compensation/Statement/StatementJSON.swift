// A run for programs: canonical JSON with every exact value as a string. Settled or not, the whole run is there.

internal import Accounting
internal import Assessment
internal import Exact
internal import Monitoring

extension SettlementRun {
    /// The run as canonical JSON with a line end.
    package var json: String {
        CanonicalJSON.object([
            "agreement": .object([
                "digest": .text(agreementDigest), "id": .text(agreement), "title": name(title),
                "document": .object([
                    "confidence": .text(document.confidence.rawValue), "number": .text(document.number),
                    "source": .text(document.source), "title": .text(document.title),
                ]),
            ]),
            "example": .truth(isExample), "inputs": .list(inputs.map(inputJSON)), "kind": .text(kind.description),
            "outcome": outcomeJSON,
            "parties": .list(
                parties.map { party in
                    .object([
                        "id": .text(party.id), "name": name(party.name), "role": .text(party.role.rawValue),
                        "region": party.region.map { .text($0.rawValue) } ?? .null,
                    ])
                }),
            "period": .object([
                "from": .text("\(period.from)"), "until": .text("\(period.until)"), "offset": .text("\(offset)"),
            ]),
            "minimumShare": missingData.minimumShare.map { .text("\($0)") } ?? .null,
            "program": .text(program), "run": .text(id), "steps": .list(steps.map(stepJSON)),
            "statistics": statisticsJSON,
            "substitutions": .list(substitutions.map(substitutionJSON)),
            "verdicts": .list(
                verdicts.map { verdict in
                    .object([
                        "clause": .text(verdict.clause), "name": .text(verdict.name), "reason": .text(verdict.reason),
                        "section": verdict.section.map { .text($0) } ?? .null,
                        "verdict": .text(verdict.verdict.rawValue),
                    ])
                }),
        ]).serialized + "\n"
    }

    private var statisticsJSON: CanonicalJSON {
        guard let statistics else { return .null }
        return .object([
            "averaging": .list(statistics.averaging.map { .text($0.rawValue) }),
            "belowDetection": .text(statistics.belowDetection.rawValue), "clause": .text(statistics.clause),
            "comparison": .text(statistics.comparison.rawValue), "phPlaces": .integer(statistics.phPlaces),
            "quality": .text(statistics.quality.name),
        ])
    }

    private func name(_ name: BilingualName) -> CanonicalJSON {
        .object(["en": .text(name.english), "zh": .text(name.chinese)])
    }

    private func inputJSON(_ input: SettlementInput) -> CanonicalJSON {
        var object: [String: CanonicalJSON] = [
            "clause": .text(input.request.clause), "indicator": input.request.key.indicator.map { .text($0) } ?? .null,
            "measure": .text(input.request.measure.rawValue), "name": .text(input.request.key.name),
            "period": .text("\(input.request.period)"), "section": input.request.sectionKey.map { .text($0) } ?? .null,
        ]
        switch input.result {
        case .value(let given):
            let evidence = given.evidence
            object["value"] = .text("\(given.value)")
            object["unit"] = .text(given.unit.symbol)
            object["share"] = given.share.map { .text("\($0)") } ?? .null
            object["evidence"] = .object([
                "count": evidence.count.map { .integer($0) } ?? .null, "digest": .text(evidence.digest),
                "expected": evidence.expectedCount.map { .integer($0) } ?? .null,
                "from": evidence.interval.map { .text($0.start.iso8601(at: offset)) } ?? .null,
                "series": .list(evidence.series.map { .text($0) }),
                "until": evidence.interval.map { .text($0.end.iso8601(at: offset)) } ?? .null,
            ])
        case .missing(let why): object["missing"] = .text(why)
        case .notAssessable(let why): object["notAssessable"] = .text(why)
        case .disputed(let why): object["disputed"] = .text(why)
        }
        return .object(object)
    }

    private func stepJSON(_ step: DerivationStep) -> CanonicalJSON {
        .object([
            "clause": .text(step.clause), "exact": .text("\(step.exact)"), "formula": .text(step.formula),
            "name": .text(step.name), "rounded": .text("\(step.rounded)"), "unit": .text(step.unit),
            "branches": .list(
                step.decisions.map { decision in
                    .object([
                        "comparison": .text(decision.comparison), "condition": .text(decision.condition),
                        "holds": .truth(decision.holds),
                    ])
                }),
            "operands": .list(
                step.operands.map { operand in
                    .object([
                        "name": .text(operand.name), "unit": .text(operand.unit), "value": .text("\(operand.value)"),
                    ])
                }),
            "roundings": .list(
                step.roundings.map { note in
                    .object([
                        "exact": .text("\(note.exact)"), "rounded": .text("\(note.rounded)"),
                        "rule": .text(note.rule.agreementText), "step": .text("\(note.step)"), "unit": .text(note.unit),
                    ])
                }),
        ])
    }

    private func substitutionJSON(_ stand: Substitution) -> CanonicalJSON {
        .object([
            "agreedBy": .list(stand.agreedBy.map { .text($0) }),
            "from": .text(stand.interval.start.iso8601(at: offset)),
            "input": .text(stand.input.description), "method": .text(stand.method), "reason": .text(stand.reason),
            "series": .text(stand.series), "until": .text(stand.interval.end.iso8601(at: offset)),
        ])
    }

    private var outcomeJSON: CanonicalJSON {
        switch outcome {
        case .notSettled(let obstacles):
            .object([
                "status": .text("not-settled"),
                "obstacles": .list(
                    obstacles.map { obstacle in
                        .object([
                            "item": .text(obstacle.item), "kind": .text(obstacle.kind.rawValue),
                            "needed": .text(obstacle.needed), "section": .text(obstacle.section),
                            "why": .text(obstacle.why),
                        ])
                    }),
            ])
        case .settled(let settled):
            .object([
                "status": .text("settled"),
                "lines": .list(
                    settled.lines.map { line in
                        .object([
                            "amount": .text(line.money.plainText), "clause": .text(line.clause),
                            "currency": .text(line.money.currency.code), "exact": .text("\(line.exact)"),
                            "name": .text(line.name), "number": .integer(line.number), "payee": .text(line.payee),
                            "payer": .text(line.payer), "rounding": .text(line.rounding),
                        ])
                    }),
                "net": .list(
                    settled.net.map { position in
                        .object(["amount": .text(position.money.plainText), "party": .text(position.party)])
                    }),
                "postings": .list(
                    settled.postings.map { entry in
                        .object([
                            "date": .text(entry.date), "description": .text(entry.description), "id": .text(entry.id),
                            "postings": .list(
                                entry.postings.map { posting in
                                    .object([
                                        "account": .text(posting.account), "amount": .text(posting.money.plainText),
                                        "currency": .text(posting.money.currency.code),
                                    ])
                                }),
                        ])
                    }),
                "transfers": .list(
                    settled.transfers.map { transfer in
                        .object([
                            "amount": .text(transfer.money.plainText), "payee": .text(transfer.payee),
                            "payer": .text(transfer.payer),
                        ])
                    }),
            ])
        }
    }
}
