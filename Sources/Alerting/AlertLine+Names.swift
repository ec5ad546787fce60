// The words lists and pages use for an alert's kind and state, and where its peak stands.

internal import Detection
package import Monitoring

extension AlertLine {
    /// 超限 · 趋势 · 无数据 · 预警 · 月均值预测 · 突变
    package var kindName: BilingualName {
        switch alert.finding.id.kind {
        case .threshold: BilingualName(chinese: "超限", english: "over the limit")
        case .trend: BilingualName(chinese: "趋势", english: "trend")
        case .silence: BilingualName(chinese: "无数据", english: "silence")
        case .preWarning: BilingualName(chinese: "预警", english: "pre-warning")
        case .forecast: BilingualName(chinese: "月均值预测", english: "month forecast")
        case .change: BilingualName(chinese: "突变", english: "change of level")
        }
    }

    /// 持续 · 已结束 · 数据变更撤回
    package var stateName: BilingualName {
        switch alert.state {
        case .open: BilingualName(chinese: "持续", english: "open")
        case .ended: BilingualName(chinese: "已结束", english: "ended")
        case .withdrawn: BilingualName(chinese: "数据变更撤回", english: "withdrawn")
        }
    }

    /// The time of the peak reading; `nil` for kinds without one.
    package var peakStart: Instant? {
        threshold?.episode.peak.start
    }
}
