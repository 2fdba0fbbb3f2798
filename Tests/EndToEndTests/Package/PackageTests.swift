import Foundation
import Support
import Testing

@Suite("The Debian package", .enabled(if: !Run.isSanitized))
struct PackageTests {
    @Test("has no error and no warning of lintian's")
    func lintian() throws {
        let package = try DebianPackage.shared()
        // It wants to be nobody's root.
        // It leaves files behind.
        let environment = ["TMPDIR": Run.makeFolder("lintian", for: .nginx)]
        let judged = try run(["/usr/bin/lintian", "--fail-on", "error,warning", package.path], environment: environment, as: .nginx, seconds: 120)
        #expect(judged.status == 0 && judged.output.isEmpty, "\(judged)")
    }

    @Test("has the same bytes when it is made again")
    func reproducible() throws {
        let (first, second) = (try DebianPackage.shared(), try DebianPackage())
        #expect(first.name == second.name)
        #expect(FileManager.default.contentsEqual(atPath: first.path, andPath: second.path))
    }

    @Test("has a manual page, which man reads without a warning, of each command that its program lists")
    func manual() throws {
        let root = try DebianPackage.shared().unpack()
        let pages = try FileManager.default.contentsOfDirectory(atPath: "\(root)/usr/share/man/man1")
        var commands = [["debrief"]]
        for command in commands { try commands += subcommands(of: command, at: root) }
        for command in commands.filter({ $0.count == 2 }) { try commands += subcommands(of: command, at: root) }
        #expect(commands.count > 15)
        #expect(Set(pages) == Set(commands.map { "\($0.joined(separator: "-")).1.gz" }))
        for page in pages {
            let shown = try run(
                ["/usr/bin/man", "--warnings", "-l", "\(root)/usr/share/man/man1/\(page)"],
                environment: ["LC_ALL": "C.UTF-8", "MANWIDTH": "80"]
            )
            #expect(shown.status == 0 && shown.errors.isEmpty && shown.output.contains("SYNOPSIS"), "\(page): \(shown.errors)")
        }
        Run.report("package: \(pages.count) manual pages")
    }

    /// The commands below one, by the program's own help.
    private func subcommands(of command: [String], at root: String) throws -> [[String]] {
        let help = try run(["\(root)/usr/bin/debrief"] + command.dropFirst() + ["--help"]).output
        let list = help.split(separator: "SUBCOMMANDS:\n").dropFirst().first ?? ""
        return list.matches(of: /(?m)^  ([a-z]+)(?: |$)/).map { command + [String($0.1)] }.filter { $0.last != "help" }
    }

    @Test("completes its program's commands in bash, and has a file that zsh takes")
    func completions() throws {
        let root = try DebianPackage.shared().unpack()
        let script = """
            . "$0"
            COMP_WORDS=(debrief sta) COMP_CWORD=1 COMP_LINE='debrief sta' COMP_POINT=11
            "$(complete -p debrief | sed 's/.*-F \\([^ ]*\\).*/\\1/')" debrief sta debrief
            printf '%s\\n' "${COMPREPLY[@]}"
            """
        let completed = try run(["/bin/bash", "-c", script, "\(root)/usr/share/bash-completion/completions/debrief"])
        #expect(completed.output == "status\n", "\(completed)")
        let zsh = "\(root)/usr/share/zsh/vendor-completions/_debrief"
        // By its first line zsh knows what it is for.
        #expect(try String(contentsOfFile: zsh, encoding: .utf8).hasPrefix("#compdef debrief\n"))
        let parsed = try run(["/usr/bin/zsh", "-f", "-n", zsh])
        #expect(parsed.status == 0 && parsed.errors.isEmpty, "\(parsed)")
    }

    @Test("has the documents that its nginx serves, and no placeholder in nginx's files but the host's name")
    func site() throws {
        let root = try DebianPackage.shared().unpack()
        for name in ["index.html", "openapi.json"] {
            let document = try FileManager.default.attributesOfItem(atPath: "\(root)/usr/share/debrief/www/\(name)")
            #expect((document[.size] as? Int ?? 0) > 0, "\(name)")
        }
        let folder = "\(root)/etc/debrief/nginx"
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        let shipped = try FileManager.default.contentsOfDirectory(atPath: "\(Run.repository)/nginx").filter { $0.hasPrefix("debrief") }
        #expect(names.sorted() == shipped.sorted())
        for name in names {
            let text = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
            let placeholders = Set(text.matches(of: /@[A-Z_]+@/).map { String($0.output) })
            #expect(placeholders.subtracting(["@NAME@"]).isEmpty, "\(name)")
            // Each finds the others, whichever nginx includes it.
            #expect(text.matches(of: /(?m)^ *include (?!\/etc\/debrief\/nginx\/debrief)/).isEmpty, "\(name)")
        }
    }
}

@Suite("The settings file of the package")
struct SettingsFileTests {
    private static let path = "\(Run.repository)/scripts/package.d/debrief.conf"

    @Test("has each setting that there is, once, with its default and what it is for")
    func complete() throws {
        let text = try String(contentsOfFile: Self.path, encoding: .utf8)
        let settings = try run([Run.binary, "--help"]).output.matches(of: /(?m)^(DEBRIEF_[A-Z_]+)  \((.*)\)$/)
        #expect(settings.count > 15)
        for (_, name, standard) in settings.map(\.output) {
            let line = try Regex("(?m)^#?\(name)=")
            let blocks = text.split(separator: "\n\n").filter { $0.contains(line) }
            #expect(blocks.count == 1, "\(name)")
            #expect(blocks.first?.contains("\n# Default: \(standard)\n") == true, "\(name)")
        }
        let named = Set(text.matches(of: /(?m)^#?(DEBRIEF_[A-Z_]+)=/).map { String($0.1) })
        #expect(named == Set(settings.map { String($0.1) }))
    }

    @Test("makes sense as it is, and with every example in it taken")
    func sensible() throws {
        let text = try String(contentsOfFile: Self.path, encoding: .utf8)
        let file = "\(Run.makeFolder("conf", for: .invoker))/debrief.conf"
        for taken in [text, text.replacing(/(?m)^#(DEBRIEF_)/) { $0.1 }] {
            try taken.write(toFile: file, atomically: false, encoding: .utf8)
            // Exits with 64 where a setting makes no sense. That there is no such database does not matter.
            let checked = try run([Run.binary, "check", "--config", file])
            #expect(checked.status == 1 && checked.output.contains("settings"), "\(checked)")
        }
    }
}

@Suite("Where the program finds its migrations")
struct InstalledMigrationsTests {
    @Test("is share/debrief beside its folder, as in /usr, or before that a folder beside its own, as in /opt/debrief", arguments: [false, true])
    func folders(isBeside: Bool) throws {
        let prefix = Run.makeFolder("prefix", for: .invoker)
        let files = FileManager.default
        for folder in ["bin", "share/debrief/migrations"] + (isBeside ? ["migrations"] : []) {
            try files.createDirectory(atPath: "\(prefix)/\(folder)", withIntermediateDirectories: true)
        }
        try Executable.copy(Run.binary, to: "\(prefix)/bin/debrief")
        let refused = try run([prefix + "/bin/debrief", "migrate", "status"])
        #expect(refused.status == 1)
        // A long path is cut.
        #expect(refused.errors.hasPrefix("debrief: no migrations in ") && refused.errors.contains("/share/debrief/") == !isBeside)
    }
}
