//! Uses every stable item of the modelled modules of `std`, and tells what each did.
//!
//! Compiled by the test `drop_in` against the real `std` and against the modelled one: `run` must return the same with
//! both. It names no item of `model_std` and depends on nothing that may differ from run to run.
#![expect(deprecated, reason = "deprecated items are stable items")]

mod atomics;
mod cells;
mod channels;
mod locks;
mod maps;
mod panics;
mod pipes;
mod streams;
mod threads;
mod times;

/// What each part did.
pub fn run() -> Vec<String> {
    let parts: [(&str, fn() -> Vec<String>); 10] = [
        ("atomics", atomics::run),
        ("cells", cells::run),
        ("channels", channels::run),
        ("locks", locks::run),
        ("maps", maps::run),
        ("panics", panics::run),
        ("pipes", pipes::run),
        ("streams", streams::run),
        ("threads", threads::run),
        ("times", times::run),
    ];
    let lines = parts
        .iter()
        .flat_map(|(name, part)| part().into_iter().map(move |line| format!("{name}: {line}")));
    lines.collect()
}

/// Ends the process from within; never called, only compiled.
pub fn ends() {
    let _: fn() -> u32 = std::process::id;
    let _: [fn() -> !; 2] = [|| std::process::exit(3), || std::process::abort()];
}
