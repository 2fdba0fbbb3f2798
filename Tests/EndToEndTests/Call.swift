import Support

/// A request as it goes over the wire.
struct Call: Sendable {
    var method = "GET"
    /// What stands in the request line, byte for byte.
    var target: [UInt8]
    var version = "HTTP/1.1"
    /// nil: no Authorization field.
    var token: String?
    var fields: [String] = []
    var body = ""

    init(_ target: String, method: String = "GET", version: String = "HTTP/1.1", token: String? = nil, fields: [String] = [], body: String = "") {
        self.init(Array(target.utf8), method: method, version: version, token: token, fields: fields, body: body)
    }

    init(_ target: [UInt8], method: String = "GET", version: String = "HTTP/1.1", token: String? = nil, fields: [String] = [], body: String = "") {
        self.method = method
        self.target = target
        self.version = version
        self.token = token
        self.fields = fields
        self.body = body
    }

    var bytes: [UInt8] {
        let authorization = token.map { ["Authorization: Bearer \($0)"] } ?? []
        let lines = [" \(version)", "Host: debrief.test", "Connection: close"] + authorization + fields
        return Array("\(method) ".utf8) + target + Array((lines.joined(separator: "\r\n") + "\r\n\r\n" + body).utf8)
    }
}

extension Client {
    func send(_ call: Call, seconds: Double = 20) throws -> Response {
        try send(call.bytes, isHead: call.method == "HEAD", seconds: seconds)
    }
}

/// Encodes each byte that is no letter or digit.
func percentEncoded(_ text: String) -> String {
    text.utf8.map { byte in
        let scalar = Unicode.Scalar(byte)
        let isPlain = scalar.isASCII && scalar.properties.isAlphabetic || "0"..."9" ~= scalar
        let digits = String(byte, radix: 16, uppercase: true)
        return isPlain ? String(scalar) : "%" + (digits.count < 2 ? "0" : "") + digits
    }
    .joined()
}
