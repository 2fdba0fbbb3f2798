import Admin
import ArgumentParser
import JSON

/// `debrief tenant`: the organisations whose data are kept apart.
struct TenantCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tenant",
        abstract: "Creates and lists tenants, the organisations whose data are kept apart.",
        subcommands: [Create.self, List.self]
    )

    /// `debrief tenant create`
    struct Create: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Creates a tenant and prints its id.")

        @Option(help: "What people call it. Two tenants may have the same name.", transform: readableName)
        var name: String

        @OptionGroup var settings: SettingsOptions

        func run() throws {
            var tenants = try Tenants(conninfo: settings.read().adminDatabase)
            try StandardFiles.print(tenants.create(name: name).description)
        }
    }

    /// `debrief tenant list`
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists all tenants by name.")

        @OptionGroup var listing: ListingOptions
        @OptionGroup var settings: SettingsOptions

        func run() throws {
            var tenants = try Tenants(conninfo: settings.read().adminDatabase)
            try listing.print(
                tenants.list(),
                columns: ["ID", "NAME", "CREATED"],
                cells: { [$0.id.description, $0.name, $0.createdAt.short] },
                object: { tenant, writer in
                    writer.raw(#"{"id":"#)
                    writer.uuid(tenant.id)
                    writer.raw(#","name":"#)
                    writer.string(tenant.name)
                    writer.raw(#","created_at":"#)
                    writer.instant(tenant.createdAt)
                    writer.raw("}")
                }
            )
        }
    }
}
