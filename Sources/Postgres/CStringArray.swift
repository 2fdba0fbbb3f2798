import Glibc

/// Strings as C wants a list of them, owned for the length of a call: copies ended by NUL, and nil for NULL.
struct CStringArray: ~Copyable {
    private let strings: [UnsafeMutablePointer<CChar>?]

    init(_ strings: [String?]) { self.strings = strings.map { $0.flatMap { strdup($0) } } }

    deinit { for string in strings { free(string) } }

    /// The pointers, one an entry, with a NULL behind the last.
    var pointers: [UnsafePointer<CChar>?] { strings.map { UnsafePointer($0) } + [nil] }
}
