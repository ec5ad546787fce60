// Alerts as sentences, one a language: what, where, since when, how bad, by which text, and that nobody reviewed it.

internal import Detection
internal import Exact
internal import Monitoring

extension AlertLine {
    /// The alert in Chinese on one line; 【演练】 or 【合成数据】 stands first and last.
    package var chinese: String {
        let state =
            switch alert.state {
            case .open: "持续"
            case .ended: "已结束"
            case .withdrawn: "数据变更撤回"
            }
        let until = end.isEmpty ? "至今" : "至 \(end)"
        let name = section.chinese.hasSuffix("断面") ? section.chinese : section.chinese + "断面"
        let place = "\(name)（\(relation.chinese)）\(station.chinese)"
        return enclosed(
            "[\(state)] \(place) \(chineseWhat)，自 \(start) \(until)；\(Self.review.chinese)", mark?.chinese)
    }

    /// The alert in English on one line; SYNTHETIC or DRILL stands first and last.
    package var english: String {
        let until = end.isEmpty ? "and lasting" : "until \(end)"
        let place = "\(section.english) (\(relation.english)), \(station.english)"
        return enclosed(
            "[\(alert.state.rawValue)] \(place): \(englishWhat), since \(start) \(until); \(Self.review.english)",
            mark?.english)
    }

    private func enclosed(_ text: String, _ mark: String?) -> String {
        mark.map { "【\($0)】\(text)【\($0)】" } ?? text
    }

    private var spacedUnit: String { unit.isEmpty || unit == "[pH]" ? "" : " " + unit }

    private var isLowerLimit: Bool {
        if case .forecast(let forecast) = alert.finding.detail, case .minimum = forecast.limit { true } else { false }
    }

    /// The direction stands before it.
    private var changeDistance: Substring { changeSize.drop { $0 == "-" } }

    private var chineseWhat: String {
        switch alert.finding.detail {
        case .threshold:
            let times = multiple.isEmpty ? "" : "，超标倍数 \(multiple)"
            return
                "\(parameter.chinese)超限：\(reached)（目标 \(target)），峰值 \(peak)\(spacedUnit)，限值 \(limit)\(times)，\(basis)"
        case .trend(let trend):
            let direction = trend.direction == .rising ? "上升" : "下降"
            let slope = "每年 \(slopePerYear)\(spacedUnit)"
            return "\(parameter.chinese)呈\(direction)趋势：\(slope)，p \(probability)，有数据的 \(trend.dayCount) 天"
        case .silence(let silence):
            return "无数据：末次收到 \(silence.lastHeard.iso8601(at: offset))"
        case .preWarning:
            return
                "\(parameter.chinese)预警（未超限）：接近限值 \(limit)（预警比例 \(share)），最接近值 \(peak)\(spacedUnit)，\(basis)"
        case .forecast(let forecast):
            let far = "本月 \(forecast.outlook.count) 个有效数据均值 \(monthMean)\(spacedUnit)，限值 \(limit)"
            let rest = "剩余 \(forecast.outlook.remaining) 个数据"
            let unless =
                forecast.isLost
                ? "\(rest)无论多低，月均值都将超过目标" : "\(rest)均值须\(isLowerLimit ? "不低于" : "不高于") \(remainingMean)，否则月均值将不达目标"
            return "\(parameter.chinese)月均值预测：\(far)；\(unless)（非考核结论），\(basis)"
        case .change(let change):
            let what = "水平\(change.direction == .rise ? "上升" : "下降") \(changeDistance)\(spacedUnit)（原水平 \(formerLevel)）"
            let test = "统计量 \(changeStatistic) > 阈值 \(changeThreshold)（按 \(change.runLengthDays) 天一次误报校准）"
            let outcome =
                switch change.outcome {
                case .lasting: "，新水平已保持"
                case .returned: "，已恢复原水平"
                case .lost: "，其后长期无数据"
                case nil: ""
                }
            return
                "\(parameter.chinese)突变（统计结论，非超标）：\(what)，\(change.detectedAt.iso8601(at: offset)) 检出，\(test)\(outcome)"
        }
    }

    private var englishWhat: String {
        switch alert.finding.detail {
        case .threshold:
            let times = multiple.isEmpty ? "" : ", multiple \(multiple)"
            let against = "\(parameter.english) over the limit: \(reached) against target \(target)"
            return "\(against), peak \(peak)\(spacedUnit), limit \(limit)\(times), \(basis)"
        case .trend(let trend):
            let slope = "\(slopePerYear)\(spacedUnit) a year"
            let test = "p \(probability), over \(trend.dayCount) days with values"
            return "\(parameter.english) \(trend.direction.rawValue): \(slope), \(test)"
        case .silence(let silence):
            return "no data, last heard \(silence.lastHeard.iso8601(at: offset))"
        case .preWarning:
            let near = "\(parameter.english) pre-warning, not over the limit: near the limit \(limit) (share \(share))"
            return "\(near), nearest \(peak)\(spacedUnit), \(basis)"
        case .forecast(let forecast):
            let far = "mean of \(forecast.outlook.count) readings \(monthMean)\(spacedUnit) against \(limit)"
            let rest = "the remaining \(forecast.outlook.remaining)"
            let unless =
                forecast.isLost
                ? "however low \(rest) are, the month's mean will miss the target"
                : "the month's mean will miss the target unless \(rest) have a mean of \(isLowerLimit ? "at least" : "at most") \(remainingMean)"
            return "\(parameter.english) month forecast: \(far); \(unless) (no assessment), \(basis)"
        case .change(let change):
            let what = "\(change.direction.rawValue) of its level by \(changeDistance)\(spacedUnit) from \(formerLevel)"
            let threshold = "\(changeThreshold) (one false alarm in \(change.runLengthDays) days)"
            let test = "statistic \(changeStatistic) over \(threshold)"
            let outcome =
                switch change.outcome {
                case .lasting: ", the new level stayed"
                case .returned: ", it came back"
                case .lost: ", then no data for long"
                case nil: ""
                }
            let seen = "detected \(change.detectedAt.iso8601(at: offset))"
            return "\(parameter.english) \(what) (statistics, no exceedance), \(seen), \(test)\(outcome)"
        }
    }
}
