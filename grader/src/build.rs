//! Compiles a submission twice, and the programs that link it.
//!
//! `rustc` is called directly, never through Cargo, in a folder that holds only the submission's source files. The two
//! forms are compiled side by side: one against the real `std`, for the exercise's program and the checks on real
//! threads; one against the modelled `std`, for the check program over interleavings.
//!
//! The compiler runs in the sandbox: it can read what the step needs, and write to the given folder and to the
//! incremental compilation cache. Nothing is judged.

pub mod diagnostics;
mod incremental;

use std::ffi::OsString;
use std::io;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use sandbox::cancel::Cancel;
use sandbox::disk;
use sandbox::process::{self, Command, ExitReason, Input, Level, Limits, Paths, Policy, Profile, RunError};

use self::diagnostics::{Diagnostics, without_registry};
use crate::intake::Staged;
use crate::libraries::Libraries;
use crate::parallel;

pub use self::incremental::IncrementalCache;

/// What makes the modelled form of a submission call `__sanitizer_cov_trace_pc` of `model-std` in each basic block, so
/// that a loop without an operation is noticed. The line tables tell where the loop is.
///
/// Without pruning: that leaves out blocks which are only executed together with another one, and with them the only
/// block of `loop {}`.
const BLOCK_COUNTING: [&str; 5] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=2",
    "-Cllvm-args=-sanitizer-coverage-trace-pc",
    "-Cllvm-args=-sanitizer-coverage-prune-blocks=0",
    "-Cdebuginfo=line-tables-only",
];

/// What makes the modelled form of a submission call `__tsan_atomic64_fetch_add` and the like of `model-std` in place
/// of atomic instructions. Those that are left in it are the ones of `Arc`, so that the model sees the reference
/// counts.
///
/// These are the passes of LLVM's ThreadSanitizer. Without `-Z sanitizer`, they leave all other memory accesses alone.
const ATOMIC_CALLS: [&str; 3] = [
    "-Cpasses=tsan-module",
    "-Cpasses=function(tsan)",
    "-Cllvm-args=-tsan-instrument-func-entry-exit=0",
];

/// The width of the code that the compiler shows: that of a report, which indents it.
const DIAGNOSTIC_COLUMNS: usize = 75;

/// How many bytes the compiler may print: several hundred errors with their explanations.
const OUTPUT_LIMIT: usize = 4 << 20;

/// How many bytes of memory the compiler may use. The exercises need a tenth of that.
const MEMORY_LIMIT: u64 = 4 << 30;

/// How many threads and processes the compiler may have at once: enough for a few dozen cores.
const THREAD_LIMIT: u64 = 1024;

/// The free bytes below which a build that fails without an error in the source is taken to have run out of space.
const LITTLE_SPACE: u64 = 4 << 20;

/// What to build.
#[derive(Debug)]
pub struct Plan<'a> {
    /// The exercise's name, which is the submission's name as a crate.
    pub name: &'a str,
    /// The submission.
    pub staged: &'a Staged,
    /// The source of the check program over interleavings, where there is one.
    pub model_checks: Option<PathBuf>,
    /// The source of the check program on the real `std`, where there is one.
    pub real_checks: Option<PathBuf>,
    /// The source of the exercise's program, where a check runs it.
    pub program: Option<PathBuf>,
    /// The workspace: paths inside it are shown relative to it.
    pub root: &'a Path,
    /// The folder to write to, which is empty.
    pub folder: &'a Path,
    /// Where the compiler finds the linker.
    pub path: OsString,
    /// How many cores the compiler has. With one, it gets a single codegen unit, which is a ninth less work; with more
    /// cores, several units are faster.
    pub workers: NonZero<usize>,
    /// How long one call of the compiler may take.
    pub limit: Duration,
    /// The highest sandbox level for the compiler.
    pub level: Level,
    /// What earlier builds of the check program have compiled.
    pub cache: Option<IncrementalCache>,
}

/// One of the things that are compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The submission against the real `std`.
    Real,
    /// The exercise's program against that.
    Program,
    /// The check program on the real `std` against that.
    RealChecks,
    /// The submission against the modelled `std`.
    Modelled,
    /// The check program over interleavings against that.
    ModelChecks,
    /// The exercise's program against that.
    ModelledProgram,
}

