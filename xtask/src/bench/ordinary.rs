//! What other courses do: `cargo test` of a crate with the same code, after an edit.

use std::process::Command;
use std::{fs, io};

use super::{Bench, Error, copy_sources, failed, succeed};

/// Writes a crate with the solution's code, the exercise's program and one test that runs it.
pub(super) fn create(bench: &Bench) -> io::Result<()> {
    let folder = bench.folder.path().join("ordinary");
    let name = &bench.exercise.name;
    copy_sources(bench, &folder.join("src"))?;
    fs::create_dir_all(folder.join("tests"))?;
    fs::write(
        folder.join("Cargo.toml"),
        format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n"),
    )?;
    let test = format!(
        "use std::process::Command;\n\n#[test]\nfn the_program_runs() {{\n    \
         Command::new(env!(\"CARGO_BIN_EXE_{name}\")).output().expect(\"the program starts\");\n}}\n"
    );
    fs::write(folder.join("tests/program.rs"), test)
}

/// Edits the code and tests it.
pub(super) fn test(bench: &Bench) -> Result<(), Error> {
    let folder = bench.folder.path().join("ordinary");
    let library = folder.join("src/lib.rs");
    let edit = || {
        let mut text = fs::read_to_string(&library)?;
        text.push_str("// edited\n");
        fs::write(&library, text)
    };
    edit().map_err(|error: io::Error| failed(&format!("failed to edit `{}`: {error}", library.display())))?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    succeed(
        Command::new(cargo)
            .args(["test", "--offline", "--quiet"])
            .env("CARGO_TARGET_DIR", folder.join("target"))
            .current_dir(&folder),
    )
}
