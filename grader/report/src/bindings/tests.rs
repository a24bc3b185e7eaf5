//! The name for the value that is made where `▶` stands; an empty one where there is none.

use super::names_at;

#[track_caller]
fn named(source: &str, expected: &str) {
    let (line, column) = source
        .lines()
        .enumerate()
        .find_map(|(line, text)| Some((line, text.chars().position(|character| character == '▶')?)))
        .expect("the source marks a place");
    let names = names_at(&source.replace('▶', ""), &[(line as u32 + 1, column as u32 + 1)]);
    assert_eq!(names, [(!expected.is_empty()).then(|| expected.to_owned())], "{source}");
}

/// `statements` in the body of a function.
#[track_caller]
fn named_in_function(statements: &str, expected: &str) {
    named(
        &format!("use std::sync::*;\n\npub fn run() {{\n{statements}\n}}\n"),
        expected,
    );
}

#[test]
fn a_variable() {
    named_in_function("    let counter = ▶Mutex::new(0);", "counter");
    named_in_function("    let counter = Arc::new(▶Mutex::new(0));", "counter");
    named_in_function("    let r#type = ▶Mutex::new(0);", "type");
    named_in_function(
        "    let before = 1; let mut counter = ▶std::sync::Mutex::new(0);",
        "counter",
    );
    named_in_function(
        "    for n in 0..2 { run(n); }\n    let counter = ▶Mutex::new(0);",
        "counter",
    );
}

#[test]
fn a_variable_with_a_type() {
    named_in_function(
        "    let counter: Arc<Mutex<u32>> = Arc::new(▶Mutex::new(0));",
        "counter",
    );
    named_in_function(
        "    let by_name: HashMap<String, Mutex<u32>> = HashMap::from([(a, ▶Mutex::new(0))]);",
        "by_name",
    );
    named_in_function(
        "    let jobs: Box<dyn Iterator<Item = Mutex<u8>>> = f(▶Mutex::new(0));",
        "jobs",
    );
    named_in_function("    let make: fn(u8) -> Mutex<u8> = |n| ▶Mutex::new(n);", "make");
    named_in_function(
        "    let x: [Arc<Mutex<Vec<u8>>>; 2] = [a, Arc::new(▶Mutex::new(vec![]))];",
        "x",
    );
}

#[test]
fn a_pattern() {
    named_in_function("    let (sender, receiver) = ▶mpsc::channel();", "sender/receiver");
    named_in_function(
        "    let (sender, mut receiver): (Sender<u8>, Receiver<u8>) = ▶mpsc::channel();",
        "sender/receiver",
    );
    named_in_function(
        "    let Pair { lock: permits, ref changed } = pair(▶Mutex::new(0));",
        "permits/changed",
    );
    named_in_function("    let (_, receiver) = ▶mpsc::channel();", "receiver");
    named_in_function("    let _ = ▶Mutex::new(0);", "");
}

#[test]
fn a_part_of_a_tuple() {
    let pair = "    let (lock, changed) = (Arc::new(▶Mutex::new(0)), Arc::new(Condvar::new()));";
    named_in_function(pair, "lock");
    let pair = "    let (lock, changed) = (Mutex::<HashMap<u8, u8>>::new(f(1, 2)), ▶Condvar::new());";
    named_in_function(pair, "changed");
    named_in_function("    let ((a, b), c) = (▶mpsc::channel(), 1);", "a/b");
    named_in_function("    let pair = Arc::new((Mutex::new(false), ▶Condvar::new()));", "pair");
    named_in_function("    let (a, b) = (▶Mutex::new(0), 1).split();", "a/b");
}

#[test]
fn a_static() {
    named("static COUNT: AtomicUsize = ▶AtomicUsize::new(0);", "COUNT");
    named("pub static mut COUNT: AtomicUsize = ▶AtomicUsize::new(0);", "COUNT");
    named("const EMPTY: Mutex<u32> = ▶Mutex::new(0);", "EMPTY");
    named(
        "static TABLE: LazyLock<Mutex<u8>> = LazyLock::new(|| ▶Mutex::new(0));",
        "TABLE",
    );
    named_in_function(
        "    static COUNT: AtomicUsize = ▶AtomicUsize::new(0);\n    COUNT.load(SeqCst);",
        "COUNT",
    );
}

