import Glibc
import Synchronization
import Waiting

/// A host's name on its way to addresses, on a thread of its own: `getaddrinfo` cannot be interrupted, and a name server that never answers holds it
/// for as long as `resolv.conf` says, 10 s with the usual settings.
///
/// The thread lives as long as the one call. One that is still at work when its deadline passes is not begun again: who asks for the same name next
/// waits for the same answer, so that there is never more than one a name, however often it is asked for.
final class NameLookup: Sendable {
    private enum Outcome {
        case addresses([String])
        /// In the resolver's words.
        case failed(String)
    }

    private static let pending = Mutex<[String: NameLookup]>([:])

    private let name: String
    /// Readable when there is an outcome.
    private let output: CInt
    private let input: CInt
    private let outcome = Mutex<Outcome?>(nil)

    /// The addresses of a name, as text, in the order in which they are to be tried.
    static func addresses(of name: String, until deadline: Deadline) throws(PostgresError) -> [String] {
        guard let lookup = pending.withLock({ $0[name] }) ?? begin(name) else {
            throw .connectionLost(reason: "no thread to look up a host's name: \(String(cString: strerror(errno)))")
        }
        guard wait(for: .readable, of: lookup.output, until: deadline) else {
            throw .connectionLost(reason: "\(quoted(name)) could not be looked up in time")
        }
        pending.withLock { $0[name] = nil }
        switch lookup.outcome.withLock({ $0 }) {
        case .addresses(let addresses): return addresses
        case .failed(let reason): throw .connectionLost(reason: "could not translate \(quoted(name)) to an address: \(reason)")
        case nil: throw .unexpected("a host's name was looked up without an outcome")
        }
    }

    /// Names the host, where that is what it looks like: in a connection string with a slip in it, it can be part of the password.
    private static func quoted(_ name: String) -> String {
        let isName = name.utf8.allSatisfy { byte in
            let character = Character(Unicode.Scalar(byte))
            return character.isASCII && (character.isLetter || character.isNumber || ".-_".contains(character))
        }
        return isName ? "host name \"\(name)\"" : "the host's name"
    }

    private static func begin(_ name: String) -> NameLookup? {
        var ends: [CInt] = [0, 0]
        guard pipe(&ends) == 0 else { return nil }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let lookup = NameLookup(name, output: ends[0], input: ends[1])
        let reference = Unmanaged.passRetained(lookup)
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, CInt(PTHREAD_CREATE_DETACHED))
        var thread = pthread_t()
        let failure = pthread_create(
            &thread,
            &attributes,
            { argument in
                guard let argument else { return nil }
                Unmanaged<NameLookup>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            },
            reference.toOpaque()
        )
        guard failure == 0 else {
            reference.release()
            errno = failure
            return nil
        }
        pending.withLock { $0[name] = lookup }
        return lookup
    }

    private init(_ name: String, output: CInt, input: CInt) {
        self.name = name
        self.output = output
        self.input = input
    }

    deinit {
        close(output)
        close(input)
    }

    /// In the thread. The C functions are `getaddrinfo`, asked as libpq asks it, and `getnameinfo`.
    private func run() {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let failure = getaddrinfo(name, nil, &hints, &list)
        defer { if let list { freeaddrinfo(list) } }
        let found = failure == 0 ? Outcome.addresses(Self.texts(of: list)) : .failed(String(cString: gai_strerror(failure)))
        outcome.withLock { $0 = found }
        var byte: UInt8 = 0
        _ = write(input, &byte, 1)
    }

    private static func texts(of list: UnsafeMutablePointer<addrinfo>?) -> [String] {
        sequence(first: list, next: { $0?.pointee.ai_next }).prefix { $0 != nil }.compactMap { entry in
            guard let entry else { return nil }
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            let failure = getnameinfo(entry.pointee.ai_addr, entry.pointee.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
            return failure == 0 ? String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self) : nil
        }
    }
}
