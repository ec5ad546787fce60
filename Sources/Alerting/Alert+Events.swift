// How an alert moves: only by named events, each allowed in named states.

internal import Detection
internal import Monitoring

extension Alert {
    /// Applies any event but `opened`, which makes the alert.
    mutating func apply(_ event: AlertEvent) throws(AlertProblem) {
        switch event.change {
        case .opened: throw .alreadyOpened(id)
        case .extended(let finding):
            guard state == .open else { throw .notOpen(id) }
            try replace(with: finding)
        case .ended(let finding):
            guard state != .withdrawn else { throw .withdrawn(id) }
            guard finding.end != nil else { throw .endWithoutMeasurement(id) }
            try replace(with: finding)
            state = .ended
        case .reopened(let finding):
            guard state != .open else { throw .alreadyOpen(id) }
            try replace(with: finding)
            state = .open
        case .withdrawn:
            guard state != .withdrawn else { throw .withdrawn(id) }
            state = .withdrawn
        case .received(let region): try side(of: region) { if $0.receivedAt == nil { $0.receivedAt = event.at } }
        case .seen(let region): try side(of: region) { if $0.seenAt == nil { $0.seenAt = event.at } }
        case .stated(let region, let position, let reason):
            guard state != .withdrawn else { throw .withdrawn(id) }
            try side(of: region) { side in
                side.position = position
                side.positionAt = event.at
                side.reason = reason
            }
        }
    }

    private mutating func replace(with finding: Finding) throws(AlertProblem) {
        guard AlertID(finding.id) == id else { throw .anotherFinding(id) }
        self.finding = finding
    }

    private mutating func side(of region: RegionID, _ change: (inout AlertSide) -> Void) throws(AlertProblem) {
        guard let index = sides.firstIndex(where: { $0.party.region == region }) else {
            throw .noSuchSide(id, region)
        }
        change(&sides[index])
    }
}
