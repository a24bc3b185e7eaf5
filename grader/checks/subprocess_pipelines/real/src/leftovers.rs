//! A call leaves nothing behind: no child, no thread, no descriptor, and nothing that a later call notices.
//!
//! A child that was waited for is gone at once, so the check looks for children as soon as the call returns. A joined
//! thread and its descriptors may take a moment longer, so they count only if they stay.

use std::collections::BTreeSet;
use std::thread;
use std::time::Duration;

use harness::real::{Quiescence, Trial, kernel};
use harness::{Finding, Violation};
use subprocess_pipelines::Stage;

use crate::bytes::LINE;
use crate::call::{self, Output, must_be, must_capture, program, shell, stages};
use crate::desk::{Desk, settled};
use crate::errors::errors_are;
use crate::pattern::{self, Letters, MEBIBYTE};
use crate::role::Role;

/// How long to wait between two polls of the kernel.
const INTERVAL: Duration = Duration::from_millis(20);

/// How many polls there are in all while some thread runs: one that works on after the call has returned.
const MOST_POLLS: u32 = 500;

pub(crate) fn calls_leave_nothing_behind(trial: &mut Trial) {
    let Some(desk) = Desk::open(trial) else { return };
    let cat = || program("cat", &[]);
    leaves_nothing(trial, "`run` of `sh -c 'exit 3'`", || call::run(&shell("exit 3")));
    leaves_nothing(trial, "`run` of `no-such-program`", || {
        call::run(&program("no-such-program", &[]))
    });
    leaves_nothing(trial, "a line into `cat | cat | cat`", || {
        call::capture(&vec![cat(); 3], LINE)
    });
    let mebibyte = pattern::bytes(MEBIBYTE);
    leaves_nothing(trial, "1 MiB into `head -c 10`", || {
        call::capture(&[program("head", &["-c", "10"])], &mebibyte)
    });
    leaves_nothing(trial, "1 MiB into `cat | head -c 10`", || {
        call::capture(&[cat(), program("head", &["-c", "10"])], &mebibyte)
    });
    leaves_nothing(trial, "`cat | no-such-program`", || {
        call::capture(&[cat(), program("no-such-program", &[])], LINE)
    });
    // A submission that looks for programs beforehand finds these two.
    leaves_nothing(trial, "`cat | /dev/null`, which cannot be executed", || {
        call::capture(&[cat(), program("/dev/null", &[])], LINE)
    });
    leaves_nothing(trial, "`cat | cat` with a zero byte in an argument", || {
        call::capture(&[cat(), program("cat", &["a\0b"])], LINE)
    });
    leaves_nothing(trial, "nothing into `cat`", || call::capture(&[cat()], b""));
    // Stages that report at this desk are never let go.
    let Some(closed) = Desk::open(trial) else { return };
    let mut parked = stages(&[Role::Park { port: closed.port() }, Role::Park { port: closed.port() }]);
    parked.push(program("no-such-program", &[]));
    leaves_nothing(
        trial,
        "1 MiB into two stages that neither read nor end by themselves, and `no-such-program`",
        || call::capture(&parked, &mebibyte),
    );
    leaves_nothing(trial, "no stages", || call::capture(&[], LINE));
    trial.scenario("a call after others", || settled(|| repeats(&desk)));
    trial.scenario("three calls at the same time", || settled(|| at_the_same_time(&desk)));
}

fn leaves_nothing<T>(trial: &mut Trial, label: &str, call: impl FnOnce() -> Result<T, String>) {
    trial.scenario(label, || {
        settled(|| {
            let before = Holdings::now();
            // Other checks judge the result.
            let _ = call();
            before.are_all_there_is()
        })
    });
}

/// What this process has.
struct Holdings {
    threads: BTreeSet<i32>,
    descriptors: BTreeSet<(i32, String)>,
}

impl Holdings {
    fn now() -> Holdings {
        let mut descriptors = BTreeSet::from_iter(kernel::descriptors());
        // Reading `/proc` opens its files for a moment.
        descriptors.retain(|(_, target)| !target.starts_with("/proc/"));
        Holdings {
            threads: kernel::threads(),
            descriptors,
        }
    }

