// Goal: a result of the portal is the catalogue's parameter only where fraction, medium, basis and unit are. Method: one
// fixture row a trap, outcomes written out.

import Exact
import Formats
import Monitoring
import Testing

struct WaterQualityPortalTests {
    @Test("Fraction and medium kept apart, limits as <, units in the catalogue's, zones by name")
    func rows() throws {
        let decoded = try decodeFixture("synthetic-wqp.csv")
        // 09:30 CDT is 14:30 UTC.
        let at = "2026-03-01T22:30:00+08:00"
        #expect(
            decoded.texts == [
                "TEST-0001/tp \(at) 0.085 [J]",
                "TEST-0001/wqp-Phosphorus, Dissolved (mg/l as P) \(at) 0.021",
                "TEST-0001/nh3n \(at) <0.02 [Not Detected]",
                "TEST-0001/zn \(at) <0.005",
                "TEST-0001/no3n \(at) missing [Not Detected]",
                "TEST-0001/wqp-Phosphorus, Total, Sediment (mg/kg as P) \(at) 300",
            ])
        #expect(
            decoded.rejections.map { "\($0.row) \($0.field) \($0.excerpt)" } == [
                "5 ResultMeasure/MeasureUnitCode mg/l PO4", "7 ActivityStartTime/Time 2026-03-01",
                "9 ActivityTypeCode Quality Control Sample-Field Blank", "11 ActivityStartTime/TimeZoneCode CST?",
            ])
        #expect(decoded.rejections[0].remedy.contains("Send tp as P; as PO4"))
    }

    @Test("The columns of WQX 3.0 say the same; its other columns are passed over, a stranger's is told")
    func modern() throws {
        let decoded = decodeFeed(
            "Org_Identifier,Location_Identifier,Activity_TypeCode,Activity_Media,Activity_StartDate,Activity_StartTime,"
                + "Activity_StartTimeZone,Result_ResultDetectionCondition,Result_Characteristic,Result_MethodSpeciation,"
                + "Result_SampleFraction,Result_Measure,Result_MeasureUnit,Result_MeasureQualifierCode,"
                + "DetectionLimit_TypeA,DetectionLimit_MeasureA,DetectionLimit_MeasureUnitA,USGSpcode,notes\n"
                + "X,T,Sample-Routine,Water,2026-03-01,09:30:00,CDT,,Phosphorus,as P,Total,0.085,mg/l,J,,,,00665,\n"
                + "X,T,Sample-Routine,Water,2026-03-01,09:30:00,CDT,Not Detected,Ammonia,as N,Total,,,,MDL,0.02,mg/l,,\n"
                + "X,T,Sample-Routine,Water,2026-03-01,09:30:00,CDT,,Phosphorus,,Total,0.085,mg/l,,,,,00665,\n"
                + "X,T,Quality Control Sample-Field Blank,Water,2026-03-01,09:30:00,CDT,,Phosphorus,as P,Total,0,mg/l,,,,,,\n"
                + "X,T,Sample-Routine,Water,2026-03-01,,,,Phosphorus,as P,Total,0.085,mg/l,J,,,,00665,\n")
        let at = "2026-03-01T22:30:00+08:00"
        #expect(decoded.texts == ["T/tp \(at) 0.085 [J]", "T/nh3n \(at) <0.02 [Not Detected]"])
        #expect(
            decoded.rejections.map { "\($0.row) \($0.field) \($0.reason.rawValue)" } == [
                "1 notes extra-field", "4 Result_MeasureUnit unknown-unit", "5 Activity_TypeCode unknown-flag",
                "6 Activity_StartTime missing-field",
            ])
    }

    private static let header =
        "CharacteristicName,ResultSampleFractionText,ResultMeasureValue,ResultMeasure/MeasureUnitCode,"
        + "MethodSpeciationName,ResultDetectionConditionText,DetectionQuantitationLimitMeasure/MeasureValue,"
        + "DetectionQuantitationLimitMeasure/MeasureUnitCode,MonitoringLocationIdentifier,ActivityStartDate,"
        + "ActivityStartTime/Time,ActivityStartTime/TimeZoneCode\n"

    @Test(
        "Basis, conditions and texts",
        arguments: [
            ("Phosphorus,Total,0.1,mg/l,as P,,,", "tp 0.1"),
            ("Phosphorus,Total,0.1,mg/l,,,,", "unknown-unit"),
            ("Nitrate,Total,1.5,mg/l asNO3,,,,", "unknown-unit"),
            ("Nitrate,Total,1.5,mg/l as N,as NO3,,,", "no3n 1.5"),
            ("Zinc,Total,ND,,,,2,ug/l", "zn <0.002"),
            (
                "Zinc,Total,,,,Present Above Quantification Limit,500,ug/l",
                "zn >0.500 [Present Above Quantification Limit]"
            ),
            ("Zinc,Total,,,,Not Reported,,", "zn missing [Not Reported]"),
            ("Zinc,Dissolved,3,ug/l,,,,", "wqp-Zinc, Dissolved (ug/l) 3"),
            ("Zinc,Total,3,ppb,,,,", "unknown-unit"),
            ("pH,,7.6,std units,,,,", "ph 7.6"),
            ("Specific conductance,,310,uS/cm @25C,,,,", "ec 310"),
        ])
    func row(cells: String, expected: String) {
        let decoded = decodeFeed(Self.header + cells + ",T,2026-03-01,09:30:00,UTC\n")
        let shown =
            decoded.texts.map { $0.replacing("T/", with: "").replacing(" 2026-03-01T17:30:00+08:00", with: "") }
            + decoded.reasons.map(\.rawValue)
        #expect(shown == [expected])
    }
}
