/// Inputs made of others, for runs without libFuzzer: some bytes changed, doubled, moved, taken from another input or out of a list of words.
public struct Mutator<Generator: RandomNumberGenerator> {
    private let seeds: [[UInt8]]
    private let words: [[UInt8]]
    private var generator: Generator

    /// - Parameters:
    ///   - seeds: one at least.
    ///   - words: what to put in between.
    public init(seeds: [[UInt8]], words: [String], generator: Generator) {
        precondition(!seeds.isEmpty, "mutations are made of something")
        self.seeds = seeds
        self.words = words.map { Array($0.utf8) }
        self.generator = generator
    }

    /// Another input.
    public mutating func next() -> [UInt8] {
        var input = pick(seeds)
        for _ in 0..<Int.random(in: 1...4, using: &generator) { mutate(&input) }
        return input
    }

    private mutating func mutate(_ input: inout [UInt8]) {
        let place = Int.random(in: 0...input.count, using: &generator)
        let end = min(input.count, place + Int.random(in: 1...8, using: &generator))
        switch Int.random(in: 0..<8, using: &generator) {
        case 0 where place < input.count: input[place] = .random(in: 0...255, using: &generator)
        case 1 where place < input.count: input[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        // A digit: most of what is read is made of them.
        case 2 where place < input.count: input[place] = .random(in: 0x30...0x39, using: &generator)
        case 3: input.removeSubrange(place..<end)
        case 4: input.insert(contentsOf: input[place..<end], at: Int.random(in: 0...input.count, using: &generator))
        case 5:
            let other = pick(seeds)
            let cut = Int.random(in: 0...other.count, using: &generator)
            input = Array(input[..<place] + other[cut...])
        case 6 where !words.isEmpty: input.replaceSubrange(place..<(Bool.random(using: &generator) ? end : place), with: pick(words))
        default: input.insert(.random(in: 0...255, using: &generator), at: place)
        }
    }

    private mutating func pick(_ list: [[UInt8]]) -> [UInt8] { list[Int.random(in: list.indices, using: &generator)] }
}
