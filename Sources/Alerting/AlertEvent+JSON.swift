// An alert event as the log keeps it, and back: the book is replayed from these after a restart.

internal import Detection
package import Monitoring

extension AlertEvent {
    /// The whole event as one object; `init(json:)` gives an equal one back.
    package var json: CanonicalJSON {
        var members: [String: CanonicalJSON] = [
            "alert": .string(alert.rawValue), "at": .integer(at.milliseconds), "event": .string(name),
        ]
        switch change {
        case .opened(let finding, let parties, let mark):
            members["finding"] = finding.json
            members["mark"] = .string(mark.rawValue)
            members["parties"] = .array(
                parties.map { .array([.string($0.region.rawValue), .string($0.role.rawValue)]) })
        case .extended(let finding), .ended(let finding), .reopened(let finding): members["finding"] = finding.json
        case .withdrawn: break
        case .received(let region), .seen(let region): members["region"] = .string(region.rawValue)
        case .stated(let region, let position, let reason):
            members["region"] = .string(region.rawValue)
            members["position"] = .string(position.rawValue)
            members["reason"] = .string(reason)
        }
        return .object(members)
    }

    /// The event that `json` was made of, or `nil` when it is not one.
    package init?(json: CanonicalJSON) {
        guard let alert = json["alert"]?.string, let at = json["at"]?.number.flatMap({ Int64($0) }),
            let change = Change(json: json)
        else { return nil }
        self.init(alert: AlertID(alert), at: Instant(milliseconds: at), change: change)
    }
}

extension AlertEvent.Change {
    fileprivate init?(json: CanonicalJSON) {
        let finding = json["finding"].flatMap { Finding(json: $0) }
        let region = json["region"]?.string.map { RegionID($0) }
        switch (json["event"]?.string, finding, region) {
        case ("opened", let finding?, _):
            guard let mark = json["mark"]?.string.flatMap({ AlertMark(rawValue: $0) }),
                let items = json["parties"]?.array
            else { return nil }
            let parties = items.compactMap { AlertParty(json: $0) }
            guard parties.count == items.count else { return nil }
            self = .opened(finding, parties: parties, mark: mark)
        case ("extended", let finding?, _): self = .extended(finding)
        case ("ended", let finding?, _): self = .ended(finding)
        case ("reopened", let finding?, _): self = .reopened(finding)
        case ("withdrawn", _, _): self = .withdrawn
        case ("received", _, let region?): self = .received(region)
        case ("seen", _, let region?): self = .seen(region)
        case ("stated", _, let region?):
            guard let position = json["position"]?.string.flatMap({ AlertPosition(rawValue: $0) }),
                let reason = json["reason"]?.string
            else { return nil }
            self = .stated(region, position, reason: reason)
        default: return nil
        }
    }
}

extension AlertParty {
    fileprivate init?(json: CanonicalJSON) {
        guard let pair = json.array, pair.count == 2, let region = pair[0].string,
            let role = pair[1].string.flatMap({ Role(rawValue: $0) })
        else { return nil }
        self.init(region: RegionID(region), role: role)
    }
}
