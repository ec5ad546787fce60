// What a reader makes of a batch's bytes: blocks of observations, and every row it could not take.

package import Monitoring

/// The formats we read, named by content, never by file name.
package enum FormatID: String, Sendable, CaseIterable {
    /// `station,parameter,time,value[,flag[,qualifier]]`
    case tributaryCSV = "tributary-csv"
    /// One JSON object a line with the same fields.
    case tributaryNDJSON = "tributary-ndjson"
    /// China's national air feed: one row a station and hour.
    case nationalAir = "national-air"
    /// The national surface-water feed as JSON, cells carrying the unrounded value in a title.
    case nationalWaterJSON = "national-water-json"
    /// The same feed as 4-hourly CSV.
    case nationalWaterCSV = "national-water-csv"
    /// The wide hourly site file: one column a station, one row an hour and item.
    case chinaSites = "china-sites"
    /// The Beijing multi-site file: date in parts, one row an hour.
    case beijingSites = "beijing-sites"
    /// Zhejiang's air feed, in its three shapes of header.
    case zhejiangAir = "zhejiang-air"
    /// `station,time,` and one column a parameter.
    case tributaryWideCSV = "tributary-wide-csv"
    /// The OpenAQ archive: one row a value, units in the row.
    case openAQ = "openaq"
    /// Tab-separated tables of the US Geological Survey.
    case usgsRDB = "usgs-rdb"
    /// Features of the USGS OGC API, as GeoJSON and as CSV.
    case usgsJSON = "usgs-ogc-json"
    case usgsCSV = "usgs-ogc-csv"
    /// Hourly files of the US EPA's Air Quality System.
    case aqsHourly = "aqs-hourly"
    /// Results of the Water Quality Portal, in the legacy columns.
    case waterQualityPortal = "wqp-csv"
    /// Arrays of a SensorThings service, written or read.
    case sensorThings = "sensorthings"
    /// Laboratory results of separated sampling (采测分离): one row a sample and item.
    case labResults = "lab-results"
    /// A published monthly table: one row a section and month, one column an item.
    case sectionMonths = "section-months"
    /// The water department's flow, volume and direction (流量, 水量, 流向).
    case riverFlow = "river-flow"

    /// True where each row is one station and time with a verdict of the feed's own (`DecodedSlice.reported`).
    package var carriesRowVerdicts: Bool {
        switch self {
        case .nationalAir, .nationalWaterJSON, .nationalWaterCSV, .zhejiangAir: true
        case .tributaryCSV, .tributaryNDJSON, .chinaSites, .beijingSites: false
        case .tributaryWideCSV, .openAQ, .usgsRDB, .usgsJSON, .usgsCSV, .aqsHourly, .waterQualityPortal, .sensorThings:
            false
        // A month's class is no verdict on a reading.
        case .labResults, .sectionMonths, .riverFlow: false
        }
    }

    /// True where every row stands on a document with issuer and number, and says itself what its values are: a
    /// station's own profile describes its instruments, not these.
    package var isEvidence: Bool {
        switch self {
        case .labResults, .sectionMonths, .riverFlow: true
        default: false
        }
    }
}

/// Limits on what one batch may unpack to; each is checked while streaming.
package struct ReadLimits: Sendable {
    package var compressedBytes = 2 << 30
    package var inflatedBytes = 16 << 30
    /// Inflated bytes for each compressed byte; text of repeated rows reaches about 100, a bomb 1,000.
    package var inflationRatio = 400
    package var gzipMembers = 100_000
    package var lineBytes = 1 << 20
    package var fieldBytes = 64 << 10
    /// A document that must be read whole (JSON feeds). It is held, twice while it grows: longer ones would break the bound
    /// on memory. A service's page of 10,000 readings has a third of this.
    package var documentBytes = 32 << 20
    /// One XML part of a workbook, which is read as it streams.
    package var partBytes = 256 << 20
    package var rows = 200_000_000
    /// Rows a block carries before it is handed on.
    package var blockRows = 262_144
    /// Rejections kept with their text; the rest are only counted.
    package var keptRejections = 10_000
    /// Members of a zip archive; libzip holds a record of each.
    package var archiveMembers = 1_000
    /// The directory of a zip archive, which libzip holds: names, remarks and extra fields of 64 KiB each may stand in it.
    package var archiveDirectoryBytes = 4 << 20
    package var sheetColumns = 1_024
    /// Memory of the texts that the cells of one workbook share.
    package var sharedTextBytes = 48 << 20
    /// Different documents that the rows of one batch may cite.
    package var documents = 1_000

    package init() {}
}

