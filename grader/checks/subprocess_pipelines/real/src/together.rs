//! Stages run at the same time: all have started before any ends.

use std::slice;

use harness::real::Trial;
use harness::{Finding, Violation};
use subprocess_pipelines::Stage;

use crate::call::{self, ExitReason, must_be, must_capture, program};
use crate::desk::{self, Desk, settled};
use crate::role::Role;

/// More stages than a submission would start at a time that divides them into groups, or by the processors.
const MANY_STAGES: usize = 24;

/// The signal that ends a program when it writes into a pipe without a reader.
const SIGPIPE: i32 = 13;

pub(crate) fn stages_run_at_the_same_time(trial: &mut Trial) {
    let Some(desk) = Desk::open(trial) else { return };
    let many = ["one-of-many"; MANY_STAGES];
    for names in [&["first", "second"][..], &["first", "second", "third", "fourth"], &many] {
        let label = format!("{} stages that wait for each other", names.len());
        trial.scenario(label, || settled(|| stages_meet(&desk, names)));
    }
    let (yes, cat) = (program("yes", &[]), program("cat", &[]));
    let head = program("head", &["-n", "1"]);
    trial.scenario("`yes` and a stage that ends without reading", || {
        settled(|| ends_with_a_full_pipe(&desk, &yes))
    });
    trial.scenario("`yes | head -n 1`", || {
        settled(|| ends_with_its_reader(&[yes.clone(), head.clone()], b"y\n"))
    });
    trial.scenario("`yes | cat | head -n 1`", || {
        settled(|| ends_with_its_reader(&[yes, cat, head], b"y\n"))
    });
}

fn stages_meet(desk: &Desk, names: &[&str]) -> Result<(), Violation> {
    let port = desk.port();
    let role = |&name| Role::Report { port, name, code: 0 };
    let stages = call::stages(&names.iter().map(role).collect::<Vec<_>>());
    let attend = |desk: &Desk| desk.receive(names.len()).len();
    let (output, met) = desk.attended(attend, || must_capture(&stages, b""));
    output?;
    if met >= names.len() {
        return Ok(());
    }
    let expected = format!("expected all {} stages to run at the same time", names.len());
    let (finding, got) = match met {
        0 => (Finding::NotConcurrent, "none was started".to_owned()),
        1 => (Finding::NotConcurrent, "one ran alone, and no other came".to_owned()),
        met => (Finding::OverSerialized, format!("{met} did, and no other came")),
    };
    Err(Violation::new(finding, expected).got(got))
}

/// The reader ends only once nothing more happens, so `yes` waits for room in the pipe by then. Where the stages are
/// joined by something else, such as a pair of sockets, that wait may end in another way than by the signal.
fn ends_with_a_full_pipe(desk: &Desk, yes: &Stage) -> Result<(), Violation> {
    let reader = Role::Report {
        port: desk.port(),
        name: "reader",
        code: 0,
    };
    let stages = [slice::from_ref(yes), &call::stages(&[reader])].concat();
    let attend = |desk: &Desk| {
        let visitors = desk.receive(1);
        desk::for_a_while();
        drop(visitors);
    };
    desk.attended(attend, || ends_with_its_reader(&stages, b"")).0
}

/// Holds if the last stage gives `expected` and the first, which would write for ever, is ended by the broken pipe.
fn ends_with_its_reader(stages: &[Stage], expected: &[u8]) -> Result<(), Violation> {
    let output = must_capture(stages, b"")?;
    must_be("the standard output", expected, &output.stdout)?;
    // Another check judges how signals are reported, and the order of the exits.
    let is_sigpipe = |exit: &ExitReason| {
        let (ExitReason::Signal(number) | ExitReason::Code(number)) = exit;
        [SIGPIPE, 128 + SIGPIPE].contains(number)
    };
    if output.exits.len() != stages.len() || output.exits.iter().any(is_sigpipe) {
        return Ok(());
    }
    let expected = format!("expected `yes` to be ended by signal {SIGPIPE}, since its output has no reader");
    let exits: Vec<String> = output.exits.iter().map(ExitReason::to_string).collect();
    Err(Violation::new(Finding::WrongResult, expected).got(format!("got the exits {}", exits.join(", "))))
}
