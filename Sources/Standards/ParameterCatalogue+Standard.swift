// The parameters of the code table with every spelling that stands for them.

package import Monitoring

extension ParameterCatalogue {
    /// The parameters of the table `codes`: HJ 212-2017 codes, names in both languages, units and decimals.
    ///
    /// The three-digit codes of HJ 212-2005 are left out: they collide between water, air and other lists.
    package static let standard: ParameterCatalogue = {
        var catalogue = ParameterCatalogue()
        for row in StandardTable.builtIn("codes").rows {
            let id = row["canonical_id"]
            guard let medium = Parameter.Medium(rawValue: row["medium"]) else {
                preconditionFailure("The parameter \(id) is neither water nor air.")
            }
            let parameter = Parameter(
                id: ParameterID(id), name: BilingualName(chinese: row["name_zh"], english: row["name_en"]),
                medium: medium, unit: row["canonical_ucum"], observationDecimals: Int(row["decimals_obs"]),
                assessmentDecimals: Int(row["decimals_assess"]), isNonNegative: !signedParameters.contains(id))
            let code = row["code"].hasPrefix("(") ? "" : row["code"]
            catalogue.add(parameter, spellings: [code, row["name_zh"]] + (commonSpellings[id] ?? []))
        }
        return catalogue
    }()

    /// Parameters whose values may lie below zero.
    private static let signedParameters: Set<String> = [
        "temp", "air_temp", "flue_t", "flue_p", "stage", "discharge", "flow_direction", "tp_load", "tn_load",
    ]

    /// Spellings met in files and frames besides the id, the code and the Chinese name. Case does not matter.
    private static let commonSpellings: [String: [String]] = [
        "temp": ["water_temp", "water temperature", "wt", "水温(℃)", "温度(水)"],
        "ph": ["pH", "pH值(无量纲)", "ph值"],
        "do": ["dissolved_oxygen", "溶解氧(mg/L)"],
        "ec": ["conductivity", "cond", "电导率(μS/cm)"],
        "turb": ["turbidity", "浊度(NTU)", "浑浊度"],
        "codmn": ["CODMn", "COD_Mn", "imn", "permanganate", "高锰酸盐指数(mg/L)", "高锰酸钾指数"],
        "cod": ["CODCr", "COD_Cr", "化学需氧量(COD)"],
        "bod5": ["BOD", "生化需氧量"],
        "nh3n": ["NH3-N", "NH3_N", "NH4-N", "NH4N", "氨氮(mg/L)"],
        "tp": ["total_phosphorus", "总磷(mg/L)"],
        "tn": ["total_nitrogen", "总氮(mg/L)"],
        "chla": ["chl-a", "chl_a", "chlorophyll", "叶绿素", "叶绿素α"],
        "algae": ["cyano", "cyanobacteria", "algal_density", "蓝绿藻密度"],
        "sd": ["secchi", "transparency"],
        "cr6": ["Cr(VI)", "Cr6+", "铬(六价)"],
        "discharge": ["flow", "q", "river_discharge", "断面流量"],
        "stage": ["level", "water_level"],
        "pm25": ["PM2.5", "PM2_5", "pm2p5", "细颗粒物", "细颗粒物(PM2.5)"],
        "pm10": ["PM-10", "可吸入颗粒物", "颗粒物(PM10)"],
        "so2": ["二氧化硫(SO2)"],
        "no2": ["二氧化氮(NO2)"],
        "co": ["一氧化碳(CO)"],
        "o3": ["o31104", "ozone", "臭氧(O3)", "臭氧1小时(O3_1h)"],
        "rh": ["humidity", "relative_humidity"],
        "wind_speed": ["ws", "wspm"],
        "wind_dir": ["wd"],
        "rain": ["precipitation", "降水量"],
    ]
}
