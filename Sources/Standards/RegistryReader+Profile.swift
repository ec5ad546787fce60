// A source profile of a registry file: how one kind of station writes its batches.

internal import Monitoring

extension RegistryReader {
    mutating func readProfile(_ node: PositionedNode, _ file: String) {
        var fields = StrictMapping(node, file: file, subject: "A profile")
        let id = fields.text("id")
        fields.subject = "Profile \(id ?? "without id")"
        let name = fields.name("name")
        let clock = readClock(&fields)
        let stamp = fields.choice("stamp", StampPosition.self)
        let statistic = fields.choice("statistic", SeriesStatistic.self)
        let window = fields.duration("window")
        let cadence = fields.optionalDuration("cadence")
        let origin = fields.choice("origin", SeriesOrigin.self)
        let adopts = fields.flag("adopts")
        let revises = fields.flag("revises")
        let missing = fields.texts("missing").compactMap(\.text)
        let flags = readFlags(&fields)
        let names = readParameterNames(&fields)
        let tolerance = fields.duration("future-tolerance")
        let writing = readWriting(&fields)
        if let statistic, let window, (statistic == .instant) != (window == .zero) {
            fields.report(
                "registry.profile.window", at: fields.node["window"] ?? node,
                "\(fields.subject): only an instant has the window 0.", "Give a mean its length, an instant 0.")
        }
        problems += fields.finish()
        guard let id, let name, let clock, let stamp, let statistic, let window, let origin, let tolerance else {
            return
        }
        let profile = SourceProfile(
            id: id, name: name, offset: clock.offset, stamp: stamp, statistic: statistic, window: window,
            cadence: cadence,
            origin: origin, adopts: adopts, revises: revises, missingCodes: Set(missing), flags: flags,
            parameterNames: names, futureTolerance: tolerance, writing: writing, zone: clock.zone)
        profiles.append(Placed(profile, at: node, file: file))
    }

    private func readFlags(_ fields: inout StrictMapping) -> [String: QualityVerdict] {
        let words: [String: QualityVerdict] = [
            "valid": .valid, "suspect": .suspect, "invalid": .invalid, "not-tested": .notTested,
        ]
        guard let node = fields.optional("flags") else { return [:] }
        var flags: [String: QualityVerdict] = [:]
        for entry in node.entries ?? [] {
            guard let verdict = entry.value.text.flatMap({ words[$0] }) else {
                fields.report(
                    "registry.value.type", at: entry.value,
                    "The flag `\(entry.key)` of \(fields.subject) has no verdict.",
                    "Use one of: \(words.keys.sorted().joined(separator: ", ")).")
                continue
            }
            flags[entry.key] = verdict
        }
        if node.entries == nil {
            fields.report(
                "registry.value.type", at: node, "`flags` of \(fields.subject) is not a list of `flag: verdict`.",
                "Write `N: valid` lines.")
        }
        return flags
    }

    private func readParameterNames(_ fields: inout StrictMapping) -> [String: ParameterID] {
        guard let node = fields.optional("parameter-names") else { return [:] }
        guard let entries = node.entries else {
            fields.report(
                "registry.value.type", at: node, "`parameter-names` of \(fields.subject) is not a list of `name: id`.",
                "Write `LA: chla` lines.")
            return [:]
        }
        var names: [String: ParameterID] = [:]
        for entry in entries { names[entry.key] = resolve([entry.value], &fields).first }
        return names
    }
}
