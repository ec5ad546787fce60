// A slice whose rows were read with several profiles, taken apart: whoever takes a slice reads one profile off it.

internal import Exact
internal import Monitoring

extension DecodedSlice {
    /// A slice for each profile, in order of appearance; `self` keeps its own profile, the rejections and verdicts.
    ///
    /// - Parameter others: series, by their index, that were read with another profile than the slice's own.
    func divided(_ others: [Int32: SourceProfile]) -> [DecodedSlice] {
        var first = self
        first.block = ObservationBlock()
        first.numbers = nil
        var parts = [first]
        let places = block.seriesTable.indices.map { series -> Int in
            guard let profile = others[Int32(series)] else { return 0 }
            if let place = parts.dropFirst().firstIndex(where: { $0.profile == profile }) { return place }
            var part = DecodedSlice()
            part.format = format
            part.profile = profile
            parts.append(part)
            return parts.count - 1
        }
        let isNumbered = numbers?.numbers.count == block.seriesTable.count
        let indexes = zip(block.seriesTable, places).enumerated().map { series, found in
            let (key, place) = found
            if isNumbered, let numbers {
                if parts[place].numbers == nil { parts[place].numbers = SeriesNumbers(identity: numbers.identity) }
                parts[place].numbers?.numbers.append(numbers.numbers[series])
            }
            return parts[place].block.append(newSeries: key)
        }
        let flags = parts.indices.map { place in
            block.flagTable.map { parts[place].block.index(ofFlag: $0) ?? 0 }
        }
        for row in 0..<block.count {
            let series = Int(block.series[row])
            let place = places[series]
            guard let qualifier = Qualifier(rawValue: block.qualifier[row]) else {
                preconditionFailure("A block holds qualifiers only.")
            }
            parts[place].block.append(
                series: indexes[series], start: Instant(milliseconds: block.start[row]),
                value: ExactDecimal(mantissa: block.mantissa[row], exponent: block.exponent[row]), qualifier: qualifier,
                flag: flags[place][Int(block.flag[row])], row: block.row[row])
        }
        return parts.filter { !$0.isEmpty }
    }

    var isEmpty: Bool { block.isEmpty && rejections.isEmpty && reported.isEmpty }
}
