/// HTML that is made from elements. Whatever text goes in is escaped, here and nowhere else.
///
/// What comes out is well-formed as XML, too, but for the elements that have no end: a strict parser can look at it.
public struct HTML {
    /// Names and values in their order; an attribute that is only there or not has an empty value.
    public struct Attributes: ExpressibleByDictionaryLiteral {
        fileprivate(set) var pairs: [(name: StaticString, value: String)]

        /// From names and values as they stand in a literal.
        public init(dictionaryLiteral pairs: (StaticString, String)...) { self.pairs = pairs.map { ($0, $1) } }

        /// The attribute `class`, or none.
        public static func `class`(_ name: String?) -> Attributes { name.map { ["class": $0] } ?? [:] }

        /// Those of the one, then those of the other.
        public static func + (a: Attributes, b: Attributes) -> Attributes {
            var sum = a
            sum.pairs += b.pairs
            return sum
        }
    }

    /// What has been made so far.
    public private(set) var text = ""

    /// An empty document.
    public init() {}

    /// Adds text.
    public mutating func add(_ text: String) { self.text += Self.escaped(text) }

    /// Adds an element that holds a text.
    public mutating func element(_ name: StaticString, _ attributes: Attributes, _ text: String) { element(name, attributes) { $0.add(text) } }

    /// Adds an element that has no attributes and holds a text.
    public mutating func element(_ name: StaticString, _ text: String) { element(name, [:], text) }

    /// Adds an element that holds others.
    public mutating func element(_ name: StaticString, _ attributes: Attributes = [:], _ content: (inout HTML) -> Void) {
        begin(name, attributes)
        content(&self)
        text += "</\(name)>"
    }

    /// Adds an element that holds others, and a line's end.
    public mutating func block(_ name: StaticString, _ attributes: Attributes = [:], _ content: (inout HTML) -> Void) {
        element(name, attributes, content)
        text += "\n"
    }

    /// Adds an element that holds nothing and has no end, such as `meta`.
    public mutating func void(_ name: StaticString, _ attributes: Attributes) {
        begin(name, attributes)
        text += "\n"
    }

    /// Adds what is markup already.
    public mutating func raw(_ markup: StaticString) { text += "\(markup)" }

    /// Adds a style or a script, whose text no parser looks at but for the end of the element.
    public mutating func inline(_ name: StaticString, _ source: String) { text += "<\(name)>\(source)</\(name)>\n" }

    private mutating func begin(_ name: StaticString, _ attributes: Attributes) {
        text += "<\(name)"
        for (name, value) in attributes.pairs { text += " \(name)=\"\(Self.escaped(value))\"" }
        text += ">"
    }

    /// The text as it can stand in an element or in an attribute's quotes. By scalars: a quote with an accent is one character, and still ends an attribute.
    public static func escaped(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { escaped, scalar in
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
    }
}
