//! Compiles a submission twice, and the programs that use it.
//!
//! The compiler is called by itself, never through Cargo, and sees a folder with the submission's source files only. The two
//! forms are compiled side by side: with the real `std`, then the exercise's program; with the modelled `std`, then the check
//! program. Nothing is judged, and nothing outside the given folder is written.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use crate::cancel::Cancel;
use crate::diagnostics::Diagnostics;
use crate::intake::Staged;
use crate::libraries::Libraries;
use crate::process::{self, Command, End, Input, Limits, RunError};

pub use head_start::HeadStart;

mod head_start;

/// How much the compiler may say: several hundred errors with their explanations.
const OUTPUT_LIMIT: usize = 4 << 20;

/// How much memory the compiler may take; what the exercises need is a tenth of that.
const MEMORY_LIMIT: u64 = 4 << 30;

/// With less space than this, a build that fails without an error in the source failed for want of space.
const LITTLE_SPACE: u64 = 4 << 20;

/// What to build.
#[derive(Debug)]
pub struct Order<'a> {
    /// The exercise's name, which is the submission's name as a crate.
    pub name: &'a str,
    /// The submission.
    pub staged: &'a Staged,
    /// The source of the check program.
    pub checks: PathBuf,
    /// The source of the exercise's program, where a check runs it.
    pub program: Option<PathBuf>,
    /// The workspace: paths inside it are shown relative to it.
    pub root: &'a Path,
    /// The folder to write to; empty.
    pub folder: &'a Path,
    /// Where the compiler finds the linker.
    pub path: OsString,
    /// How long one call of the compiler may take.
    pub limit: Duration,
    /// Where an earlier build of the check program got to.
    pub head_start: Option<HeadStart>,
}

/// One of the things that are compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The submission against the real `std`.
    Real,
    /// The exercise's program against that.
    Program,
    /// The submission against the modelled `std`.
    Modelled,
    /// The check program against that.
    Checks,
}

/// What was observed of one call of the compiler.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compiled {
    /// What was compiled.
    pub step: Step,
    /// How the compiler ended.
    pub end: End,
    /// What it said.
    pub diagnostics: Diagnostics,
    /// Whether there was hardly any space left to write to when it failed.
    pub is_disk_full: bool,
}

/// What was observed of a build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Build {
    /// The calls of the compiler that were made, in the order of [`Step`]; the first that failed ends its form.
    pub calls: Vec<Compiled>,
    /// The check program, if it was built.
    pub checks: PathBuf,
    /// The exercise's program, if it was built.
    pub program: PathBuf,
}

impl Compiled {
    /// Whether the compiler did what it was asked for.
    pub fn is_success(&self) -> bool {
        self.end == End::Code(0)
    }
}

/// Compiles what `order` asks for.
///
/// # Errors
///
/// When the compiler cannot be started.
pub fn build(order: &Order<'_>, libraries: &Libraries, cancel: &Cancel) -> Result<Build, RunError> {
    let (real, modelled) = (
        Form::real(order, libraries, cancel),
        Form::modelled(order, libraries, cancel),
    );
    let (real_calls, modelled_calls) = thread::scope(|scope| {
        let modelled = scope.spawn(|| modelled.compile(Step::Modelled, Step::Checks, Some(&order.checks)));
        let real = real.compile(Step::Real, Step::Program, order.program.as_deref());
        (real, modelled.join().expect("compiling does not panic"))
    });
    let mut calls = real_calls?;
    calls.extend(modelled_calls?);
    Ok(Build {
        calls,
        checks: modelled.program(),
        program: real.program(),
    })
}

/// One of the two forms of a submission.
struct Form<'a> {
    order: &'a Order<'a>,
    libraries: &'a Libraries,
    cancel: &'a Cancel,
    /// The folder for what is built, inside the order's.
    folder: PathBuf,
    /// What the submission is compiled with.
    standard: Vec<OsString>,
    /// What a program over the submission is compiled with, besides.
    linked: Vec<OsString>,
}

