//! Writes until somebody stops it.

use std::io::Write as _;

/// Never comes to an answer.
pub fn answer(_question: u64) -> u64 {
    loop {
        let _ = std::io::stdout().write_all(&[b'x'; 1 << 16]);
    }
}
