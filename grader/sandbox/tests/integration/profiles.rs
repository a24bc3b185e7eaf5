//! What the kinds of programs may do beyond one process, and that the rest stays out of reach.

use std::path::PathBuf;

use crate::support::{Outcome, Scene, contained_as, contained_in};
use sandbox::{Level, Paths, Profile, probe, probe_up_to};

/// Levels that this machine reaches and at which the rest is out of reach.
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
fn check(profile: Profile, executable: &[&str], act: &str, expected: Outcome) {
    for level in reached() {
        let paths = Paths {
            executable: executable.iter().map(PathBuf::from).collect(),
            ..Paths::default()
        };
        assert_eq!(
            contained_as(profile, paths, act, level),
            expected,
            "{act} at level {level}"
        );
    }
}

#[test]
fn a_program_with_children_starts_what_it_was_given() {
    check(Profile::RunWithChildren, &["/bin/true"], "command", Outcome::Succeeded);
    check(Profile::RunWithChildren, &["/bin/sh"], "exec-shell", Outcome::Succeeded);
}

#[test]
fn a_program_with_children_starts_nothing_else() {
    check(Profile::RunWithChildren, &[], "command", Outcome::Contained);
    check(
        Profile::RunWithChildren,
        &["/bin/true"],
        "exec-shell",
        Outcome::Contained,
    );
}

#[test]
fn a_program_with_children_reaches_neither_files_nor_network_nor_other_processes() {
    for act in [
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
        check(Profile::RunWithChildren, &["/bin/true"], act, Outcome::Contained);
    }
}

#[test]
fn processes_are_counted_where_the_program_is_a_user_by_itself() {
    if !probe().counts_threads() {
        eprintln!("skipped: no user by itself: {:?}", probe().missing);
        return;
    }
    let outcome = contained_as(Profile::RunWithChildren, Paths::default(), "fork-bomb", Level::Full);
    assert_eq!(outcome, Outcome::Contained);
}

#[test]
fn a_program_with_a_network_talks_to_itself_alone() {
    if let Some(missing) = &probe().loopback {
        eprintln!("skipped: {missing}");
        return;
    }
    let run = |act| contained_as(Profile::RunWithLoopback, Paths::default(), act, Level::Full);
    assert_eq!(run("loopback"), Outcome::Succeeded);
    for act in [
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
        assert_eq!(run(act), Outcome::Contained, "{act}");
    }
}

#[test]
fn without_a_network_by_itself_a_program_sends_no_datagrams() {
    let run = |act| contained_as(Profile::RunWithLoopback, Paths::default(), act, Level::Strong);
    if probe_up_to(Level::Strong).level < Level::Strong {
        eprintln!("skipped: {:?}", probe_up_to(Level::Strong).missing);
        return;
    }
    assert_eq!(run("loopback"), Outcome::Succeeded);
    assert_eq!(run("udp"), Outcome::Contained);
}

#[test]
fn a_program_connects_to_the_ports_that_it_was_given_and_to_no_others() {
    /// The version of Landlock that knows of ports.
    const KNOWS_PORTS: u32 = 4;
    if probe().landlock < Some(KNOWS_PORTS) {
        eprintln!("skipped: {:?}", probe().missing);
        return;
    }
    let (scene, other) = (Scene::new(), Scene::new());
    for level in reached() {
        let connect = |port, act| {
            contained_in(
                &scene,
                Profile::RunWithLoopback,
                Paths::default(),
                vec![port],
                act,
                level,
            )
        };
        assert_eq!(connect(scene.port(), "tcp"), Outcome::Succeeded);
        assert_eq!(connect(other.port(), "tcp"), Outcome::Contained);
        for act in ["mptcp", "udp", "loopback", "unix-abstract", "read-solution"] {
            assert_eq!(connect(scene.port(), act), Outcome::Contained, "{act} at level {level}");
        }
    }
}

#[test]
fn children_of_a_program_with_a_network_share_it() {
    if let Some(missing) = &probe().loopback {
        eprintln!("skipped: {missing}");
        return;
    }
    let run = |act| {
        let paths = Paths {
            executable: vec!["/bin/true".into()],
            ..Paths::default()
        };
        contained_as(Profile::RunWithChildrenAndLoopback, paths, act, Level::Full)
    };
    assert_eq!(run("loopback"), Outcome::Succeeded);
    assert_eq!(run("command"), Outcome::Succeeded);
    for act in [
        "tcp",
        "udp",
        "unix-path",
        "unix-abstract",
        "read-solution",
        "kill-grader",
    ] {
        assert_eq!(run(act), Outcome::Contained, "{act}");
    }
}
