// The conditions on the key of a series, as SQL with parameters.

/// Which series a filter leaves, as SQL.
struct SeriesConditions {
    private var conditions: [String] = []
    private var values: [(number: Int64?, text: String)] = []

    mutating func add(_ term: ObservationsTerm, number: Int64) {
        conditions.append(term == .seriesID ? "id = ?" : "window_ms / 1000 = ?")
        values.append((number, ""))
    }

    mutating func add(_ term: ObservationsTerm, text: String) {
        let column =
            switch term {
            case .station: "station"
            case .parameter: "parameter"
            case .statistic: "statistic"
            default: "origin"
            }
        conditions.append(column + " = ?")
        values.append((nil, text))
    }

    var sql: String {
        "SELECT id, station, parameter, statistic, window_ms, origin, span FROM series"
            + (conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")) + " ORDER BY id"
    }

    func bind(to statement: InnerStatement) {
        for (place, value) in values.enumerated() {
            if let number = value.number {
                statement.bind(Int32(place + 1), number)
            } else {
                statement.bind(Int32(place + 1), value.text)
            }
        }
    }
}
