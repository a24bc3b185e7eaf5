//! Reads Cargo's messages about what it built.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::LibrariesError;

/// One line of `--message-format=json-render-diagnostics`: what the compiler says goes to standard error.
#[derive(Deserialize)]
struct Message {
    reason: String,
    /// Where the package comes from, its name and its version.
    package_id: Option<String>,
    /// The manifest of the package.
    manifest_path: Option<PathBuf>,
    target: Option<Target>,
    #[serde(default)]
    filenames: Vec<PathBuf>,
    /// The program, where the target is one.
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

/// The messages among the lines that Cargo printed.
fn parsed(lines: &str) -> impl Iterator<Item = Message> {
    lines.lines().filter_map(|line| serde_json::from_str(line).ok())
}

/// Every file that the compiler may read while it links. Cargo also names the copies in the folder above `deps`, which
/// may have been built with other features.
pub(super) fn files(messages: &str) -> Vec<PathBuf> {
    let built = parsed(messages).filter(|message| message.reason == "compiler-artifact");
    let is_library = |file: &PathBuf| {
        let extension = file.extension().and_then(|extension| extension.to_str());
        matches!(extension, Some("rlib" | "rmeta" | "so" | "dylib"))
    };
    let files = built.flat_map(|message| message.filenames).filter(is_library);
    let files = files.flat_map(|file| [file.with_extension("rlib"), file]);
    let mut files: Vec<PathBuf> = files.filter(|file| file.exists()).collect();
    files.sort();
    files.dedup();
    files
}

/// The folders of the packages that were built and whose sources are folders of this machine, sorted. Those of
/// published crates do not change.
pub(super) fn package_folders(messages: &str) -> Vec<PathBuf> {
    let is_folder = |message: &Message| message.package_id.as_ref().is_some_and(|id| id.starts_with("path+"));
    let manifests = parsed(messages)
        .filter(is_folder)
        .filter_map(|message| message.manifest_path);
    let mut folders: Vec<PathBuf> = manifests
        .filter_map(|manifest| manifest.parent().map(Path::to_owned))
        .collect();
    folders.sort();
    folders.dedup();
    folders
}

/// The program of the package that was built.
pub(super) fn executable(messages: &str) -> Option<PathBuf> {
    parsed(messages).find_map(|message| message.executable)
}

/// The library of that name in the folder `deps`. The copy in the folder above may have been built with other features.
pub(super) fn artifact(messages: &str, name: &str) -> Result<PathBuf, LibrariesError> {
    // Cargo's name of a target may have hyphens.
    let is_it = |target: &Target| {
        let is_library = target.kind.iter().any(|kind| kind == "lib");
        is_library && target.name.replace('-', "_") == name
    };
    let found = parsed(messages)
        .filter(|message| message.reason == "compiler-artifact" && message.target.as_ref().is_some_and(is_it))
        .flat_map(|message| message.filenames);
    let files: Vec<PathBuf> = found.collect();
    let beside_metadata = files
        .iter()
        .map(|file| file.with_extension("rlib"))
        .filter(|file| file.parent().is_some_and(|folder| folder.ends_with("deps")) && file.exists());
    let any = files
        .iter()
        .filter(|file| file.extension().is_some_and(|extension| extension == "rlib"))
        .cloned();
    beside_metadata
        .chain(any)
        .next()
        .ok_or_else(|| LibrariesError::Missing { name: name.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_packages_in_folders_are_told_from_published_ones() {
        let messages = [
            concat!(
                r#"{"reason":"compiler-artifact","package_id":"path+file:///course/grader/harness#0.1.0","#,
                r#""manifest_path":"/course/grader/harness/Cargo.toml"}"#
            ),
            concat!(
                r#"{"reason":"compiler-artifact","package_id":"registry+https://example.org/index#serde@1.0.0","#,
                r#""manifest_path":"/registry/serde/Cargo.toml"}"#
            ),
            concat!(
                r#"{"reason":"compiler-artifact","package_id":"path+file:///course/grader/harness#0.1.0","#,
                r#""manifest_path":"/course/grader/harness/Cargo.toml"}"#
            ),
        ];
        assert_eq!(
            package_folders(&messages.join("\n")),
            [Path::new("/course/grader/harness")]
        );
    }

    #[test]
    fn a_library_is_found_among_the_messages_of_cargo() {
        let messages = [
            "not json",
            r#"{"reason":"compiler-artifact","target":{"name":"harness","kind":["bin"]},"filenames":["/t/harness"]}"#,
            concat!(
                r#"{"reason":"compiler-artifact","target":{"name":"harness","kind":["lib"]},"#,
                r#""filenames":["/t/debug/libharness.rlib","/t/debug/deps/libharness-1.rmeta"]}"#
            ),
            r#"{"reason":"build-finished","success":true}"#,
        ];
        let messages = messages.join("\n");
        assert_eq!(
            artifact(&messages, "harness").expect("it is there"),
            Path::new("/t/debug/libharness.rlib")
        );
        assert!(matches!(
            artifact(&messages, "model_std"),
            Err(LibrariesError::Missing { .. })
        ));
    }
}
