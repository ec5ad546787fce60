// The air quality index of the United States: sub-indices of the pollutants, the larger of two averaging times, NowCast.

package import Exact
package import Monitoring
package import Standards

/// The index of one set of concentrations.
package struct USAirIndex: Sendable {
    package struct Item: Sendable {
        package let parameter: ParameterID
        /// The sub-index, or why there is none.
        package let value: Result<Int, NotAssessable>
    }

    package let standard: String
    package let items: [Item]

    /// The largest sub-index, or why there is none.
    package var result: Result<Int, NotAssessable> {
        guard let index = items.compactMap({ try? $0.value.get() }).max() else {
            return .failure(NotAssessable(.noValues, "no pollutant has a sub-index"))
        }
        return .success(index)
    }

    /// The pollutants whose sub-index is the index.
    package var responsible: [ParameterID] {
        guard case .success(let index) = result else { return [] }
        return items.filter { (try? $0.value.get()) == index }.map(\.parameter)
    }
}

/// The index from concentrations by pollutant and averaging time, in the units of the standard's table.
///
/// - Source: EPA-454/B-24-002 (S35): ozone the higher of 8 h and 1 h; sulphur dioxide by 1 h up to 304 ppb, above by 24 h,
///   and 200 when the 24 h mean lies below 305 ppb.
package func usAirIndex(
    _ values: [USAirIndexStandard.Column: Fraction], standard: USAirIndexStandard = .of2024
) -> USAirIndex {
    let items = ["o3", "pm25", "pm10", "co", "so2", "no2"].map { name in
        let parameter = ParameterID(name)
        func subIndex(_ averaging: USAirIndexStandard.Averaging) -> Result<Int, NotAssessable> {
            let column = USAirIndexStandard.Column(parameter, averaging)
            guard let value = values[column] else {
                return .failure(NotAssessable(.missingItem, "\(parameter) over \(averaging.rawValue)"))
            }
            return standard.subIndex(of: value, in: column)
        }
        let value =
            switch name {
            case "o3": higher(subIndex(.eightHours), subIndex(.hour))
            case "so2": sulphurDioxide(hour: values[.init(parameter, .hour)], subIndex(.hour), subIndex(.day))
            case "co": subIndex(.eightHours)
            case "no2": subIndex(.hour)
            default: subIndex(.day)
            }
        return USAirIndex.Item(parameter: parameter, value: value)
    }
    return USAirIndex(standard: standard.id, items: items)
}

private func higher(
    _ first: Result<Int, NotAssessable>, _ second: Result<Int, NotAssessable>
) -> Result<Int, NotAssessable> {
    switch (first, second) {
    case (.success(let left), .success(let right)): .success(max(left, right))
    case (.success, .failure): first
    case (.failure, .success): second
    // The table sends from one to the other; a missing value is the reason that matters.
    case (.failure(let reason), .failure): .failure(reason)
    }
}

private func sulphurDioxide(
    hour: Fraction?, _ hourly: Result<Int, NotAssessable>, _ daily: Result<Int, NotAssessable>
) -> Result<Int, NotAssessable> {
    // The 1 h rows end at 304 ppb after truncation.
    guard let hour, hour >= Fraction(305) else { return hourly }
    switch daily {
    case .success: return daily
    case .failure(let reason): return reason.reason == .noLimit ? .success(200) : daily
    }
}

/// The NowCast of hourly particle means: what stands for the 24 h mean in a real-time index.
///
/// - Shape: `hours`, up to 12 hourly means, the newest first; `nil` is missing. More than 12 are passed over.
/// - Returns: not assessable with fewer than 2 of the newest 3 hours.
/// - Source: EPA-454/B-24-002 (S35): weight 1 − range ÷ maximum, not below ½, raised to the hours passed.
package func nowCast(_ hours: [Fraction?]) -> Result<Fraction, NotAssessable> {
    let window = Array(hours.prefix(12))
    guard window.prefix(3).compactMap({ $0 }).count >= 2 else {
        return .failure(NotAssessable(.tooFewValues, "NowCast needs two of the newest three hours"))
    }
    let present = window.compactMap { $0 }
    guard let highest = present.max(), let lowest = present.min() else {
        return .failure(NotAssessable(.noValues, "no hour has a value"))
    }
    if lowest.isNegative { return .failure(NotAssessable(.impossibleValue, "an hour is negative")) }
    let weight = highest.isZero ? Fraction.one : max(Fraction(1, 2), .one - (highest - lowest) / highest)
    var (sum, weights, power) = (Fraction.zero, Fraction.zero, Fraction.one)
    for value in window {
        if let value {
            sum += power * value
            weights += power
        }
        power = power * weight
    }
    return .success(sum / weights)
}
