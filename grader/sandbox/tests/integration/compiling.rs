//! A compiler in the sandbox, with hostile sources.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::os::fd::AsFd as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

use sandbox::{Level, Paths, Profile, ResourceLimits, Spec, probe, spawn};

const LIMITS: ResourceLimits = ResourceLimits {
    cpu: Some(Duration::from_secs(20)),
    memory: Some(2 << 30),
    file_size: 64 << 20,
    open_files: 1024,
    threads: 256,
};

/// How many bytes the compiler may print.
const OUTPUT: u64 = 1 << 20;

/// A submission beside a file that it must not read.
struct Class {
    folder: tempfile::TempDir,
}

/// The result of compiling.
struct Compiled {
    status: ExitStatus,
    said: String,
}

impl Class {
    fn new(source: &str) -> Class {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for name in ["submission", "output", "solutions"] {
            fs::create_dir(folder.path().join(name)).expect("a folder");
        }
        let solution = folder.path().join("solutions/solution.rs");
        fs::write(&solution, "pub const ANSWER: u32 = 42;").expect("a file");
        std::os::unix::fs::symlink(&solution, folder.path().join("submission/link.rs")).expect("a link");
        let source = source.replace("SOLUTION", &solution.to_string_lossy());
        fs::write(folder.path().join("submission/lib.rs"), source).expect("a file");
        Class { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn args(&self, emit: &str) -> Vec<OsString> {
        let mut args: Vec<OsString> = ["lib.rs", "--crate-type=lib", "--edition=2024", "-Awarnings"]
            .map(Into::into)
            .into();
        args.push(emit.into());
        args.extend(["--out-dir".into(), self.path("output").into()]);
        args
    }

    fn compile(&self, emit: &str, limits: ResourceLimits) -> Compiled {
        self.call(&self.args(emit), limits)
    }

    fn call(&self, args: &[OsString], limits: ResourceLimits) -> Compiled {
        let toolchain = toolchain();
        let output = self.path("output");
        let env = [
            ("PATH".into(), "/usr/bin:/bin".into()),
            ("TMPDIR".into(), output.clone().into()),
        ];
        let nothing = File::open("/dev/null").expect("it is there");
        let (reader, writer) = io::pipe().expect("a pipe");
        let child = spawn(
            &Spec {
                program: &toolchain.join("bin/rustc"),
                args,
                env: &env,
                folder: &self.path("submission"),
                stdin: nothing.as_fd(),
                stdout: writer.as_fd(),
                stderr: writer.as_fd(),
                profile: Profile::Compile,
                limits,
                paths: Paths {
                    readable: vec![self.path("submission")],
                    listable: Vec::new(),
                    writable: vec![output],
                    executable: vec![toolchain.clone()],
                },
                ports: Vec::new(),
            },
            probe(),
        )
        .expect("the compiler can be contained");
        drop(writer);
        let mut said = Vec::new();
        let n_bytes = reader.take(OUTPUT).read_to_end(&mut said).expect("a pipe can be read");
        if n_bytes as u64 == OUTPUT {
            child.kill().expect("it is ours");
        }
        Compiled {
            status: child.wait().expect("it is ours"),
            said: String::from_utf8_lossy(&said).into_owned(),
        }
    }

    fn compile_uncontained(&self, emit: &str) -> ExitStatus {
        let mut command = Command::new(toolchain().join("bin/rustc"));
        command.args(self.args(emit)).current_dir(self.path("submission"));
        command.stderr(Stdio::null()).status().expect("there is a compiler")
    }
}

fn toolchain() -> PathBuf {
    let output = Command::new("rustc")
        .args(["--print", "sysroot"])
        .output()
        .expect("there is a compiler");
    PathBuf::from(String::from_utf8(output.stdout).expect("a path").trim())
}

fn is_skipped() -> bool {
    let is_skipped = probe().level < Level::Strong;
    if is_skipped {
        eprintln!("skipped: level {}: {:?}", probe().level, probe().missing);
    }
    is_skipped
}

/// Checks that the source compiles without a sandbox, and that the compiler is refused a file in the sandbox.
#[track_caller]
fn check_refused(source: &str, emit: &str, words: &str) {
    if is_skipped() {
        return;
    }
    let class = Class::new(source);
    assert!(
        class.compile_uncontained(emit).success(),
        "`{source}` could not have worked"
    );
    let compiled = class.compile(emit, LIMITS);
    assert_eq!(compiled.status.code(), Some(1), "{}", compiled.said);
    assert!(compiled.said.contains(words), "{}", compiled.said);
}

const METADATA: &str = "--emit=metadata";

#[test]
fn a_harmless_library_and_a_harmless_program_compile_and_link() {
    let class = Class::new("pub fn answer() -> u32 { 42 }");
    let compiled = class.compile("--emit=link", LIMITS);
    assert!(compiled.status.success(), "{}", compiled.said);
    let class = Class::new("fn main() { println!(\"{}\", f64::sin(0.0)); }");
    let program = class.path("output/program");
    let compiled = class.call(&["lib.rs".into(), "-o".into(), program.clone().into()], LIMITS);
    assert!(compiled.status.success(), "{}", compiled.said);
    let nothing = File::open("/dev/null").expect("it is there");
    let (mut reader, writer) = io::pipe().expect("a pipe");
    let spec = Spec {
        program: &program,
        args: &[],
        env: &[],
        folder: Path::new("/"),
        stdin: nothing.as_fd(),
        stdout: writer.as_fd(),
        stderr: writer.as_fd(),
        profile: Profile::Run,
        limits: LIMITS,
        paths: Paths::default(),
        ports: Vec::new(),
    };
    let child = spawn(&spec, probe()).expect("the program can be contained");
    drop(writer);
    let mut said = String::new();
    reader.read_to_string(&mut said).expect("text");
    assert!(child.wait().expect("it is ours").success() && said == "0\n", "{said}");
}

#[test]
fn files_of_the_system_cannot_be_included() {
    check_refused(
        "pub const X: &str = include_str!(\"/etc/passwd\");",
        METADATA,
        "Permission denied",
    );
    check_refused(
        "pub const X: &[u8] = include_bytes!(\"/proc/self/environ\");",
        METADATA,
        "Permission denied",
    );
}

#[test]
fn files_of_others_cannot_be_included() {
    check_refused("include!(\"SOLUTION\");", METADATA, "Permission denied");
    check_refused("include!(\"../solutions/solution.rs\");", METADATA, "Permission denied");
    check_refused("#[path = \"SOLUTION\"] pub mod x;", METADATA, "Permission denied");
    check_refused(
        "#[path = \"../solutions/solution.rs\"] pub mod x;",
        METADATA,
        "Permission denied",
    );
}

#[test]
fn a_link_in_the_submission_cannot_be_followed() {
    check_refused("include!(\"link.rs\");", METADATA, "Permission denied");
    check_refused("#[path = \"link.rs\"] pub mod x;", METADATA, "Permission denied");
}

#[test]
fn the_assembler_cannot_include_files_either() {
    check_refused(
        "std::arch::global_asm!(\".incbin \\\"/etc/passwd\\\"\");",
        "--emit=obj",
        "incbin",
    );
}

#[test]
fn the_environment_of_the_grader_is_not_inherited() {
    if is_skipped() {
        return;
    }
    let class = Class::new("const _: () = assert!(option_env!(\"CARGO_MANIFEST_DIR\").is_none());");
    assert!(
        !class.compile_uncontained(METADATA).success(),
        "it could not have been there"
    );
    let compiled = class.compile(METADATA, LIMITS);
    assert!(compiled.status.success(), "{}", compiled.said);
}

#[test]
fn an_endless_constant_evaluation_is_ended() {
    let class = Class::new(
        "#![allow(long_running_const_eval)]\n\
         const fn forever() -> u32 { let mut i = 0u32; loop { i = i.wrapping_add(1); if i == u32::MAX { i = 0; } } }\n\
         pub const X: u32 = forever();",
    );
    let cpu = Some(Duration::from_secs(1));
    let compiled = class.compile(METADATA, ResourceLimits { cpu, ..LIMITS });
    assert_eq!(compiled.status.signal(), Some(libc::SIGXCPU), "{}", compiled.said);
}

#[test]
fn an_exploding_macro_is_ended() {
    let class = Class::new(
        "#![recursion_limit = \"1000000\"]\n\
         macro_rules! more { ($($x:tt)*) => { more!($($x)* $($x)* 1); } }\n\
         more!(1);",
    );
    let cpu = Some(Duration::from_secs(2));
    let memory = Some(512 << 20);
    let compiled = class.compile(METADATA, ResourceLimits { cpu, memory, ..LIMITS });
    assert_ne!(compiled.status.code(), Some(0), "{}", compiled.said);
    assert!(
        compiled.status.signal().is_some(),
        "{:?} {}",
        compiled.status,
        compiled.said
    );
}

#[test]
fn a_giant_object_is_not_written() {
    if is_skipped() {
        return;
    }
    let class = Class::new("#[used] pub static X: [u8; 200 << 20] = [1; 200 << 20];");
    assert!(
        class.compile_uncontained("--emit=obj").success(),
        "it could not have been written"
    );
    fs::remove_dir_all(class.path("output")).expect("it is there");
    fs::create_dir(class.path("output")).expect("a folder");
    let compiled = class.compile("--emit=obj", LIMITS);
    assert!(!compiled.status.success(), "{}", compiled.said);
    let written = fs::read_dir(class.path("output")).expect("it is there").flatten();
    let largest = written
        .map(|entry| entry.metadata().map_or(0, |metadata| metadata.len()))
        .max();
    assert!(largest.unwrap_or(0) <= LIMITS.file_size, "{largest:?}");
}

#[test]
fn a_static_larger_than_memory_does_not_compile() {
    let class = Class::new("pub static X: [u8; 1 << 47] = [0; 1 << 47];");
    assert!(!class.compile("--emit=obj", LIMITS).status.success());
}

#[test]
fn a_flood_of_errors_is_cut() {
    let class = Class::new(&"const _: u32 = \"\";\n".repeat(10_000));
    let compiled = class.compile(METADATA, LIMITS);
    assert_eq!(compiled.said.len() as u64, OUTPUT);
    assert!(!compiled.status.success());
}

#[test]
fn configuration_files_in_the_submission_are_not_read() {
    let class = Class::new("pub fn answer() -> u32 { 42 }");
    let submission = class.path("submission");
    fs::create_dir(submission.join(".cargo")).expect("a folder");
    let marker = class.path("output/marker");
    let script = format!("#!/bin/sh\ntouch {}\n", marker.display());
    fs::write(submission.join("evil.sh"), &script).expect("a file");
    let config = "[build]\nrustc-wrapper = \"./evil.sh\"\n[target.x86_64-unknown-linux-gnu]\nrunner = \"./evil.sh\"\n";
    fs::write(submission.join(".cargo/config.toml"), config).expect("a file");
    fs::write(
        submission.join("rust-toolchain.toml"),
        "[toolchain]\npath = \"./evil\"\n",
    )
    .expect("a file");
    let build = format!("fn main() {{ std::fs::write({marker:?}, \"x\").unwrap(); }}");
    fs::write(submission.join("build.rs"), build).expect("a file");
    assert!(class.compile("--emit=link", LIMITS).status.success());
    assert!(!marker.exists());
}

#[test]
fn nothing_is_written_outside_of_the_output_folder() {
    if is_skipped() {
        return;
    }
    let class = Class::new("pub fn answer() -> u32 { 42 }");
    let elsewhere = class.path("solutions/planted.rmeta");
    let mut args = class.args(METADATA);
    args.extend(["-o".into(), elsewhere.clone().into()]);
    let compiled = class.call(&args, LIMITS);
    assert!(!compiled.status.success(), "{}", compiled.said);
    assert!(!elsewhere.exists());
}
