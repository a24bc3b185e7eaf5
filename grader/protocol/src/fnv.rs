//! FNV-1a with 32 bits: Fowler, Noll & Vo, RFC 9923.

/// The hash of nothing.
pub(crate) const EMPTY: u32 = 0x811C_9DC5;

const PRIME: u32 = 0x0100_0193;

/// The hash of what `hash` is of, followed by `bytes`.
pub(crate) fn append(hash: u32, bytes: &[u8]) -> u32 {
    bytes
        .iter()
        .fold(hash, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(PRIME))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hashes_of_the_standard_come_out() {
        assert_eq!(append(EMPTY, b""), 0x811C_9DC5);
        assert_eq!(append(EMPTY, b"a"), 0xE40C_292C);
        assert_eq!(append(append(EMPTY, b"foo"), b"bar"), 0xBF9C_F968);
    }
}
