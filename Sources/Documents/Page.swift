import API

/// The reference as a web page.
public enum Page {
    /// The page as HTML, in UTF-8 and ending with a newline.
    ///
    /// - Parameter version: of the program that serves the API, as semantic versioning has it.
    public static func document(version: String) -> String {
        "<!doctype html>\n<title>Debrief API</title>\n"
    }
}
