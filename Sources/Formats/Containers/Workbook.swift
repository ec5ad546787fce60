// A workbook (XLSX, ECMA-376): which sheets it has, which texts they share and which number formats mean a date.

internal import Monitoring

/// A workbook's parts that every sheet needs.
final class Workbook {
    struct Sheet {
        let name: String
        let isHidden: Bool
        let entry: ZipArchive.Entry
    }

    let archive: ZipArchive
    private(set) var sheets: [Sheet] = []
    /// Sheets that are named but not there, or no worksheets (charts, macros).
    private(set) var unreadSheets: [String] = []
    private(set) var sharedTexts: [String] = []
    private(set) var dateStyles: [DateStyle?] = []
    private(set) var isFrom1904 = false

    /// Bytes of a part that describes others (relations, sheets, styles); real ones have thousands.
    static let descriptionBytes = 16 << 20

    /// True when a zip archive is an Office document.
    static func isOffice(_ archive: ZipArchive) -> Bool { archive.entry(named: "[Content_Types].xml") != nil }

    init(_ archive: ZipArchive, limits: ReadLimits) throws(ContainerFault) {
        self.archive = archive
        let root = try relations(of: "")
        guard let target = root.first(where: { $0.type.hasSuffix("/officeDocument") })?.target,
            target.hasSuffix(".xml"), let book = archive.entry(named: target)
        else {
            throw ContainerFault(
                .unknownFormat, excerpt: "an Office document that is no workbook",
                remedy: "Send the table as an XLSX workbook or as CSV.")
        }
        let list = SheetListReader(limit: limits.archiveMembers)
        try read(book, list)
        isFrom1904 = list.isFrom1904
        let parts = try relations(of: target)
        if let texts = part("/sharedStrings", parts) {
            let reader = SharedTextReader(limit: limits.sharedTextBytes)
            try read(texts, reader, limit: limits.partBytes)
            sharedTexts = reader.texts
        }
        if let styles = part("/styles", parts) {
            let reader = StyleReader()
            try read(styles, reader)
            dateStyles = reader.dateStyles
        }
        var taken: Set<UInt64> = []
        for sheet in list.sheets {
            guard let relation = parts.first(where: { $0.id == sheet.relation }), relation.type.hasSuffix("/worksheet"),
                let entry = archive.entry(named: relation.target), taken.insert(entry.index).inserted
            else {
                // A part that two sheets name would be read twice, or a thousand times.
                unreadSheets.append(sheet.name)
                continue
            }
            if entry.byteCount > limits.partBytes { throw Self.tooLarge(entry, limits.partBytes) }
            sheets.append(Sheet(name: sheet.name, isHidden: sheet.isHidden, entry: entry))
        }
    }

    private func read(
        _ entry: ZipArchive.Entry, _ reader: any XMLPartReader, limit: Int = descriptionBytes
    ) throws(ContainerFault) {
        if entry.byteCount > limit { throw Self.tooLarge(entry, limit) }
        try XMLPart(entry.name, try ZipMember(entry, of: archive), reader: reader).readAll()
    }

    private static func tooLarge(_ entry: ZipArchive.Entry, _ limit: Int) -> ContainerFault {
        ContainerFault(
            .inflatedTooLarge, field: entry.name, excerpt: "\(entry.byteCount) bytes of XML",
            remedy: "This part of a workbook holds at most \(limit) bytes: send smaller sheets, or CSV.")
    }

    private func part(_ type: String, _ relations: [RelationReader.Relation]) -> ZipArchive.Entry? {
        relations.first { $0.type.hasSuffix(type) }.flatMap { archive.entry(named: $0.target) }
    }

    /// The relations of the part at `path`, targets as paths in the archive; `""` is the package itself.
    private func relations(of path: String) throws(ContainerFault) -> [RelationReader.Relation] {
        let parts = path.split(separator: "/")
        let folder = parts.dropLast().map { $0 + "/" }.joined()
        guard let entry = archive.entry(named: "\(folder)_rels/\(parts.last ?? "").rels") else { return [] }
        let reader = RelationReader(folder: folder)
        try read(entry, reader)
        return reader.relations
    }
}

/// `*.rels`: which part is what.
private final class RelationReader: XMLPartReader {
    struct Relation {
        let id: String
        let type: String
        let target: String
    }

    private let folder: String
    private(set) var relations: [Relation] = []
    let fault: ContainerFault? = nil

    init(folder: String) { self.folder = folder }

