//! A program compiles with the modelled `std` if and only if it compiles with the real one, and then does the same.

pub(crate) mod compiler;
mod probes;

use std::collections::BTreeSet;

use compiler::{LIBRARIES, Library, Workshop};

/// `source` prints the same with both libraries in each of the `editions`.
#[track_caller]
fn says_the_same(test: &str, source: &str, editions: &[&str]) {
    let workshop = Workshop::new(test);
    for edition in editions {
        let [real, modelled] = LIBRARIES.map(|library| workshop.run(library, edition, source));
        assert!(!real.is_empty());
        assert_eq!(modelled, real, "in edition {edition}");
    }
}

/// Each of the `items`, which are the lines of one crate, is refused with both libraries and with the given error code.
#[track_caller]
fn are_refused(test: &str, items: &[(&str, String)]) {
    let workshop = Workshop::new(test);
    let source: Vec<&str> = items.iter().map(|(_, item)| item.as_str()).collect();
    for library in LIBRARIES {
        let output = workshop.check(library, "2024", &source.join("\n"));
        let text = String::from_utf8_lossy(&output.stderr);
        for (line, (code, item)) in (1..).zip(items) {
            let place = format!("source.rs:{line}:");
            let mut errors = text.lines().filter(|error| error.contains(&place));
            assert!(
                errors.any(|error| error.contains(&format!("error[{code}]"))),
                "{library:?} does not refuse:\n{item}\n{text}"
            );
        }
    }
}

/// The compiler reports the same errors and warnings about the `items`, which are the lines of one crate, with both
/// libraries, and it reports any about `n_objections` of them.
#[track_caller]
fn are_judged_alike(test: &str, items: &[String], n_objections: usize) {
    let workshop = Workshop::new(test);
    let [real, modelled] = LIBRARIES.map(|library| {
        let output = workshop.check(library, "2024", &items.join("\n"));
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        let objections = text.lines().filter_map(|line| objection(line, items));
        objections.collect::<BTreeSet<(String, String)>>()
    });
    let differences: Vec<_> = real.symmetric_difference(&modelled).collect();
    assert!(differences.is_empty(), "only one of both objects: {differences:#?}");
    let items: BTreeSet<&String> = real.iter().map(|(item, _)| item).collect();
    assert_eq!(items.len(), n_objections, "{items:#?}");
}

/// The item that a line of the compiler's output is about, and the kind of error or warning.
fn objection(line: &str, items: &[String]) -> Option<(String, String)> {
    let (line, text) = line.split_once("source.rs:")?.1.split_once(':')?;
    let line: usize = line.parse().ok()?;
    let kind = text.split(": ").nth(1)?;
    Some((items[line - 1].clone(), kind.to_owned()))
}

/// A function with this body, whose name ends in `n`.
fn function((n, body): (usize, &str)) -> String {
    format!("pub fn f{n}() {{ {body} }}")
}

#[test]
fn a_program_that_uses_every_item_does_the_same() {
    says_the_same("every_item", "every_item/lib.rs", &["2024"]);
}

#[test]
fn a_program_with_names_and_macros_in_odd_places_does_the_same() {
    says_the_same("odd_places", "odd_places.rs", &["2021", "2024"]);
}

#[test]
fn a_program_that_names_crates_in_a_macro_does_the_same() {
    says_the_same("macro_extern", "macro_extern.rs", &["2015", "2018", "2024"]);
}

#[test]
fn statics_without_a_modelled_object_start_afresh_in_every_execution() {
    says_the_same("statics", "statics.rs", &["2021"]);
}

#[test]
fn statics_of_a_program_without_an_operation_start_afresh_in_every_execution() {
    says_the_same("plain_statics", "plain_statics.rs", &["2021"]);
}

#[test]
fn the_statics_of_a_program_that_explores_itself_start_afresh() {
    let workshop = Workshop::new("explores_itself");
    for arguments in [&[][..], &["named"]] {
        assert_eq!(workshop.run_program("explores_itself.rs", arguments), "done\n");
    }
}

#[test]
fn a_program_may_do_what_the_order_of_addresses_says() {
    let workshop = Workshop::new("ordered_by_address");
    assert_eq!(workshop.run_program("ordered_by_address.rs", &[]), "done\n");
}

#[test]
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn a_program_that_frees_a_block_twice_crashes() {
    let workshop = Workshop::new("freed_twice");
    assert_eq!(workshop.run_program("freed_twice.rs", &[]), "done\n");
}

#[test]
fn the_value_of_an_atomic_is_where_the_atomic_is() {
    says_the_same("layout", "layout.rs", &["2024"]);
}

#[test]
fn plain_memory_that_a_program_uses_as_atomics_is_explored() {
    assert_eq!(
        Workshop::new("explores_memory").run_program("explores_memory.rs", &[]),
        "done\n"
    );
}

#[test]
fn a_program_without_std_does_the_same() {
    says_the_same("without_std", "without_std.rs", &["2024"]);
}

#[test]
fn every_type_has_the_same_traits() {
    says_the_same("traits", "traits.rs", &["2024"]);
}

#[test]
fn every_type_and_every_panic_has_the_same_text() {
    says_the_same("texts", "texts.rs", &["2024"]);
}

