// File to agreement: YAML nodes in, terms out, every problem with its line, column and remedy.

internal import Accounting
internal import Crypto
internal import Exact
package import Monitoring
internal import Standards

/// Reads one agreement file from its bytes.
///
/// - Parameter file: the name problems and statements show.
/// - Returns: the agreement when the file has no problem, otherwise `nil` and all of them.
package func readAgreement(bytes: [UInt8], file: String) -> (agreement: Agreement?, problems: [Problem]) {
    let text = String(decoding: bytes, as: UTF8.self)
    guard Array(text.utf8) == bytes else {
        let problem = Problem(
            check: "agreement.encoding", file: file, line: 0, message: "The file is not UTF-8 text.",
            remedy: "Save it as UTF-8.")
        return (nil, [problem])
    }
    return readAgreement(text, file: file)
}

/// Reads one agreement file from its text.
package func readAgreement(_ text: String, file: String) -> (agreement: Agreement?, problems: [Problem]) {
    let (node, problems) = PositionedYAML.read(text, file: file)
    guard let node else { return (nil, problems) }
    var reader = AgreementReader(reading: AgreementReading(text: text, file: file), digest: sha256Hexadecimal(text))
    reader.reading.problems = problems
    let agreement = reader.agreement(node)
    return (reader.reading.problems.isEmpty ? agreement : nil, reader.reading.problems)
}

/// SHA-256 of the text's UTF-8 bytes in lower-case hexadecimal.
func sha256Hexadecimal(_ text: String) -> String {
    var hash = SHA256()
    var copy = text
    copy.withUTF8 { bytes in hash.update(bufferPointer: UnsafeRawBufferPointer(bytes)) }
    let digits = Array("0123456789abcdef")
    return String(hash.finalize().flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
}

/// The names read so far, which later parts of the file refer to.
struct AgreementReader {
    var reading: AgreementReading
    let digest: String
    var isExample = false
    var isTemplate = false
    var document = AgreementDocument(title: "", number: "", source: "", confidence: .unseen)
    var currency = Currency.cny
    var parties: [Party] = []
    var sections: [AgreementSection] = []
    var indicators: [Indicator] = []
    var inputs: [AgreementInput] = []
    var ledgers: [Ledger] = []
    var periodKind: PeriodKind?
    var validityFrom: CivilDate?
    var tableConstants: [AgreementConstant] = []
    /// Names of formulas, payments and splits, by which statements and examples tell steps apart.
    var stepNames: Set<String> = []
    var controlNames: Set<String> = []
    var scope = ExpressionScope()

    static let keys = [
        "agreement", "title", "example", "template", "document", "validity", "boundary", "currency", "offset",
        "period", "parties", "sections", "indicators", "sets", "ledgers", "evidence", "review", "missing-data", "gates",
        "statistics", "constants", "baselines", "maps", "tables", "tiers", "inputs", "exemptions", "formulas",
        "verdicts", "checks", "payments", "splits", "netting", "windows", "working-calendar", "presumptions",
        "examples",
    ]

    init(reading: AgreementReading, digest: String) {
        self.reading = reading
        self.digest = digest
    }

    mutating func agreement(_ node: PositionedNode) -> Agreement? {
        guard reading.isMapping(node, "An agreement", allowed: Self.keys) else { return nil }
        let what = "the agreement"
        let id = reading.text("agreement", of: node, what)
        let title = reading.name("title", of: node, what)
        isExample = reading.truth("example", of: node, what) ?? false
        isTemplate = node["template"] == nil ? false : reading.truth("template", of: node, what) ?? false
        readDocument(node)
        let validity = readValidity(node)
        validityFrom = validity?.from
        let boundary = reading.optionalText("boundary", of: node, what)
        readCurrency(node)
        let offset = readOffset(node)
        periodKind = reading.choice("period", of: node, what)
        readParties(node)
        readSections(node)
        readIndicators(node)
        readSets(node)
        readLedgers(node)
        let evidence = readEvidence(node)
        let review = readReview(node)
        let missingData = readMissingData(node)
        let gates = readGates(node)
        let statistics = readStatistics(node)
        readMaps(node)
        var constants = readConstants(node)
        let baselines = readBaselines(node)
        readTables(node)
        constants += tableConstants
        for figure in constants + baselines.map(\.constant) where figure.dated.isEmpty {
            let zeros = figure.values.filter(\.value.isZero).keys
            if !zeros.isEmpty { scope.zeros[figure.name] = Set(zeros) }
        }
        readTiers(node)
        readInputs(node)
        let windows = readWindows(node)
        scope.windows = windows.map(\.name)
        let exemptions = readExemptions(node)
        let formulas = readFormulas(node)
        checkCarried(formulas)
        let verdicts = readVerdicts(node)
        let controls = readControls(node)
        let payments = readPayments(node)
        let splits = readSplits(node)
        let netting = readNetting(node)
        let workingCalendar = readWorkingCalendar(node)
        let presumptions = readPresumptions(node, windows)
        checkSubstance(node, id: id, isEmpty: payments.isEmpty && splits.isEmpty && controls.isEmpty)
        let examples = readExamples(node, asksMoney: !payments.isEmpty || !splits.isEmpty)
        guard let id, let title, let validity, let kind = periodKind, reading.problems.isEmpty else { return nil }
        return Agreement(
            id: id, title: title, isExample: isExample, isTemplate: isTemplate, document: document, validity: validity,
            boundary: boundary, currency: currency, offset: offset, periodKind: kind, parties: parties,
            sections: sections, indicators: indicators, ledgers: ledgers, review: review, gates: gates,
            evidence: evidence, missingData: missingData, statistics: statistics, constants: constants,
            baselines: baselines, inputs: inputs, exemptions: exemptions, formulas: formulas, controls: controls,
            verdicts: verdicts, payments: payments, splits: splits, netting: netting, windows: windows,
            workingCalendar: workingCalendar, presumptions: presumptions, examples: examples, file: reading.file,
            digest: digest, blanks: reading.blanks, scope: scope)
    }

    /// What the file as a whole must hold: something to settle, and the word `example` where numbers are invented.
    private mutating func checkSubstance(_ node: PositionedNode, id: String?, isEmpty: Bool) {
        if isEmpty {
            reading.report(
                "agreement.required", at: node, "The agreement has neither payments, splits nor checks.",
                "Say who pays whom, in payments or splits, or which totals must agree, in checks.")
        }
        if isExample, let id, !id.contains("example") {
            reading.report(
                "agreement.example", at: node["agreement"] ?? node,
                "The id of an example must say so: “\(id)” does not contain “example”.", "Rename it example-\(id).")
        }
        // An agreement that settles from published figures alone measures no share of a period and forms no mean.
        let isMeasured = inputs.contains { $0.measure.isMeasurement }
        if isMeasured, node["statistics"] == nil { _ = reading.required("statistics", of: node, "the agreement") }
        if !isTemplate {
            for blank in reading.blanks where isMeasured || !blank.concernsMeasuring {
                reading.report(
                    "agreement.blank", line: blank.line, column: blank.column,
                    "“\(blank.name)” is blank; \(blank.clause) of \(blank.document) must supply it.",
                    "Fill it in from the signed text, or mark the file template: true until somebody can.")
            }
        }
    }
}
