//! What the operators propose for small sources.

use super::*;

fn all(source: &str) -> Vec<Mutant> {
    mutants(source).expect("the source is Rust")
}

/// Every mutant of that operator, by what a line was and what it is.
fn of(source: &str, operator: &str) -> Vec<(String, String)> {
    let of_operator = all(source).into_iter().filter(|mutant| mutant.operator == operator);
    of_operator
        .map(|mutant| (mutant.hunk.was(), mutant.hunk.is()))
        .collect()
}

/// There is a mutant of that operator in which the line `was` becomes `is`.
#[track_caller]
fn makes(source: &str, operator: &str, was: &str, is: &str) {
    let made = of(source, operator);
    let is_made = made.iter().any(|(a, b)| a == was && b == is);
    assert!(is_made, "{was:?} does not become {is:?}: {made:#?}");
}

/// There is no mutant of that operator.
#[track_caller]
fn makes_none(source: &str, operator: &str) {
    assert_eq!(of(source, operator), [], "{operator}");
}

#[test]
fn a_mutant_keeps_the_formatting_and_comments_of_its_source() {
    let source = "fn f() {\n    // Why.\n    while  a() { b(); }\n}\n";
    let mutant = all(source).into_iter().find(|mutant| mutant.operator == "while_to_if");
    let mutant = mutant.expect("there is a loop");
    assert_eq!(mutant.text, "fn f() {\n    // Why.\n    if  a() { b(); }\n}\n");
    assert_eq!(
        (mutant.place().as_str(), mutant.function.as_str()),
        ("3:while_to_if", "f")
    );
}

#[test]
fn the_same_source_gives_the_same_mutants_all_of_them_different_from_it_and_from_each_other() {
    let source = include_str!("operators/critical_sections.rs");
    let made = all(source);
    assert!(made.len() > 50, "{}", made.len());
    assert_eq!(made, all(source));
    let mut texts: Vec<&str> = made.iter().map(|mutant| mutant.text.as_str()).collect();
    texts.push(source);
    texts.sort_unstable();
    texts.dedup();
    assert_eq!(texts.len(), made.len() + 1);
    let mut places: Vec<String> = made.iter().map(Mutant::place).collect();
    places.sort_unstable();
    places.dedup();
    assert_eq!(places.len(), made.len());
}

#[test]
fn every_mutant_of_rust_is_rust() {
    for mutant in all(include_str!("operators/critical_sections.rs")) {
        let parsed = syn::parse_file(&mutant.text);
        assert!(parsed.is_ok(), "{}: {:?}", mutant.place(), mutant.hunk);
    }
}

#[test]
fn a_function_belongs_to_its_type_and_tests_are_left_alone() {
    let source = "impl Gate {\n fn open(&self) { a(); }\n}\n#[cfg(test)]\nmod tests {\n fn f() { a(); }\n}\n";
    let functions: Vec<String> = all(source).into_iter().map(|mutant| mutant.function).collect();
    assert!(
        functions.iter().all(|function| function == "Gate::open"),
        "{functions:?}"
    );
}

#[test]
fn a_critical_section_is_shortened_and_split() {
    let source = "\
fn f(m: &Mutex<u8>) {
    let mut free = m.lock().unwrap();
    if *free == 0 {
        *free = 3;
    }
    *free -= 1;
    g();
}
";
    let kept = "let mut free = m.lock().unwrap();";
    makes(source, "guard_not_kept", kept, "let _ = m.lock().unwrap();");
    makes(source, "guard_dropped_early", "*free -= 1;", "*free -= 1; drop(free);");
    let again = "drop(free); free = m.lock().unwrap();";
    makes(
        source,
        "critical_section_split",
        "*free = 3;",
        &format!("{again} *free = 3;"),
    );
    makes(source, "critical_section_split", "}", &format!("}} {again}"));
}

#[test]
fn a_guard_is_known_by_the_function_that_returns_it() {
    let source = "\
impl Drop for Permit { fn drop(&mut self) { back(); } }
fn take() -> Permit { Permit }
fn f() {
    let permit = take();
    g();
    h();
}
";
    makes(
        source,
        "guard_dropped_early",
        "let permit = take();",
        "let permit = take(); drop(permit);",
    );
    makes(source, "guard_dropped_early", "g();", "g(); drop(permit);");
    makes_none("fn f() {\n let x = g();\n h();\n}\n", "guard_dropped_early");
}

#[test]
fn an_update_behind_a_lock_takes_the_lock_twice() {
    let two = "({ let value = *m.lock().unwrap(); *m.lock().unwrap() = value + 1 });";
    makes(
        "fn f() {\n*m.lock().unwrap() += 1;\n}",
        "update_in_two_steps",
        "*m.lock().unwrap() += 1;",
        two,
    );
    makes_none("fn f() {\nx += 1;\n}", "update_in_two_steps");
}

#[test]
fn locks_are_taken_in_the_other_order() {
    let source = "fn f() {\nlet a = x.lock();\ng();\nlet b = y.lock();\nh();\n}";
    let was = "let a = x.lock(); g(); let b = y.lock();";
    makes(source, "locks_swapped", was, "let b = y.lock(); g(); let a = x.lock();");
}

#[test]
fn waiting_and_waking_up_are_weakened() {
    let source = "fn f() {\ng = c.wait_while(g, |n| *n == 0).unwrap();\nc.notify_all();\n}";
    let was = "g = c.wait_while(g, |n| *n == 0).unwrap();";
    makes(source, "wait_once", was, "g = c.wait(g).unwrap();");
    makes(
        source,
        "wait_dropped",
        was,
        "g = ::std::sync::LockResult::Ok(g).unwrap();",
    );
    makes(source, "notify_one_for_all", "c.notify_all();", "c.notify_one();");
    makes(source, "statement_deleted", "c.notify_all();", "");
}

