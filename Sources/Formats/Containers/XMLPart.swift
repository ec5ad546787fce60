// Reads one XML part of a workbook as a stream of tags: expat parses, nothing is held but the element at hand.

internal import CExpat
internal import Monitoring

/// What one kind of part does with its tags. Names come without their prefix.
protocol XMLPartReader: AnyObject {
    func start(_ name: String, _ attributes: XMLAttributes)
    func end(_ name: String)
    func text(_ bytes: UnsafeBufferPointer<UInt8>)
    /// Set by the reader when it cannot go on; parsing stops there.
    var fault: ContainerFault? { get }
}

/// The attributes of one tag, valid while the tag is handled.
struct XMLAttributes {
    fileprivate let pairs: UnsafeMutablePointer<UnsafePointer<CChar>?>?

    /// The value of the attribute `name`, whatever its prefix.
    subscript(name: String) -> String? {
        guard let pairs else { return nil }
        var index = 0
        while let key = pairs[index], let value = pairs[index + 1] {
            if XMLPart.local(key) == name { return String(cString: value) }
            index += 2
        }
        return nil
    }
}

/// One part of a workbook on its way through expat.
///
/// A document type declaration is refused: a package part has none (ECMA-376, part 2, on the use of XML in packages),
/// and without one there is no entity that could expand.
final class XMLPart {
    static let pieceBytes = 64 << 10
    /// Elements inside each other; a workbook's parts have about ten.
    static let depthLimit = 64

    private let parser: XML_Parser
    private let supply: any TextSupply
    private let name: String
    private let reader: any XMLPartReader
    private var depth = 0
    private var ownFault: ContainerFault?
    private(set) var isAtEnd = false

    init(_ name: String, _ supply: any TextSupply, reader: any XMLPartReader) {
        self.name = name
        self.supply = supply
        self.reader = reader
        guard let created = XML_ParserCreate(nil) else { preconditionFailure("expat could not be initialised.") }
        parser = created
        // The parser lives as long as this object, which alone calls it.
        XML_SetUserData(parser, Unmanaged.passUnretained(self).toOpaque())
        XML_SetElementHandler(
            parser,
            { data, name, attributes in XMLPart.of(data)?.start(name, attributes) },
            { data, name in XMLPart.of(data)?.end(name) })
        XML_SetCharacterDataHandler(parser) { data, text, count in XMLPart.of(data)?.text(text, count) }
        XML_SetStartDoctypeDeclHandler(parser) { data, _, _, _, _ in XMLPart.of(data)?.refuseDoctype() }
    }

    deinit { XML_ParserFree(parser) }

    /// Parses the next piece.
    func advance() throws(ContainerFault) {
        guard let room = XML_GetBuffer(parser, Int32(Self.pieceBytes)) else {
            preconditionFailure("expat has no memory for a piece of XML.")
        }
        let buffer = UnsafeMutableBufferPointer(
            start: room.assumingMemoryBound(to: UInt8.self), count: Self.pieceBytes)
        let count: Int
        switch supply.fill(buffer) {
        case .written(let written): count = written
        case .end(let written):
            count = written
            isAtEnd = true
        case .truncated, .trailingBytes: throw ZipArchive.damaged(name)
        case .damaged(_, let words): throw ZipArchive.damaged("\(name): \(words)")
        case .refused(_, let rejection):
            throw ContainerFault(rejection.reason, field: name, excerpt: rejection.excerpt, remedy: rejection.remedy)
        }
        let status = XML_ParseBuffer(parser, Int32(count), isAtEnd ? 1 : 0)
        if let fault = ownFault ?? reader.fault { throw fault }
        if status == XML_STATUS_ERROR {
            let words = XML_ErrorString(XML_GetErrorCode(parser)).map { String(cString: $0) } ?? "not XML"
            throw ContainerFault(
                .malformedDocument, field: name, excerpt: "line \(XML_GetCurrentLineNumber(parser)): \(words)",
                remedy: "Open the workbook and save it anew: a part of it is not whole XML.")
        }
    }

    func readAll() throws(ContainerFault) { while !isAtEnd { try advance() } }

    private static func of(_ data: UnsafeMutableRawPointer?) -> XMLPart? {
        data.map { Unmanaged<XMLPart>.fromOpaque($0).takeUnretainedValue() }
    }

    /// The name without its prefix.
    static func local(_ name: UnsafePointer<CChar>) -> String {
        var start = name
        var place = name
        while place.pointee != 0 {
            if place.pointee == 0x3A { start = place + 1 }
            place += 1
        }
        return String(cString: start)
    }

    private func start(_ name: UnsafePointer<CChar>?, _ attributes: UnsafeMutablePointer<UnsafePointer<CChar>?>?) {
        guard let name, ownFault == nil, reader.fault == nil else { return }
        depth += 1
        if depth > Self.depthLimit {
            stop(
                ContainerFault(
                    .malformedDocument, field: self.name, excerpt: "more than \(Self.depthLimit) elements deep",
                    remedy: "Open the workbook and save it anew: no workbook nests its parts so deep."))
            return
        }
        reader.start(Self.local(name), XMLAttributes(pairs: attributes))
        if reader.fault != nil { XML_StopParser(parser, 0) }
    }

    private func end(_ name: UnsafePointer<CChar>?) {
        guard let name, ownFault == nil, reader.fault == nil else { return }
        depth -= 1
        reader.end(Self.local(name))
        if reader.fault != nil { XML_StopParser(parser, 0) }
    }

    private func text(_ text: UnsafePointer<CChar>?, _ count: Int32) {
        guard let text, ownFault == nil, reader.fault == nil else { return }
        text.withMemoryRebound(to: UInt8.self, capacity: Int(count)) {
            reader.text(UnsafeBufferPointer(start: $0, count: Int(count)))
        }
        if reader.fault != nil { XML_StopParser(parser, 0) }
    }

    private func refuseDoctype() {
        stop(
            ContainerFault(
                .unsafeContainer, field: name, excerpt: "a document type declaration",
                remedy: "Open the workbook and save it anew: its XML declares entities, which no workbook does."))
    }

    private func stop(_ fault: ContainerFault) {
        if ownFault == nil { ownFault = fault }
        XML_StopParser(parser, 0)
    }
}