#[test]
fn a_field() {
    named(
        "fn new(permits: u32) -> S {\n    S {\n        permits: ▶Mutex::new(permits),\n    }\n}",
        "permits",
    );
    named_in_function(
        "    let s = State { a: Mutex::new(0), b: ▶std::sync::Mutex::new(0) };",
        "b",
    );
    named_in_function(
        "    Self(Arc::new(Inner { #[cfg(unix)] queue: Some(▶Mutex::new(0)), len: 1 }))",
        "queue",
    );
    named_in_function(
        "    let s = S { pair: (Mutex::new(0), ▶Condvar::new()), n: f::<u8, u8>(0) };",
        "pair",
    );
    named_in_function("    let s = S { n: a < b, lock: ▶Mutex::new(0) };", "lock");
}

#[test]
fn an_assignment() {
    named_in_function("    let lock; lock = ▶Mutex::new(0);", "lock");
    named_in_function("    self.slots.first = Some(▶Mutex::new(0));", "first");
    named_in_function("    if a == b(▶Mutex::new(0)) {}", "");
    named_in_function("    total += f(▶Mutex::new(0));", "");
}

#[test]
fn an_expression_on_several_lines() {
    named_in_function(
        "    let counter = Arc::new(\n        ▶Mutex::new(0),\n    );",
        "counter",
    );
    named_in_function("    let counter =\n        Arc::new(▶Mutex::new(0));", "counter");
    let far = concat!(
        "    let counter = start()\n",
        "        .one()\n",
        "        .two()\n",
        "        .three()\n",
        "        .four()\n",
        "        .with(▶Mutex::new(0));",
    );
    named_in_function(far, "counter");
}

#[test]
fn the_nearest_of_nested_closures_and_blocks() {
    let nested = concat!(
        "    let handle = thread::spawn(move || {\n",
        "        let inner = (0..3).map(|_| ▶Mutex::new(0)).collect();\n",
        "    });",
    );
    named_in_function(nested, "inner");
    named_in_function(
        "    let locks: Vec<_> = (0..3).map(|_| { log(); ▶Mutex::new(0) }).collect();",
        "locks",
    );
    named_in_function("    let lock = if a { b } else { ▶Mutex::new(0) };", "lock");
    named_in_function(
        "    let lock = match a { Some(b) => b, None => ▶Mutex::new(0) };",
        "lock",
    );
}

#[test]
fn what_a_block_does_not_return_has_no_name() {
    named_in_function(
        "    let handle = thread::spawn(move || {\n        take(▶Mutex::new(0));\n        1\n    });",
        "",
    );
    named_in_function(
        "    let handle = thread::spawn(move || {\n        for n in 0..3 { take(▶Mutex::new(0)) }\n    });",
        "",
    );
    named("fn new<const N: usize>() -> Self {\n    Self(▶Mutex::new(N))\n}", "");
    named_in_function("    take(5);\n    ▶Mutex::new(0)", "");
    named_in_function("    (0..3).map(|_| ▶Mutex::new(0)).collect()", "");
    named_in_function(
        "    let a = 1;\n    if let Some(b) = c {\n        take(▶Mutex::new(0))\n    }",
        "",
    );
}

#[test]
fn comments_and_strings_are_no_code() {
    named_in_function("    // let wrong = 1\n    take(▶Mutex::new(0))", "");
    named_in_function("    let right = /* let wrong = */ ▶Mutex::new(0);", "right");
    named_in_function("    let right = f(\"let wrong = \\\" {\", ▶Mutex::new(0));", "right");
    named_in_function(
        "    let right = f(r#\"let \" wrong: = {\"#, '\"', ▶Mutex::new(0));",
        "right",
    );
    named_in_function(
        "    let right = f(\n        // wrong: \"\n        ▶Mutex::new(0),\n    );",
        "right",
    );
    named_in_function("    let ä = \"ß\"; let right = ▶Mutex::new(0);", "right");
}

#[test]
fn macros_are_read_like_code() {
    named_in_function("    let locks = vec![▶Mutex::new(0); 3];", "locks");
    named_in_function("    let lock = ▶new_lock!();", "lock");
    named(
        "thread_local! {\n    static SEEN: Mutex<u8> = const { ▶Mutex::new(0) };\n}",
        "SEEN",
    );
    named_in_function("    println!(\"{}\", take(▶Mutex::new(0)));", "");
}

#[test]
fn what_is_no_rust_has_no_names() {
    named("let a = (▶Mutex::new(0);", "");
    named("let a = ▶Mutex::new(\"", "");
}
