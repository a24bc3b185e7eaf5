//! Conclusions from the attempts of a probe child.

use super::*;

/// A plan with everything.
fn full() -> Plan {
    Plan {
        landlock: Some(7),
        filter: true,
        root: Some("/".into()),
        user: User::Namespace,
        network: false,
    }
}

fn blamed(plan: &Plan, succeeded: &[Attempt]) -> Option<Mechanism> {
    let bits = succeeded.iter().fold(0, |bits, attempt| bits | *attempt as i32);
    check_prevented(plan, Profile::Run, Succeeded(bits))
        .err()
        .map(|missing| missing.mechanism)
}

#[test]
fn a_probe_without_successful_attempts_confirms_the_plan() {
    assert_eq!(blamed(&full(), &[]), None);
    assert_eq!(full().level(), Level::Full);
}

#[test]
fn each_successful_attempt_is_blamed_on_the_mechanism_that_should_have_prevented_it() {
    for (attempt, mechanism) in [
        (Attempt::Read, Mechanism::Root),
        (Attempt::List, Mechanism::Root),
        (Attempt::Stat, Mechanism::Root),
        (Attempt::Fork, Mechanism::Filter),
        (Attempt::Signal, Mechanism::Filter),
        (Attempt::Connect, Mechanism::Filter),
    ] {
        assert_eq!(blamed(&full(), &[attempt]), Some(mechanism), "{attempt:?}");
    }
}

#[test]
fn without_a_root_folder_landlock_protects_files_but_not_their_names() {
    let strong = Plan { root: None, ..full() };
    assert_eq!(strong.level(), Level::Strong);
    assert_eq!(blamed(&strong, &[Attempt::Stat]), None);
    assert_eq!(blamed(&strong, &[Attempt::Read]), Some(Mechanism::Landlock));
}

#[test]
fn a_network_of_its_own_does_not_reach_the_machine() {
    let plan = Plan {
        network: true,
        ..full()
    };
    let connected = Succeeded(Attempt::Connect as i32);
    let missing = check_prevented(&plan, Profile::RunWithLoopback, connected).expect_err("it connected");
    assert_eq!(missing.mechanism, Mechanism::Network);
}

#[test]
fn each_mechanism_that_is_removed_lowers_the_level() {
    let mut plan = full();
    assert!(plan.remove(Mechanism::User), "it was there");
    assert_eq!((plan.level(), plan.root.clone()), (Level::Strong, None));
    assert!(!plan.remove(Mechanism::User), "it is gone");
    assert!(plan.remove(Mechanism::Landlock));
    assert_eq!(plan.level(), Level::Partial);
    assert!(plan.remove(Mechanism::Filter));
    assert_eq!((plan.level(), plan), (Level::Basic, Plan::basic()));
}

#[test]
fn the_root_user_can_change_the_root_folder_without_another_user() {
    let mut plan = Plan {
        user: User::Other,
        ..full()
    };
    assert!(plan.remove(Mechanism::User));
    assert_eq!(plan.level(), Level::Full);
}

#[test]
fn a_missing_mechanism_names_the_error_the_consequence_and_the_help() {
    let error = io::Error::from_raw_os_error(libc::EPERM);
    let missing = missing(Mechanism::Root, "namespaces refused", &error);
    assert_eq!(
        missing.to_string(),
        "no chroot: namespaces refused: EPERM → names of hidden files can be guessed"
    );
    assert!(missing.help.contains("SECURITY.md"));
}

#[test]
fn the_help_for_a_network_names_both_capabilities_that_it_takes() {
    for capability in ["`--cap-add SYS_ADMIN ", " --cap-add NET_ADMIN`"] {
        assert!(
            help(Mechanism::Network, libc::EPERM).contains(capability),
            "{capability}"
        );
    }
}

#[test]
fn the_basic_level_has_no_mechanisms_and_misses_none() {
    let found = find(Level::Basic);
    assert_eq!((found.level, found.missing.len()), (Level::Basic, 0));
}
