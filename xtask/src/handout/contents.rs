//! What is in a handout: the exercises as stubs, the packages that the command and the checks are built from, and what
//! a workspace of them needs.
//!
//! It is told by the manifests and not by a list: a package that only tests, benchmarks or solutions need is left out.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};

use grader::discover::Workspace;
use grader::exercise::Exercise;
use grader::libraries::Tools;
use sandbox::cancel::Cancel;
use sandbox::tool;
use serde::Deserialize;
use toml::{Table, Value};

use super::{HandoutError, failed};
use crate::error::Error;

/// The README of students, with a place for the table of exercises.
const README: &str = include_str!("README.md");
/// The workflow of a student's repository, with a place for the version of Rust.
const WORKFLOW: &str = include_str!("grade.yml");

/// Files that are the same in a handout.
const AS_THEY_ARE: [&str; 9] = [
    ".cargo/config.toml",
    ".gitignore",
    ".vscode/settings.json",
    "Cargo.lock",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "SECURITY.md",
    "clippy.toml",
    "rustfmt.toml",
];
/// The folders beside a manifest that its package is not built from.
const NOT_BUILT: [&str; 5] = ["benches", "examples", "target", "testdata", "tests"];
/// What files of a package are called. Others are left over from an editor or a tool.
const ENDS: [&str; 10] = ["css", "js", "md", "rs", "sbatch", "sh", "snap", "toml", "txt", "yml"];

/// The files of a handout, by path.
#[derive(Default)]
pub(super) struct Contents {
    pub(super) files: BTreeMap<PathBuf, Vec<u8>>,
    /// What lies among the files of the course and is not known to Git: an author's notes, perhaps.
    pub(super) unknown: Vec<PathBuf>,
    /// The files that Git knows; `None` where the course is in no repository.
    pub(super) known: Option<BTreeSet<PathBuf>>,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

/// A package of the course, as Cargo tells of it.
#[derive(Deserialize)]
struct Package {
    name: String,
    manifest_path: PathBuf,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    /// `dev` or `build`; nothing for what is linked.
    kind: Option<String>,
    /// The folder, if it is a package of the course.
    path: Option<PathBuf>,
}

impl Package {
    fn folder(&self) -> &Path {
        self.manifest_path.parent().unwrap_or(&self.manifest_path)
    }
}

impl Contents {
    pub(super) fn of(workspace: &Workspace, exercises: &[Exercise]) -> Result<Contents, Error> {
        let root = &workspace.root;
        let mut contents = Contents {
            known: known_to_git(root),
            ..Contents::default()
        };
        for file in AS_THEY_ARE {
            contents.add(root, &root.join(file))?;
        }
        let packages = packages(root)?;
        let folders: BTreeSet<&Path> = packages.iter().map(Package::folder).collect();
        let kept = kept(root, &packages);
        for folder in &kept {
            contents.add_package(root, folder, folder, &folders)?;
        }
        for exercise in exercises {
            let stub = read(&workspace.stub(exercise))?;
            contents.add(root, &workspace.stub(exercise))?;
            // What an author has tried in its place is not handed out.
            let library = Path::new("exercises").join(&exercise.name).join("src/lib.rs");
            contents.files.insert(library, stub);
            let snapshots = workspace.snapshots_folder(exercise);
            if snapshots.is_dir() {
                contents.add_package(root, &snapshots, &snapshots, &folders)?;
            }
        }
        let manifest = root.join("Cargo.toml");
        let text = String::from_utf8_lossy(&read(&manifest)?).into_owned();
        let kept: Vec<PathBuf> = kept.iter().map(|folder| inside(root, folder)).collect();
        let unreadable = || failed(HandoutError::Manifest { path: manifest.clone() });
        let (text, rust) = workspace_manifest(&text, &kept).ok_or_else(unreadable)?;
        contents.files.insert("Cargo.toml".into(), text.into_bytes());
        let readme = README
            .replace("{exercises}\n", &table(exercises))
            .replace("{rust}", &rust);
        contents.files.insert("README.md".into(), readme.into_bytes());
        let workflow = WORKFLOW.replace("{rust}", &rust);
        contents
            .files
            .insert(".github/workflows/grade.yml".into(), workflow.into_bytes());
        Ok(contents)
    }

    /// Adds the lock file that Cargo makes of the course's for the packages of the handout, which are at `course`. It
    /// has the same versions and needs no network: only packages are left out.
    pub(super) fn add_lock(&mut self, course: &Path, cancel: &Cancel) -> Result<(), Error> {
        let mut update = Command::new(Tools::from_environment().cargo);
        update.args(["update", "--workspace", "--offline"]).current_dir(course);
        let output = tool::output(&mut update, cancel);
        let command = "cargo update --workspace --offline".to_owned();
        let cargo_failed = |command, output| failed(HandoutError::Cargo { command, output });
        match output {
            Ok(None) => return Err(Error::Interrupted),
            Ok(Some(output)) if output.status.success() => {}
            Ok(Some(output)) => {
                let told = String::from_utf8_lossy(&output.stderr).trim().to_owned();
                return Err(cargo_failed(command, told));
            }
            Err(error) => return Err(cargo_failed(command, error.to_string())),
        }
        let lock = read(&course.join("Cargo.lock"))?;
        self.files.insert("Cargo.lock".into(), lock);
        Ok(())
    }

