// What reading long rows keeps from batch to batch: the series met, and the dialects of their stations' profiles.

internal import Exact
internal import Monitoring

/// What a source profile means for the cells of a long row; a class, because every batch and series refers to it.
final class LongDialect {
    let profile: SourceProfile
    let values: CellValueReader
    /// From the stamp to the beginning of its interval.
    let shift: Int64
    /// Parameters that are not written in the catalogue's unit.
    private let conversions: [ParameterID: UnitConversion]

    init(_ profile: SourceProfile, parameters: ParameterCatalogue) {
        self.profile = profile
        values = CellValueReader(missingCodes: profile.missingCodes)
        shift = profile.stamp == .end ? profile.window.milliseconds : 0
        var conversions: [ParameterID: UnitConversion] = [:]
        for (id, unit) in profile.writing.units {
            guard let conversion = parameters[id]?.conversion(from: unit), conversion != .scale(.one) else { continue }
            conversions[id] = conversion
        }
        self.conversions = conversions
    }

    /// How values of `parameter` become the catalogue's; `nil`: they are.
    func conversion(of parameter: ParameterID) -> UnitConversion? { conversions[parameter] }

    /// Whether values of `parameter` are taken as they stand.
    func isPlain(_ parameter: ParameterID) -> Bool {
        profile.writing.decimalMark == .point && conversions[parameter] == nil
    }
}

/// What rows of one batch profile need from batch to batch.
///
/// - Note: the batches have one parameter catalogue, and ask one registry for their stations' profiles.
final class LongRowMemory {
    let directory = SeriesDirectory()
    /// That of the batch's own profile first.
    private(set) var dialects: [LongDialect]
    private let parameters: ParameterCatalogue

    init(_ profile: SourceProfile, parameters: ParameterCatalogue) {
        self.parameters = parameters
        dialects = [LongDialect(profile, parameters: parameters)]
    }

    /// The place of the dialect of `profile`, added when new.
    func dialect(of profile: SourceProfile) -> Int32 {
        if let index = dialects.firstIndex(where: { $0.profile == profile }) { return Int32(index) }
        dialects.append(LongDialect(profile, parameters: parameters))
        return Int32(dialects.count - 1)
    }
}