/// What was observed of one call of the compiler.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compiled {
    /// What was compiled.
    pub step: Step,
    /// How the compiler exited.
    pub exit_reason: ExitReason,
    /// What it printed.
    pub diagnostics: Diagnostics,
    /// Whether the compiler failed and its folder had hardly any free space.
    pub is_disk_full: bool,
    /// Whether the compiler failed and the grader itself may only write smaller files than a compiler may.
    pub has_small_files: bool,
}

/// What was observed of a build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Build {
    /// The calls of the compiler, in the order of [`Step`]. A form is not compiled further once a call failed.
    pub calls: Vec<Compiled>,
    /// The check program over interleavings, if it was built.
    pub model_checks: PathBuf,
    /// The check program on the real `std`, if it was built.
    pub real_checks: PathBuf,
    /// The exercise's program, if it was built.
    pub program: PathBuf,
}

impl Compiled {
    /// Whether the compiler succeeded.
    pub fn is_success(&self) -> bool {
        self.exit_reason == ExitReason::Code(0)
    }
}

impl Build {
    /// The first call that failed, in the order of [`Step`].
    pub fn first_failed(&self) -> Option<&Compiled> {
        self.calls.iter().find(|call| !call.is_success())
    }

    /// Whether everything was compiled that was planned.
    pub fn is_complete(&self) -> bool {
        !self.calls.is_empty() && self.first_failed().is_none()
    }
}

/// Compiles what `plan` names.
///
/// # Errors
///
/// When the compiler cannot be started.
pub fn build(plan: &Plan<'_>, libraries: &Libraries, cancel: &Cancel) -> Result<Build, RunError> {
    let (real, modelled) = (
        Form::real(plan, libraries, cancel),
        Form::modelled(plan, libraries, cancel),
    );
    let programs = [
        (Step::Program, plan.program.as_deref()),
        (Step::RealChecks, plan.real_checks.as_deref()),
    ];
    let (real_calls, modelled_calls) = thread::scope(|scope| {
        let modelled = plan.model_checks.as_deref().map(|checks| {
            let modelled = &modelled;
            scope.spawn(move || modelled.compile(Step::Modelled, &[(Step::ModelChecks, Some(checks))]))
        });
        let real = real.compile(Step::Real, &programs);
        let modelled = modelled.map(|calls| calls.join().expect("compiling does not panic"));
        (real, modelled)
    });
    let mut calls = real_calls?;
    calls.extend(modelled_calls.transpose()?.into_iter().flatten());
    Ok(Build {
        calls,
        model_checks: modelled.program(Step::ModelChecks),
        real_checks: real.program(Step::RealChecks),
        program: real.program(Step::Program),
    })
}

/// The function of the modelled program that calls its `main`, which is private.
const ENTRY: &str = "main_of_the_program";

/// The file with the copy of the program, of which the modelled program has this module.
const PROGRAM: &str = "program.rs";

/// Compiles the program of `plan` against the modelled form of the submission, which [`build`] has compiled. It runs
/// one execution and answers as a check program does.
///
/// # Errors
///
/// When the compiler cannot be started, the source cannot be read, or there is no room for its copy.
pub fn modelled_program(
    plan: &Plan<'_>,
    libraries: &Libraries,
    cancel: &Cancel,
) -> Result<(Compiled, PathBuf), RunError> {
    let form = Form::modelled(plan, libraries, cancel);
    let written = form.write_modelled_program();
    let source = written.map_err(|source| RunError {
        program: libraries.rustc.clone(),
        source,
    })?;
    let compiled = form.compile_program(Step::ModelledProgram, &source)?;
    Ok((compiled, form.program(Step::ModelledProgram)))
}

/// One of the two forms of a submission.
struct Form<'a> {
    plan: &'a Plan<'a>,
    libraries: &'a Libraries,
    cancel: &'a Cancel,
    /// The folder for what is built, inside the plan's.
    folder: PathBuf,
    /// The compiler's options for the libraries that everything in this form links.
    standard: Vec<OsString>,
}

