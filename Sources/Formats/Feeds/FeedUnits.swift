// What the units printed in feeds mean for the parameters they stand beside: looked up once, then remembered.

internal import Exact
internal import Monitoring

/// One spelling of a unit that only one feed uses.
enum FeedUnit {
    /// The same unit as `UnitOfMeasure` reads it.
    case known(String)
    /// Never taken: why, after "Send … in …:".
    case refused(String)
}

/// Unit texts to conversions, for one batch.
struct FeedUnits {
    private struct Key: Hashable {
        let text: String
        let parameter: ParameterID
    }

    /// Different units a batch may print; beyond them nothing is remembered, only looked up again.
    private static let rememberedLimit = 4_096

    private let parameters: ParameterCatalogue
    private let spellings: [String: FeedUnit]
    private var known: [Key: UnitConversion] = [:]

    /// - spellings: the feed's own, by their text in lower case.
    init(context: ReadContext, spellings: [String: FeedUnit]) {
        parameters = context.parameters
        self.spellings = spellings
    }

    /// How values in `text` become the catalogue's; a parameter the catalogue does not have keeps what was sent.
    mutating func conversion(_ text: String, to id: ParameterID) -> UnitConversion {
        let key = Key(text: text, parameter: id)
        if let known = known[key] { return known }
        let found = look(text, id)
        if known.count < Self.rememberedLimit { known[key] = found }
        return found
    }

    private func look(_ text: String, _ id: ParameterID) -> UnitConversion {
        guard let parameter = parameters[id] else { return .scale(.one) }
        if text.isEmpty { return .refused("Name the unit of \(id); the catalogue keeps it in \(parameter.unit).") }
        switch spellings[text.lowercased()] {
        case .known(let spelling): return parameter.conversion(from: spelling)
        case .refused(let why): return .refused("Send \(id) in \(parameter.unit): \(why)")
        case nil: return parameter.conversion(from: text)
        }
    }
}
