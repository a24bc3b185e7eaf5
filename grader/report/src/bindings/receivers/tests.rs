//! The names of the atomic of the access at `▶`, where the compiler places it: at the method, or where the call begins.

use super::{created_atomics, receivers_at};

#[track_caller]
fn called(source: &str, expected: &[&str]) {
    let (line, column) = source
        .lines()
        .enumerate()
        .find_map(|(line, text)| Some((line, text.chars().position(|character| character == '▶')?)))
        .expect("the source marks a place");
    let found = receivers_at(&source.replace('▶', ""), &[(line as u32 + 1, column as u32 + 1)]);
    let names: Vec<&str> = found[0].iter().map(|receiver| receiver.name.as_str()).collect();
    assert_eq!(names, expected, "{source}");
}

/// `statements` in the body of a method.
#[track_caller]
fn called_in_method(statements: &str, expected: &[&str]) {
    called(
        &format!("impl S {{\n    fn run(&self) {{\n{statements}\n}}\n}}\n"),
        expected,
    );
}

#[test]
fn a_field() {
    called_in_method("self.permits.▶load(SeqCst);", &["permits"]);
    called_in_method("self.shared.permits.▶load(SeqCst);", &["permits"]);
    called_in_method(
        "let free = self\n.shared\n.permits\n.▶fetch_sub(1, SeqCst);",
        &["permits"],
    );
    called_in_method("if (*self.permits).▶load(SeqCst) == 0 {}", &["permits"]);
    called_in_method("self.slots[self.next.load(SeqCst) % 4].▶store(1, SeqCst);", &["slots"]);
    called_in_method("self.slots[self.next.▶load(SeqCst) % 4].store(1, SeqCst);", &["next"]);
    called_in_method("self.r#type.0.▶load(SeqCst);", &["type"]);
    called_in_method("self.pairs.0.1.▶load(SeqCst);", &["pairs"]);
    called_in_method("self.permits.as_ref().unwrap().▶load(SeqCst);", &["permits"]);
    called_in_method("unsafe { &*self.permits.get() }.▶load(SeqCst);", &["permits"]);
    called_in_method("self.find()?.permits.▶load(SeqCst);", &["permits"]);
    called_in_method(
        "(&self.word as *const u32 as *const AtomicU32).▶load(SeqCst);",
        &["word"],
    );
}

#[test]
fn a_static() {
    called_in_method("COUNT.▶fetch_add(1, SeqCst);", &["COUNT"]);
    called_in_method("crate::state::COUNT.▶fetch_add(1, SeqCst);", &["COUNT"]);
    called_in_method("Self::COUNTS[2].▶fetch_add(1, SeqCst);", &["COUNTS"]);
}

#[test]
fn a_call_that_names_the_function() {
    called_in_method("▶AtomicUsize::load(&self.permits, SeqCst);", &["permits"]);
    called_in_method(
        "▶std::sync::atomic::AtomicBool::store(&READY, true, SeqCst);",
        &["READY"],
    );
    called_in_method("▶bump!(self.permits);", &["permits"]);
    called_in_method("Arc::as_ref(&self.permits).▶load(SeqCst);", &["permits"]);
    called_in_method("unsafe { AtomicU32::from_ptr(self.word) }.▶load(SeqCst);", &["word"]);
}

#[test]
fn a_variable() {
    called_in_method("let ready = AtomicBool::new(false);\nready.▶load(SeqCst);", &["ready"]);
    called("fn run(ready: &AtomicBool) { ready.▶load(SeqCst); }", &["ready"]);
    called_in_method("let n = n.▶load(SeqCst);", &["n"]);
    called_in_method(
        "let ready = Arc::new(AtomicBool::new(false));\nspawn({ let ready = Arc::clone(&ready); move || ready.▶load(SeqCst) });",
        &["ready", "ready"],
    );
}

#[test]
fn a_variable_that_stands_for_something_else() {
    called_in_method(
        "let permits = &self.free;\npermits.▶load(SeqCst);",
        &["permits", "free"],
    );
    called_in_method(
        "let p = Arc::clone(&self.free);\nspawn(move || p.▶load(SeqCst));",
        &["p", "free"],
    );
    called_in_method("let a = &self.free; let b = a;\nb.▶load(SeqCst);", &["b", "a", "free"]);
    called_in_method(
        "if let Some(slot) = self.slots.get(i) { slot.▶load(SeqCst); }",
        &["slot", "slots"],
    );
    called_in_method(
        "let Some(slot) = self.slots.get(i) else { return };\nslot.▶load(SeqCst);",
        &["slot", "slots"],
    );
    // Which of two parts it is, nobody knows.
    called_in_method("let (a, b) = &self.pair;\na.▶load(SeqCst);", &["a"]);
}

#[test]
fn an_element() {
    called_in_method("for flag in &flags { flag.▶load(SeqCst); }", &["flag", "flags"]);
    called_in_method(
        "for (i, slot) in self.slots.iter().enumerate() { while slot.▶load(SeqCst) {} }",
        &["slot", "slots"],
    );
    called_in_method(
        "self.slots.iter().map(|slot| slot.▶load(SeqCst)).sum()",
        &["slot", "slots"],
    );
    called_in_method(
        "flags.iter().all(|flag| { let f = flag; f.▶load(SeqCst) })",
        &["f", "flag", "flags"],
    );
    called_in_method("for x in 0..2 { f(x); }\nx.▶load(SeqCst);", &["x"]);
}

#[test]
fn what_has_no_name() {
    called_in_method("self.0.▶load(SeqCst);", &[]);
    called_in_method("vec![AtomicBool::new(true)].▶load(SeqCst);", &[]);
    called_in_method("AtomicBool::new(true).▶load(SeqCst);", &["new"]);
    called_in_method("self.current().▶load(SeqCst);", &["current"]);
    assert_eq!(
        receivers_at("fn no_rust( {", &[(1, 4), (7, 1), (0, 0)]),
        [vec![], vec![], vec![]]
    );
}

#[test]
fn a_source_tells_what_it_creates_atomics_for() {
    let source = "static COUNT: AtomicUsize = AtomicUsize::new(0);\nfn f() -> S {\n let flags = [const { \
                  std::sync::atomic::AtomicBool::new(false) }; 2];\n S { free: Arc::new(AtomicUsize::default()), flags \
                  }\n}\nfn g() -> T { T(AtomicU8::new(1)) }\n";
    let named = |of: &str, name: &str| (of.to_owned(), (!name.is_empty()).then(|| name.to_owned()));
    let expected = [
        named("AtomicUsize", "COUNT"),
        named("AtomicBool", "flags"),
        named("AtomicUsize", "free"),
        named("AtomicU8", ""),
    ];
    assert_eq!(created_atomics(source), expected);
}