impl<'a> Form<'a> {
    fn real(order: &'a Order<'a>, libraries: &'a Libraries, cancel: &'a Cancel) -> Form<'a> {
        let folder = order.folder.join("real");
        Form {
            order,
            libraries,
            cancel,
            folder,
            standard: Vec::new(),
            linked: Vec::new(),
        }
    }

    /// The controlled `std` stands in for every name under which the real one could be reached.
    fn modelled(order: &'a Order<'a>, libraries: &'a Libraries, cancel: &'a Cancel) -> Form<'a> {
        let mut standard = Vec::new();
        for name in ["std", "core", "alloc"] {
            standard.extend(["--extern".into(), assignment(name, &libraries.model_std)]);
        }
        standard.extend(["-L".into(), assignment("dependency", &libraries.dependencies)]);
        let linked = vec!["--extern".into(), assignment("driver", &libraries.driver)];
        Form {
            order,
            libraries,
            cancel,
            folder: order.folder.join("modelled"),
            standard,
            linked,
        }
    }

    fn compile(&self, library: Step, program: Step, source: Option<&Path>) -> Result<Vec<Compiled>, RunError> {
        let made = std::fs::create_dir_all(&self.folder);
        made.map_err(|source| RunError {
            program: self.libraries.rustc.clone(),
            source,
        })?;
        let mut calls = vec![self.call(library, self.library_args(source.is_some()))?];
        if let Some(source) = source
            && calls[0].is_success()
        {
            calls.push(self.compile_program(program, source)?);
        }
        Ok(calls)
    }

    /// The check program is compiled from where an earlier build of it got to; if that fails, from nothing.
    fn compile_program(&self, step: Step, source: &Path) -> Result<Compiled, RunError> {
        let head_start = self.order.head_start.as_ref().filter(|_| step == Step::Checks);
        if let Some(head_start) = head_start {
            let compiled = self.call(step, self.program_args(source, head_start.args()))?;
            let is_there = compiled.is_success() && head_start.finish(&self.program()).is_ok();
            if is_there || matches!(compiled.end, End::TimedOut { .. } | End::Cancelled) {
                return Ok(compiled);
            }
            head_start.forget();
        }
        let output = ["-o".into(), self.program().into()];
        self.call(step, self.program_args(source, output))
    }

    fn library_args(&self, is_linked: bool) -> Vec<OsString> {
        let Order { name, staged, .. } = self.order;
        // Without a program that links it, the library has only to be accepted.
        let emit = if is_linked { "link" } else { "metadata" };
        let mut args = vec!["src/lib.rs".into(), "--crate-name".into(), (*name).into()];
        args.extend([
            "--crate-type=lib".into(),
            format!("--emit={emit}").into(),
            "-Funsafe_code".into(),
        ]);
        args.extend(["--out-dir".into(), self.folder.clone().into()]);
        args.extend([
            "--remap-path-prefix".into(),
            assignment(&staged.renamed.from, Path::new(&staged.renamed.to)),
        ]);
        args
    }

    fn program_args(&self, source: &Path, output: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
        let Order { name, root, .. } = self.order;
        let library = self.folder.join(format!("lib{name}.rlib"));
        let mut args = vec![source.into(), "--crate-name=program".into(), "--crate-type=bin".into()];
        args.extend(output);
        args.extend(["--extern".into(), assignment(name, &library)]);
        args.extend(self.linked.iter().cloned());
        let mut inside_root = root.as_os_str().to_owned();
        inside_root.push("=");
        args.extend(["--remap-path-prefix".into(), inside_root]);
        args
    }

    fn program(&self) -> PathBuf {
        self.folder.join("program")
    }

    fn call(&self, step: Step, mut args: Vec<OsString>) -> Result<Compiled, RunError> {
        args.extend(["--edition=2024", "--error-format=json", "-Awarnings", "-Cdebuginfo=0"].map(OsString::from));
        args.extend(self.standard.iter().cloned());
        let temporary = (OsString::from("TMPDIR"), self.folder.clone().into());
        let command = Command {
            program: self.libraries.rustc.clone(),
            args,
            env: vec![(OsString::from("PATH"), self.order.path.clone()), temporary],
            // Only the submission is named relative to a folder. The programs are not, so that what is known of them stays true.
            folder: match step {
                Step::Real | Step::Modelled => self.order.staged.folder.clone(),
                Step::Program | Step::Checks => PathBuf::from("/"),
            },
            input: Input::Nothing,
        };
        let limits = Limits {
            wall: self.order.limit,
            cpu: None,
            memory: Some(MEMORY_LIMIT),
            output: OUTPUT_LIMIT,
        };
        let ended = process::run(&command, &limits, self.cancel)?;
        let is_disk_full = ended.end != End::Code(0) && is_full(&self.folder);
        let mut diagnostics = Diagnostics::parse(&ended.stderr);
        hide(&mut diagnostics, self.order.folder);
        Ok(Compiled {
            step,
            end: ended.end,
            diagnostics,
            is_disk_full,
        })
    }
}

/// `name=path`, as the compiler's options have it.
fn assignment(name: &str, path: &Path) -> OsString {
    let mut text = OsString::from(name);
    text.push("=");
    text.push(path);
    text
}

/// Takes the name of the temporary folder, which differs each time, out of what is shown.
fn hide(diagnostics: &mut Diagnostics, folder: &Path) {
    let folder = folder.to_string_lossy();
    let hide = |text: &mut String| {
        if text.contains(&*folder) {
            *text = text.replace(&*folder, "[temporary folder]");
        }
    };
    hide(&mut diagnostics.other);
    for error in &mut diagnostics.errors {
        hide(&mut error.message);
        hide(&mut error.rendered);
    }
}

fn is_full(folder: &Path) -> bool {
    rustix::fs::statvfs(folder).is_ok_and(|disk| disk.f_bavail.saturating_mul(disk.f_frsize) < LITTLE_SPACE)
}
