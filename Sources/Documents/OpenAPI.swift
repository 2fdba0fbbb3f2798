import API

/// The OpenAPI 3.1 document.
public enum OpenAPI {
    /// The document as JSON, in UTF-8 and ending with a newline.
    ///
    /// - Parameter version: of the program that serves the API, as semantic versioning has it.
    public static func document(version: String) -> String {
        #"{"openapi":"3.1.1","info":{"title":"Debrief API","version":"\#(version)"},"paths":{}}"# + "\n"
    }
}
