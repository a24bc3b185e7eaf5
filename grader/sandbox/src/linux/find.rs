//! Finds out by trying which mechanisms work on this machine.
//!
//! A probe child is set up with every mechanism that is wanted, and attempts what they must prevent. A mechanism that
//! cannot be set up, or that has no effect, is recorded as missing and left out. This is repeated until the remaining
//! mechanisms work.

use std::ffi::CString;
use std::fs::File;
use std::io;
use std::net::TcpListener;
use std::os::fd::AsFd as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::ExitStatus;

use super::probe_child::{Attempt, ProbeChild, Succeeded};
use super::spawn::{SetupError, spawn_as, spawn_probe};
use super::stage::Stage;
use super::{Plan, ResourceLimits, Spec, User, errno, root};
use crate::level::{Level, Mechanism, Missing};
use crate::probe::Probe;
use crate::profile::{Paths, Profile};

/// A program that nearly every system has and that does nothing. If it does not exist, only the probe child is tried.
const TRUE: &str = "/bin/true";

/// What the probe child and `true` may use.
const LIMITS: ResourceLimits = ResourceLimits {
    cpu: None,
    memory: Some(1 << 30),
    file_size: 0,
    open_files: 64,
    threads: 64,
};

/// Finds the mechanisms that work, of those up to the level `up_to`.
pub(crate) fn find(up_to: Level) -> Probe {
    let mut all_missing = Vec::new();
    let mut plan = wanted(up_to, &mut all_missing);
    while let Err(missing) = try_plan(&plan) {
        let is_last = missing.mechanism == Mechanism::Session || !plan.remove(missing.mechanism);
        all_missing.push(missing);
        if is_last {
            plan = Plan::basic();
            break;
        }
    }
    let loopback = match up_to {
        Level::Full => try_network(&mut plan).err(),
        Level::Basic | Level::Partial | Level::Strong => Some(not_asked_for()),
    };
    Probe {
        level: plan.level(),
        landlock: plan.landlock,
        has_filter: plan.filter,
        has_root: plan.root.is_some(),
        missing: all_missing,
        loopback,
        plan,
    }
}

/// Gives programs that use the network a network of their own, if that works.
fn try_network(plan: &mut Plan) -> Result<(), Missing> {
    let with_network = Plan {
        network: true,
        ..plan.clone()
    };
    let tried = try_probe(&with_network, Profile::RunWithLoopback).map_err(|missing| Missing {
        mechanism: Mechanism::Network,
        help: help(Mechanism::Network, missing.errno),
        ..missing
    });
    plan.network = tried.is_ok();
    tried
}

fn not_asked_for() -> Missing {
    Missing {
        mechanism: Mechanism::Network,
        reason: "it was not asked for".to_owned(),
        errno: 0,
        help: "ask for all that this machine can do",
    }
}

/// The mechanisms up to the level `up_to`, without those that are known to be missing before anything is tried.
fn wanted(up_to: Level, all_missing: &mut Vec<Missing>) -> Plan {
    let mut plan = Plan::basic();
    plan.filter = up_to >= Level::Partial;
    if up_to >= Level::Strong {
        match landlock_version() {
            Ok(version) => plan.landlock = Some(version),
            Err(error) => all_missing.push(missing(Mechanism::Landlock, "landlock_create_ruleset refused", &error)),
        }
    }
    if up_to == Level::Full {
        // SAFETY: `geteuid` has no preconditions.
        let is_root = unsafe { libc::geteuid() } == 0;
        plan.user = if is_root { User::Other } else { User::Namespace };
        match root::folder() {
            Ok(folder) => plan.root = Some(folder),
            Err(error) => all_missing.push(missing(Mechanism::Root, "no folder could be made", &error)),
        }
    }
    plan
}

impl Plan {
    /// Leaves a mechanism out, and says whether it was part of the plan.
    fn remove(&mut self, mechanism: Mechanism) -> bool {
        match mechanism {
            Mechanism::Landlock => self.landlock.take().is_some(),
            Mechanism::Filter => std::mem::take(&mut self.filter),
            Mechanism::Root => self.root.take().is_some(),
            Mechanism::User => {
                // Without a namespace, an ordinary user cannot change the root.
                if self.user == User::Namespace {
                    self.root = None;
                }
                std::mem::replace(&mut self.user, User::Same) != User::Same
            }
            Mechanism::Network => std::mem::take(&mut self.network),
            Mechanism::Session => false,
        }
    }

