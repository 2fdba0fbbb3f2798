/// Two decimal digits of `value`, which is below 100, as ASCII; the first digit is the lower byte.
@inline(__always)
func decimalPair(_ value: UInt64) -> UInt16 {
    let tens = value / 10
    return UInt16(truncatingIfNeeded: tens | (value &- tens &* 10) << 8) &+ 0x3030
}

/// How many decimal digits `value` has; 1 for 0.
@inline(__always)
func decimalLength(of value: UInt64) -> Int {
    var length = 1
    var bound: UInt64 = 10
    while value >= bound {
        length &+= 1
        // 20 digits are the most a 64-bit number has; the next bound would not fit one.
        if length == 20 { break }
        bound &*= 10
    }
    return length
}

/// The value of a decimal digit, or `nil`. Digits of other scripts are none: they are not single bytes.
func decimalDigit(_ byte: UInt8) -> Int? {
    let digit = byte &- UInt8(ascii: "0")
    return digit <= 9 ? Int(digit) : nil
}
