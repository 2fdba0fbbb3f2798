/// Finds the endpoint of a path, byte for byte as it was sent: a trailing slash, `//` or an escape is another path.
struct Router: Sendable {
    /// An endpoint, and what stood where its path says `:id`.
    struct Match: ~Escapable {
        /// The endpoint's place in the table.
        let index: Int
        let endpoint: Endpoint
        let id: Span<UInt8>

        @_lifetime(copy id)
        init(index: Int, endpoint: Endpoint, id: Span<UInt8>) {
            self.index = index
            self.endpoint = endpoint
            self.id = id
        }
    }

    private struct Route {
        let prefix: [UInt8]
        let endpoint: Endpoint
    }

    private let routes: [Route]

    /// Builds the table, and traps where two endpoints have the same path.
    init(_ endpoints: [Endpoint]) {
        precondition(Set(endpoints.map(\.path)).count == endpoints.count, "two endpoints have the same path")
        routes = endpoints.map { endpoint in
            let prefix = endpoint.takesID ? endpoint.path.dropLast(Endpoint.idSegment.count) : endpoint.path[...]
            return Route(prefix: Array(prefix.utf8), endpoint: endpoint)
        }
    }

    /// The endpoint of a path without its query.
    @_lifetime(copy path)
    func match(_ path: Span<UInt8>) -> Match? {
        for (index, route) in routes.enumerated() where path.hasPrefix(route.prefix) {
            let rest = path.extracting(droppingFirst: route.prefix.count)
            let isMatch = route.endpoint.takesID ? !rest.isEmpty && rest.firstIndex(of: UInt8(ascii: "/")) == nil : rest.isEmpty
            if isMatch { return Match(index: index, endpoint: route.endpoint, id: rest) }
        }
        return nil
    }
}
