// Goal: the tables built into the program are whole. Method: counts of rows written out, references between tables.

import Monitoring
import Standards
import Testing

@Suite struct StandardTableTests {
    @Test(arguments: [
        ("air_assessment", 10), ("air_validity", 17), ("civil_zones", 497), ("codes", 73), ("gb3095", 113),
        ("gb3838", 30), ("iaqi", 199),
        ("sources", 70), ("spearman_wp", 17),
    ])
    func `Every table is there with all its rows`(name: String, rows: Int) {
        #expect(StandardTable.names.contains(name))
        #expect(StandardTable.builtIn(name).rows.count == rows)
    }

    @Test(arguments: ["air_assessment", "air_validity", "codes", "gb3095", "gb3838", "iaqi"])
    func `Every row names sources that the list of sources has, and a confidence`(name: String) {
        let known = Set(StandardTable.builtIn("sources").rows.map { $0["source_id"] })
        for row in StandardTable.builtIn(name).rows {
            for source in row["sources"].split(separator: ";") { #expect(known.contains(String(source))) }
            #expect(!row["sources"].isEmpty)
            #expect(["A", "A-", "B", "C"].contains(row["confidence"]))
        }
    }

    @Test func `A quoted field keeps its commas`() {
        let row = StandardTable.builtIn("gb3838").rows[0]
        #expect(row["item_id"] == "temp")
        #expect(row["note"].hasPrefix("Man-made change limited, not a level: weekly mean maximum rise <=1, weekly"))
    }
}

@Suite struct ParameterCatalogueTests {
    @Test(arguments: [
        ("codmn", "codmn"), ("CODMN", "codmn"), ("w01019", "codmn"), ("高锰酸盐指数", "codmn"), ("NH3-N", "nh3n"),
        ("NH3N", "nh3n"), ("氨氮", "nh3n"), ("PM2.5", "pm25"), ("pm2_5", "pm25"), ("a34004", "pm25"), ("PM10", "pm10"),
        ("SO2", "so2"), ("o3", "o3"), ("w20141", "as"), ("w20119", "as"), ("总磷", "tp"), ("pH值", "ph"), ("水温", "temp"),
        // The load generator's codes.
        ("TEMP", "temp"), ("PH", "ph"), ("DO", "do"), ("EC", "ec"), ("TURB", "turb"), ("TP", "tp"), ("TN", "tn"),
        ("CHLA", "chla"), ("CYANO", "algae"), ("FLOW", "discharge"),
    ])
    func `A spelling stands for its parameter`(spelling: String, id: String) {
        #expect(ParameterCatalogue.standard.id(for: spelling)?.rawValue == id)
    }

    @Test func `Unknown spellings and the colliding codes of 2005 stand for nothing`() {
        for spelling in ["", "011", "060", "unobtainium", "(derived)"] {
            #expect(ParameterCatalogue.standard.id(for: spelling) == nil)
        }
    }

    @Test func `Units and decimals come from the table`() throws {
        let phosphorus = try #require(ParameterCatalogue.standard[ParameterID("tp")])
        #expect((phosphorus.unit, phosphorus.observationDecimals, phosphorus.assessmentDecimals) == ("mg/L", 3, 3))
        #expect(phosphorus.isNonNegative)
        #expect(ParameterCatalogue.standard[ParameterID("temp")]?.isNonNegative == false)
        #expect(ParameterCatalogue.standard[ParameterID("discharge")]?.isNonNegative == false)
    }
}
