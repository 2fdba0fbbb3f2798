import API
import FastCGI
import JSON
import Logging

/// One line of the log for each request that a worker answered, whatever came of it.
///
/// It is written without swift-log, whose entry of that many fields costs two dozen allocations; the form is that of ``JSONLogHandler``.
struct RequestLog: ~Copyable {
    /// What nginx lets a request's id and a method be; whoever reaches the socket without it may not write more than that into the log.
    private static let longestText = 128

    private let file: LogFile
    private let level: Logger.Level
    private let slowMicroseconds: Int
    private let worker: Int64
    private var line = JSONWriter(capacity: 1_024)

    /// - Parameter worker: the process that writes.
    init(_ options: PoolOptions, worker: Int32, file: LogFile) {
        level = options.logLevel
        slowMicroseconds = options.slowMilliseconds * 1_000
        self.worker = Int64(worker)
        self.file = file
    }

    /// Writes the line, unless its level is below what is logged.
    mutating func write(_ observation: Handler.Observation, of request: borrowing Request, microseconds: Int) {
        let (level, message, reason) = Self.entry(observation, isSlow: microseconds >= slowMicroseconds)
        guard level >= self.level else { return }
        line.removeAll()
        line.raw(#"{"time":"#)
        line.instant(.now)
        line.raw(#","level":"#)
        line.string(level.rawValue)
        line.raw(#","message":""#)
        line.raw(message)
        line.raw(#"","worker":"#)
        line.integer(worker)
        line.raw(#","request_id":"#)
        text(request.value(of: .requestID))
        line.raw(#","method":"#)
        text(request.value(of: .method))
        line.raw(#","endpoint":"#)
        if let endpoint = observation.endpoint { line.string(endpoint.name) } else { line.null() }
        line.raw(#","status":"#)
        line.integer(Int64(observation.status))
        line.raw(#","bytes":"#)
        line.integer(Int64(observation.bodyBytes))
        line.raw(#","milliseconds":"#)
        milliseconds(microseconds)
        caller(observation)
        if let reason {
            line.raw(#","reason":"#)
            line.string(reason)
        }
        line.raw("}\n")
        line.withBytes { file.write($0) }
    }

    private static func entry(_ observation: Handler.Observation, isSlow: Bool) -> (Logger.Level, StaticString, reason: String?) {
        switch observation.outcome {
        case .failed(let reason): (.error, "request failed", reason)
        case .answered, .noDatabase, .unsent: isSlow ? (.warning, "slow request", nil) : (.info, "request", nil)
        }
    }

    /// Writes bytes that a client chose as a string; null where they are not printable ASCII.
    private mutating func text(_ bytes: Span<UInt8>) {
        guard bytes.count <= Self.longestText, bytes.indices.allSatisfy({ UInt8(ascii: "!")...UInt8(ascii: "~") ~= bytes[$0] }) else {
            return line.null()
        }
        line.string(bytes)
    }

    /// Writes them with three decimals.
    private mutating func milliseconds(_ microseconds: Int) {
        let (whole, rest) = microseconds.quotientAndRemainder(dividingBy: 1_000)
        line.integer(Int64(whole))
        line.raw(rest < 10 ? ".00" : rest < 100 ? ".0" : ".")
        line.integer(Int64(rest))
    }

    private mutating func caller(_ observation: Handler.Observation) {
        if let tenant = observation.tenant {
            line.raw(#","tenant_id":"#)
            line.uuid(tenant)
        }
        if let token = observation.token {
            line.raw(#","token_id":"#)
            line.uuid(token)
        }
    }
}
