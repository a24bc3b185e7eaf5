//! Conclusions from what a canary could do.

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
    judge(plan, Profile::Run, Succeeded(bits))
        .err()
        .map(|lack| lack.mechanism)
}

#[test]
fn a_canary_that_can_do_nothing_confirms_the_plan() {
    assert_eq!(blamed(&full(), &[]), None);
    assert_eq!(full().level(), Level::Full);
}

#[test]
fn each_attempt_that_succeeds_is_blamed_on_what_should_have_refused_it() {
    for (attempt, mechanism) in [
        (Attempt::Read, Mechanism::Root),
        (Attempt::List, Mechanism::Root),
        (Attempt::Look, Mechanism::Root),
        (Attempt::Fork, Mechanism::Filter),
        (Attempt::Signal, Mechanism::Filter),
        (Attempt::Connect, Mechanism::Filter),
    ] {
        assert_eq!(blamed(&full(), &[attempt]), Some(mechanism), "{attempt:?}");
    }
}

#[test]
fn without_a_root_files_are_the_business_of_landlock_and_their_names_nobodys() {
    let strong = Plan { root: None, ..full() };
    assert_eq!(strong.level(), Level::Strong);
    assert_eq!(blamed(&strong, &[Attempt::Look]), None);
    assert_eq!(blamed(&strong, &[Attempt::Read]), Some(Mechanism::Landlock));
}

#[test]
fn a_network_by_itself_does_not_reach_the_machine() {
    let plan = Plan {
        network: true,
        ..full()
    };
    let lack = judge(&plan, Profile::RunWithLoopback, Succeeded(Attempt::Connect as i32)).expect_err("it connected");
    assert_eq!(lack.mechanism, Mechanism::Network);
}

#[test]
fn each_means_that_is_struck_off_lowers_the_level() {
    let mut plan = full();
    assert!(plan.strike(Mechanism::User), "it was there");
    assert_eq!((plan.level(), plan.root.clone()), (Level::Strong, None));
    assert!(!plan.strike(Mechanism::User), "it is gone");
    assert!(plan.strike(Mechanism::Landlock));
    assert_eq!(plan.level(), Level::Partial);
    assert!(plan.strike(Mechanism::Filter));
    assert_eq!((plan.level(), plan), (Level::Basic, Plan::basic()));
}

#[test]
fn a_chroot_of_a_real_root_user_does_not_depend_on_another_user() {
    let mut plan = Plan {
        user: User::Other,
        ..full()
    };
    assert!(plan.strike(Mechanism::User));
    assert_eq!(plan.level(), Level::Full);
}

#[test]
fn what_is_missing_names_the_answer_the_consequence_and_the_help() {
    let error = io::Error::from_raw_os_error(libc::EPERM);
    let lack = lack(Mechanism::Root, "namespaces refused", &error);
    assert_eq!(
        lack.to_string(),
        "no chroot: namespaces refused: EPERM → names of hidden files can be guessed"
    );
    assert!(lack.help.contains("SECURITY.md"));
}

#[test]
fn the_help_for_a_network_names_the_right_to_make_one_and_the_right_to_switch_its_device_on() {
    for right in ["`--cap-add SYS_ADMIN ", " --cap-add NET_ADMIN`"] {
        assert!(help(Mechanism::Network, libc::EPERM).contains(right), "{right}");
    }
}

#[test]
fn the_basic_level_contains_with_nothing_and_lacks_nothing() {
    let found = find(Level::Basic);
    assert_eq!((found.level, found.missing.len()), (Level::Basic, 0));
}
