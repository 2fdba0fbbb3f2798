/// The checksum of IEEE 802.3, section 3.2.9, as gzip and PNG use it: polynomial 0x04C11DB7, reflected, complemented before and after.
enum CRC32 {
    /// What four bits contribute. Sixteen entries, not 256: a token has 48 bytes, and this much is plain to see.
    private static let table: InlineArray<16, UInt32> = [
        0x0000_0000, 0x1db7_1064, 0x3b6e_20c8, 0x26d9_30ac, 0x76dc_4190, 0x6b6b_51f4, 0x4db2_6158, 0x5005_713c,
        0xedb8_8320, 0xf00f_9344, 0xd6d6_a3e8, 0xcb61_b38c, 0x9b64_c2b0, 0x86d3_d2d4, 0xa00a_e278, 0xbdbd_f21c,
    ]

    /// The checksum of `bytes`; `0xcbf43926` for the digits 1 to 9.
    static func checksum(of bytes: Span<UInt8>) -> UInt32 {
        var rest = UInt32.max
        for index in bytes.indices {
            rest ^= UInt32(bytes[index])
            rest = rest >> 4 ^ table[Int(rest & 0x0f)]
            rest = rest >> 4 ^ table[Int(rest & 0x0f)]
        }
        return ~rest
    }
}
