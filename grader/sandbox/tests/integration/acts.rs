//! Hostile programs, contained at each level that this machine reaches, and uncontained where that harms nobody.

use crate::support::{Outcome, contained, uncontained};
use sandbox::{Level, probe_up_to};

/// What an act does where nothing contains it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Control {
    /// It succeeds.
    Works,
    /// The kernel may have no such thing, or ordinary rights forbid it.
    DependsOnMachine,
    /// It never ends by itself, or is harmless in any case: the test is that the watching stands it.
    Endless,
    /// It would harm the machine, and is not tried.
    Harmful,
}
use Control::{DependsOnMachine, Endless, Harmful, Works};

/// Every act, and whether it works without containment.
const ACTS: [(&str, Control); 72] = [
    ("infinite-loop", Endless),
    ("deadlock", Endless),
    ("ignores-signals", Endless),
    ("fork-bomb", Works),
    ("thread-bomb", Works),
    ("memory-growsdown", Works),
    ("memory-heap", Works),
    ("memory-shared", Works),
    ("memory-memfd", Works),
    ("flood", Endless),
    ("orphan", Works),
    ("background", Works),
    ("read-solution", Works),
    ("list-solutions", Works),
    ("stat-hidden", Works),
    ("read-proc-root", Works),
    ("exec-shell", Works),
    ("exec-loader", Works),
    ("command", Works),
    ("overwrite-cache", Works),
    ("create", Works),
    ("delete", Works),
    ("truncate", Works),
    ("chmod", Works),
    ("utimes", Works),
    ("setxattr", DependsOnMachine),
    ("symlink", Works),
    ("rename", Works),
    ("dev-shm", DependsOnMachine),
    ("tcp", Works),
    ("mptcp", DependsOnMachine),
    ("udp", Works),
    ("unix-path", Works),
    ("unix-abstract", Works),
    ("raw-socket", DependsOnMachine),
    ("netlink", Works),
    ("io-uring", DependsOnMachine),
    ("int80-socket", DependsOnMachine),
    ("x32", DependsOnMachine),
    ("bpf", DependsOnMachine),
    ("perf", DependsOnMachine),
    ("keyctl", DependsOnMachine),
    ("userfaultfd", DependsOnMachine),
    ("kill-other", Works),
    ("kill-grader", Works),
    ("kill-all", Works),
    ("sigqueue", DependsOnMachine),
    ("pidfd-signal", Works),
    ("set-owner", Works),
    ("ptrace", DependsOnMachine),
    ("read-memory", DependsOnMachine),
    ("prlimit-other", Works),
    ("setpriority-other", Works),
    ("affinity-other", Works),
    ("sched-fifo", DependsOnMachine),
    ("proc-environ", Works),
    ("proc-cmdline", Works),
    ("list-proc", Works),
    ("proc-mem", Works),
    ("own-executable", Works),
    ("env-secret", Works),
    ("read-stdin", Works),
    ("inherited-fds", Works),
    ("sysv-shm", Works),
    ("user-namespace", DependsOnMachine),
    ("mount", Harmful),
    ("setuid", DependsOnMachine),
    ("setsid", Works),
    ("dev-tty", DependsOnMachine),
    ("clear-death-signal", Works),
    ("non-utf8", Endless),
    // Not among those that others have listed: half of a pair of sockets that sends to somebody else's.
    ("datagram-pair", Works),
];

/// What the level without a root lets through.
const OPEN_AT_STRONG: &[&str] = &["stat-hidden", "own-executable"];

/// What the level without Landlock lets through besides: everything that opens a file.
const OPEN_AT_PARTIAL: &[&str] = &[
    "read-solution",
    "list-solutions",
    "stat-hidden",
    "read-proc-root",
    "exec-shell",
    "exec-loader",
    "overwrite-cache",
    "create",
    "dev-shm",
    "proc-environ",
    "proc-cmdline",
    "list-proc",
    "proc-mem",
    "own-executable",
];

/// Compares the acts that succeed at `level` with those that are known to.
#[track_caller]
fn check(level: Level, known: &[&str]) {
    let reached = probe_up_to(level);
    if reached.level != level {
        eprintln!(
            "skipped: this machine reaches level {}, not {level}: {:?}",
            reached.level, reached.missing
        );
        return;
    }
    let outcomes: Vec<(&str, Outcome)> = ACTS.map(|(act, _)| (act, contained(act, level))).into();
    let with = |outcome| move |entry: &&(&str, Outcome)| entry.1 == outcome;
    let names = |outcome| -> Vec<&str> { outcomes.iter().filter(with(outcome)).map(|(act, _)| *act).collect() };
    assert_eq!(names(Outcome::NotTried), Vec::<&str>::new(), "at level {level}");
    let unexpected = |act: &&str| !known.contains(act);
    let escaped: Vec<&str> = names(Outcome::Succeeded).into_iter().filter(unexpected).collect();
    assert_eq!(escaped, Vec::<&str>::new(), "at level {level}");
    eprintln!(
        "level {level}: {} of {} acts contained",
        names(Outcome::Contained).len(),
        ACTS.len()
    );
}

#[test]
fn the_full_level_contains_every_act() {
    check(Level::Full, &[]);
}

#[test]
fn the_strong_level_lets_a_program_see_that_files_exist_and_read_itself() {
    check(Level::Strong, OPEN_AT_STRONG);
}

#[test]
fn the_partial_level_lets_a_program_open_files() {
    check(Level::Partial, OPEN_AT_PARTIAL);
}

#[test]
fn every_act_works_where_nothing_contains_it() {
    let works = ACTS.into_iter().filter(|(_, control)| *control == Works);
    let stopped: Vec<&str> = works
        .map(|(act, _)| act)
        .filter(|act| uncontained(act) != Outcome::Succeeded)
        .collect();
    assert_eq!(stopped, Vec::<&str>::new());
}

#[test]
fn acts_that_depend_on_the_machine_are_at_least_tried() {
    let depends = ACTS.into_iter().filter(|(_, control)| *control == DependsOnMachine);
    let mut n_working = 0;
    for (act, _) in depends {
        let outcome = uncontained(act);
        assert_ne!(outcome, Outcome::NotTried, "{act}");
        n_working += usize::from(outcome == Outcome::Succeeded);
        eprintln!("{act}: {outcome:?}");
    }
    eprintln!("{n_working} of them work on this machine");
}
