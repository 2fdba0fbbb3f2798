import Foundation
import Support

/// The demo tenant behind the site over TLS, as a web host installs it, without rate limits. Nobody changes its rows.
struct SecureStage: Sendable {
    private static let made = Result { try SecureStage() }

    let database: Database
    let deployment: Deployment
    /// The demo tenant's, with all scopes.
    let token: String

    var client: SecureClient { SecureClient(deployment) }

    /// A client of the port where plain HTTP is refused.
    var plain: Client { Client(socket: deployment.plainSocket) }

    private init() throws {
        database = try Cluster.shared.get().makeDatabase()
        token = try database.makeToken(tenant: database.demoTenant())
        deployment = try Deployment(database, site: .tls)
    }

    static func shared() throws -> SecureStage { try made.get() }
}

/// HTTPS as curl speaks it, which trusts nothing but the site's certificate.
struct SecureClient: Sendable {
    let socket: String
    let certificate: String

    init(_ deployment: Deployment) {
        socket = deployment.httpSocket
        certificate = deployment.certificatePath
    }

    struct Answer {
        let response: Client.Response
        /// Such as `HTTP/2`.
        let version: String
        /// curl's exit status; 0 where the response came to a good end.
        let exit: Int32?
        let errors: String
    }

    /// The command up to its URL.
    func command(http2: Bool) -> [String] {
        let version = http2 ? "--http2" : "--http1.1"
        return [
            "/usr/bin/curl", "-qsS", version, "--path-as-is", "--noproxy", "*", "--max-time", "20", "--unix-socket", socket, "--cacert", certificate,
        ]
    }

    /// Asks for a path, with a body where there is one.
    func ask(
        _ path: String,
        http2: Bool = true,
        method: String = "GET",
        token: String? = nil,
        fields: [String] = [],
        body: String? = nil
    ) throws -> Answer {
        let all = (token.map { ["Authorization: Bearer \($0)"] } ?? []) + fields
        let words =
            command(http2: http2) + ["-i"] + (method == "HEAD" ? ["--head"] : ["-X", method]) + all.flatMap { ["-H", $0] }
            + (body == nil ? [] : ["--data-binary", "@-"]) + ["https://\(NginxSite.name)\(path)"]
        let curl = try run(words, input: body ?? "")
        return Answer(
            response: Client.Response(parsing: Array(curl.output.utf8), isHead: method == "HEAD"),
            version: String(curl.output.prefix { $0 != " " }),
            exit: curl.status,
            errors: curl.errors
        )
    }
}

extension Deployment {
    /// The line of nginx's access log of a request, once it is there.
    func accessLine(ofRequest id: String) throws -> JSONValue? {
        var found: Substring?
        try eventually {
            found = accessLog.split(separator: "\n").first { $0.contains("\"request_id\":\"\(id)\"") && $0.hasSuffix("}") }
            return found != nil
        }
        return found.flatMap { JSONValue(parsing: Array($0.utf8)) }
    }
}