#[test]
fn values_that_must_not_cross_threads_do_not_compile() {
    let values = [
        "std::rc::Rc::new(1)",
        "std::sync::Arc::new(std::cell::Cell::new(1))",
        "std::sync::Mutex::new(std::rc::Rc::new(1))",
        "Box::leak(Box::new(std::sync::Mutex::new(1))).lock().unwrap()",
        "Box::leak(Box::new(std::sync::RwLock::new(1))).read().unwrap()",
        "Box::leak(Box::new(std::sync::RwLock::new(1))).write().unwrap()",
        "std::sync::Arc::new(std::sync::RwLock::new(std::cell::Cell::new(1)))",
        "std::sync::Arc::new(std::sync::OnceLock::from(std::cell::Cell::new(1)))",
        "std::sync::Arc::new(std::sync::mpsc::channel::<u8>().1)",
        "std::sync::mpsc::channel::<std::rc::Rc<u8>>().0",
        "std::sync::mpsc::channel::<std::rc::Rc<u8>>().1",
        "std::sync::mpsc::sync_channel::<std::rc::Rc<u8>>(1).0",
        "std::io::stdout().lock()",
        "std::io::stderr().lock()",
    ];
    let sends = values.map(|value| format!("let value = {value}; std::thread::spawn(move || drop(value));"));
    let others = [
        "std::thread::spawn(|| std::rc::Rc::new(1));",
        "std::thread::scope(|s| { s.spawn(|| std::rc::Rc::new(1)); });",
        "let n = std::cell::Cell::new(0); std::thread::scope(|s| { s.spawn(|| n.set(1)); });",
        "let mut n = 1; drop(std::panic::catch_unwind(|| n += 1));",
        "static C: std::sync::RwLock<std::cell::Cell<u8>> = std::sync::RwLock::new(std::cell::Cell::new(1));",
        "static L: std::sync::LazyLock<std::rc::Rc<u8>> = std::sync::LazyLock::new(|| std::rc::Rc::new(1));",
    ];
    let bodies = sends.iter().map(String::as_str).chain(others).enumerate();
    let items: Vec<_> = bodies.map(|body| ("E0277", function(body))).collect();
    are_refused("what_must_not_cross_threads", &items);
}

#[test]
fn misused_borrows_do_not_compile() {
    let bodies = [
        ("E0373", "let value = 1; std::thread::spawn(|| println!(\"{value}\"));"),
        (
            "E0597",
            "let value = 1; let borrowed = &value; std::thread::spawn(move || *borrowed);",
        ),
        (
            "E0597",
            "let guard; { let mutex = std::sync::Mutex::new(1); guard = mutex.lock().unwrap(); } drop(guard);",
        ),
        (
            "E0499",
            "let mut n = 0; std::thread::scope(|s| { s.spawn(|| n += 1); s.spawn(|| n += 1); });",
        ),
        (
            "E0382",
            "let mutex = std::sync::Mutex::new(1); drop(mutex); drop(mutex.lock());",
        ),
        (
            "E0382",
            "let h = std::thread::spawn(|| {}); h.join().unwrap(); h.join().unwrap();",
        ),
        (
            "E0596",
            "let cell = std::sync::OnceLock::from(1); *cell.get_mut().unwrap() += 1;",
        ),
        (
            "E0594",
            "let lock = std::sync::RwLock::new(1); *lock.read().unwrap() += 1;",
        ),
        (
            "E0015",
            "const N: usize = std::sync::Arc::strong_count(&std::sync::Arc::new(1)); let _ = N;",
        ),
    ];
    let items: Vec<_> = bodies
        .into_iter()
        .enumerate()
        .map(|(n, (code, body))| (code, function((n, body))))
        .collect();
    are_refused("what_borrows_too_long", &items);
}

#[test]
fn lifetimes_may_become_shorter_in_the_same_types() {
    let shorter = probes::LIFETIMES.iter().enumerate().map(|(n, of_type)| {
        let (long, short) = (of_type.replace("'l", "'static"), of_type.replace("'l", "'s"));
        format!("pub fn f{n}<'m, 's>(value: {long}, _: &'s u8) -> {short} {{ value }}")
    });
    are_judged_alike("lifetimes", &shorter.collect::<Vec<_>>(), 17);
}

#[test]
fn values_dropped_too_late_are_refused_alike() {
    let late = probes::DROPPED_LATE.iter().enumerate().map(|(n, value)| {
        let before = "let holder; let value = String::new(); let y = &value;";
        format!("pub fn f{n}() {{ {before} holder = {value}; let _ = &holder; }}")
    });
    are_judged_alike("dropped_late", &late.collect::<Vec<_>>(), 4);
}

#[test]
fn the_same_values_are_allowed_in_constants() {
    let constants = probes::CONSTANTS.iter().enumerate().map(|(n, (of_type, value))| {
        let is_shared = format!("pub static S{n}: {of_type} = {value};");
        [is_shared, format!("pub const fn c{n}() -> {of_type} {{ {value} }}")].join(" ")
    });
    are_judged_alike("constants", &constants.collect::<Vec<_>>(), 5);
}

#[test]
fn unused_and_deprecated_items_give_the_same_warnings() {
    let unused = probes::UNUSED.iter().enumerate().map(|(n, statement)| {
        format!(
            "#[allow(unused_variables)] pub fn f{n}({}) {{ {statement}; }}",
            probes::PARAMETERS
        )
    });
    are_judged_alike("unused", &unused.collect::<Vec<_>>(), 86);
}

#[test]
fn unsafe_code_is_still_refused_where_it_is_forbidden() {
    let workshop = Workshop::new("unsafe_code");
    let source = "#![forbid(unsafe_code)] thread_local! { static KEY: u8 = 1; } \
        pub fn f() { print!(\"{}\", KEY.with(|key| *key)); println!(); dbg!(1); }";
    for library in LIBRARIES {
        let output = workshop.check(library, "2024", source);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let output = workshop.check(
        Library::Modelled,
        "2024",
        "#![forbid(unsafe_code)] pub fn f() { unsafe {} }",
    );
    assert!(!output.status.success());
}
