//! What cannot be contained as it should be is not run, and what is contained has nothing left over.

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
fn a_folder_that_is_not_there_is_told_with_the_step_and_the_answer() {
    for level in [Level::Basic, Level::Partial, Level::Strong, Level::Full] {
        let error =
            cat(&[], "/nonexistent", Paths::default(), probe_up_to(level)).expect_err("there is no such folder");
        assert_eq!(error.stage, Stage::Folder, "at level {level}");
        assert_eq!(error.source.raw_os_error(), Some(libc::ENOENT));
        assert_eq!(
            error.to_string(),
            "failed to set up the containment, at the step `folder`"
        );
    }
}

#[test]
fn a_path_that_is_not_there_is_told_before_anything_is_started() {
    if probe().level < Level::Strong {
        eprintln!("skipped: {:?}", probe().missing);
        return;
    }
    let error = cat(&[], "/", readable("/nonexistent"), probe()).expect_err("there is no such path");
    assert_eq!(error.stage, Stage::Prepare);
}

#[test]
fn a_program_has_no_capabilities_no_way_to_new_ones_and_a_filter() {
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
fn a_program_that_the_grader_user_owns_has_no_capabilities_either() {
    let strong = probe_up_to(Level::Strong);
    let (child, said) = cat(&["/proc/self/status"], "/", readable("/proc"), strong).expect("it can be contained");
    assert!(child.wait().expect("it is ours").success(), "{said}");
    assert!(said.contains("CapEff:\t0000000000000000"), "{said}");
}

#[test]
fn what_can_be_set_up_here_holds() {
    for level in [Level::Basic, Level::Partial, Level::Strong, Level::Full] {
        for lack in &probe_up_to(level).missing {
            assert_ne!(
                lack.errno, 0,
                "{lack}: it was set up, and the canary did what it should not"
            );
        }
    }
}

#[test]
fn a_machine_that_refuses_roots_and_users_is_found_out() {
    // SAFETY: `geteuid` has no preconditions.
    if unsafe { libc::geteuid() } != 0 || probe().level < Level::Strong {
        eprintln!(
            "skipped: only root has rights to give up, and Landlock is needed: {:?}",
            probe().missing
        );
        return;
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_acts"));
    let without_rights = || {
        /// `_LINUX_CAPABILITY_VERSION_3` of the kernel's `capability.h`, whose sets are twice three words.
        const VERSION_3: u32 = 0x2008_0522;
        let (header, none) = ([VERSION_3, 0], [0u32; 6]);
        // SAFETY: both arrays are as long as the kernel takes them to be, and it only reads them.
        let has_none = unsafe { libc::syscall(libc::SYS_capset, header.as_ptr(), none.as_ptr()) } == 0;
        // Otherwise the next program of root's has them all again. Taking them from what a program may ever have would do as
        // well, but is itself a right, which a container may not have.
        // SAFETY: the arguments are numbers.
        let stays_so = unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) } == 0;
        if has_none && stays_so {
            Ok(())
        } else {
            Err(io::Error::last_os_error())
        }
    };
    // SAFETY: between `fork` and `execve` there are system calls only.
    unsafe { command.pre_exec(without_rights) };
    let output = command.arg("probe").output().expect("it is there");
    let said = String::from_utf8(output.stdout).expect("text");
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.get(..2), Some(&["trying", "B strong"][..]), "{said}");
    for words in ["no chroot: root refused: EPERM", "no own user: user refused: EPERM"] {
        assert!(lines.iter().any(|line| line.starts_with(words)), "{said}");
    }
}

#[test]
fn children_that_cannot_be_set_up_leave_no_descriptors_and_no_processes() {
    let count = || std::fs::read_dir("/proc/self/fd").expect("it is there").count();
    let attempt = || {
        let paths = Paths::default();
        cat(&[], "/nonexistent", paths, probe()).expect_err("there is no such folder");
    };
    attempt();
    // Other tests of this program open files meanwhile: what leaks at each attempt outweighs them.
    let before = count();
    for _ in 0..300 {
        attempt();
    }
    assert!(count() < before + 200, "{before} descriptors became {}", count());
}
