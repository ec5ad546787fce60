// The example check set as the tests read it: the file that ships with the project.

import Foundation
import Monitoring
import Quality

enum ExampleChecks {
    static let text: String = {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        guard let text = try? String(contentsOf: root.appending(path: "stations/checks/example-checks.yaml"), encoding: .utf8)
        else { preconditionFailure("The example check set ships with the project.") }
        return text
    }()

    /// The set without its scope: whatever station asks.
    static let set: CheckSet = {
        let read = CheckSetReader.read([("checks/example-checks.yaml", text)], registry: nil)
        guard read.problems.isEmpty, let only = read.sets.sets.first else {
            preconditionFailure("\(read.problems)")
        }
        return only.set
    }()
}
