//! The stub: it compiles and fails.

/// Seven times the question.
pub fn answer(question: u64) -> u64 {
    todo!("answer {question}")
}
