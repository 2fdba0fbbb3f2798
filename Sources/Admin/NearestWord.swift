/// What somebody may have meant who typed a word that is none.
public enum NearestWord {
    /// The known word that is nearest to a text; nil where none is near, since a wrong guess helps less than none.
    ///
    /// Near is a distance of a third of the text's length, and 1 at least; the letters' case does not count. A known word's beginning is near, too:
    /// who types `sessions` means `sessions:read`.
    public static func to(_ text: String, among words: [String]) -> String? {
        let typed = Array(text.lowercased())
        guard !typed.isEmpty, typed.count <= longest else { return nil }
        let distances = words.map { ($0, distance(typed, Array($0.lowercased()))) }
        if let nearest = distances.min(by: { $0.1 < $1.1 }), nearest.1 <= max(1, typed.count / 3) { return nearest.0 }
        let begun = words.filter { $0.lowercased().hasPrefix(text.lowercased()) }
        return begun.count == 1 ? begun.first : nil
    }

    /// The end of a sentence about the text: the nearest word as a question, or else where all of them are to be found.
    public static func advice(_ text: String, among words: [String], otherwise: String) -> String {
        to(text, among: words).map { "did you mean \($0)?" } ?? otherwise
    }

    /// Nobody mistypes a longer word than that; the table would grow with the square.
    private static let longest = 64

    /// How many letters have to be changed, added, left out, or exchanged with their neighbour: the optimal string alignment distance.
    private static func distance(_ first: [Character], _ second: [Character]) -> Int {
        var table = [Array(0...second.count)]
        for row in first.indices {
            var line = [row + 1]
            for column in second.indices {
                let isSame = first[row] == second[column]
                var least = min(line[column] + 1, table[row][column + 1] + 1, table[row][column] + (isSame ? 0 : 1))
                if row > 0, column > 0, first[row] == second[column - 1], first[row - 1] == second[column] {
                    least = min(least, table[row - 1][column - 1] + 1)
                }
                line.append(least)
            }
            table.append(line)
        }
        return table[first.count][second.count]
    }
}
