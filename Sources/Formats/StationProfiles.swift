// Which profile the rows of a station are read with, in the formats that leave it to the station what its values mean.

internal import Monitoring

extension ReadContext {
    /// The profile that the rows of `station` are read with in a batch of `format`: the one of its registration, else that
    /// of the format; `own` where nobody can be asked.
    func profile(of station: String, in format: FormatID, own: SourceProfile) -> SourceProfile {
        guard let profileOfStation else { return own }
        return profileOfStation(StationID(station)) ?? (formatProfiles ?? profiles)[format] ?? own
    }
}

/// The profiles of one batch's stations; each station is asked for once.
struct StationProfiles {
    /// Stations remembered; beyond them all are asked for anew.
    private static let rememberedLimit = 1 << 16

    /// The batch's own first.
    private(set) var profiles: [SourceProfile]
    private let format: FormatID
    private let context: ReadContext
    private var known: [String: Int] = [:]

    init(own: SourceProfile, format: FormatID, context: ReadContext) {
        profiles = [own]
        self.format = format
        self.context = context
    }

    /// The place in `profiles` of the one that `station` has; 0 is the batch's own.
    mutating func index(of station: String) -> Int {
        if context.profileOfStation == nil { return 0 }
        if let index = known[station] { return index }
        let profile = context.profile(of: station, in: format, own: profiles[0])
        let index = profiles.firstIndex(of: profile) ?? profiles.count
        if index == profiles.count { profiles.append(profile) }
        if known.count == Self.rememberedLimit { known.removeAll(keepingCapacity: true) }
        known[station] = index
        return index
    }
}

/// How a text is written as a whole: what no row of it can change.
struct TextWriting {
    /// The encoding it was found in; UTF-8 is read whatever a profile declares.
    var encoding = SourceEncoding.utf8
    /// `nil` where a format has one shape only.
    var shape: RowShape?
    var separator: FieldSeparator?

    /// Whether rows of a source with `profile` may stand in this text.
    func mayHold(_ profile: SourceProfile) -> Bool { trouble(with: profile) == nil }

    /// Why a row of `station` is not read in this text. It is kept aside: what it means is a matter of the profile.
    func refusal(_ profile: SourceProfile, station: String, row: Int) -> Rejection {
        let (declared, found) = trouble(with: profile) ?? ("", "")
        return Rejection(
            .otherProfile, row: row, field: "station", excerpt: station,
            remedy:
                "\(found), and profile \(profile.id), which this station's rows are read with, does not declare it: "
                + "send its rows in a file of their own, as the profile says, or register the station under a profile "
                + "with `\(declared)`, then `tributary admit` the rows.")
    }

    /// What a profile would have to declare for its rows to stand here, and why.
    private func trouble(with profile: SourceProfile) -> (declared: String, found: String)? {
        let writing = profile.writing
        if encoding != .utf8, writing.encoding != encoding {
            return ("encoding: \(encoding.rawValue)", "The file reads as \(encoding.rawValue)")
        }
        if let shape, let declared = writing.shape, declared != shape {
            return ("shape: \(shape.rawValue)", "The file is a \(shape.rawValue) table")
        }
        if let separator, let declared = writing.separator, declared != separator {
            return ("separator: \(separator.rawValue)", "The file has \(separator.rawValue)s between its cells")
        }
        return nil
    }
}
