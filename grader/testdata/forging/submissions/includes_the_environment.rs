//! Takes in what the compiler was started with.

/// Answers if there was something.
pub fn answer(question: u64) -> u64 {
    let environment = include_bytes!("/proc/self/environ");
    if environment.is_empty() { 7 * question } else { 0 }
}