    /// Only Landlock restricts the files of a compiler, so no level above partial exists without it.
    fn level(&self) -> Level {
        match (self.filter, self.landlock.is_some(), self.root.is_some()) {
            (true, true, true) => Level::Full,
            (true, true, false) => Level::Strong,
            (true, false, _) => Level::Partial,
            (false, _, _) => Level::Basic,
        }
    }
}

/// Tries all mechanisms of the plan, with a probe child and with a program.
fn try_plan(plan: &Plan) -> Result<(), Missing> {
    try_probe(plan, Profile::Run)?;
    try_program(plan)
}

fn try_probe(plan: &Plan, profile: Profile) -> Result<(), Missing> {
    let unprepared = |error: io::Error| missing(Mechanism::Session, "nothing can be tried", &error);
    let targets = Targets::new().map_err(unprepared)?;
    // If nobody can listen, the probe child tries port 0, where nobody answers.
    let listener = TcpListener::bind(("127.0.0.1", 0));
    let port = listener
        .as_ref()
        .map_or(0, |listener| listener.local_addr().map_or(0, |address| address.port()));
    let probe_child = targets.probe_child(port).map_err(unprepared)?;
    let spawned = spawn_probe(&targets.spec(profile), plan, probe_child);
    let (child, succeeded) = spawned.map_err(|error| missing_after(&error))?;
    // This is part of the trial: the grader may not be allowed to kill the processes of another user.
    let killed = child.kill();
    if let Err(error) = killed {
        return Err(missing(Mechanism::User, "its processes cannot be ended", &error));
    }
    let status = child.wait().map_err(unprepared)?;
    if status.signal() != Some(libc::SIGKILL) {
        return Err(ineffective(Mechanism::Session));
    }
    check_prevented(plan, profile, succeeded)
}

/// Fails with the first mechanism that should have prevented an attempt and did not.
fn check_prevented(plan: &Plan, profile: Profile, succeeded: Succeeded) -> Result<(), Missing> {
    let files = [Attempt::Read, Attempt::List];
    let mut requirements = vec![
        (plan.root.is_some(), Attempt::Stat, Mechanism::Root),
        (plan.filter, Attempt::Fork, Mechanism::Filter),
        (plan.filter, Attempt::Signal, Mechanism::Filter),
        (plan.network, Attempt::Connect, Mechanism::Network),
        (
            plan.filter && profile == Profile::Run,
            Attempt::Connect,
            Mechanism::Filter,
        ),
    ];
    requirements.extend(files.map(|attempt| (plan.root.is_some(), attempt, Mechanism::Root)));
    requirements.extend(files.map(|attempt| (plan.landlock.is_some(), attempt, Mechanism::Landlock)));
    let mut failed = requirements
        .into_iter()
        .filter(|(is_required, attempt, _)| *is_required && succeeded.has(*attempt));
    failed
        .next()
        .map_or(Ok(()), |(_, _, mechanism)| Err(ineffective(mechanism)))
}

/// Checks that a program finds everything that it needs to start.
fn try_program(plan: &Plan) -> Result<(), Missing> {
    let unprepared = |error: io::Error| missing(Mechanism::Session, "nothing can be tried", &error);
    if !Path::new(TRUE).exists() {
        return Ok(());
    }
    let targets = Targets::new().map_err(unprepared)?;
    let spec = Spec {
        program: Path::new(TRUE),
        ..targets.spec(Profile::Run)
    };
    let child = match spawn_as(&spec, plan) {
        Ok(child) => child,
        // Everything was set up, but the program cannot reach its file.
        Err(error) if error.stage == Stage::Start => {
            return Err(Missing {
                mechanism: plan.strictest(),
                ..missing_after(&error)
            });
        }
        Err(error) => return Err(missing_after(&error)),
    };
    let status = child.wait().map_err(unprepared)?;
    if status.success() {
        return Ok(());
    }
    let mechanism = plan.strictest();
    Err(Missing {
        mechanism,
        reason: format!("a program does not start: {}", describe(status)),
        errno: 0,
        help: help(mechanism, 0),
    })
}

impl Plan {
    /// The mechanism that most likely keeps a program from starting.
    fn strictest(&self) -> Mechanism {
        if self.root.is_some() {
            Mechanism::Root
        } else if self.landlock.is_some() {
            Mechanism::Landlock
        } else if self.filter {
            Mechanism::Filter
        } else {
            Mechanism::Session
        }
    }
}

fn describe(status: ExitStatus) -> String {
    match status.code() {
        Some(code) => format!("code {code}"),
        None => format!("signal {}", status.signal().unwrap_or(0)),
    }
}

