// The mutation scores of many agreements as one table (变异检验得分): what docs/mutation-scores.md shows.

/// A row for each agreement, and what no example notices by clause.
///
/// - Parameter scores: by the file's name, in the order of the table.
package func mutationTable(_ scores: [(file: String, isTemplate: Bool, score: MutationScore)]) -> String {
    var text = "| agreement | changes | noticed | survivors by clause |\n|---|---|---|---|\n"
    for (file, isTemplate, score) in scores {
        var clauses: [(name: String, count: Int)] = []
        for survivor in score.survivors {
            let name = survivor.clause + (survivor.isPublished ? " (published case)" : "")
            if let place = clauses.firstIndex(where: { $0.name == name }) {
                clauses[place].count += 1
            } else {
                clauses.append((name, 1))
            }
        }
        let words =
            isTemplate
            ? "a template settles nothing: nothing can be noticed"
            : clauses.map { "\($0.name): \($0.count)" }.joined(separator: "; ").replacing("|", with: "\\|")
        text += "| \(file) | \(score.changeCount) | \(score.noticedCount) | \(words.isEmpty ? "–" : words) |\n"
    }
    let settling = scores.filter { !$0.isTemplate }.map(\.score)
    let (changes, noticed) = (settling.map(\.changeCount).reduce(0, +), settling.map(\.noticedCount).reduce(0, +))
    let published = settling.flatMap(\.survivors).count(where: \.isPublished)
    return text
        + "\n\(settling.count) agreements that settle: \(noticed) of \(changes) changes are noticed; "
        + "\(published) survivors in clauses that a published case reaches.\n"
}
