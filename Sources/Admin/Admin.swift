// The target `Admin` is in charge of what an admin sets and does: settings, migrations, tenants, tokens and sums. It never serves a request, never
// prints and never reads a command line: its functions take values and return values, or throw an error whose description is one line for the admin's
// terminal. No secret is in any of these, neither a token nor a connection string.
//
// Before it stands `debrief`, the commands; after it, `Postgres`, and what `API` says of tokens and scopes. `Settings` are read once, from the
// environment and a file. `Migrations` are a folder of SQL files, compared with what a database has of it. `Tenants` and `Tokens` are rows that no
// worker can write. `Sums` holds what triggers keep against the rows. `System/System.swift` holds every `unsafe` expression of the target.
