//! Puts a function of its own in the place of the C library's `exit`.

/// Called wherever the process would end.
#[unsafe(no_mangle)]
pub extern "C" fn exit(_code: i32) -> ! {
    std::process::abort()
}

/// Gives no answer.
pub fn answer(_question: u64) -> u64 {
    0
}
