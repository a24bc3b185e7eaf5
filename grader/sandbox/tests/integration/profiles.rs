//! What each profile allows beyond one process, and that everything else stays forbidden.

use std::path::PathBuf;

use crate::support::{Outcome, Target, contained_as, contained_in};
use sandbox::{Level, Paths, Profile, probe, probe_up_to};

/// The levels from strong on that this machine reaches.
fn reached() -> impl Iterator<Item = Level> {
    let levels = [Level::Strong, Level::Full].into_iter();
    levels.filter(|level| {
        let found = probe_up_to(*level).level;
        if found != *level {
            eprintln!("skipped: this machine reaches level {found}, not {level}");
        }
        found == *level
    })
}

#[track_caller]
fn check(profile: Profile, executable: &[&str], attack: &str, expected: Outcome) {
    for level in reached() {
        let paths = Paths {
            executable: executable.iter().map(PathBuf::from).collect(),
            ..Paths::default()
        };
        assert_eq!(
            contained_as(profile, paths, attack, level),
            expected,
            "{attack} at level {level}"
        );
    }
}

#[test]
fn a_program_with_children_starts_the_programs_that_it_was_given() {
    check(Profile::RunWithChildren, &["/bin/true"], "command", Outcome::Succeeded);
    check(Profile::RunWithChildren, &["/bin/sh"], "exec-shell", Outcome::Succeeded);
}

#[test]
fn a_program_with_children_starts_them_in_every_way_that_std_has() {
    let programs = ["/bin/true", "/bin/cat"];
    check(Profile::RunWithChildren, &programs, "command-forms", Outcome::Succeeded);
}

#[test]
fn a_program_with_children_starts_no_other_programs() {
    check(Profile::RunWithChildren, &[], "command", Outcome::Contained);
    check(
        Profile::RunWithChildren,
        &["/bin/true"],
        "exec-shell",
        Outcome::Contained,
    );
}

#[test]
fn a_program_with_children_has_no_files_no_network_and_no_other_processes() {
    for attack in [
        "read-solution",
        "overwrite-cache",
        "create",
        "delete",
        "chmod",
        "tcp",
        "udp",
        "unix-path",
        "unix-abstract",
        "kill-other",
        "kill-grader",
        "ptrace",
        "user-namespace",
        "memory-shared",
        "memory-memfd",
        "io-uring",
        "setuid",
        "clear-death-signal",
    ] {
        check(Profile::RunWithChildren, &["/bin/true"], attack, Outcome::Contained);
    }
}

#[test]
fn processes_are_limited_if_the_program_has_a_user_of_its_own() {
    if !probe().counts_threads() {
        eprintln!("skipped: no user of its own: {:?}", probe().missing);
        return;
    }
    let outcome = contained_as(Profile::RunWithChildren, Paths::default(), "fork-bomb", Level::Full);
    assert_eq!(outcome, Outcome::Contained);
}

#[test]
fn a_program_with_a_network_connects_only_to_itself() {
    if let Some(missing) = &probe().loopback {
        eprintln!("skipped: {missing}");
        return;
    }
    let run = |attack| contained_as(Profile::RunWithLoopback, Paths::default(), attack, Level::Full);
    assert_eq!(run("loopback"), Outcome::Succeeded);
    for attack in [
        "tcp",
        "mptcp",
        "udp",
        "unix-path",
        "unix-abstract",
        "raw-socket",
        "netlink",
        "read-solution",
        "command",
        "kill-grader",
    ] {
        assert_eq!(run(attack), Outcome::Contained, "{attack}");
    }
}

#[test]
fn without_a_network_of_its_own_a_program_sends_no_datagrams() {
    let run = |attack| contained_as(Profile::RunWithLoopback, Paths::default(), attack, Level::Strong);
    if probe_up_to(Level::Strong).level < Level::Strong {
        eprintln!("skipped: {:?}", probe_up_to(Level::Strong).missing);
        return;
    }
    assert_eq!(run("loopback"), Outcome::Succeeded);
    assert_eq!(run("udp"), Outcome::Contained);
}

#[test]
fn a_program_connects_only_to_the_ports_that_it_was_given() {
    /// The version of Landlock from which on it supports ports.
    const SUPPORTS_PORTS: u32 = 4;
    if probe().landlock < Some(SUPPORTS_PORTS) {
        eprintln!("skipped: {:?}", probe().missing);
        return;
    }
    let (target, other) = (Target::new(), Target::new());
    for level in reached() {
        let connect = |port, attack| {
            contained_in(
                &target,
                Profile::RunWithLoopback,
                Paths::default(),
                vec![port],
                attack,
                level,
            )
        };
        assert_eq!(connect(target.port(), "tcp"), Outcome::Succeeded);
        assert_eq!(connect(other.port(), "tcp"), Outcome::Contained);
        for attack in ["mptcp", "udp", "loopback", "unix-abstract", "read-solution"] {
            assert_eq!(
                connect(target.port(), attack),
                Outcome::Contained,
                "{attack} at level {level}"
            );
        }
    }
}

#[test]
fn children_share_the_network_of_their_program() {
    if let Some(missing) = &probe().loopback {
        eprintln!("skipped: {missing}");
        return;
    }
    let run = |attack| {
        let paths = Paths {
            executable: vec!["/bin/true".into()],
            ..Paths::default()
        };
        contained_as(Profile::RunWithChildrenAndLoopback, paths, attack, Level::Full)
    };
    assert_eq!(run("loopback"), Outcome::Succeeded);
    assert_eq!(run("command"), Outcome::Succeeded);
    for attack in [
        "tcp",
        "udp",
        "unix-path",
        "unix-abstract",
        "read-solution",
        "kill-grader",
    ] {
        assert_eq!(run(attack), Outcome::Contained, "{attack}");
    }
}
