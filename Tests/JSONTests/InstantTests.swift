import JSON
import Testing

@Suite("Instants")
struct InstantTests {
    @Test("the bounds are the first and the last microsecond of the years 1 to 9999")
    func bounds() {
        #expect(Instant.earliest.description == "0001-01-01T00:00:00Z")
        #expect(Instant.latest.description == "9999-12-31T23:59:59.999999Z")
        #expect(Instant(microseconds: 0).description == "2000-01-01T00:00:00Z")
    }

    @Test("the infinities are PostgreSQL's, and lie outside all moments")
    func infinities() {
        #expect(Instant.infinity.microseconds == 0x7fff_ffff_ffff_ffff)
        #expect(Instant.negativeInfinity.microseconds == -0x7fff_ffff_ffff_ffff - 1)
        #expect(Instant.negativeInfinity < .earliest)
        #expect(Instant.latest < .infinity)
        #expect(Instant.infinity.description == "infinity")
        #expect(Instant.negativeInfinity.description == "-infinity")
    }

    @Test("nothing moves an infinity, and what goes beyond one is one")
    func arithmetic() {
        #expect(Instant.infinity.advanced(byMicroseconds: -1) == .infinity)
        #expect(Instant.negativeInfinity.advanced(byMicroseconds: 1) == .negativeInfinity)
        #expect(Instant(microseconds: .max - 1).advanced(byMicroseconds: 2) == .infinity)
        #expect(Instant(microseconds: .min + 1).advanced(byMicroseconds: -2) == .negativeInfinity)
        #expect(Instant(microseconds: 5).advanced(byMicroseconds: -6) == Instant(microseconds: -1))
    }
}
