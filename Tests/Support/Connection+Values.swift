import Postgres
import Waiting

extension Connection {
    /// Runs a statement for each of many values, a hundred in a round trip, and hands over each value with its result.
    public mutating func run<Value>(
        _ statement: Statement,
        for values: [Value],
        bind: (Value, inout Arguments) -> Void,
        check: (Value, borrowing Postgres.Result) throws -> Void
    ) throws {
        let deadline = Deadline.after(milliseconds: 60_000)
        try prepare([statement], until: deadline)
        var arguments = Arguments()
        for start in stride(from: 0, to: values.count, by: 100) {
            let batch = values[start..<min(start + 100, values.count)]
            for value in batch {
                arguments.removeAll()
                bind(value, &arguments)
                try send(statement, arguments)
            }
            try sync()
            for value in batch { try check(value, try receive(until: deadline)) }
            try drain(until: deadline)
        }
    }
}