/// What the attempts of a probe child are about.
struct Targets {
    null_device: File,
    hidden: tempfile::NamedTempFile,
}

impl Targets {
    fn new() -> io::Result<Targets> {
        Ok(Targets {
            null_device: File::options().read(true).write(true).open("/dev/null")?,
            hidden: tempfile::NamedTempFile::new()?,
        })
    }

    fn probe_child(&self, port: u16) -> io::Result<ProbeChild> {
        let path = |path: &Path| CString::new(path.as_os_str().as_bytes()).map_err(io::Error::other);
        let file = self.hidden.path();
        Ok(ProbeChild {
            file: path(file)?,
            folder: path(file.parent().unwrap_or(Path::new("/")))?,
            // SAFETY: `getpid` has no preconditions.
            process: unsafe { libc::getpid() },
            port,
        })
    }

    fn spec(&self, profile: Profile) -> Spec<'_> {
        Spec {
            program: Path::new("/proc/self/exe"),
            args: &[],
            env: &[],
            folder: Path::new("/"),
            stdin: self.null_device.as_fd(),
            stdout: self.null_device.as_fd(),
            stderr: self.null_device.as_fd(),
            profile,
            limits: LIMITS,
            paths: Paths::default(),
            ports: Vec::new(),
        }
    }
}

/// The version of Landlock that the kernel offers.
fn landlock_version() -> io::Result<u32> {
    /// `LANDLOCK_CREATE_RULESET_VERSION` of the kernel's `landlock.h`.
    const VERSION: u32 = 1;
    // SAFETY: with this flag nothing is read and no ruleset is made; the result is a number.
    let version = unsafe {
        libc::syscall(
            libc::SYS_landlock_create_ruleset,
            std::ptr::null::<u8>(),
            0usize,
            VERSION,
        )
    };
    u32::try_from(version).map_err(|_| io::Error::from_raw_os_error(errno()))
}

/// The mechanism that is missing because a step failed.
fn missing_after(error: &SetupError) -> Missing {
    missing(
        error.stage.mechanism(),
        &format!("{} refused", error.stage),
        &error.source,
    )
}

fn missing(mechanism: Mechanism, what: &str, error: &io::Error) -> Missing {
    let errno = error.raw_os_error().unwrap_or(0);
    Missing {
        mechanism,
        reason: format!(
            "{what}: {}",
            name(errno).map_or_else(|| error.to_string(), str::to_owned)
        ),
        errno,
        help: help(mechanism, errno),
    }
}

fn ineffective(mechanism: Mechanism) -> Missing {
    Missing {
        mechanism,
        reason: "it was set up and had no effect".to_owned(),
        errno: 0,
        help: help(mechanism, 0),
    }
}

/// The names of the errors with which the kernel refuses a mechanism.
fn name(errno: i32) -> Option<&'static str> {
    Some(match errno {
        libc::EPERM => "EPERM",
        libc::EACCES => "EACCES",
        libc::ENOSYS => "ENOSYS",
        libc::EOPNOTSUPP => "EOPNOTSUPP",
        libc::EINVAL => "EINVAL",
        libc::ENOENT => "ENOENT",
        libc::ENOSPC => "ENOSPC",
        libc::EUSERS => "EUSERS",
        libc::EROFS => "EROFS",
        _ => return None,
    })
}

/// How to get what is missing.
fn help(mechanism: Mechanism, errno: i32) -> &'static str {
    match (mechanism, errno) {
        (Mechanism::Landlock, libc::EOPNOTSUPP) => {
            "start Linux with `landlock` among the modules of its parameter `lsm=`"
        }
        (Mechanism::Landlock, libc::ENOSYS) => {
            "use Linux 5.13 or later, and a container runtime that lets Landlock through (Docker 20.10.18 and later)"
        }
        (Mechanism::Landlock, _) => "use a container runtime that lets Landlock through (Docker 20.10.18 and later)",
        (Mechanism::Filter, _) => "use a kernel with `CONFIG_SECCOMP_FILTER`",
        (Mechanism::Root | Mechanism::User, _) => {
            "run in a container as root with the rights SETUID, SETGID, SYS_CHROOT and KILL (SECURITY.md gives the \
             command), or let users make namespaces: `sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0`"
        }
        (Mechanism::Network, _) => {
            "let users make namespaces: `sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0`, \
             or give the container `--cap-add SYS_ADMIN --cap-add NET_ADMIN`"
        }
        (Mechanism::Session, _) => "run on Linux with `/proc` and a temporary folder",
    }
}

#[cfg(test)]
mod tests;
