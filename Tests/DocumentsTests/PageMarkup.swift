import Foundation
import FoundationXML

/// An element of the page, as a parser of XML reads it, which forgives nothing.
final class PageMarkup {
    let name: String
    let attributes: [String: String]
    private(set) var children: [PageMarkup] = []
    /// Its text and that of all elements within it, in their order.
    private(set) var text = ""

    private init(_ name: String, _ attributes: [String: String]) {
        self.name = name
        self.attributes = attributes
    }

    /// Reads a page; nil where it is not well-formed. Elements without an end get one, and the style and the script are left out: what XML makes of them
    /// is nobody's concern.
    convenience init?(parsing page: String) {
        let xml = page.replacing(/<(meta|link|input)\b([^>]*)>/) { "<\($0.1)\($0.2)/>" }
            .replacing(/<(style|script)>.*?<\/(style|script)>/.dotMatchesNewlines(), with: "")
            .replacing("<!DOCTYPE html>", with: "")
        let reader = Reader()
        let parser = XMLParser(data: Data(xml.utf8))
        parser.delegate = reader
        guard parser.parse(), let root = reader.root else { return nil }
        self.init(root.name, root.attributes)
        children = root.children
        text = root.text
    }

    /// This element and all within it, in the order of the page.
    var all: [PageMarkup] { [self] + children.flatMap(\.all) }

    /// All within it that are of that kind.
    func all(_ name: String) -> [PageMarkup] { all.filter { $0.name == name } }

    /// The element with that id.
    func element(id: String) -> PageMarkup? { all.first { $0.attributes["id"] == id } }

    private final class Reader: NSObject, XMLParserDelegate {
        var root: PageMarkup?
        private var open: [PageMarkup] = []

        func parser(
            _ parser: XMLParser,
            didStartElement name: String,
            namespaceURI: String?,
            qualifiedName: String?,
            attributes: [String: String]
        ) {
            let element = PageMarkup(name, attributes)
            open.last?.children.append(element)
            if root == nil { root = element }
            open.append(element)
        }

        func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) { open.removeLast() }

        func parser(_ parser: XMLParser, foundCharacters text: String) {
            for element in open { element.text += text }
        }
    }
}
