import ArgumentParser
import Documents
import Pool
import SystemPackage

/// `debrief docs`
struct DocsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "docs",
        abstract: "Writes what nginx serves beside the API: the reference as a web page, and the OpenAPI document.",
        discussion: "Files that are there already are replaced: whoever reads one meanwhile gets the old or the new one, whole."
    )

    @Argument(help: "The folder, which has to exist.", completion: .directory)
    var folder: String

    func run() throws {
        let files = [("index.html", Page.document(version: Version.current)), ("openapi.json", OpenAPI.document(version: Version.current))]
        for (name, text) in files {
            let path = FilePath(folder).appending(name)
            do {
                try WholeFile.replace(path, with: text)
            } catch {
                throw Refusal("cannot write \(path): \(error)")
            }
        }
    }
}