    /// Whether nothing has changed the files at `course`, Cargo and the grader included.
    pub(super) fn is_unchanged_in(&self, course: &Path) -> Result<(), Error> {
        for (path, bytes) in &self.files {
            if read(&course.join(path))? != *bytes {
                let what = format!("`{}` changes when it is used", path.display());
                return Err(failed(HandoutError::Incomplete { what }));
            }
        }
        Ok(())
    }

    /// Adds a file below `root`.
    fn add(&mut self, root: &Path, path: &Path) -> Result<(), Error> {
        self.files.insert(inside(root, path), read(path)?);
        Ok(())
    }

    /// Adds the files of the package at `package` that are in `folder`, but not those of packages inside of it.
    fn add_package(
        &mut self,
        root: &Path,
        package: &Path,
        folder: &Path,
        packages: &BTreeSet<&Path>,
    ) -> Result<(), Error> {
        let unreadable = |source| {
            let path = folder.to_owned();
            failed(HandoutError::Read { path, source })
        };
        for entry in folder.read_dir().map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let (path, name) = (entry.path(), entry.file_name());
            let name = name.to_string_lossy();
            let kind = entry.file_type().map_err(unreadable)?;
            if name.starts_with('.') {
                continue;
            }
            if kind.is_dir() {
                let is_left_out = folder == package && NOT_BUILT.contains(&&*name);
                if !is_left_out && !packages.contains(path.as_path()) {
                    self.add_package(root, package, &path, packages)?;
                }
            } else if kind.is_file()
                && ENDS
                    .iter()
                    .any(|end| path.extension().is_some_and(|found| found == *end))
            {
                let inside = inside(root, &path);
                if self.known.as_ref().is_none_or(|known| known.contains(&inside)) {
                    self.add(root, &path)?;
                } else {
                    self.unknown.push(inside);
                }
            }
        }
        Ok(())
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    fs::read(path).map_err(|source| {
        let path = path.to_owned();
        failed(HandoutError::Read { path, source })
    })
}

fn inside(root: &Path, path: &Path) -> PathBuf {
    path.strip_prefix(root).unwrap_or(path).to_owned()
}

/// The files below `root` that Git knows, if they are in a repository.
fn known_to_git(root: &Path) -> Option<BTreeSet<PathBuf>> {
    let output = Command::new("git")
        .args(["ls-files", "-z"])
        .current_dir(root)
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let names = String::from_utf8(output.stdout).ok()?;
    let files: BTreeSet<PathBuf> = names.split_terminator('\0').map(PathBuf::from).collect();
    (output.status.success() && !files.is_empty()).then_some(files)
}

/// All packages of the course.
fn packages(root: &Path) -> Result<Vec<Package>, Error> {
    let mut cargo = Command::new(Tools::from_environment().cargo);
    cargo
        .args(["metadata", "--no-deps", "--offline", "--format-version=1"])
        .current_dir(root)
        .stdin(Stdio::null());
    let cargo_failed = |output: String| {
        let command = "cargo metadata --no-deps --offline".to_owned();
        failed(HandoutError::Cargo { command, output })
    };
    let output = cargo.output().map_err(|error| cargo_failed(error.to_string()))?;
    if !output.status.success() {
        return Err(cargo_failed(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
    }
    let metadata: Metadata = serde_json::from_slice(&output.stdout).map_err(|error| cargo_failed(error.to_string()))?;
    Ok(metadata.packages)
}

/// The folders of the packages to hand out: the command, the exercises, their checks, and what these are built from.
fn kept<'a>(root: &Path, packages: &'a [Package]) -> BTreeSet<&'a Path> {
    let is_needed = |package: &&Package| {
        let folder = inside(root, package.folder());
        package.name == "xtask" || folder.starts_with("exercises") || folder.starts_with("grader/checks")
    };
    let mut unread: Vec<&Package> = packages.iter().filter(is_needed).collect();
    let mut kept: BTreeSet<&Path> = unread.iter().map(|package| package.folder()).collect();
    while let Some(package) = unread.pop() {
        let linked = package
            .dependencies
            .iter()
            .filter(|dependency| dependency.kind.as_deref() != Some("dev"));
        for path in linked.filter_map(|dependency| dependency.path.as_deref()) {
            let found = packages.iter().find(|other| other.folder() == path);
            if let Some(other) = found.filter(|other| kept.insert(other.folder())) {
                unread.push(other);
            }
        }
    }
    kept
}

/// The manifest of the workspace with `kept` as its members, and the version of Rust that it asks for. What a student
/// builds without naming a package are the exercises.
fn workspace_manifest(text: &str, kept: &[PathBuf]) -> Option<(String, String)> {
    let manifest: Table = text.parse().ok()?;
    let workspace = manifest.get("workspace")?;
    let rust = workspace.get("package")?.get("rust-version")?.as_str()?;
    let members = workspace.get("members")?.as_array()?.iter().filter_map(Value::as_str);
    let members: Vec<String> = members
        .filter(|member| kept.iter().any(|folder| names(member, folder)))
        .map(|member| format!("\"{member}\""))
        .collect();
    let is_left_out = |line: &str| {
        let Ok(dependency) = line.parse::<Table>() else {
            return false;
        };
        let path = dependency.values().next().and_then(|value| value.get("path")?.as_str());
        path.is_some_and(|path| !kept.iter().any(|folder| folder == Path::new(path)))
    };
    let mut handed_out = String::new();
    for line in text.lines() {
        if line.starts_with("members = ") {
            handed_out.push_str(&format!("members = [{}]\n", members.join(", ")));
        } else if line.starts_with("default-members = ") {
            handed_out.push_str("default-members = [\"exercises/*\"]\n");
        } else if !line.starts_with("# The stubs fail on purpose") && !is_left_out(line) {
            handed_out.push_str(&format!("{line}\n"));
        }
    }
    Some((handed_out, rust.to_owned()))
}

/// Whether a member of a workspace, in which `*` stands for a folder, names `folder`.
fn names(member: &str, folder: &Path) -> bool {
    let parts: Vec<&str> = member.split('/').collect();
    let of_folder: Vec<Component<'_>> = folder.components().collect();
    let is_same = |(part, component): (&&str, &Component<'_>)| *part == "*" || component.as_os_str() == *part;
    parts.len() == of_folder.len() && parts.iter().zip(&of_folder).all(is_same)
}

/// The exercises as a table, part by part.
fn table(exercises: &[Exercise]) -> String {
    let mut table = "| part | exercise | what you do |\n| --- | --- | --- |\n".to_owned();
    for (index, exercise) in exercises.iter().enumerate() {
        let is_first = index == 0 || exercises[index - 1].part != exercise.part;
        let part = if is_first {
            exercise.part.to_string()
        } else {
            String::new()
        };
        let Exercise { name, summary, .. } = exercise;
        table.push_str(&format!(
            "| {part} | [`{name}`](exercises/{name}/README.md) | {summary} |\n"
        ));
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workspace_has_the_members_that_are_handed_out() {
        let text = "\
[workspace]
members = [\"exercises/*\", \"grader\", \"grader/checks/*/model\", \"grader/suite\", \"solutions/*\"]
# The stubs fail on purpose, so they are left out.
default-members = [\"grader\"]

[workspace.package]
rust-version = \"1.95\"

[workspace.dependencies]
# As it is.
serde = \"1\"
grader = { path = \"grader\" }
suite = { path = \"grader/suite\" }

[profile.dev]
debug = \"line-tables-only\"
";
        let kept = ["exercises/a", "grader", "grader/checks/a/model"].map(PathBuf::from);
        let (manifest, rust) = workspace_manifest(text, &kept).expect("it is a manifest");
        assert_eq!(rust, "1.95");
        assert_eq!(
            manifest,
            "\
[workspace]
members = [\"exercises/*\", \"grader\", \"grader/checks/*/model\"]
default-members = [\"exercises/*\"]

[workspace.package]
rust-version = \"1.95\"

[workspace.dependencies]
# As it is.
serde = \"1\"
grader = { path = \"grader\" }

[profile.dev]
debug = \"line-tables-only\"
"
        );
    }

    #[test]
    fn what_git_does_not_know_is_left_out() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let root = folder.path();
        fs::create_dir(root.join("a")).expect("a folder");
        for name in ["known.rs", "notes.md", "lib.rs.old-1", ".hidden.rs"] {
            fs::write(root.join("a").join(name), name).expect("a file");
        }
        let taken = || {
            let mut contents = Contents {
                known: known_to_git(root),
                ..Contents::default()
            };
            let package = root.join("a");
            contents
                .add_package(root, &package, &package, &BTreeSet::new())
                .expect("it can be read");
            contents.unknown.sort();
            let files: Vec<PathBuf> = contents.files.into_keys().collect();
            (files, contents.unknown)
        };
        let paths = |paths: &[&str]| paths.iter().map(PathBuf::from).collect::<Vec<_>>();
        assert_eq!(taken(), (paths(&["a/known.rs", "a/notes.md"]), paths(&[])));
        let git = |args: &[&str]| {
            let ended = Command::new("git").args(args).current_dir(root).status();
            assert!(ended.is_ok_and(|status| status.success()), "git {args:?}");
        };
        git(&["init", "--quiet"]);
        git(&["add", "a/known.rs"]);
        assert_eq!(taken(), (paths(&["a/known.rs"]), paths(&["a/notes.md"])));
    }
}
