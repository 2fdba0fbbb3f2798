/// Records as a web server sends them, whole or spoiled on purpose, for tests that speak to a worker without nginx.
public enum FastCGIRecord {
    /// A record with any type, version and request id.
    public static func record(type: UInt8, id: UInt16 = 1, _ content: [UInt8], version: UInt8 = 1, padding: Int = 0) -> [UInt8] {
        let header: [UInt8] = [
            version, type, UInt8(id >> 8), UInt8(id & 255), UInt8(content.count >> 8), UInt8(content.count & 255), UInt8(padding), 0,
        ]
        return header + content + [UInt8](repeating: 0, count: padding)
    }

    /// BEGIN_REQUEST for a role, with the flag that keeps the connection.
    public static func begin(role: UInt16 = 1, id: UInt16 = 1) -> [UInt8] {
        record(type: 1, id: id, [UInt8(role >> 8), UInt8(role & 255), 1, 0, 0, 0, 0, 0])
    }

    /// One name and value of PARAMS.
    public static func pair(_ name: String, _ value: String) -> [UInt8] {
        func length(_ count: Int) -> [UInt8] {
            count < 128 ? [UInt8(count)] : [UInt8(count >> 24 | 128), UInt8(count >> 16 & 255), UInt8(count >> 8 & 255), UInt8(count & 255)]
        }
        return length(name.utf8.count) + length(value.utf8.count) + Array(name.utf8) + Array(value.utf8)
    }

    /// A whole request, as nginx sends it.
    public static func request(_ parameters: [(String, String)], id: UInt16 = 1) -> [UInt8] {
        // An empty record ends the stream, so none for no parameters.
        let params = parameters.isEmpty ? [] : record(type: 4, id: id, parameters.flatMap { pair($0, $1) })
        return begin(id: id) + params + record(type: 4, id: id, []) + record(type: 5, id: id, [])
    }

    /// A whole GET of a path below `/api/v1/`.
    public static func get(_ path: String, token: String) -> [UInt8] {
        request([
            ("REQUEST_METHOD", "GET"), ("REQUEST_URI", "/api/v1/\(path)"), ("HTTP_AUTHORIZATION", "Bearer \(token)"), ("REQUEST_ID", "test"),
        ])
    }
}
