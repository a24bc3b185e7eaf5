//! The note on orderings that no exploration decides.

use insta::assert_snapshot;
use protocol::trace::AtomicFunction::{CompareExchange, Load, Store};
use protocol::trace::MemoryOrder::{AcqRel, Acquire, Relaxed, Release};
use protocol::trace::{AtomicAccess, AtomicFunction, AtomicType, CompareExchangeFunction, MemoryOrder, Place};
use protocol::verdict::{CheckVerdict, Report, Verdict};
use protocol::{CheckKind, Exploration};

use report::{Options, json};

use super::failures::COUNTER;
use super::samples::{self, FILE, check};
use super::{passed, printed};

/// An access at `line` of `file`.
fn weak(file: &str, line: u32, function: AtomicFunction, order: MemoryOrder) -> AtomicAccess {
    AtomicAccess {
        place: Place {
            file: file.into(),
            line,
            column: 9,
        },
        function,
        order,
        atomic: Some(AtomicType::U64),
    }
}

/// A check that passes and meets `weak_orderings`.
fn meeting(name: &str, weak_orderings: Vec<AtomicAccess>) -> CheckVerdict {
    CheckVerdict {
        explored: Some(Exploration {
            weak_orderings,
            ..samples::exploration(6360, 500)
        }),
        ..check(name, CheckKind::Model, Verdict::Passed)
    }
}

/// The report on a publication that two checks meet, beside what is not the submission's.
fn publication() -> Report {
    let load = || weak(FILE, 20, Load, Acquire);
    let of_the_check = weak("grader/checks/counting/src/main.rs", 7, Store, Relaxed);
    let of_a_library = weak("library/src/queue.rs", 7, Store, Relaxed);
    let checks = vec![
        meeting("every_increment_counts", vec![load(), of_the_check, of_a_library]),
        passed(),
        meeting("threads_count_at_once", vec![weak(FILE, 12, Store, Release), load()]),
    ];
    samples::report(checks, COUNTER)
}

#[test]
fn orderings_weaker_than_seq_cst_are_a_note_and_no_verdict() {
    assert_snapshot!(printed(&publication(), &Options::default()), @r"
    counting  Nobody loses count
    exercises/counting

     ✓ every_increment_counts  3/3  all 5 860 interleavings + 500 random
     ✓ threads_run_at_once     3/3  all 5 860 interleavings + 500 random
     ✓ threads_count_at_once   3/3  all 5 860 interleavings + 500 random

    score 9 of 9 · 3 of 3 checks ran
    explored 17 580 interleavings + 1 500 random · containment B (more: --verbose)
    note: orderings weaker than `SeqCst` at lib.rs:12 (store, Release), lib.rs:20
    (load, Acquire): not explored in every interleaving in which they let a load
    return an older value
    worth knowing: `threads_count_at_once` saw 3 180 different interleavings; an
    ordinary test sees one of them
    compare: cargo xtask solution counting
    next: cargo xtask next
    ");
}

#[test]
fn orderings_weaker_than_seq_cst_are_a_list_in_json() {
    let printed = json::report(&publication());
    let report: serde_json::Value = serde_json::from_str(&printed).expect("it is JSON");
    assert_eq!(report["verdict"], "passed");
    assert_eq!(
        report["weak_orderings"],
        serde_json::json!([
            { "file": FILE, "line": 12, "operation": "store", "ordering": "Release", "decided": false },
            { "file": FILE, "line": 20, "operation": "load", "ordering": "Acquire", "decided": false },
        ])
    );
    let left_out = |check: usize| &report["checks"][check]["explored"]["left_out"];
    assert_eq!(left_out(0), &serde_json::json!(["weak_memory", "plain_memory"]));
    assert_eq!(left_out(1), &serde_json::json!(["plain_memory"]));
}

#[test]
fn many_weak_orderings_are_told_up_to_a_number() {
    let note = |accesses: &[AtomicAccess]| {
        let report = samples::report(vec![meeting("every_increment_counts", accesses.to_vec())], "");
        let printed = printed(&report, &Options::default());
        let lines = printed.lines().skip_while(|line| !line.starts_with("note: "));
        let note: Vec<&str> = lines.take_while(|line| !line.starts_with("containment ")).collect();
        note.join("\n")
    };
    let compare_exchange = CompareExchange(CompareExchangeFunction::CompareExchange);
    let mut accesses: Vec<AtomicAccess> = (1..=5).map(|line| weak(FILE, line, Load, Relaxed)).collect();
    assert_snapshot!(note(&accesses), @r"
    note: orderings weaker than `SeqCst` at lib.rs:1 (load, Relaxed), lib.rs:2
    (load, Relaxed), lib.rs:3 (load, Relaxed), lib.rs:4 (load, Relaxed), lib.rs:5
    (load, Relaxed): not explored in every interleaving in which they let a load
    return an older value
    worth knowing: `every_increment_counts` saw 3 180 different interleavings; an
    ordinary test sees one of them
    compare: cargo xtask solution counting
    next: cargo xtask next
    ");
    accesses.push(weak(FILE, 6, compare_exchange, AcqRel));
    accesses.push(weak(FILE, 6, compare_exchange, Acquire));
    assert_snapshot!(note(&accesses), @r"
    note: orderings weaker than `SeqCst` at lib.rs:1 (load, Relaxed), lib.rs:2
    (load, Relaxed), lib.rs:3 (load, Relaxed), lib.rs:4 (load, Relaxed), lib.rs:5
    (load, Relaxed) and 1 more: not explored in every interleaving in which they let
    a load return an older value
    worth knowing: `every_increment_counts` saw 3 180 different interleavings; an
    ordinary test sees one of them
    compare: cargo xtask solution counting
    next: cargo xtask next
    ");
    assert_snapshot!(note(&accesses[5..]), @r"
    note: orderings weaker than `SeqCst` at lib.rs:6 (compare_exchange,
    AcqRel/Acquire): not explored in every interleaving in which they let a load
    return an older value
    worth knowing: `every_increment_counts` saw 3 180 different interleavings; an
    ordinary test sees one of them
    compare: cargo xtask solution counting
    next: cargo xtask next
    ");
}