impl<'a> Form<'a> {
    fn real(plan: &'a Plan<'a>, libraries: &'a Libraries, cancel: &'a Cancel) -> Form<'a> {
        let offered = libraries.support.iter().flat_map(|support| &support.offered);
        let offered = offered.map(|offered| (offered.name.as_str(), &offered.real));
        Form {
            plan,
            libraries,
            cancel,
            folder: plan.folder.join("real"),
            standard: linked(offered),
        }
    }

    /// The modelled `std` replaces every crate that has modelled items. `alloc` has none, and macros of older crates
    /// give its name to another one, which the compiler refuses for a name on its command line.
    fn modelled(plan: &'a Plan<'a>, libraries: &'a Libraries, cancel: &'a Cancel) -> Form<'a> {
        let std = ["std", "core"].map(|name| (name, &libraries.model_std));
        let offered = libraries.support.iter().flat_map(|support| &support.offered);
        let offered = offered.map(|offered| (offered.name.as_str(), &offered.modelled));
        Form {
            plan,
            libraries,
            cancel,
            folder: plan.folder.join("modelled"),
            standard: linked(std.into_iter().chain(offered)),
        }
    }

    /// Compiles the submission, then side by side the programs that link it.
    fn compile(&self, library: Step, programs: &[(Step, Option<&Path>)]) -> Result<Vec<Compiled>, RunError> {
        let made = std::fs::create_dir_all(&self.folder);
        made.map_err(|source| RunError {
            program: self.libraries.rustc.clone(),
            source,
        })?;
        let wanted = programs.iter().filter_map(|(step, source)| Some((*step, (*source)?)));
        let wanted: Vec<(Step, &Path)> = wanted.collect();
        let mut calls = vec![self.call(library, self.library_args(!wanted.is_empty()))?];
        if calls[0].is_success() {
            let workers = NonZero::new(wanted.len()).unwrap_or(NonZero::<usize>::MIN);
            for call in parallel::map(&wanted, workers, |(step, source)| self.compile_program(*step, source)) {
                calls.push(call?);
            }
        }
        Ok(calls)
    }

    /// Compiles the check program with the cache, and once more without it if that fails.
    fn compile_program(&self, step: Step, source: &Path) -> Result<Compiled, RunError> {
        let cache = self.plan.cache.as_ref().filter(|_| step == Step::ModelChecks);
        if let Some(cache) = cache {
            let compiled = self.call(step, self.program_args(step, source, cache.args()))?;
            let is_there = compiled.is_success() && cache.finish(&self.program(step)).is_ok();
            if is_there
                || matches!(
                    compiled.exit_reason,
                    ExitReason::TimedOut { .. } | ExitReason::Cancelled
                )
            {
                return Ok(compiled);
            }
            cache.clear();
        }
        let output = ["-o".into(), self.program(step).into()];
        let mut args = self.program_args(step, source, output);
        args.extend(self.parts());
        self.call(step, args)
    }

    /// Writes the main file of the modelled program, beside a copy of the program as its module, and returns its path.
    fn write_modelled_program(&self) -> io::Result<PathBuf> {
        let program = self.plan.program.as_ref().ok_or(io::ErrorKind::NotFound)?;
        let folder = self.modelled_program_folder();
        std::fs::create_dir_all(&folder)?;
        let mut module = std::fs::read_to_string(program)?;
        module.push_str(&format!(
            "\npub fn {ENTRY}() -> impl ::std::process::Termination {{ main() }}\n"
        ));
        std::fs::write(folder.join(PROGRAM), module)?;
        let main =
            format!("mod program;\nfn main() -> ::std::process::ExitCode {{ ::harness::program(program::{ENTRY}) }}\n");
        let path = folder.join("main.rs");
        std::fs::write(&path, main)?;
        Ok(path)
    }

    fn modelled_program_folder(&self) -> PathBuf {
        self.folder.join("modelled_program")
    }

    fn parts(&self) -> Option<OsString> {
        (self.plan.workers == NonZero::<usize>::MIN).then(|| "-Ccodegen-units=1".into())
    }

    fn library_args(&self, is_linked: bool) -> Vec<OsString> {
        let Plan { name, staged, .. } = self.plan;
        // Where no program links the library, only its errors matter.
        let emit = if is_linked { "link" } else { "metadata" };
        let mut args = vec!["src/lib.rs".into(), "--crate-name".into(), (*name).into()];
        args.extend([
            "--crate-type=lib".into(),
            format!("--emit={emit}").into(),
            "-Funsafe_code".into(),
        ]);
        args.extend(["--out-dir".into(), self.folder.clone().into()]);
        // Line tables name the folder as well. The last option that fits a path applies.
        let in_folder = assignment(&staged.folder, Path::new(""));
        let renamed = assignment(&staged.renamed.from, Path::new(&staged.renamed.to));
        for remapped in [in_folder, renamed] {
            args.extend(["--remap-path-prefix".into(), remapped]);
        }
        args.extend(self.parts());
        args
    }

    fn program_args(&self, step: Step, source: &Path, output: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
        let Plan {
            name, root, program, ..
        } = self.plan;
        let library = self.folder.join(format!("lib{name}.rlib"));
        let mut args = vec![source.into(), "--crate-name=program".into(), "--crate-type=bin".into()];
        args.extend(output);
        args.extend(["--extern".into(), assignment(name, &library)]);
        args.extend(self.linked_to(step));
        let mut inside_root = root.as_os_str().to_owned();
        inside_root.push("=");
        args.extend(["--remap-path-prefix".into(), inside_root]);
        if let (Step::ModelledProgram, Some(program)) = (step, program) {
            // Panics name the original.
            let original = program.strip_prefix(root).unwrap_or(program);
            let copy = assignment(self.modelled_program_folder().join(PROGRAM), original);
            args.extend(["--remap-path-prefix".into(), copy]);
        }
        args
    }

    /// The further libraries of a check program. The exercise's program links only what the submission links.
    fn linked_to(&self, step: Step) -> Vec<OsString> {
        let harness = ("harness", &self.libraries.harness);
        match step {
            Step::ModelledProgram => linked([harness]),
            Step::ModelChecks | Step::RealChecks => {
                let support = self
                    .libraries
                    .support
                    .iter()
                    .map(|support| (support.name.as_str(), &support.library));
                linked([harness].into_iter().chain(support))
            }
            Step::Real | Step::Modelled | Step::Program => Vec::new(),
        }
    }

    fn program(&self, step: Step) -> PathBuf {
        self.folder.join(match step {
            Step::ModelChecks | Step::RealChecks => "checks",
            Step::Real | Step::Modelled | Step::Program | Step::ModelledProgram => "program",
        })
    }

    /// The sandbox policy of the compiler: what the step needs and no more, so that no file of the course gets into
    /// messages.
    fn policy(&self, step: Step) -> Policy {
        let Plan { staged, cache, .. } = self.plan;
        let toolchain = self.libraries.rustc.ancestors().nth(2).unwrap_or(Path::new("/"));
        let mut readable = self.libraries.files.clone();
        readable.extend([self.libraries.model_std.clone(), self.libraries.harness.clone()]);
        readable.push(match step {
            Step::Real | Step::Modelled => staged.folder.clone(),
            Step::Program | Step::RealChecks | Step::ModelChecks | Step::ModelledProgram => self.sources_of(step),
        });
        let mut writable = vec![self.folder.clone()];
        writable.extend(
            cache
                .iter()
                .filter(|_| step == Step::ModelChecks)
                .map(|cache| cache.folder().to_owned()),
        );
        let paths = Paths {
            readable,
            listable: vec![self.libraries.dependencies.clone()],
            writable,
            executable: vec![toolchain.to_owned()],
        };
        Policy {
            paths,
            ..Policy::of(Profile::Compile, self.plan.level)
        }
    }

    /// The folder with the source of a program over the submission.
    fn sources_of(&self, step: Step) -> PathBuf {
        let Plan {
            model_checks,
            real_checks,
            program,
            ..
        } = self.plan;
        let source = match step {
            Step::ModelChecks => model_checks,
            Step::RealChecks => real_checks,
            Step::ModelledProgram => return self.modelled_program_folder(),
            Step::Program | Step::Real | Step::Modelled => program,
        };
        let folder = source.as_deref().and_then(Path::parent);
        folder.unwrap_or(&self.folder).to_owned()
    }

    fn call(&self, step: Step, mut args: Vec<OsString>) -> Result<Compiled, RunError> {
        args.push("--error-format=json".into());
        args.push(format!("--diagnostic-width={DIAGNOSTIC_COLUMNS}").into());
        args.extend(options(step));
        args.extend(self.standard.iter().cloned());
        args.extend(["-L".into(), assignment("dependency", &self.libraries.dependencies)]);
        // A submission can read the compiler's environment (`env!`). Nothing is linked in its own steps.
        let env = match step {
            Step::Real | Step::Modelled => Vec::new(),
            Step::Program | Step::RealChecks | Step::ModelChecks | Step::ModelledProgram => vec![
                (OsString::from("PATH"), self.plan.path.clone()),
                (OsString::from("TMPDIR"), self.folder.clone().into()),
            ],
        };
        let command = Command {
            program: self.libraries.rustc.clone(),
            args,
            env,
            // Paths of the submission are relative to its folder. The check program is compiled from a fixed folder,
            // because the incremental compilation cache is only valid for the folder that it was made in.
            folder: match step {
                Step::Real | Step::Modelled => self.plan.staged.folder.clone(),
                Step::Program | Step::RealChecks | Step::ModelChecks | Step::ModelledProgram => PathBuf::from("/"),
            },
            input: Input::Nothing,
            policy: self.policy(step),
        };
        let limits = Limits {
            wall: 10 * self.plan.limit,
            waiting: self.plan.limit,
            cpu: Some(self.plan.limit),
            memory: Some(MEMORY_LIMIT),
            output: OUTPUT_LIMIT,
            threads: THREAD_LIMIT,
        };
        let output = process::run(&command, &limits, self.cancel)?;
        let has_failed = output.exit_reason != ExitReason::Code(0);
        let mut diagnostics = Diagnostics::parse(&output.stderr);
        hide(&mut diagnostics, self.plan.folder);
        Ok(Compiled {
            step,
            exit_reason: output.exit_reason,
            diagnostics,
            is_disk_full: has_failed && is_full(&self.folder),
            has_small_files: has_failed && disk::largest_file().is_some_and(|size| size < process::COMPILER_FILE_SIZE),
        })
    }
}