    func start(_ name: String, _ attributes: XMLAttributes) {
        guard name == "Relationship", let id = attributes["Id"], let type = attributes["Type"],
            let target = attributes["Target"], attributes["TargetMode"] != "External"
        else { return }
        relations.append(Relation(id: id, type: type, target: path(target)))
    }

    func end(_ name: String) {}
    func text(_ bytes: UnsafeBufferPointer<UInt8>) {}

    /// A target is relative to its part's folder, or absolute with a leading slash.
    private func path(_ target: String) -> String {
        if target.hasPrefix("/") { return String(target.dropFirst()) }
        var parts = folder.split(separator: "/").map(String.init)
        for part in target.split(separator: "/") where part != "." {
            if part == ".." { parts.removeLast(parts.isEmpty ? 0 : 1) } else { parts.append(String(part)) }
        }
        return parts.joined(separator: "/")
    }
}

/// `workbook.xml`: sheets in order, and the date system.
private final class SheetListReader: XMLPartReader {
    private(set) var sheets: [(name: String, relation: String, isHidden: Bool)] = []
    private(set) var isFrom1904 = false
    private(set) var fault: ContainerFault?
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    func start(_ name: String, _ attributes: XMLAttributes) {
        switch name {
        case "workbookPr": isFrom1904 = ["1", "true"].contains(attributes["date1904"])
        case "sheet":
            let state = attributes["state"] ?? "visible"
            sheets.append((attributes["name"] ?? "", attributes["id"] ?? "", state != "visible"))
            if sheets.count > limit {
                fault = ContainerFault(
                    .inflatedTooLarge, excerpt: "more than \(limit) sheets",
                    remedy: "A workbook has at most \(limit) sheets: send several workbooks.")
            }
        default: break
        }
    }

    func end(_ name: String) {}
    func text(_ bytes: UnsafeBufferPointer<UInt8>) {}
}

/// `sharedStrings.xml`: texts that cells name by number, phonetic helps left out.
private final class SharedTextReader: XMLPartReader {
    private(set) var texts: [String] = []
    private(set) var fault: ContainerFault?
    private var current: [UInt8] = []
    private var isInText = false
    private var isInPhonetic = false
    private var rest: Int
    /// Bytes of UTF-8 that a `String` holds in itself.
    private static let inlineBytes = 15
    /// What a longer one takes besides its bytes: its header, the allocator's own, rounding.
    private static let heapBytes = 48

    init(limit: Int) { rest = limit }

    func start(_ name: String, _ attributes: XMLAttributes) {
        switch name {
        case "si": current.removeAll(keepingCapacity: true)
        case "rPh": isInPhonetic = true
        case "t": isInText = !isInPhonetic
        default: break
        }
    }

    func end(_ name: String) {
        switch name {
        case "si":
            // The entry in the table counts too, so that empty texts are not free, and what a longer text stands in.
            charge(MemoryLayout<String>.stride + (current.count > Self.inlineBytes ? Self.heapBytes : 0))
            texts.append(String(decoding: current, as: UTF8.self))
        case "rPh": isInPhonetic = false
        case "t": isInText = false
        default: break
        }
    }

    func text(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard isInText else { return }
        charge(bytes.count)
        current.append(contentsOf: bytes)
    }

    private func charge(_ count: Int) {
        rest -= count
        if rest < 0, fault == nil {
            fault = ContainerFault(
                .inflatedTooLarge, excerpt: "shared texts beyond the limit",
                remedy: "The texts of a workbook are held in memory: send it in smaller workbooks, or as CSV.")
        }
    }
}

/// `styles.xml`: for each cell style whether its numbers are dates.
private final class StyleReader: XMLPartReader {
    private(set) var dateStyles: [DateStyle?] = []
    let fault: ContainerFault? = nil
    private var formats: [Int: String] = [:]
    private var isInCellFormats = false

    func start(_ name: String, _ attributes: XMLAttributes) {
        switch name {
        case "numFmt":
            guard let id = attributes["numFmtId"].flatMap({ Int($0) }), let code = attributes["formatCode"] else {
                return
            }
            formats[id] = code
        case "cellXfs": isInCellFormats = true
        case "xf":
            guard isInCellFormats else { return }
            let id = attributes["numFmtId"].flatMap { Int($0) } ?? 0
            dateStyles.append(formats[id].map { DateStyle(code: $0) } ?? DateStyle(builtIn: id))
        default: break
        }
    }

    func end(_ name: String) { if name == "cellXfs" { isInCellFormats = false } }
    func text(_ bytes: UnsafeBufferPointer<UInt8>) {}
}
