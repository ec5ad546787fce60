// Compiled data (整编): what the water department settled on after the first reports.

/// What a statement's flag says of its standing.
enum CompiledData {
    /// 资料状态 as tables write it; anything else, 初报 and no word at all, is not compiled.
    private static let words: Set<String> = ["整编", "compiled"]

    static func isSaid(by flag: String) -> Bool { words.contains(flag.lowercased()) }
}
