// What stops the forwarder; everything else it waits out.

/// A failure that only a person can mend.
package struct ForwardingProblem: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Kind: Sendable {
        /// An option is wrong.
        case usage
        /// A file that must be read cannot be.
        case input
        /// A folder or file cannot be written.
        case output
        /// The node signs with another key than the one this station trusts.
        case keyChanged
    }

    package let kind: Kind
    /// Cause and remedy.
    package let description: String

    package init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }
}
