//! Waits for a byte that nobody sends.

use std::io::Read;
use std::os::unix::net::UnixStream;

/// Waits for ever.
pub fn count(total: u64) -> u64 {
    let (mut reader, _writer) = UnixStream::pair().expect("a pair of sockets");
    let mut byte = [0];
    reader.read_exact(&mut byte).expect("a byte");
    total
}

/// A sum.
pub struct Tally(pub u64);

impl Tally {
    /// Adds to the sum.
    pub fn add(&mut self, more: u64) {
        self.0 += more;
    }
}