/// The options that decide what the compiler makes of a source in this step.
pub fn options(step: Step) -> Vec<OsString> {
    let of_step = match step {
        Step::Modelled => [&BLOCK_COUNTING[..], &ATOMIC_CALLS].concat(),
        // Counting in the check program as well makes a grading of `stdout_writer` take half as long again. So a loop
        // is not noticed in a generic function that the check program instantiates.
        Step::ModelChecks | Step::ModelledProgram => [&["-Cdebuginfo=0"][..], &ATOMIC_CALLS].concat(),
        Step::Real | Step::Program | Step::RealChecks => vec!["-Cdebuginfo=0"],
    };
    let options = ["--edition=2024", "-Awarnings"].into_iter().chain(of_step);
    options.map(OsString::from).collect()
}

/// The options that give the compiler these libraries under these names.
pub fn linked<'a>(libraries: impl IntoIterator<Item = (&'a str, &'a PathBuf)>) -> Vec<OsString> {
    let mut args = Vec::new();
    for (name, library) in libraries {
        args.extend(["--extern".into(), assignment(name, library)]);
    }
    args
}

/// `name=path`, as the compiler's options have it.
fn assignment(name: impl Into<OsString>, path: &Path) -> OsString {
    let mut text: OsString = name.into();
    text.push("=");
    text.push(path);
    text
}

/// Replaces the path of the temporary folder, which differs each time.
fn hide(diagnostics: &mut Diagnostics, folder: &Path) {
    let folder = folder.to_string_lossy();
    let hide = |text: &mut String| {
        if text.contains(&*folder) {
            *text = text.replace(&*folder, "[temporary folder]");
        }
        *text = without_registry(text);
    };
    hide(&mut diagnostics.other);
    for error in &mut diagnostics.errors {
        hide(&mut error.message);
        hide(&mut error.rendered);
    }
}

fn is_full(folder: &Path) -> bool {
    disk::free_space(folder).is_ok_and(|free| free < LITTLE_SPACE)
}
