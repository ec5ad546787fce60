// Alerts and settlement runs as the book keeps them: plain records whose payload is somebody else's JSON.

package import Monitoring

/// What an alert is about; fixed when it opens.
package struct AlertSubject: Hashable, Sendable {
    package var kind: String
    /// Section id; empty when the alert is about no section.
    package var section: String
    package var parameter: String
    package var station: String

    package init(kind: String, section: String, parameter: String, station: String) {
        self.kind = kind
        self.section = section
        self.parameter = parameter
        self.station = station
    }
}

/// Something that happened to an alert. The first event of an alert carries its subject.
package struct AlertEventRecord: Hashable, Sendable {
    package var alert: String
    package var at: Instant
    /// `opened`, `extended`, `acknowledged` …
    package var kind: String
    /// The alert's state after the event.
    package var state: String
    package var subject: AlertSubject?
    /// JSON text: the whole of what the alert says after the event.
    package var payload: String

    package init(alert: String, at: Instant, kind: String, state: String, subject: AlertSubject?, payload: String) {
        self.alert = alert
        self.at = at
        self.kind = kind
        self.state = state
        self.subject = subject
        self.payload = payload
    }
}

/// An alert as it stands.
package struct AlertRecord: Hashable, Sendable {
    package let id: String
    package let subject: AlertSubject
    package let openedAt: Instant
    package let changedAt: Instant
    package let state: String
    /// JSON text of the last event.
    package let payload: String
}

/// Which alerts to list; an absent part does not restrict.
package struct AlertFilter: Hashable, Sendable {
    package var section: String?
    package var state: String?
    package var kind: String?

    package init(section: String? = nil, state: String? = nil, kind: String? = nil) {
        self.section = section
        self.state = state
        self.kind = kind
    }
}

/// One side of a journal entry of a run.
package struct PostingRecord: Hashable, Sendable {
    package var entry: String
    package var line: Int
    package var account: String
    /// ISO 4217.
    package var currency: String
    package var minorUnits: Int64

    package init(entry: String, line: Int, account: String, currency: String, minorUnits: Int64) {
        self.entry = entry
        self.line = line
        self.account = account
        self.currency = currency
        self.minorUnits = minorUnits
    }
}

/// A settlement run (核算): written once, never changed.
package struct RunRecord: Hashable, Sendable {
    package var id: String
    package var agreement: String
    package var period: Interval
    package var kind: String
    package var createdAt: Instant
    /// Digest of the statement.
    package var digest: Digest256
    /// Digest of the frozen inputs.
    package var inputsDigest: Digest256
    /// The statement and its derivation, as bytes whose form the caller chose.
    package var payload: [UInt8]
    /// The log position of the run; 0 before it is in the book.
    package var logSequence: Int64

    package init(
        id: String, agreement: String, period: Interval, kind: String, createdAt: Instant, digest: Digest256,
        inputsDigest: Digest256, payload: [UInt8], logSequence: Int64 = 0
    ) {
        self.id = id
        self.agreement = agreement
        self.period = period
        self.kind = kind
        self.createdAt = createdAt
        self.digest = digest
        self.inputsDigest = inputsDigest
        self.payload = payload
        self.logSequence = logSequence
    }
}
