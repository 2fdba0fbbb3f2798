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

    func validate() throws {
        guard !folder.isEmpty else { throw ValidationError("the folder has no name: perhaps a variable is empty") }
    }

    func run() throws {
        let files = [("index.html", Page.document(version: Version.current)), ("openapi.json", OpenAPI.document(version: Version.current))]
        for (name, text) in files {
            let path = FilePath(folder).appending(name)
            do {
                try WholeFile.replace(path, with: text)
            } catch {
                throw Refusal("cannot write \(path): \(error)\(advice(for: error))")
            }
        }
    }

    /// What to do, where that can be told.
    private func advice(for error: Errno) -> String {
        switch error {
        case .noSuchFileOrDirectory: "; make the folder first: mkdir -p '\(folder.replacing("'", with: "'\\''"))'"
        case .notDirectory: "; name a folder"
        case .permissionDenied: "; run this as the account whose folder it is"
        case .noSpace: "; make room on its disk, and run this again: the file that was there is as it was"
        case .readOnlyFileSystem: "; name a folder that can be written to"
        default: ""
        }
    }
}
