// Every limit of the HTTP door: its name, its figure, and why that figure.

package import NIOCore

/// What one peer, and all of them together, may ask of the door.
package struct DoorLimits: Sendable {
    /// Bytes of one batch as sent. A day of a whole nation's hourly sites is 2 MB compressed; a year of archives in
    /// one file still fits, and a disk is not filled by one request.
    package var batchBytes = 256 << 20
    /// Bytes of a batch's name: what file systems and tar readers take.
    package var nameBytes = 255
    /// Open connections of all peers: idle ones cost some kilobytes each, and each costs a file descriptor.
    package var connections = 4_096
    /// Open connections of one address: a gateway that speaks for a province's stations stays below.
    package var connectionsPerPeer = 1_024
    /// Bodies being received at once. Ten pieces of each may wait for the disk: 160 MB when all do.
    package var uploads = 1_024
    /// Bytes read from a connection at once.
    package var pieceBytes = 16 << 10
    /// Bodies being received at once from one address: sixteen stalled peers leave no place, fifteen leave many.
    package var uploadsPerPeer = 64
    /// Bodies being received at once under the tokens of one sender, from wherever they come.
    package var uploadsPerSender = 64
    /// From the connection, or the last answer, to a whole request head. The TLS handshake lies inside the first.
    package var headDeadline: TimeAmount = .seconds(10)
    /// A connection kept open after an answer may rest this long before its next request.
    package var keepAlive: TimeAmount = .seconds(60)
    /// A body may pause this long: a mobile network's handover takes a few seconds.
    package var bodyIdle: TimeAmount = .seconds(15)
    /// A body may take this long whatever its rate; beyond it `bodyBytesPerSecond` counts. A body of n bytes has so
    /// much time and n / `bodyBytesPerSecond` more: no file is too long for a line that keeps the rate.
    package var bodyGrace: TimeAmount = .seconds(30)
    /// The slowest rate that may go on after the grace, as an average: half of what GPRS gives.
    package var bodyBytesPerSecond = 1_024
    /// Uploads to be resumed that one sender may have begun: twice what `tributary push` sends at once. A further one
    /// takes the place of the one that rested longest.
    package var partialUploadsPerSender = 8
    /// Bytes of all uploads to be resumed together: a disk is not filled by what may never be finished.
    package var partialBytes = 2 << 30
    /// Bytes of an upload that may come until they are made safe though nobody asks how many are here: what a crash of
    /// the machine in the middle of a long part costs. A flush takes milliseconds, 4 MiB on a slow line minutes.
    package var partialKeepBytes = 4 << 20
    /// An upload that nothing was added to for this long is removed: a line that was down overnight may go on.
    package var partialAge: TimeAmount = .hours(24)
    /// Who asks for an upload that a request still sends to waits until nothing came for so long; then that request is
    /// ended. What the line carried before it broke is read by then.
    package var partialHandover: TimeAmount = .milliseconds(300)
    /// After an answer to a request that is still arriving, what comes is read and dropped this long, so that the
    /// peer reads the answer before the connection closes.
    package var linger: TimeAmount = .seconds(2)
    /// When the program ends, a body under way may take this long yet.
    package var shutdownGrace: TimeAmount = .seconds(3)
    /// What a refused peer is told to wait.
    package var retryAfterSeconds = 2

    package init() {}

    /// The limits with no more connections than this process may have open files, less those the book needs.
    package func fitting(openFiles: Int) -> DoorLimits {
        var fitting = self
        fitting.uploads = max(8, min(uploads, openFiles / 4))
        fitting.connections = max(16, min(connections, openFiles - Self.filesOfTheBook - fitting.uploads))
        fitting.connectionsPerPeer = max(8, min(connectionsPerPeer, fitting.connections / 4))
        return fitting
    }

    /// Database, write-ahead log, archive segment, sockets of commands, files being read: rarely fifty.
    private static let filesOfTheBook = 256
}
