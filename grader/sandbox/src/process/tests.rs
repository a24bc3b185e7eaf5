//! Runs programs that behave badly, most of them one line of shell.

#[cfg(target_os = "linux")]
mod rust_programs;

use super::*;

const LIMITS: Limits = Limits {
    wall: Duration::from_secs(60),
    waiting: Duration::from_secs(20),
    cpu: None,
    memory: Some(1 << 30),
    output: 1 << 20,
    threads: 256,
};

fn shell(script: &str) -> Command {
    Command {
        program: PathBuf::from("/bin/sh"),
        args: vec!["-c".into(), script.into()],
        env: vec![("PATH".into(), "/usr/bin:/bin".into())],
        folder: PathBuf::from("/"),
        input: Input::Nothing,
        policy: Policy::of(Profile::RunWithChildren, Level::Basic),
    }
}

/// A script in a folder of its own, where it may leave files.
fn with_folder(script: &str) -> (tempfile::TempDir, Command) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let command = Command {
        folder: folder.path().to_owned(),
        ..shell(script)
    };
    (folder, command)
}

#[track_caller]
fn output_of(command: &Command, limits: &Limits) -> ProcessOutput {
    run(command, limits, &Cancel::new()).expect("the shell can be started")
}

/// Whether a process whose command line contains `word` is alive anywhere.
fn is_running(word: &str) -> bool {
    let processes = std::fs::read_dir("/proc").expect("/proc can be read").flatten();
    let mut lines = processes.filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok());
    lines.any(|line| line.windows(word.len()).any(|part| part == word.as_bytes()))
}

#[test]
fn output_and_exit_code_are_recorded() {
    let output = output_of(&shell("printf out; printf err >&2; exit 3"), &LIMITS);
    assert_eq!(
        (output.exit_reason, &*output.stdout, &*output.stderr),
        (ExitReason::Code(3), &b"out"[..], &b"err"[..])
    );
    assert_eq!(output.left_behind, 0);
}

#[test]
fn output_that_is_not_text_is_recorded_unchanged() {
    assert_eq!(
        output_of(&shell(r"printf '\377\000\033'"), &LIMITS).stdout,
        [0xff, 0x00, 0x1b]
    );
}

#[test]
fn the_signal_that_ended_a_child_is_recorded() {
    assert_eq!(
        output_of(&shell("kill -SEGV $$"), &LIMITS).exit_reason,
        ExitReason::Signal(Signal::SegmentationFault)
    );
}

#[test]
fn the_environment_is_not_inherited() {
    let output = output_of(&shell("env"), &LIMITS);
    let text = String::from_utf8(output.stdout).expect("the environment is text");
    assert!(!text.contains("CARGO"), "{text}");
}

#[test]
fn a_child_that_sleeps_for_too_long_is_ended_as_waiting() {
    let limits = Limits {
        waiting: Duration::from_millis(300),
        ..LIMITS
    };
    assert_eq!(
        output_of(&shell("exec sleep 1000"), &limits).exit_reason,
        ExitReason::TimedOut {
            activity: Activity::Waiting
        }
    );
}

#[test]
fn a_busy_child_is_ended_at_the_wall_limit_as_running() {
    let limits = Limits {
        wall: Duration::from_millis(300),
        ..LIMITS
    };
    assert_eq!(
        output_of(&shell("while :; do :; done"), &limits).exit_reason,
        ExitReason::TimedOut {
            activity: Activity::Running
        }
    );
}

#[test]
fn a_busy_child_is_ended_at_the_limit_of_cpu_time() {
    let limits = Limits {
        cpu: Some(Duration::from_secs(1)),
        ..LIMITS
    };
    assert_eq!(
        output_of(&shell("while :; do :; done"), &limits).exit_reason,
        ExitReason::Signal(Signal::CpuTimeLimit)
    );
}

#[test]
fn output_without_end_is_cut_at_the_limit() {
    let limits = Limits {
        output: 10_000,
        ..LIMITS
    };
    let output = output_of(&shell("exec yes"), &limits);
    assert_eq!(
        (output.exit_reason, output.stdout.len()),
        (ExitReason::OutputLimit(Stream::Stdout), 10_000)
    );
}

#[test]
fn output_of_exactly_the_limit_is_allowed() {
    let limits = Limits { output: 4, ..LIMITS };
    assert_eq!(
        output_of(&shell("printf 1234"), &limits).exit_reason,
        ExitReason::Code(0)
    );
}

