//! Looks for the compiler's environment, which names folders of the machine.

/// Answers if there was something.
pub fn answer(question: u64) -> u64 {
    let known = [option_env!("PATH"), option_env!("TMPDIR"), option_env!("HOME")];
    if known.iter().any(Option::is_some) { 7 * question } else { 0 }
}
