extension String {
    /// The text with U+FFFD in the place of control characters but line ends and tabs: what a terminal would take for an order.
    public var withoutControls: String {
        String(
            String.UnicodeScalarView(
                unicodeScalars.map { $0.properties.generalCategory == .control && $0 != "\n" && $0 != "\t" ? "\u{FFFD}" : $0 }
            )
        )
    }
}