#[test]
fn errors_without_end_are_cut_at_the_limit() {
    let limits = Limits {
        output: 10_000,
        ..LIMITS
    };
    assert_eq!(
        output_of(&shell("exec yes >&2"), &limits).exit_reason,
        ExitReason::OutputLimit(Stream::Stderr)
    );
}

#[test]
fn a_background_process_is_ended_and_counted() {
    let output = output_of(&shell("sleep 98701 & echo done"), &LIMITS);
    assert_eq!(
        (output.exit_reason, &*output.stdout, output.left_behind),
        (ExitReason::Code(0), &b"done\n"[..], 1)
    );
    assert!(!is_running("98701"));
}

#[test]
#[cfg(target_os = "linux")]
fn a_process_in_another_session_that_holds_standard_output_is_ended_and_counted() {
    let (_folder, command) =
        with_folder("mkfifo f; setsid sh -c 'echo > f; sleep 98702; true' & read _ < f; echo done");
    let output = output_of(&command, &LIMITS);
    assert_eq!(
        (output.exit_reason, &*output.stdout),
        (ExitReason::Code(0), &b"done\n"[..])
    );
    assert!(output.left_behind > 0);
    assert!(!is_running("98702"));
}

#[test]
#[cfg(target_os = "linux")]
fn a_process_in_another_session_without_environment_is_ended() {
    let script = "mkfifo f; setsid env -i /bin/sh -c 'echo > f; /bin/sleep 98703; true' & read _ < f";
    let (_folder, command) = with_folder(script);
    output_of(&command, &LIMITS);
    assert!(!is_running("98703"));
}

#[test]
#[cfg(target_os = "linux")]
fn a_child_at_the_limit_is_ended_with_its_descendants() {
    let limits = Limits {
        waiting: Duration::from_millis(400),
        ..LIMITS
    };
    let output = output_of(&shell("setsid sh -c 'sleep 98704; true' & wait"), &limits);
    assert!(matches!(output.exit_reason, ExitReason::TimedOut { .. }), "{output:?}");
    assert!(!is_running("98704"));
}

#[test]
fn a_process_that_was_waited_for_is_not_left_behind() {
    assert_eq!(output_of(&shell("sleep 0.01 & wait"), &LIMITS).left_behind, 0);
}

#[test]
fn a_channel_carries_the_request_and_the_answer() {
    let command = Command {
        input: Input::Channel(b"question\n".to_vec()),
        ..shell("read word; echo $word! >&0; echo out")
    };
    let output = output_of(&command, &LIMITS);
    assert_eq!((&*output.answer, &*output.stdout), (&b"question!\n"[..], &b"out\n"[..]));
}

#[test]
fn a_channel_cannot_be_opened_a_second_time() {
    let command = Command {
        input: Input::Channel(Vec::new()),
        ..shell("echo forged > /proc/self/fd/0")
    };
    let output = output_of(&command, &LIMITS);
    assert!(
        output.answer.is_empty() && output.exit_reason != ExitReason::Code(0),
        "{output:?}"
    );
}

#[test]
fn a_request_to_stop_ends_the_child() {
    let cancel = Cancel::new();
    cancel.cancel();
    let output = run(&shell("exec sleep 98705"), &LIMITS, &cancel).expect("the shell can be started");
    assert_eq!(output.exit_reason, ExitReason::Cancelled);
    assert!(!is_running("98705"));
}

#[test]
fn a_program_that_does_not_exist_is_an_error_of_the_grader() {
    let command = Command {
        program: PathBuf::from("/nonexistent/program"),
        ..shell("")
    };
    let error = run(&command, &LIMITS, &Cancel::new()).expect_err("it does not exist");
    assert_eq!(error.to_string(), "failed to run `/nonexistent/program`");
    assert_eq!(error.source.kind(), io::ErrorKind::NotFound);
}

#[test]
fn concurrent_runs_do_not_end_each_others_children() {
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..10 {
                    let output = output_of(&shell("sh -c 'sh -c \"echo deep\" & wait' & wait"), &LIMITS);
                    assert_eq!(
                        (output.exit_reason, &*output.stdout, output.left_behind),
                        (ExitReason::Code(0), &b"deep\n"[..], 0)
                    );
                }
            });
        }
    });
}

#[test]
#[cfg(target_os = "linux")]
fn a_process_that_has_run_a_child_is_hidden_from_other_processes() {
    output_of(&shell(""), &LIMITS);
    assert_eq!(
        rustix::process::dumpable_behavior().expect("the kernel tells"),
        rustix::process::DumpableBehavior::NotDumpable
    );
}
