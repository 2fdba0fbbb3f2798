/// A statement as it is prepared on each connection: a value, made once, compared with what the server describes.
public struct Statement: Sendable {
    /// The name under which the server keeps it. Unique among the statements of a connection.
    public let name: String
    /// The text, with `$1`, `$2` … for each value: no value is ever part of it.
    public let sql: String
    /// The types of the parameters, in order.
    public let parameters: [PostgresType]
    /// The types of the columns that it returns, in order. ``Connection/prepare(_:until:)`` refuses a statement that returns others, so that rows
    /// can be decoded without looking at their types again.
    public let columns: [PostgresType]

    /// A statement by its name, text and types.
    public init(name: String, sql: String, parameters: [PostgresType], columns: [PostgresType]) {
        self.name = name
        self.sql = sql
        self.parameters = parameters
        self.columns = columns
    }
}
