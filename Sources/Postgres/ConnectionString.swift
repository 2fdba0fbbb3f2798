import CPostgres

/// libpq's connection strings, as libpq reads them.
public enum ConnectionString {
    /// Whether a connection string or URI holds a password, be it of a role or of a key. One that libpq cannot read may hold anything: true.
    ///
    /// The C function is `PQconninfoParse`.
    public static func holdsPassword(_ conninfo: String) -> Bool {
        guard let options = PQconninfoParse(conninfo, nil) else { return true }
        defer { PQconninfoFree(options) }
        var option = options
        while option.pointee.keyword != nil {
            // What is not to be shown as it is typed: `password`, `sslpassword` and the like.
            if option.pointee.val != nil, let display = option.pointee.dispchar, display[0] == CChar(UInt8(ascii: "*")) { return true }
            option += 1
        }
        return false
    }
}
