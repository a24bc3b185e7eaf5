//! The transcripts in `README.md` are what the commands print.

use std::process::Command;

/// What precedes a command in a transcript.
const PROMPT: &str = "$ cargo xtask ";

/// Removes what is said of the containment, which depends on the machine. It stands at the end of a line and may go on
/// in the next ones.
fn without_containment(text: &str) -> String {
    let mut is_about_machine = false;
    let mut kept = String::new();
    for line in text.split_inclusive('\n') {
        let is_further = is_about_machine && !line.starts_with("next: ") && !line.starts_with("compare: ");
        let (before, is_begin) = match line.split_once("containment ") {
            Some((before, _)) => (before.trim_end_matches(" · "), true),
            None => (line, false),
        };
        is_about_machine = is_begin || is_further;
        if is_begin || !is_further {
            kept.push_str(before);
        }
    }
    kept
}

#[test]
fn every_transcript_in_the_readme_is_what_the_command_prints() {
    let root = super::root();
    let readme = std::fs::read_to_string(root.join("README.md")).expect("there is a README");
    let mut n_transcripts = 0;
    for block in readme.split("```\n").skip(1).step_by(2) {
        let Some((command, expected)) = block.strip_prefix(PROMPT).and_then(|rest| rest.split_once('\n')) else {
            continue;
        };
        let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
            .args(command.split_whitespace())
            .current_dir(root)
            .env_remove("CI")
            .output()
            .expect("the command starts");
        let printed = String::from_utf8_lossy(&output.stdout);
        assert_eq!(
            without_containment(&printed),
            without_containment(expected),
            "`cargo xtask {command}`"
        );
        n_transcripts += 1;
    }
    assert!(n_transcripts >= 2, "the README shows a failing and a passing grade");
}
