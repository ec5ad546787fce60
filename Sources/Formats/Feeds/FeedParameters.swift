// The codes and names under which foreign feeds report parameters of the catalogue.

internal import Monitoring

/// Tables from a feed's codes to the catalogue. What is not in them is an unknown parameter: kept under the feed's own
/// code, never guessed.
///
/// Source: the reference collection's parameter codes (`codes.csv`), only entries marked A there: USGS codes with the
/// units they are defined in (its S71), EPA AQS codes (S42), OpenAQ names (S73). Water Quality Portal names are those of
/// the WQX domain list *Characteristic*, from knowledge.
enum FeedParameters {
    /// A USGS parameter code: what it measures, and the unit that belongs to the code.
    struct USGSCode {
        let parameter: String
        let unit: String
    }

    /// Codes of filtered samples (00608, 00618, 00613, 00940) and of FNU turbidity (63680) are left out although
    /// `codes.csv` names them beside a parameter: a dissolved result is not the total, and FNU is not NTU.
    static let usgs: [String: USGSCode] = [
        "00010": USGSCode(parameter: "temp", unit: "Cel"),
        "00060": USGSCode(parameter: "discharge", unit: "ft3/s"),
        "00061": USGSCode(parameter: "discharge", unit: "ft3/s"),
        "30209": USGSCode(parameter: "discharge", unit: "m3/s"),
        "00065": USGSCode(parameter: "stage", unit: "ft"),
        "00095": USGSCode(parameter: "ec", unit: "uS/cm"),
        "00300": USGSCode(parameter: "do", unit: "mg/L"),
        "00400": USGSCode(parameter: "ph", unit: "[pH]"),
        "00530": USGSCode(parameter: "ss", unit: "mg/L"),
        "00600": USGSCode(parameter: "tn", unit: "mg/L"),
        "00665": USGSCode(parameter: "tp", unit: "mg/L"),
        "00680": USGSCode(parameter: "toc", unit: "mg/L"),
        "00078": USGSCode(parameter: "sd", unit: "m"),
        "32318": USGSCode(parameter: "chla", unit: "ug/L"),
    ]

    /// Units as USGS prints them, in lower case.
    static let usgsUnits: [String: FeedUnit] = [
        "ft^3/s": .known("ft3/s"), "deg c": .known("Cel"), "degc": .known("Cel"), "us/cm @25c": .known("uS/cm"),
        "us/cm @25 deg c": .known("uS/cm"), "std units": .known("[pH]"), "mg/l": .known("mg/L"),
        "mg/l as n": .known("mg/L"), "mg/l as p": .known("mg/L"), "ug/l": .known("ug/L"), "in": .refused(inch),
        "deg f": .refused(fahrenheit), "degf": .refused(fahrenheit),
    ]

    static let aqs: [String: String] = [
        "88101": "pm25", "81102": "pm10", "42401": "so2", "42602": "no2", "42101": "co", "44201": "o3",
    ]

    /// Units as AQS prints them, in lower case.
    static let aqsUnits: [String: FeedUnit] = [
        "micrograms/cubic meter (lc)": .known("ug/m3"),
        "micrograms/cubic meter (25 c)": .refused(
            "volumes taken at 25 °C become those of the actual state only with the temperature and pressure of the hour."
        ),
        "parts per million": .known("ppm"), "parts per billion": .known("ppb"),
        "degrees fahrenheit": .refused(fahrenheit),
    ]

    static let openAQ: [String: String] = [
        "pm25": "pm25", "pm10": "pm10", "pm1": "pm1", "so2": "so2", "no2": "no2", "no": "no", "nox": "nox", "co": "co",
        "o3": "o3", "temperature": "air_temp", "relativehumidity": "rh", "wind_speed": "wind_speed",
        "wind_direction": "wind_dir",
    ]

    static let openAQUnits: [String: FeedUnit] = ["c": .known("Cel"), "f": .refused(fahrenheit)]

    /// A characteristic of the Water Quality Portal.
    struct Characteristic {
        let parameter: String
        /// The sample fractions that are the catalogue's parameter; empty where the fraction does not matter.
        let fractions: Set<String>
        /// The element its mass must be stated as (`N`, `P`), `nil` where no basis is.
        let basis: String?
    }

    static let characteristics: [String: Characteristic] = {
        let whole: Set = ["Total"]
        func plain(_ parameter: String) -> Characteristic {
            Characteristic(parameter: parameter, fractions: [], basis: nil)
        }
        func total(_ parameter: String, as basis: String? = nil) -> Characteristic {
            Characteristic(parameter: parameter, fractions: whole, basis: basis)
        }
        return [
            "Temperature, water": plain("temp"), "pH": plain("ph"), "Specific conductance": plain("ec"),
            "Dissolved oxygen (DO)": plain("do"), "Oxygen": plain("do"), "Turbidity": plain("turb"),
            "Total suspended solids": plain("ss"), "Chlorophyll a": plain("chla"),
            "Biochemical oxygen demand, standard conditions": plain("bod5"),
            "Stream flow, instantaneous": plain("discharge"),
            "Gage height": plain("stage"),
            "Phosphorus": total("tp", as: "P"), "Ammonia": total("nh3n", as: "N"),
            "Ammonia-nitrogen": total("nh3n", as: "N"),
            "Ammonia and ammonium": total("nh3n", as: "N"), "Nitrate": total("no3n", as: "N"),
            "Nitrite": total("no2n", as: "N"),
            "Nitrogen": total("tn", as: "N"),
            "Nitrogen, mixed forms (NH3), (NH4), organic, (NO2) and (NO3)": total("tn", as: "N"),
            "Chloride": total("cl"), "Sulfate": total("so4"), "Fluoride": total("f"), "Organic carbon": total("toc"),
            "Copper": total("cu"), "Zinc": total("zn"), "Lead": total("pb"), "Cadmium": total("cd"),
            "Arsenic": total("as"), "Mercury": total("hg"), "Selenium": total("se"), "Iron": total("fe"),
            "Manganese": total("mn"), "Nickel": total("ni"),
        ]
    }()

    /// Units as the portal prints them, in lower case and without their basis.
    static let portalUnits: [String: FeedUnit] = [
        "mg/l": .known("mg/L"), "ug/l": .known("ug/L"), "ng/l": .known("ng/L"), "deg c": .known("Cel"),
        "deg f": .refused(fahrenheit), "std units": .known("[pH]"), "none": .known("[pH]"), "us/cm": .known("uS/cm"),
        "us/cm @25c": .known("uS/cm"), "umho/cm": .known("uS/cm"), "ms/cm": .known("mS/cm"), "ntu": .known("{NTU}"),
        "ft3/s": .known("ft3/s"), "cfs": .known("ft3/s"), "m3/sec": .known("m3/s"), "ft3/sec": .known("ft3/s"),
        "ppm": .refused("ppm does not say whether it is a mass in a litre or in a kilogram of water."),
        "ppb": .refused("ppb does not say whether it is a mass in a litre or in a kilogram of water."),
    ]

    private static let fahrenheit = "a degree Fahrenheit is 5/9 of one, which has no end in decimals."
    private static let inch = "inches are not converted."
}
