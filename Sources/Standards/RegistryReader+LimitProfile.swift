// A limit profile of a registry file: class limits by parameter, and when readings over one are an episode.

internal import Exact
internal import Monitoring

extension RegistryReader {
    mutating func readLimitProfile(_ node: PositionedNode, _ file: String) {
        var fields = StrictMapping(node, file: file, subject: "A limit profile")
        let id = fields.text("id")
        fields.subject = "Limit profile \(id ?? "without id")"
        let name = fields.name("name")
        let source = fields.text("source")
        let overText = fields.text("over-class")
        let overClass = overText.flatMap { WaterClass(registryText: $0) }
        if overText != nil, overClass == nil {
            fields.report(
                "registry.value.type", at: fields.node["over-class"] ?? node,
                "The class of \(fields.subject) is not known.", "Write I, II, III, IV or V.")
        }
        let holdOn = readCount("hold-on", &fields)
        let holdOff = readCount("hold-off", &fields)
        let flags = Set(fields.texts("flags").compactMap(\.text))
        let countsUnflagged = fields.flag("unflagged")
        if flags.isEmpty, !countsUnflagged {
            fields.report(
                "registry.value.missing", at: node, "\(fields.subject) counts no reading.",
                "Name flags in `flags: [N]`, or write `unflagged: true` for readings without a flag.")
        }
        let listed = fields.items("limits")
        if listed.isEmpty {
            fields.report(
                "registry.value.missing", at: node, "\(fields.subject) has no limits.", "Add a list `limits`.")
        }
        var items: [LimitProfile.Item] = []
        for entry in listed {
            guard let item = readLimits(entry, file, &fields) else { continue }
            if items.contains(where: { $0.parameter == item.parameter }) {
                fields.report(
                    "registry.id.duplicate", at: entry, "\(fields.subject) has limits of \(item.parameter) twice.",
                    "Keep one of them.")
            }
            items.append(item)
        }
        problems += fields.finish()
        guard let id, let name, let source, let overClass, let holdOn, let holdOff, items.count == listed.count else {
            return
        }
        let profile = LimitProfile(
            id: id, name: name, source: source, overClass: overClass, holdOn: holdOn, holdOff: holdOff, flags: flags,
            countsUnflagged: countsUnflagged, items: items)
        limitProfiles.append(Placed(profile, at: node, file: file))
    }

    /// A required number of readings, at least 1.
    private func readCount(_ key: String, _ fields: inout StrictMapping) -> Int? {
        guard let node = fields.required(key) else { return nil }
        guard let count = node.text.flatMap({ Int($0) }), count >= 1, count <= 1_000_000 else {
            fields.report(
                "registry.value.type", at: node, "`\(key)` of \(fields.subject) is not a number of readings.",
                "Write a whole number from 1.")
            return nil
        }
        return count
    }

    private func readLimits(
        _ node: PositionedNode, _ file: String, _ outer: inout StrictMapping
    ) -> LimitProfile.Item? {
        var fields = StrictMapping(node, file: file, subject: "An entry of `limits` of \(outer.subject)")
        let named = fields.required("parameter").map { [$0] } ?? []
        let parameter = resolve(named, &fields).first
        if let parameter { fields.subject = "Limits of \(parameter) in \(outer.subject)" }
        let direction = fields.choice("direction", LimitDirection.self)
        let texts = fields.texts("values")
        let limits = texts.compactMap { text -> ExactDecimal? in
            if let value = text.text.flatMap({ ExactDecimal($0) }) { return value }
            fields.report(
                "registry.value.type", at: text, "A limit of \(fields.subject) is not a decimal number.",
                "Write digits such as 0.15.")
            return nil
        }
        if let direction, limits.count == texts.count, !direction.isOrdered(limits) {
            fields.report(
                "registry.limits.order", at: fields.node["values"] ?? node,
                "\(fields.subject) are not \(direction == .range ? "two ends in order" : "five limits in order").",
                direction == .range
                    ? "Write `values: [lowest, highest]`." : "Write those of classes I to V, the strictest first.")
        }
        let end = fields.optionalChoice("episodes-beyond", RangeEnd.self)
        if end != nil, direction != .range {
            fields.report(
                "registry.limits.order", at: fields.node["episodes-beyond"] ?? node,
                "\(fields.subject) have one end only.", "Leave `episodes-beyond` to ranges.")
        }
        let faults = fields.finish()
        for problem in faults { outer.adopt(problem) }
        guard let parameter, let direction, faults.isEmpty else { return nil }
        return LimitProfile.Item(parameter: parameter, direction: direction, limits: limits, episodeEnd: end ?? .both)
    }
}
