// For which stations a batch may speak: whoever sent its bytes may.

import Monitoring
import Storage

extension Book {
    /// The stations that the senders of a batch may speak for now, all together; `nil`: any. Somebody who is no sender of
    /// the network (a person, the drop folder) may speak for any.
    ///
    /// - Parameters:
    ///   - sender: its first sender.
    ///   - sequence: the log position that its versions carry.
    func entitlement(sender: String, batchAt sequence: Int64) throws -> Set<StationID>? {
        let (senders, repeats) = try read { (try $0.senders(), try $0.repeats(ofBatchAt: sequence)) }
        let known = Dictionary(senders.map { ($0.id, $0.speaksFor) }) { first, _ in first }
        var stations: Set<StationID> = []
        for id in [sender] + repeats.map(\.sender) {
            guard let list = known[id] ?? nil else { return nil }
            stations.formUnion(list)
        }
        return stations
    }

    func entitlement(of batch: BatchRecord) throws -> Set<StationID>? {
        try entitlement(sender: batch.sender, batchAt: batch.sequence)
    }
}
