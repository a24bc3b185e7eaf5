//! Where the answer is.

/// Seven times the question.
pub fn answer(question: u64) -> u64 {
    7 * question
}