    /// Holds if there is no child, and the process has nothing that it did not have then.
    fn are_all_there_is(&self) -> Result<(), Violation> {
        no_child_is_there()?;
        let _observer = kernel::observe_only();
        let mut quiescence = Quiescence::default();
        let mut polls = 0;
        loop {
            let now = Holdings::now();
            let threads = now.threads.difference(&self.threads).count();
            let mut descriptors = now.descriptors.difference(&self.descriptors);
            let descriptor = descriptors.next();
            if threads == 0 && descriptor.is_none() {
                return Ok(());
            }
            polls += 1;
            if quiescence.poll(&kernel::tasks()) || polls >= MOST_POLLS {
                return Err(left(threads, descriptor));
            }
            thread::sleep(INTERVAL);
        }
    }
}

fn no_child_is_there() -> Result<(), Violation> {
    let children = kernel::children();
    let Some(child) = children.first() else { return Ok(()) };
    let expected = "expected every child to have ended and to be waited for when the call returns";
    let n_children = children.len();
    let mut got = match child.state {
        'Z' | 'X' => "a child has ended and was not waited for: it is a zombie".to_owned(),
        _ => "a child is still there".to_owned(),
    };
    if n_children > 1 {
        got.push_str(&format!("; {n_children} were left in all"));
    }
    Err(Violation::new(Finding::ChildLeak, expected).got(got))
}

fn left(threads: usize, descriptor: Option<&(i32, String)>) -> Violation {
    if threads > 0 {
        let expected = "expected every thread to have ended when the call returns";
        return Violation::new(Finding::ThreadLeak, expected).got(format!("{threads} went on"));
    }
    let kind = descriptor.map_or("descriptor", |(_, target)| kind_of(target));
    let expected = "expected the call to close whatever it opened";
    Violation::new(Finding::LimitExceeded, expected)
        .got(format!("this process has a {kind} that it did not have before"))
}

fn kind_of(target: &str) -> &'static str {
    if target.starts_with("pipe:") {
        "pipe"
    } else if target.starts_with("socket:") {
        "socket"
    } else if target.starts_with('/') {
        "file"
    } else {
        "descriptor"
    }
}

/// The result of a call does not depend on earlier calls.
fn repeats(desk: &Desk) -> Result<(), Violation> {
    for letters in [Letters::Small, Letters::Capital, Letters::Small] {
        gives_its_own(letters, &own_stages(desk, letters), desk)?;
    }
    Ok(())
}

fn gives_its_own(letters: Letters, stages: &[Stage], desk: &Desk) -> Result<(), Violation> {
    let (output, _) = desk.attended(
        |desk| desk.receive(1).len(),
        || must_capture(stages, letters.name().as_bytes()),
    );
    is_own(letters, &output?)
}

fn own_stages(desk: &Desk, letters: Letters) -> Vec<Stage> {
    let port = desk.port();
    let meet = Role::Meet {
        port,
        letters,
        length: 1000,
    };
    stages(&[meet])
}

/// The three are held at the desk until all have come, or until no more can come because they come one after the other.
fn at_the_same_time(desk: &Desk) -> Result<(), Violation> {
    let attend = |desk: &Desk| desk.receive(Letters::ALL.len()).len();
    let call = |letters: Letters| must_capture(&own_stages(desk, letters), letters.name().as_bytes());
    let (outputs, _) = desk.attended(attend, || {
        thread::scope(|scope| {
            let calls = Letters::ALL.map(|letters| scope.spawn(move || call(letters)));
            calls.map(|call| call.join())
        })
    });
    for (letters, output) in Letters::ALL.into_iter().zip(outputs) {
        match output {
            Ok(output) => is_own(letters, &output?)?,
            Err(payload) => std::panic::resume_unwind(payload),
        }
    }
    Ok(())
}

/// Holds if the call gave what its own program wrote, and nothing of another call.
fn is_own(letters: Letters, output: &Output) -> Result<(), Violation> {
    must_be("the standard output", letters.name().as_bytes(), &output.stdout)?;
    errors_are(1, letters, 1000, output)?;
    if output.stderr.len() == 2000 && output.exits.len() == 1 {
        return Ok(());
    }
    let expected = "expected 2000 bytes on standard error and the exit of one program";
    let got = format!(
        "got {} bytes and {} exits, as if those of another call were among them",
        output.stderr.len(),
        output.exits.len()
    );
    Err(Violation::new(Finding::WrongResult, expected).got(got))
}