#[test]
fn orderings_become_weaker_only_as_the_operation_allows() {
    let orderings =
        |source: &str| -> Vec<String> { of(source, "weaker_ordering").into_iter().map(|(_, is)| is).collect() };
    assert_eq!(
        orderings("fn f() {\na.load(Ordering::SeqCst);\n}"),
        ["a.load(Ordering::Acquire);", "a.load(Ordering::Relaxed);"]
    );
    assert_eq!(
        orderings("fn f() {\na.store(1, SeqCst);\n}"),
        [
            "a.store(1, ::std::sync::atomic::Ordering::Release);",
            "a.store(1, ::std::sync::atomic::Ordering::Relaxed);"
        ]
    );
    assert_eq!(orderings("fn f() {\na.load(Ordering::Relaxed);\n}"), [""; 0]);
}

#[test]
fn an_atomic_operation_becomes_a_load_and_a_store() {
    let made = of("fn f() {\na.fetch_add(1, Relaxed);\n}", "load_then_store");
    let [(_, is)] = made.as_slice() else { panic!("{made:?}") };
    assert!(
        is.contains("a.load(") && is.contains("a.store(value.wrapping_add(1)"),
        "{is}"
    );
}

#[test]
fn threads_are_joined_too_early_or_not_started() {
    let source = "fn f() {\nlet a = spawn(|| x());\nlet b = spawn(|| y());\na.join().unwrap();\nb.join().unwrap();\n}";
    let made = of(source, "join_moved_up");
    let is_joined_early = |(_, is): &(String, String)| is.starts_with("let a = spawn(|| x()); a.join().unwrap();");
    assert!(made.iter().any(is_joined_early), "{made:#?}");
    assert_eq!(of(source, "joined_at_once").len(), 2);
    makes(
        "fn f() {\nscope.spawn(move || x());\n}",
        "thread_not_started",
        "scope.spawn(move || x());",
        "(move || x())();",
    );
}

#[test]
fn a_channel_loses_its_bound_or_keeps_a_sender() {
    let source = "fn f() {\nlet (tx, rx) = mpsc::sync_channel(n);\ndrop(tx);\n}";
    let was = "let (tx, rx) = mpsc::sync_channel(n);";
    makes(
        source,
        "channel_without_bound",
        was,
        "let (tx, rx) = mpsc::sync_channel(65_536);",
    );
    makes(
        source,
        "sender_kept",
        was,
        "let (tx, rx) = mpsc::sync_channel(n); let _kept = tx.clone();",
    );
    makes(source, "statement_deleted", "drop(tx);", "");
}

#[test]
fn conditions_are_off_by_one_negated_and_constant() {
    let source = "fn f() {\nif a < b { g() }\n}";
    makes(source, "off_by_one", "if a < b { g() }", "if a <= b { g() }");
    makes(source, "negated", "if a < b { g() }", "if a >= b { g() }");
    makes(source, "condition_always", "if a < b { g() }", "if true { g() }");
    makes(
        "fn f() {\nfor _ in 0..n { g() }\n}",
        "off_by_one",
        "for _ in 0..n { g() }",
        "for _ in 0..=n { g() }",
    );
    makes(
        "fn f() {\nmatch x { _ if p() => 1, _ => 2 };\n}",
        "negated",
        "match x { _ if p() => 1, _ => 2 };",
        "match x { _ if !(p()) => 1, _ => 2 };",
    );
    makes_none("fn f() {\nif let Some(_) = a { g() }\n}", "negated");
}

#[test]
fn numbers_lose_bits_and_parameters_their_range() {
    let source = "pub fn f(n: u32) {\ng(n, 2);\n}";
    let was = "pub fn f(n: u32) {";
    makes(source, "narrowed", was, "pub fn f(n: u32) { let n = n as u8 as u32;");
    makes(
        source,
        "parameter_capped",
        was,
        "pub fn f(n: u32) { let n: u32 = n.min(16);",
    );
    let constants: Vec<String> = of(source, "other_constant").into_iter().map(|(_, is)| is).collect();
    assert_eq!(constants, ["g(n, 3);", "g(n, 1);", "g(n, 0);"]);
    makes(
        "fn f() {\nx += 1;\n}",
        "narrowed",
        "x += 1;",
        "{ x += 1; x = x as u8 as _ };",
    );
    makes("fn f() {\nx(n.max(1));\n}", "method_left_out", "x(n.max(1));", "x(n);");
}

#[test]
fn statements_are_deleted_swapped_and_their_errors_ignored() {
    let source = "fn f() {\na();\nb().unwrap();\n}";
    makes(source, "statement_deleted", "a();", "");
    makes_none(source, "statements_swapped");
    let released = "fn f() {\n*c.lock().unwrap() += 1;\nd.notify_one();\n}";
    let (was, is) = (
        "*c.lock().unwrap() += 1; d.notify_one();",
        "d.notify_one(); *c.lock().unwrap() += 1;",
    );
    makes(released, "statements_swapped", was, is);
    makes(source, "error_ignored", "b().unwrap();", "let _ = b();");
}

#[test]
fn what_macros_are_given_is_changed_but_for_messages() {
    makes(
        "fn f() {\nprintln!(\"{}\", n + 1);\n}",
        "other_constant",
        "println!(\"{}\", n + 1);",
        "println!(\"{}\", n + 2);",
    );
    makes_none("fn f() {\npanic!(\"{}\", n + 1);\n}", "other_constant");
}

#[test]
fn a_source_that_is_not_rust_is_an_error_with_its_line() {
    let error = mutants("fn f() {\n let = 1;\n}\n").expect_err("it is not Rust");
    assert_eq!(error.line, 2);
}
