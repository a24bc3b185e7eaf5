//! A program is not started if its sandbox cannot be set up, and a program in a sandbox has no privileges left.

use std::fs::File;
use std::io::{self, Read as _};
use std::os::fd::AsFd as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use sandbox::{Child, Level, Paths, Probe, Profile, SetupError, Spec, Stage, probe, probe_up_to, spawn};

use crate::support::LIMITS;

/// Starts `cat` with these arguments in this folder, and reads what it prints.
fn cat(args: &[&str], folder: &str, paths: Paths, probe: &Probe) -> Result<(Child, String), SetupError> {
    let nothing = File::open("/dev/null").expect("it is there");
    let (mut reader, writer) = io::pipe().expect("a pipe");
    let args: Vec<_> = args.iter().map(Into::into).collect();
    let spec = Spec {
        program: Path::new("/bin/cat"),
        args: &args,
        env: &[],
        folder: Path::new(folder),
        stdin: nothing.as_fd(),
        stdout: writer.as_fd(),
        stderr: writer.as_fd(),
        profile: Profile::RunWithChildren,
        limits: LIMITS,
        paths,
        ports: Vec::new(),
    };
    let child = spawn(&spec, probe)?;
    drop(writer);
    let mut said = String::new();
    reader.read_to_string(&mut said).expect("text");
    Ok((child, said))
}

fn readable(path: &str) -> Paths {
    Paths {
        readable: vec![PathBuf::from(path)],
        ..Paths::default()
    }
}

#[test]
fn a_folder_that_does_not_exist_is_reported_with_the_step_and_the_error() {
    for level in [Level::Basic, Level::Partial, Level::Strong, Level::Full] {
        let error =
            cat(&[], "/nonexistent", Paths::default(), probe_up_to(level)).expect_err("there is no such folder");
        assert_eq!(error.stage, Stage::Folder, "at level {level}");
        assert_eq!(error.source.raw_os_error(), Some(libc::ENOENT));
        assert_eq!(error.to_string(), "failed to set up the sandbox at the step `folder`");
    }
}

#[test]
fn a_path_that_does_not_exist_is_reported_before_the_fork() {
    if probe().level < Level::Strong {
        eprintln!("skipped: {:?}", probe().missing);
        return;
    }
    let error = cat(&[], "/", readable("/nonexistent"), probe()).expect_err("there is no such path");
    assert_eq!(error.stage, Stage::Prepare);
}

#[test]
fn a_program_has_no_capabilities_no_new_privileges_and_a_filter() {
    let (child, said) = cat(&["/proc/self/status"], "/", readable("/proc"), probe()).expect("it can be contained");
    assert!(child.wait().expect("it is ours").success(), "{said}");
    let value = |key: &str| {
        let line = said.lines().find_map(|line| line.strip_prefix(key));
        line.map(|value| value.trim_start_matches(':').trim().to_owned())
    };
    for set in ["CapPrm", "CapEff", "CapAmb", "CapInh"] {
        assert_eq!(value(set).as_deref(), Some("0000000000000000"), "{set}");
    }
    assert_eq!(value("NoNewPrivs").as_deref(), Some("1"));
    if probe().has_filter {
        assert_eq!(value("Seccomp").as_deref(), Some("2"));
    }
    assert_eq!(value("SigBlk").as_deref(), Some("0000000000000000"));
    assert_eq!(value("SigIgn").as_deref(), Some("0000000000000000"));
}

#[test]
fn a_program_of_the_graders_user_has_no_capabilities_either() {
    let strong = probe_up_to(Level::Strong);
    let (child, said) = cat(&["/proc/self/status"], "/", readable("/proc"), strong).expect("it can be contained");
    assert!(child.wait().expect("it is ours").success(), "{said}");
    assert!(said.contains("CapEff:\t0000000000000000"), "{said}");
}

#[test]
fn mechanisms_that_can_be_set_up_have_an_effect() {
    for level in [Level::Basic, Level::Partial, Level::Strong, Level::Full] {
        for missing in &probe_up_to(level).missing {
            assert_ne!(
                missing.errno, 0,
                "{missing}: it was set up, and the probe did what it should not"
            );
        }
    }
}

#[test]
fn a_machine_that_refuses_root_folders_and_users_reaches_the_strong_level() {
    // SAFETY: `geteuid` has no preconditions.
    if unsafe { libc::geteuid() } != 0 || probe().level < Level::Strong {
        eprintln!(
            "skipped: only root has capabilities to give up, and Landlock is needed: {:?}",
            probe().missing
        );
        return;
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_attacks"));
    let without_capabilities = || {
        /// `_LINUX_CAPABILITY_VERSION_3` of the kernel's `capability.h`. Its sets are two times three words.
        const VERSION_3: u32 = 0x2008_0522;
        let (header, none) = ([VERSION_3, 0], [0u32; 6]);
        // SAFETY: both arrays are as long as the kernel expects, and it only reads them.
        let has_none = unsafe { libc::syscall(libc::SYS_capset, header.as_ptr(), none.as_ptr()) } == 0;
        // Otherwise the next program of root would have all of them again. Dropping them from the bounding set would
        // also do, but that takes a capability that a container may not have.
        // SAFETY: the arguments are numbers.
        let keeps_none = unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) } == 0;
        if has_none && keeps_none {
            Ok(())
        } else {
            Err(io::Error::last_os_error())
        }
    };
    // SAFETY: the closure makes system calls only.
    unsafe { command.pre_exec(without_capabilities) };
    let output = command.arg("probe").output().expect("it is there");
    let said = String::from_utf8(output.stdout).expect("text");
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.get(..2), Some(&["trying", "B strong"][..]), "{said}");
    for words in ["no chroot: root refused: EPERM", "no own user: user refused: EPERM"] {
        assert!(lines.iter().any(|line| line.starts_with(words)), "{said}");
    }
}

#[test]
fn children_that_cannot_be_set_up_leave_no_descriptors() {
    let count = || std::fs::read_dir("/proc/self/fd").expect("it is there").count();
    let attempt = || {
        let paths = Paths::default();
        cat(&[], "/nonexistent", paths, probe()).expect_err("there is no such folder");
    };
    attempt();
    // Other tests open files at the same time. A leak at each attempt would be larger than that.
    let before = count();
    for _ in 0..300 {
        attempt();
    }
    assert!(count() < before + 200, "{before} descriptors became {}", count());
}
