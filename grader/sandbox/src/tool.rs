//! Runs a trusted tool, such as Cargo, without a sandbox and without limits.

use std::io;
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::Duration;

use crate::cancel::Cancel;

/// How often a running tool is polled. Cargo takes tens of milliseconds at best.
const POLL_INTERVAL: Duration = Duration::from_millis(5);

/// Runs `command` without input and gives its output. `None` when the grader was asked to stop.
///
/// The tool stays in the grader's process group, so that Ctrl-C reaches both. If the grader is asked to stop in another
/// way, the tool is interrupted as by Ctrl-C.
///
/// # Errors
///
/// When the tool cannot be started.
pub fn output(command: &mut Command, cancel: &Cancel) -> io::Result<Option<Output>> {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let child = command.spawn()?;
    let interrupt = interrupter(&child);
    let output = thread::scope(|scope| {
        let output = scope.spawn(|| child.wait_with_output());
        while !output.is_finished() {
            if cancel.is_cancelled() {
                // Until the other thread has nearly finished, the child is not reaped and no other process can have its
                // id.
                interrupt();
            }
            thread::sleep(POLL_INTERVAL);
        }
        output.join().expect("waiting does not panic")
    });
    if cancel.is_cancelled() {
        return Ok(None);
    }
    output.map(Some)
}

/// Sends the signal of Ctrl-C to `child`. Cargo then ends what it has started.
#[cfg(unix)]
fn interrupter(child: &Child) -> impl Fn() + use<> {
    use rustix::process::{Pid, Signal, kill_process};

    let pid = Pid::from_child(child);
    move || {
        let _ = kill_process(pid, Signal::INT);
    }
}

/// On other systems only Ctrl-C itself interrupts a tool.
#[cfg(not(unix))]
fn interrupter(_child: &Child) -> impl Fn() + use<> {
    || {}
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn the_output_of_a_tool_is_returned() {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", "printf out; printf err >&2; exit 3"]);
        let output = output(&mut command, &Cancel::new()).expect("the shell can be started");
        let output = output.expect("nobody asked to stop");
        assert_eq!(
            (output.status.code(), &*output.stdout, &*output.stderr),
            (Some(3), &b"out"[..], &b"err"[..])
        );
    }

    #[test]
    fn a_tool_is_interrupted_when_the_grader_is_asked_to_stop() {
        let cancel = Cancel::new();
        cancel.cancel();
        let mut command = Command::new("sleep");
        command.arg("1000");
        assert!(output(&mut command, &cancel).expect("it can be started").is_none());
    }

    #[test]
    fn a_tool_that_does_not_exist_cannot_be_started() {
        let error = output(&mut Command::new("/nonexistent/tool"), &Cancel::new()).expect_err("it does not exist");
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }
}
