import CPostgres

/// The rows that a statement returned, in binary, lent for as long as this value lives.
///
/// Reading a row or a column that is not there is a fault of the code: libpq warns and answers NULL.
public struct Result: ~Copyable {
    let handle: OpaquePointer

    /// Takes over a result of libpq.
    init(_ handle: OpaquePointer) { self.handle = handle }

    deinit { PQclear(handle) }

    /// How many rows there are.
    public var rowCount: Int { Int(PQntuples(handle)) }

    /// How many bytes libpq has taken for it.
    var memorySize: Int { PQresultMemorySize(handle) }

    /// The bytes of a value as PostgreSQL sent them; nil for NULL.
    @_lifetime(borrow self)
    public func value(row: Int, column: Int) -> RawSpan? {
        let (row, column) = (CInt(row), CInt(column))
        let length = PQgetlength(handle, row, column)
        // libpq has 0 for NULL's length, too. Each of its calls checks row and column again: two a value, not three.
        guard length > 0 || PQgetisnull(handle, row, column) == 0, let start = PQgetvalue(handle, row, column) else { return nil }
        let span = RawSpan(_unsafeStart: start, byteCount: Int(length))
        return _overrideLifetime(span, borrowing: self)
    }

    /// Which columns came, as OIDs of their types.
    var columnTypes: [UInt32] {
        (0..<PQnfields(handle)).map { PQftype(handle, $0) }
    }

    /// The parameters' types, of a described statement.
    var parameterTypes: [UInt32] {
        (0..<PQnparams(handle)).map { PQparamtype(handle, $0) }
    }

    var status: ExecStatusType { PQresultStatus(handle) }

    /// The error that PostgreSQL answered with; only for a result that is one.
    var serverError: PostgresError.ServerError {
        func field(_ code: UnicodeScalar) -> String {
            PQresultErrorField(handle, CInt(code.value)).map { String(cString: $0) } ?? ""
        }
        return PostgresError.ServerError(sqlState: field("C"), message: field("M"))
    }
}
