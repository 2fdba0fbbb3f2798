import Foundation
import Support
import Testing

@testable import Pool

@Suite("A log file")
struct LogFileTests {
    private let folder = Run.makeFolder("log", for: .invoker)

    private func write(_ text: String, to file: LogFile) { Array(text.utf8).withUnsafeBytes { file.write($0.bytes) } }

    @Test("counts each line that it could not take, once")
    func counted() {
        let file = LogFile("/dev/full")
        for _ in 0..<3 { write("line\n", to: file) }
        #expect(file.takeFailures() == 3)
        #expect(file.takeFailures() == 0)
    }

    @Test("is made where it is missing, for its account and its group alone, and is added to where it is there")
    func made() throws {
        let path = "\(folder)/new"
        write("one\n", to: LogFile(path))
        write("two\n", to: LogFile(path))
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "one\ntwo\n")
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o137 == 0)
    }

    @Test("begins a new line after one that was cut")
    func cut() throws {
        let path = "\(folder)/fifo"
        #expect(mkfifo(path, 0o600) == 0)
        let reader = open(path, O_RDONLY | O_NONBLOCK)
        defer { close(reader) }
        let file = LogFile(path)
        // More than a pipe holds: it takes the beginning.
        write(String(repeating: "x", count: 2_000_000) + "\n", to: file)
        #expect(file.takeFailures() == 1)
        var buffer = [UInt8](repeating: 0, count: 2_000_000)
        #expect(read(reader, &buffer, buffer.count) > 0)
        write("next\n", to: file)
        let count = read(reader, &buffer, buffer.count)
        #expect(String(decoding: buffer[..<max(0, count)], as: UTF8.self) == "\nnext\n")
        #expect(file.takeFailures() == 0)
    }

    @Test("has whole numbers as numbers, and all else as text")
    func values() throws {
        let path = "\(folder)/values"
        LogFile(path).logger(level: .info, ["worker": .stringConvertible(7)]).info("message \"", metadata: ["reason": "7"])
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(text.hasSuffix(#","level":"info","message":"message \"","reason":"7","worker":7}"# + "\n"))
    }
}
