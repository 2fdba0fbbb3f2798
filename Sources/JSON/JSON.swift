// The target `JSON` is in charge of the bytes of a response body: JSON as RFC 8259 demands it, date-times as RFC 3339 has them, UUIDs as
// RFC 9562 prints them. Before it are PostgreSQL's binary values, lent by `Postgres`; after it is `FastCGI`, which sends
// the bytes. It depends on nothing, so that it is fuzzed and profiled alone.
//
// It never parses JSON (documents are passed on as written), never reads a clock, and never does a system call.
//
// - `JSONWriter` writes values into one buffer that is reused from response to response.
// - `Instant` is a moment as PostgreSQL's `timestamptz` counts it; `RFC3339` is its text, both ways.
// - `UUID` is a 128-bit number; its text, both ways.
//
// `Bytes.swift` holds every `unsafe` expression of the target, each with the reason why it is sound.
