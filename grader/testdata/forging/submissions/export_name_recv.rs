//! Puts a function of its own in the place of the C library's `recv`, which hears the request.

/// Called wherever something is received.
#[unsafe(export_name = "recv")]
pub extern "C" fn hear(_socket: i32, _buffer: usize, _length: usize, _flags: i32) -> isize {
    -1
}

/// Gives no answer.
pub fn answer(_question: u64) -> u64 {
    0
}
