//! Hostile programs, at each level that this machine reaches, and without a sandbox if that does no harm.

use crate::support::{Outcome, contained, uncontained};
use sandbox::{Level, probe_up_to};

/// What an attack does without a sandbox.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Control {
    /// It succeeds.
    Works,
    /// The kernel may not support it, or ordinary permissions may forbid it.
    DependsOnMachine,
    /// It never ends by itself, or it is always harmless. The test is that it can be watched.
    Endless,
    /// It would harm the machine, so it is not tried.
    Harmful,
}
use Control::{DependsOnMachine, Endless, Harmful, Works};

/// Every attack, and whether it works without a sandbox.
const ATTACKS: [(&str, Control); 72] = [
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
    // Not found in other lists of attacks: one socket of a pair sends to a socket of another program.
    ("datagram-pair", Works),
];

/// The attacks that succeed without a root folder of the program's own.
const OPEN_AT_STRONG: &[&str] = &["stat-hidden", "own-executable"];

/// The attacks that succeed without Landlock: also all that open a file.
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

/// Compares the attacks that succeed at `level` with those that are known to succeed.
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
    let outcomes: Vec<(&str, Outcome)> = ATTACKS.map(|(attack, _)| (attack, contained(attack, level))).into();
    let with = |outcome| move |entry: &&(&str, Outcome)| entry.1 == outcome;
    let names = |outcome| -> Vec<&str> {
        outcomes
            .iter()
            .filter(with(outcome))
            .map(|(attack, _)| *attack)
            .collect()
    };
    assert_eq!(names(Outcome::NotTried), Vec::<&str>::new(), "at level {level}");
    let unexpected = |attack: &&str| !known.contains(attack);
    let escaped: Vec<&str> = names(Outcome::Succeeded).into_iter().filter(unexpected).collect();
    assert_eq!(escaped, Vec::<&str>::new(), "at level {level}");
    eprintln!(
        "level {level}: {} of {} attacks contained",
        names(Outcome::Contained).len(),
        ATTACKS.len()
    );
}

#[test]
fn the_full_level_contains_every_attack() {
    check(Level::Full, &[]);
}

#[test]
fn at_the_strong_level_a_program_can_see_that_files_exist_and_read_itself() {
    check(Level::Strong, OPEN_AT_STRONG);
}

#[test]
fn at_the_partial_level_a_program_can_open_files() {
    check(Level::Partial, OPEN_AT_PARTIAL);
}

#[test]
fn every_attack_works_without_a_sandbox() {
    let works = ATTACKS.into_iter().filter(|(_, control)| *control == Works);
    let stopped: Vec<&str> = works
        .map(|(attack, _)| attack)
        .filter(|attack| uncontained(attack) != Outcome::Succeeded)
        .collect();
    assert_eq!(stopped, Vec::<&str>::new());
}

#[test]
fn attacks_that_depend_on_the_machine_are_tried_without_a_sandbox() {
    let depends = ATTACKS.into_iter().filter(|(_, control)| *control == DependsOnMachine);
    let mut n_working = 0;
    for (attack, _) in depends {
        let outcome = uncontained(attack);
        assert_ne!(outcome, Outcome::NotTried, "{attack}");
        n_working += usize::from(outcome == Outcome::Succeeded);
        eprintln!("{attack}: {outcome:?}");
    }
    eprintln!("{n_working} of them work on this machine");
}
