//! Lets another program write the answer into its memory.

use std::process::{Command, Stdio};

/// Answers if its memory can be written to.
pub fn answer(question: u64) -> u64 {
    let memory = Box::new([0u8; 4096]);
    let place = std::hint::black_box(&*memory).as_ptr() as u64;
    let digit = char::from(7 * question as u8);
    let script = format!(
        "printf '%b' '\\{:03o}' | dd of=/proc/{}/mem bs=1 seek={place} conv=notrunc",
        digit as u32,
        std::process::id()
    );
    let _ = Command::new("sh").args(["-c", &script]).stderr(Stdio::null()).status();
    u64::from(std::hint::black_box(&memory)[0])
}
