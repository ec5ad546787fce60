// What happens to alerts: named events, appended and never changed; the alert book is what they add up to.

package import Detection
package import Monitoring

/// One event of one alert.
package struct AlertEvent: Hashable, Sendable {
    package enum Change: Hashable, Sendable {
        case opened(Finding, parties: [AlertParty], mark: AlertMark)
        /// The finding lasts and grew: peak, count, window.
        case extended(Finding)
        /// Values measured within the limit, or rows received again, ended the finding.
        case ended(Finding)
        /// Data that came later show that it had not ended, or show it again.
        case reopened(Finding)
        /// The data that showed it now show something else.
        case withdrawn
        case received(RegionID)
        case seen(RegionID)
        case stated(RegionID, AlertPosition, reason: String)
    }

    package let alert: AlertID
    /// When the book learnt of it.
    package let at: Instant
    package let change: Change

    package init(alert: AlertID, at: Instant, change: Change) {
        self.alert = alert
        self.at = at
        self.change = change
    }

    /// The change in one word, as stored and shown.
    package var name: String {
        switch change {
        case .opened: "opened"
        case .extended: "extended"
        case .ended: "ended"
        case .reopened: "reopened"
        case .withdrawn: "withdrawn"
        case .received: "received"
        case .seen: "seen"
        case .stated: "stated"
        }
    }
}

/// Why an event cannot happen to an alert as it stands.
package enum AlertProblem: Error, Hashable, Sendable, CustomStringConvertible {
    case unknownAlert(AlertID)
    case alreadyOpened(AlertID)
    case notOpen(AlertID)
    case alreadyOpen(AlertID)
    case noSuchSide(AlertID, RegionID)
    /// An end without an end in the finding: silence would have resolved it.
    case endWithoutMeasurement(AlertID)
    case anotherFinding(AlertID)
    case withdrawn(AlertID)

    package var description: String {
        switch self {
        case .unknownAlert(let id): "There is no alert \(id)."
        case .alreadyOpened(let id): "The alert \(id) was opened before."
        case .notOpen(let id): "The alert \(id) is not open."
        case .alreadyOpen(let id): "The alert \(id) is open."
        case .noSuchSide(let id, let region): "The region \(region) has no side in the alert \(id)."
        case .endWithoutMeasurement(let id): "The alert \(id) cannot end without a measured value that ends it."
        case .anotherFinding(let id): "The finding is not the one the alert \(id) stands for."
        case .withdrawn(let id): "The alert \(id) was withdrawn."
        }
    }
}
