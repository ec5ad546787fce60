// The columns of the Water Quality Portal's legacy result file: what is read, and what is known and passed over.

extension WaterQualityPortalRows {
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
