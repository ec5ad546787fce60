// The example check set that ships with the project, for tests of the flows.

import Foundation
import Quality

enum ExampleChecks {
    /// The set without its scope: whatever station asks.
    static let set: CheckSet = {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "stations/checks/example-checks.yaml")
        guard let text = try? String(contentsOf: file, encoding: .utf8),
            let only = CheckSetReader.read([("checks/example-checks.yaml", text)], registry: nil).sets.sets.first
        else { preconditionFailure("The example check set ships with the project.") }
        return only.set
    }()
}