/// All a reader needs besides the bytes.
package struct ReadContext: Sendable {
    /// The profile for each format; a station's own profile is looked up by the caller before reading.
    package var profiles: [FormatID: SourceProfile]
    package var parameters: ParameterCatalogue
    /// Path components of the file, outermost first: they may carry the year that a feed leaves out.
    package var nameHints: [String]
    package var received: Instant
    package var limits: ReadLimits
    /// The profile that a station's registration declares for batches of Tributary's own formats; asked once for each
    /// station of a batch. Feeds have one profile for all their stations.
    package var profileOfStation: (@Sendable (StationID) -> SourceProfile?)?
    /// The rules of the zone with this IANA name, for texts that name one; `nil`: none is known.
    package var zoneNamed: (@Sendable (String) -> CivilZone?)?
    /// The profiles of stations that no registration names, where `profiles` holds that of the batch's first station.
    var formatProfiles: [FormatID: SourceProfile]?
    /// Some profile of the registry declares it, though it may be none of `profiles`.
    var mayBeGB18030 = false
    /// Only the beginning is asked for: what it is read as decides.
    var isGlance = false
    /// Called while a batch is read, each time some MiB after the time before (`TextSource.passedBytes`): who mapped the
    /// batch can give back its pages, which would count as memory to the end. Bytes may be read a second time.
    package var letGo: (@Sendable () -> Void)?

    package init(
        profiles: [FormatID: SourceProfile], parameters: ParameterCatalogue, nameHints: [String], received: Instant,
        limits: ReadLimits = ReadLimits()
    ) {
        self.profiles = profiles
        self.parameters = parameters
        self.nameHints = nameHints
        self.received = received
        self.limits = limits
    }
}

/// What a feed itself says of one of its rows (its own index or class), kept to be compared, never to be believed.
package struct ReportedVerdict: Hashable, Sendable {
    package let row: Int32
    package let station: StationID
    /// The station's or section's name as the feed prints it.
    package let name: String
    /// The source's own stamp (end of the hour in the air feeds, the reading's time in the water feeds).
    package let stamp: Instant
    package let start: Instant
    package let aqi: Int?
    /// The feed's primary items, as printed; empty when none.
    package let primary: String
    package let waterClass: Int?
    /// Items the feed marks as outside the station's plan (`/`), as parameter ids.
    package let outsidePlan: [ParameterID]
    /// The feed's word on the station's condition (正常, 维护, 停站 …); empty when it has none.
    package let condition: String

    package init(
        row: Int32, station: StationID, name: String, stamp: Instant, start: Instant, aqi: Int?, primary: String,
        waterClass: Int?, outsidePlan: [ParameterID], condition: String
    ) {
        self.row = row
        self.station = station
        self.name = name
        self.stamp = stamp
        self.start = start
        self.aqi = aqi
        self.primary = primary
        self.waterClass = waterClass
        self.outsidePlan = outsidePlan
        self.condition = condition
    }
}

/// A slice of a batch, handed on while the rest is still being read.
package struct DecodedSlice: Sendable {
    /// The format of the text the rows come from; the same for every slice of a batch that is no container. `nil` only in slices a test builds by hand.
    package var format: FormatID?
    /// The profile its rows were read with; `nil` as above.
    package var profile: SourceProfile?
    /// The member or sheet of a container that its rows are counted in; empty for a batch that is one text.
    package internal(set) var part = ""
    package var block = ObservationBlock()
    /// Where the reader keeps a directory of series: the numbers of this block's series in it.
    package internal(set) var numbers: SeriesNumbers?
    package var rejections: [Rejection] = []
    package var reported: [ReportedVerdict] = []

    package init() {}
}

/// What is known once the whole batch is read.
package struct DecodedSummary: Sendable {
    /// Of a container, the format of the first part that was read.
    package let format: FormatID
    package let profile: SourceProfile
    /// Data rows met, rejected ones among them; for wide formats rows of the file, not values.
    package let rowCount: Int
    package let inflatedByteCount: Int
    /// Rejections beyond `ReadLimits.keptRejections`, counted only.
    package let unkeptRejections: Int
    /// The documents that rows of other evidence stand on, in order of appearance; empty for stations' own batches.
    package let documents: [EvidenceDocument]
    /// Profiles besides `profile` that rows were read with, in order of appearance.
    package let otherProfiles: [SourceProfile]

    package init(
        format: FormatID, profile: SourceProfile, rowCount: Int, inflatedByteCount: Int, unkeptRejections: Int,
        documents: [EvidenceDocument] = [], otherProfiles: [SourceProfile] = []
    ) {
        self.otherProfiles = otherProfiles
        self.format = format
        self.profile = profile
        self.rowCount = rowCount
        self.inflatedByteCount = inflatedByteCount
        self.unkeptRejections = unkeptRejections
        self.documents = documents
    }

    /// The named zones that times were read in, with their tables; `nil` where there were none.
    package var zoneText: String? {
        var texts: [String] = []
        for text in ([profile] + otherProfiles).compactMap({ $0.zone?.text }) where !texts.contains(text) {
            texts.append(text)
        }
        return texts.isEmpty ? nil : texts.joined(separator: "; ")
    }
}

/// How reading a batch ended. A rejected batch may have handed on slices before the fault was met: the rows that
/// could be read are kept, and the rejection says where reading stopped (after `damagedCompression` they are in no
/// assessment: a failed checksum does not say which of them are wrong).
package enum DecodedOutcome: Sendable {
    case read(DecodedSummary)
    case stopped(Rejection, DecodedSummary?)
}
