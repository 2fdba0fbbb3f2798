extension FuzzTarget {
    /// What its inputs are made of, for ``Mutator``; libFuzzer finds such words itself, by the comparisons that it watches.
    public var words: [String] {
        switch self {
        case .query:
            [
                "&", "=", "%", "+", "%2B", "%00", "%ff", "%C0%80", "%ED%A0%80", "limit=", "from=", "to=", "user_id=", "cursor=", "limi%74", "100",
                "101",
                "2026-05-06", "2026-05-06T17:00:00Z", "9999-12-31T23:59:59.999999Z", "a0000000-0000-0000-0000-000000000002", "é", "\u{1f600}",
            ]
        case .dateTime, .cursor:
            [
                "0001-01-01", "9999-12-31", "2024-02-29", "2023-02-29", "1900-02-29", "T23:59:60", "t24:00:00", "T00:00:00", ".", ".0", ".9999999",
                ".000001340282366920938463463374607431768211455", "0000000000", "Z", "z", "+23:59", "-23:59", " 02:00", "+24:00", "-00:00", "-", ":",
            ]
        case .token: ["Bearer ", "bEARER", " ", "debrief_", "debrief", "Basic ", "\t", "Z", "0", "_", "é"]
        case .uuid: ["-", "00000000", "ffff", "FFFF", "{", "}", "urn:uuid:", "é", "g", "+0", "0x"]
        case .string: ["\"", "\\", "\u{8}", "\u{c}", "\n", "\r", "\t", "\u{0}", "\u{1f}", "\u{7f}", "é", "\u{2028}", "\u{1f600}", "12345678"]
        case .document: ["\u{1}\u{3f}", "\u{6}\u{8}abcdefgh", "\u{0}", "\u{9}"]
        case .records:
            ["\u{1}\u{1}\u{0}\u{1}\u{0}\u{8}\u{0}\u{0}", "\u{1}\u{4}\u{0}\u{1}\u{0}\u{0}\u{0}\u{0}", "\u{1}\u{5}\u{0}\u{1}\u{0}\u{0}\u{0}\u{0}"]
        }
    }
}
