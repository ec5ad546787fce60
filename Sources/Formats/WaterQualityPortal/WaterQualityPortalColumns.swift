// The columns of the Water Quality Portal's result files, legacy and WQX 3.0: what is read, what is known and passed over.

extension WaterQualityPortalRows {
    /// What WQX 3.0 calls the legacy columns that are read.
    ///
    /// Source: reference formats, section 6; `Activity_TypeCode`, `Activity_Media`, `Result_MethodSpeciation` and
    /// `Result_StatisticalBase`, which its list leaves out, by the portal's own files.
    static let modernNames: [String: String] = [
        "MonitoringLocationIdentifier": "Location_Identifier", "ActivityTypeCode": "Activity_TypeCode",
        "ActivityMediaName": "Activity_Media", "ActivityStartDate": "Activity_StartDate",
        "ActivityStartTime/Time": "Activity_StartTime", "ActivityStartTime/TimeZoneCode": "Activity_StartTimeZone",
        "CharacteristicName": "Result_Characteristic", "ResultSampleFractionText": "Result_SampleFraction",
        "ResultMeasureValue": "Result_Measure", "ResultMeasure/MeasureUnitCode": "Result_MeasureUnit",
        "MeasureQualifierCode": "Result_MeasureQualifierCode", "MethodSpeciationName": "Result_MethodSpeciation",
        "ResultDetectionConditionText": "Result_ResultDetectionCondition",
        "StatisticalBaseCode": "Result_StatisticalBase",
        "DetectionQuantitationLimitMeasure/MeasureValue": "DetectionLimit_MeasureA",
        "DetectionQuantitationLimitMeasure/MeasureUnitCode": "DetectionLimit_MeasureUnitA",
    ]

    /// Whether WQX 3.0 has columns of this group: 181 of them, each `Group_Name`, and a few without a group.
    static func isModern(_ name: String) -> Bool {
        modernGroups.contains { name.hasPrefix($0 + "_") }
            || ["USGSpcode", "ProviderName", "LastChangeDate"].contains(name)
    }

    private static let modernGroups: Set<String> = [
        "Org", "Project", "ProjectAttachment", "Location", "AlternateLocation", "Activity", "ActivityBiological",
        "ActivityLocation", "ActivityAttachment", "SampleCollectionMethod", "SamplePrepMethod", "Result",
        "ResultBiological", "ResultDepthHeight", "ResultAttachment", "ResultAnalyticalMethod", "DataQuality",
        "LabInfo", "LabSamplePrepMethod", "DetectionLimit", "TaxonomicDetails",
    ]

    /// Source: reference formats, section 6; the names of the legacy profile *Result (physical/chemical)*.
    static let known: Set<String> = {
        let plain = """
            OrganizationIdentifier OrganizationFormalName ActivityIdentifier ActivityTypeCode ActivityMediaName \
            ActivityMediaSubdivisionName ActivityStartDate ActivityStartTime/Time ActivityStartTime/TimeZoneCode \
            ActivityEndDate ActivityEndTime/Time ActivityEndTime/TimeZoneCode ActivityDepthAltitudeReferencePointText \
            ProjectIdentifier ProjectName ActivityConductingOrganizationText MonitoringLocationIdentifier \
            MonitoringLocationName ActivityCommentText SampleAquifer HydrologicCondition HydrologicEvent \
            SampleCollectionMethod/MethodIdentifier SampleCollectionMethod/MethodIdentifierContext \
            SampleCollectionMethod/MethodName SampleCollectionEquipmentName ResultIdentifier \
            ResultDetectionConditionText MethodSpeciationName CharacteristicName ResultSampleFractionText \
            ResultMeasureValue MeasureQualifierCode ResultStatusIdentifier StatisticalBaseCode ResultValueTypeName \
            ResultWeightBasisText ResultTimeBasisText ResultTemperatureBasisText ResultParticleSizeBasisText \
            DataQuality/PrecisionValue DataQuality/BiasValue DataQuality/ConfidenceIntervalValue \
            DataQuality/UpperConfidenceLimitValue DataQuality/LowerConfidenceLimitValue PrecisionValue \
            ResultCommentText USGSPCode ResultDepthAltitudeReferencePointText SubjectTaxonomicName \
            SampleTissueAnatomyName BinaryObjectFileName BinaryObjectFileTypeCode ResultFileUrl \
            ResultAnalyticalMethod/MethodIdentifier ResultAnalyticalMethod/MethodIdentifierContext \
            ResultAnalyticalMethod/MethodName ResultAnalyticalMethod/MethodUrl \
            ResultAnalyticalMethod/MethodQualifierTypeName MethodDescriptionText LaboratoryName AnalysisStartDate \
            ResultLaboratoryCommentText ResultDetectionQuantitationLimitUrl DetectionQuantitationLimitTypeName \
            LaboratoryAccreditationIndicator LaboratoryAccreditationAuthorityName TaxonomistAccreditationIndicator \
            TaxonomistAccreditationAuthorityName LabSamplePreparationUrl PreparationStartDate LastUpdated ProviderName \
            ActivityLocation/LatitudeMeasure ActivityLocation/LongitudeMeasure timeZoneStart timeZoneEnd \
            ActivityStartDateTime ActivityEndDateTime
            """
        let measures = [
            "ActivityDepthHeightMeasure", "ActivityTopDepthHeightMeasure", "ActivityBottomDepthHeightMeasure",
            "ResultMeasure", "ResultDepthHeightMeasure", "DetectionQuantitationLimitMeasure",
        ]
        return Set(plain.split(separator: " ").map(String.init)).union(
            measures.flatMap { ["\($0)/MeasureValue", "\($0)/MeasureUnitCode"] })
    }()
}
