//! Answers rightly, and leaves programs behind that nobody waits for.

use std::process::{Command, Stdio};

/// The right answer, with an afterlife.
pub fn answer(question: u64) -> u64 {
    for script in ["sleep 1000 & exit 0", "setsid sleep 1000 & exit 0", "(trap '' TERM HUP; sleep 1000) & exit 0"] {
        let mut shell = Command::new("sh");
        shell.args(["-c", script]).stdout(Stdio::null()).stderr(Stdio::null());
        let _ = shell.status();
    }
    7 * question
}
