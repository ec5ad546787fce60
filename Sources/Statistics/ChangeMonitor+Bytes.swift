// A change monitor as a checkpoint keeps it, and back: the same bits, or nothing.

extension ChangeMonitor: Equatable {
    /// Bit for bit: missing readings are equal to missing readings.
    package static func == (left: ChangeMonitor, right: ChangeMonitor) -> Bool { left.encoded() == right.encoded() }

    /// The layout below; another number for another layout.
    private static let layout: UInt8 = 2

    /// More bytes than any state has: a year of minutes in training.
    package static let encodedCountLimit = 8 * 366 * monitorSlotsLimit + 4_096

    /// The state as bytes: at most 8 × `trainingDays` × `slots` and some while it learns (10.8 KB for hourly readings
    /// and the default rule), and 8 × (3 × `slots` + `baselineDays`) and some while it watches (about 1 KB).
    package func encoded() -> [UInt8] {
        var writer = StateWriter()
        writer.write(Self.layout)
        writer.write(rule.fingerprint)
        writer.write(slots)
        writer.write(newest != nil)
        writer.write(newest ?? 0)
        writer.write(lateCount)
        switch phase {
        case .learning(let window):
            writer.write(UInt8(0))
            writer.write(UInt8(UnwatchedReason.allCases.firstIndex(of: window.reason) ?? 0))
            writer.write(window.firstDay)
            writer.write(window.values)
        case .watching(let watch):
            writer.write(UInt8(1))
            watch.write(to: &writer)
        }
        return writer.bytes
    }

    /// The state that `bytes` were made of.
    ///
    /// - Returns: `nil` when they are damaged, of another layout, or of another rule or grid: the series is then
    ///   replayed from its readings, which gives the same state.
    package init?(_ bytes: [UInt8], rule: ChangeRule, slots: Int) {
        var reader = StateReader(bytes)
        guard reader.byte() == Self.layout, reader.word() == rule.fingerprint, reader.integer() == slots else {
            return nil
        }
        self.init(rule: rule, slots: slots)
        let hasNewest = reader.flag()
        let number = reader.integer()
        newest = hasNewest ? number : nil
        lateCount = reader.integer()
        switch reader.byte() {
        case 0:
            let reasons = UnwatchedReason.allCases
            var window = LearningWindow()
            let reason = Int(reader.byte())
            guard reasons.indices.contains(reason) else { return nil }
            window.reason = reasons[reason]
            window.firstDay = reader.integer()
            window.values = reader.numbers(limit: rule.trainingDays * slots)
            phase = .learning(window)
        case 1:
            guard let watch = ChangeWatch(from: &reader, rule: rule, slots: slots) else { return nil }
            phase = .watching(watch)
        default: return nil
        }
        guard reader.isAtEnd, isConsistent else { return nil }
    }

    /// Whether the readings it names can be those of one history: damaged bytes may name any.
    private var isConsistent: Bool {
        func isNumber(_ number: Int) -> Bool { number.magnitude <= Self.numberLimit }
        guard lateCount >= 0, newest.map(isNumber) ?? true else { return false }
        let newestDay = newest.map { floorDivided($0, slots) }
        switch phase {
        case .learning(let window):
            if window.values.isEmpty { return isNumber(window.firstDay) }
            guard let newestDay, isNumber(window.firstDay) else { return false }
            return window.values.count % slots == 0
                && (0..<window.values.count / slots).contains(newestDay - window.firstDay)
        case .watching(let watch):
            guard let newest, watch.day == newestDay, watch.sizeCount >= 0, watch.lastNumber <= newest else {
                return false
            }
            guard [watch.lastNumber, watch.riseStart, watch.fallStart].allSatisfy(isNumber) else { return false }
            guard watch.riseStart <= newest, watch.fallStart <= newest else { return false }
            return watch.open.map { isNumber($0.start) && $0.start <= $0.detected && $0.detected <= newest } ?? true
        }
    }

    /// Far beyond any reading of a minute in the years that instants can name.
    private static let numberLimit = UInt(1) << 40
}

extension ChangeWatch {
    fileprivate func write(to writer: inout StateWriter) {
        for list in [calibration.profile, calibration.levels, today, recent] { writer.write(list) }
        let numbers = [
            calibration.design.persistence, calibration.design.scale, calibration.usualSize, calibration.threshold,
            chart.shift.up, chart.shift.down, chart.pageHinkley.count, chart.pageHinkley.mean, chart.pageHinkley.up,
            chart.pageHinkley.down, chart.average.mean, chart.average.beginning, lastResidual, sizeSum,
        ]
        for number in numbers { writer.write(number) }
        for count in [day, lastNumber, riseStart, fallStart, sizeCount] { writer.write(count) }
        writer.write(isTodayMixed)
        writer.write(open != nil)
        guard let open else { return }
        writer.write(open.start)
        writer.write(open.detected)
        writer.write(open.direction == .rise)
        for number in [open.size, open.statistic, open.threshold, open.baseline] { writer.write(number) }
    }

    fileprivate init?(from reader: inout StateReader, rule: ChangeRule, slots: Int) {
        let profile = reader.numbers(limit: slots)
        let levels = reader.numbers(limit: rule.baselineDays)
        let today = reader.numbers(limit: slots)
        let recent = reader.numbers(limit: Self.recentCount(slots))
        guard profile.count == slots, levels.count == rule.baselineDays, today.count == slots,
            recent.count == Self.recentCount(slots)
        else { return nil }
        let design = ShiftDesign(
            persistence: reader.number(), scale: reader.number(), shift: rule.designShift, clip: rule.clip)
        let calibration = ChangeCalibration(
            profile: profile, levels: levels, design: design, usualSize: reader.number(), threshold: reader.number())
        self.init(calibration, day: 0, slots: slots, rule: rule)
        (self.today, self.recent) = (today, recent)
        chart.shift.up = reader.number()
        chart.shift.down = reader.number()
        chart.pageHinkley.count = reader.number()
        chart.pageHinkley.mean = reader.number()
        chart.pageHinkley.up = reader.number()
        chart.pageHinkley.down = reader.number()
        chart.average.mean = reader.number()
        chart.average.beginning = reader.number()
        lastResidual = reader.number()
        sizeSum = reader.number()
        day = reader.integer()
        lastNumber = reader.integer()
        riseStart = reader.integer()
        fallStart = reader.integer()
        sizeCount = reader.integer()
        isTodayMixed = reader.flag()
        if reader.flag() {
            let (start, detected, isRise) = (reader.integer(), reader.integer(), reader.flag())
            open = LevelChange(
                start: start, detected: detected, direction: isRise ? .rise : .fall, size: reader.number(),
                statistic: reader.number(), threshold: reader.number(), baseline: reader.number())
        }
        guard reader.isWhole, calibration.design.scale > 0 else { return nil }
    }
}
