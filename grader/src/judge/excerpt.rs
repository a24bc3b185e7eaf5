//! Shortens long output: the middle is replaced by a count of what is left out.

use std::sync::LazyLock;

use protocol::verdict::Evidence;
use regex::bytes::Regex;
use sandbox::process::ProcessOutput;

/// How many bytes of a stream are kept at each end: two screens.
const KEPT_BYTES: usize = 4 << 10;

/// How many lines of a comparison are kept at each end.
const KEPT_LINES: usize = 200;

/// What a process printed, as evidence.
pub(super) fn output(output: &ProcessOutput) -> Evidence {
    streams(&output.stdout, &output.stderr)
}

/// What was printed to standard output and standard error, as evidence.
pub(super) fn streams(stdout: &[u8], stderr: &[u8]) -> Evidence {
    if stdout.is_empty() && stderr.is_empty() {
        return Evidence::None;
    }
    Evidence::Output {
        stdout: bytes(stdout),
        stderr: bytes(&without_ids(stderr)),
    }
}

/// Removes the thread id that `std` prints with a panic: it differs each time.
pub(super) fn without_ids(stderr: &[u8]) -> Vec<u8> {
    static THREAD: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(?-u)(?m)^(thread '[^'\n]*') \(\d+\) ").expect("the pattern is right"));
    THREAD.replace_all(stderr, &b"$1 "[..]).into_owned()
}

/// `all`, or its first and last bytes.
pub(super) fn bytes(all: &[u8]) -> Vec<u8> {
    if all.len() <= 2 * KEPT_BYTES {
        return all.to_owned();
    }
    let left_out = all.len() - 2 * KEPT_BYTES;
    let note = format!("\n[… {left_out} bytes left out …]\n");
    [&all[..KEPT_BYTES], note.as_bytes(), &all[all.len() - KEPT_BYTES..]].concat()
}

/// `all`, or its first and last lines, each of them shortened as well.
pub(super) fn lines(all: &str) -> String {
    let lines: Vec<String> = all.lines().map(line).collect();
    if lines.len() <= 2 * KEPT_LINES {
        return lines.join("\n");
    }
    let note = format!("[… {} lines left out …]", lines.len() - 2 * KEPT_LINES);
    let (first, last) = (&lines[..KEPT_LINES], &lines[lines.len() - KEPT_LINES..]);
    [first, &[note], last].concat().join("\n")
}

fn line(all: &str) -> String {
    String::from_utf8_lossy(&bytes(all.as_bytes())).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_a_thread_is_not_shown() {
        let stderr = b"\nthread 'main' (16263) has overflowed its stack\nthread (7) \xff";
        assert_eq!(
            without_ids(stderr),
            b"\nthread 'main' has overflowed its stack\nthread (7) \xff"
        );
    }

    #[test]
    fn short_output_is_shown_whole() {
        assert_eq!(bytes(b"abc"), b"abc");
        assert_eq!(lines("a\nb"), "a\nb");
    }

    #[test]
    fn long_output_keeps_both_ends_and_tells_how_much_is_missing() {
        let all = [vec![b'a'; KEPT_BYTES + 7], vec![b'b'; KEPT_BYTES]].concat();
        let text = String::from_utf8(bytes(&all)).expect("ASCII");
        assert!(
            text.contains("[… 7 bytes left out …]") && text.starts_with('a') && text.ends_with('b'),
            "{text}"
        );
        let all: String = (0..1000).map(|number| format!("{number}\n")).collect();
        let text = lines(&all);
        assert!(
            text.starts_with("0\n") && text.ends_with("\n999") && text.contains("[… 600 lines left out …]"),
            "{text}"
        );
    }
}
