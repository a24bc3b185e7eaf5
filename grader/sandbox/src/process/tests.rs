//! The process layer against programs that behave badly, most of them one line of shell.

use super::*;

#[cfg(target_os = "linux")]
mod contained;

const LIMITS: Limits = Limits {
    wall: Duration::from_secs(20),
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
fn ended(command: &Command, limits: &Limits) -> ProcessOutput {
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
    let ended = ended(&shell("printf out; printf err >&2; exit 3"), &LIMITS);
    assert_eq!(
        (ended.end, &*ended.stdout, &*ended.stderr),
        (ExitReason::Code(3), &b"out"[..], &b"err"[..])
    );
    assert_eq!(ended.left_behind, 0);
}

#[test]
fn bytes_that_are_no_text_arrive_as_they_are() {
    assert_eq!(
        ended(&shell(r"printf '\377\000\033'"), &LIMITS).stdout,
        [0xff, 0x00, 0x1b]
    );
}

#[test]
fn death_by_a_signal_is_recorded_as_such() {
    assert_eq!(ended(&shell("kill -SEGV $$"), &LIMITS).end, ExitReason::Signal(11));
}

#[test]
fn nothing_of_the_environment_is_inherited() {
    let ended = ended(&shell("env"), &LIMITS);
    let text = String::from_utf8(ended.stdout).expect("the environment is text");
    assert!(!text.contains("CARGO"), "{text}");
}

#[test]
fn a_sleeper_is_ended_at_the_wall_limit_and_was_not_busy() {
    let limits = Limits {
        wall: Duration::from_millis(300),
        ..LIMITS
    };
    assert_eq!(
        ended(&shell("exec sleep 1000"), &limits).end,
        ExitReason::TimedOut {
            activity: Activity::Waiting
        }
    );
}

#[test]
fn a_loop_is_ended_at_the_wall_limit_and_was_busy() {
    let limits = Limits {
        wall: Duration::from_millis(300),
        ..LIMITS
    };
    assert_eq!(
        ended(&shell("while :; do :; done"), &limits).end,
        ExitReason::TimedOut {
            activity: Activity::Running
        }
    );
}

#[test]
fn a_loop_is_ended_at_the_limit_of_processor_time() {
    let limits = Limits {
        cpu: Some(Duration::from_secs(1)),
        ..LIMITS
    };
    assert_eq!(
        ended(&shell("while :; do :; done"), &limits).end,
        ExitReason::Signal(Signal::XCPU.as_raw())
    );
}

#[test]
fn a_flood_is_cut_at_the_limit_and_ended() {
    let limits = Limits {
        output: 10_000,
        ..LIMITS
    };
    let ended = ended(&shell("exec yes"), &limits);
    assert_eq!(
        (ended.end, ended.stdout.len()),
        (ExitReason::OutputLimit(Stream::Stdout), 10_000)
    );
}

#[test]
fn output_of_exactly_the_limit_is_no_flood() {
    let limits = Limits { output: 4, ..LIMITS };
    assert_eq!(ended(&shell("printf 1234"), &limits).end, ExitReason::Code(0));
}

#[test]
fn a_flood_of_errors_is_cut_as_well() {
    let limits = Limits {
        output: 10_000,
        ..LIMITS
    };
    assert_eq!(
        ended(&shell("exec yes >&2"), &limits).end,
        ExitReason::OutputLimit(Stream::Stderr)
    );
}

#[test]
fn a_child_in_the_background_is_ended_and_told() {
    let ended = ended(&shell("sleep 98701 & echo done"), &LIMITS);
    assert_eq!(
        (ended.end, &*ended.stdout, ended.left_behind),
        (ExitReason::Code(0), &b"done\n"[..], 1)
    );
    assert!(!is_running("98701"));
}

#[test]
#[cfg(target_os = "linux")]
fn a_grandchild_with_a_session_of_its_own_that_holds_standard_output_is_ended_and_told() {
    let (_folder, command) =
        with_folder("mkfifo f; setsid sh -c 'echo > f; sleep 98702; true' & read _ < f; echo done");
    let ended = ended(&command, &LIMITS);
    assert_eq!((ended.end, &*ended.stdout), (ExitReason::Code(0), &b"done\n"[..]));
    assert!(ended.left_behind > 0);
    assert!(!is_running("98702"));
}

#[test]
#[cfg(target_os = "linux")]
fn a_grandchild_without_environment_is_ended_too() {
    let script = "mkfifo f; setsid env -i /bin/sh -c 'echo > f; /bin/sleep 98703; true' & read _ < f";
    let (_folder, command) = with_folder(script);
    ended(&command, &LIMITS);
    assert!(!is_running("98703"));
}

#[test]
#[cfg(target_os = "linux")]
fn the_tree_of_a_child_that_is_ended_at_the_limit_is_ended_with_it() {
    let limits = Limits {
        wall: Duration::from_millis(400),
        ..LIMITS
    };
    let ended = ended(&shell("setsid sh -c 'sleep 98704; true' & wait"), &limits);
    assert!(matches!(ended.end, ExitReason::TimedOut { .. }), "{ended:?}");
    assert!(!is_running("98704"));
}

#[test]
fn a_child_that_was_waited_for_is_not_left_behind() {
    assert_eq!(ended(&shell("sleep 0.01 & wait"), &LIMITS).left_behind, 0);
}

#[test]
fn a_channel_carries_a_request_in_and_an_answer_out() {
    let command = Command {
        input: Input::Channel(b"question\n".to_vec()),
        ..shell("read word; echo $word! >&0; echo out")
    };
    let ended = ended(&command, &LIMITS);
    assert_eq!((&*ended.answer, &*ended.stdout), (&b"question!\n"[..], &b"out\n"[..]));
}

#[test]
fn a_channel_cannot_be_opened_a_second_time() {
    let command = Command {
        input: Input::Channel(Vec::new()),
        ..shell("echo forged > /proc/self/fd/0")
    };
    let ended = ended(&command, &LIMITS);
    assert!(ended.answer.is_empty() && ended.end != ExitReason::Code(0), "{ended:?}");
}

#[test]
fn a_wish_to_stop_ends_the_child() {
    let cancel = Cancel::new();
    cancel.cancel();
    let ended = run(&shell("exec sleep 98705"), &LIMITS, &cancel).expect("the shell can be started");
    assert_eq!(ended.end, ExitReason::Cancelled);
    assert!(!is_running("98705"));
}

#[test]
fn a_program_that_is_not_there_is_the_graders_error() {
    let command = Command {
        program: PathBuf::from("/nonexistent/program"),
        ..shell("")
    };
    let error = run(&command, &LIMITS, &Cancel::new()).expect_err("nothing can be started");
    assert_eq!(error.to_string(), "failed to run `/nonexistent/program`");
    assert_eq!(error.source.kind(), io::ErrorKind::NotFound);
}

#[test]
fn runs_side_by_side_do_not_end_each_others_children() {
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..10 {
                    let ended = ended(&shell("sh -c 'sh -c \"echo deep\" & wait' & wait"), &LIMITS);
                    assert_eq!(
                        (ended.end, &*ended.stdout, ended.left_behind),
                        (ExitReason::Code(0), &b"deep\n"[..], 0)
                    );
                }
            });
        }
    });
}
