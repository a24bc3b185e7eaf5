//! Makes tests under the model of rayon-core's own tests, at the version that the workspace locks.
//!
//! Each test function is taken over as it is, apart from paths: `std` is the modelled one, and `crate` the shim.

#[path = "../locate.rs"]
mod locate;

use std::env;
use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

/// The files with tests below `src`, and the names of their modules here.
const FILES: [(&str, &str); 6] = [
    ("test.rs", "general"),
    ("broadcast/test.rs", "broadcasts"),
    ("join/test.rs", "joins"),
    ("scope/test.rs", "scopes"),
    ("spawn/test.rs", "spawns"),
    ("thread_pool/test.rs", "thread_pools"),
];

/// Items that contain one of these are left out.
const LEFT_OUT: [&str; 8] = [
    // Random numbers.
    "rand",
    "rng",
    "Tree",
    "quick_sort",
    // The inside of the library.
    "wait_until_stopped",
    // A stack that is too large for the machine. The model gives threads no stacks of their own size.
    "failed_thread_stack",
    // Millions of operations.
    "broadcast_sleep_race",
    "join_counter_overflow",
];

fn main() -> Result<(), Box<dyn Error>> {
    let package = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let lock = package.join("../../../Cargo.lock");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=../locate.rs");
    println!("cargo::rerun-if-changed={}", lock.display());
    let sources = locate::sources("rayon-core", &package, &lock, &out.join("locate"))?;
    let mut tests = String::new();
    for (file, module) in FILES {
        tests.push_str(&module_of(&sources.join(file), module)?);
    }
    fs::write(out.join("tests_of_the_library.rs"), tests)?;
    Ok(())
}

/// The module with the items of a file, and a test for each test function among them.
fn module_of(file: &Path, module: &str) -> Result<String, Box<dyn Error>> {
    let text = fs::read_to_string(file)?;
    let mut items = String::new();
    let mut tests = String::new();
    for item in items_of(&text) {
        let is_attribute = |line: &&str| line.starts_with("#[") || line.starts_with("#!");
        if LEFT_OUT.iter().any(|word| item.contains(word)) {
            continue;
        }
        let code: Vec<&str> = item.lines().filter(|line| !is_attribute(line)).collect();
        let code = code
            .join("\n")
            .replace("std::", "model_std::")
            .replace("crate::", "super::library::");
        let code = code
            .replace("use super::*", "use super::library::*")
            .replace("use super::{", "use super::library::{");
        if item.lines().any(|line| line == "#[test]") {
            let name = code
                .split("fn ")
                .nth(1)
                .and_then(|rest| rest.split('(').next())
                .ok_or("a test has a name")?;
            let end = if item.contains("#[should_panic") {
                "Panics"
            } else {
                "Returns"
            };
            writeln!(
                tests,
                "#[test]\nfn {module}_{name}() {{ runs({module}::{name}, Ending::{end}); }}"
            )?;
            writeln!(items, "pub(super) {}", code.trim_start())?;
        } else {
            writeln!(items, "{code}")?;
        }
    }
    Ok(format!(
        "#[allow(warnings, clippy::all)]\nmod {module} {{\n{items}}}\n{tests}"
    ))
}

/// The items of a file, each with its attributes.
fn items_of(text: &str) -> Vec<String> {
    let mut items = Vec::new();
    let (mut item, mut depth) = (String::new(), 0);
    for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
        item.push_str(line);
        item.push('\n');
        depth += line.matches(['{', '(']).count();
        depth -= line.matches(['}', ')']).count();
        if depth == 0 && (line.ends_with('}') || line.ends_with(';')) {
            items.push(std::mem::take(&mut item));
        }
    }
    items
}
