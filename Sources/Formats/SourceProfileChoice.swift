// Which source profile a batch is read with: the built-in ones, those that replace them, and a registered station's own.

package import Monitoring

extension FormatID {
    /// Formats whose bytes leave to the station's own profile what their values mean.
    static let readByStationProfile: [FormatID] = [.tributaryCSV, .tributaryNDJSON, .tributaryWideCSV, .sensorThings]
}

extension ReadContext {
    /// Replaces the profiles of this context by those that `registry` declares for the batch.
    ///
    /// - A profile whose id is the name of a format (`openaq`, `usgs-rdb`) replaces the built-in one of that format.
    /// - In Tributary's own formats each station's rows are read with the profile of its registration; that of the
    ///   batch's first station decides what holds for the text as a whole.
    /// - Where the batch cannot be read without its profile (another encoding, a decimal comma), each profile that
    ///   declares such a thing is tried, and taken when the station it finds is registered with it.
    package mutating func takeProfiles(of registry: Registry, for raw: UnsafeRawBufferPointer) {
        if registry.profiles.isEmpty { return }
        for format in FormatID.allCases {
            if let own = registry.profiles[format.rawValue] { profiles[format] = own }
        }
        formatProfiles = profiles
        profileOfStation = { station in registry.profile(of: station) }
        mayBeGB18030 = registry.profiles.values.contains { $0.writing.encoding == .gb18030 }
        let special = registry.profiles.values.filter { $0.writing != .plain || !$0.parameterNames.isEmpty }
        // The everyday batch is read once: its reader finds the station's profile on the way.
        if special.isEmpty, let format = format(of: raw), format == .tributaryCSV || format == .tributaryNDJSON {
            return
        }
        if let station = firstStation(of: raw) {
            if let own = registry.profile(of: station) { use(own) }
            return
        }
        for profile in special.sorted(by: { $0.id < $1.id }) {
            var trial = self
            trial.use(profile)
            guard let station = trial.firstStation(of: raw), registry.profile(of: station)?.id == profile.id else {
                continue
            }
            self = trial
            return
        }
    }

    /// The format of the batch, told by its first bytes; `nil` when it cannot be told.
    private func format(of raw: UnsafeRawBufferPointer) -> FormatID? {
        if raw.isEmpty { return nil }
        var source = TextSource(raw, limits: limits, workspace: DecodeWorkspace())
        let beginning = source.begin(upTo: 1 << 10)
        guard beginning.firstVisibleByte != nil, TextEncoding.fault(in: beginning, isWhole: false) == nil else {
            return nil
        }
        return DetectedFormat(beginning, context: self)?.id
    }

    private mutating func use(_ profile: SourceProfile) {
        for format in FormatID.readByStationProfile { profiles[format] = profile }
    }

    /// The station of the batch's first observation, without reading on.
    private func firstStation(of raw: UnsafeRawBufferPointer) -> StationID? {
        struct Found: Error { let station: StationID? }
        var first = self
        first.limits.blockRows = 1
        first.isGlance = true
        do {
            _ = try decodeBatch(raw, context: first) { slice in
                if !slice.block.isEmpty { throw Found(station: slice.block.seriesTable.first?.station) }
            }
        } catch let found as Found {
            return found.station
        } catch {
            return nil
        }
        return nil
    }
}

extension Registry {
    /// The profile under which the station of this name is registered.
    fileprivate func profile(of name: StationID) -> SourceProfile? {
        stationNames[name.rawValue].flatMap { stations[$0] }.flatMap { profiles[$0.profile] }
    }
}
