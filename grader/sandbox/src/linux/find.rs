//! Which means this machine offers, found by trying them.
//!
//! A canary is contained by everything that is wished for and attempts what it must not be able to do. What cannot be set up, or
//! has no effect, is struck off the wish and noted, until the rest holds.

use std::ffi::CString;
use std::fs::File;
use std::io;
use std::net::TcpListener;
use std::os::fd::AsFd as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::ExitStatus;

use super::canary::{Attempt, Canary, Succeeded};
use super::spawn::{SetupError, listen, spawn_as};
use super::stage::Stage;
use super::{Plan, User, errno, root};
use crate::level::{Level, Mechanism, Missing};
use crate::probe::Probe;
use crate::spec::{Limits, Paths, Profile, Spec};

/// A program that every system has and that does nothing. Where it is not, only the canary is tried.
const TRUE: &str = "/bin/true";

/// What a canary and `true` may use.
const LIMITS: Limits = Limits {
    cpu: None,
    memory: Some(1 << 30),
    file_size: 0,
    open_files: 64,
    threads: 64,
};

/// Finds what holds, wishing for no more than `up_to`.
pub(crate) fn find(up_to: Level) -> Probe {
    let mut missing = Vec::new();
    let mut plan = wish(up_to, &mut missing);
    while let Err(lack) = attempt(&plan) {
        let is_last = lack.mechanism == Mechanism::Session || !plan.strike(lack.mechanism);
        missing.push(lack);
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
        missing,
        loopback,
        plan,
    }
}

/// Gives programs that use the network one by itself, if that can be done.
fn try_network(plan: &mut Plan) -> Result<(), Missing> {
    let with_network = Plan {
        network: true,
        ..plan.clone()
    };
    let tried = try_canary(&with_network, Profile::RunWithLoopback).map_err(|lack| Missing {
        mechanism: Mechanism::Network,
        help: help(Mechanism::Network, lack.errno),
        ..lack
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

/// Everything, as far as it can be seen from here whether there is any point in it.
fn wish(up_to: Level, missing: &mut Vec<Missing>) -> Plan {
    let mut plan = Plan::basic();
    plan.filter = up_to >= Level::Partial;
    if up_to >= Level::Strong {
        match landlock_version() {
            Ok(version) => plan.landlock = Some(version),
            Err(error) => missing.push(lack(Mechanism::Landlock, "landlock_create_ruleset refused", &error)),
        }
    }
    if up_to == Level::Full {
        // SAFETY: `geteuid` has no preconditions.
        let is_root = unsafe { libc::geteuid() } == 0;
        plan.user = if is_root { User::Other } else { User::Namespace };
        match root::folder() {
            Ok(folder) => plan.root = Some(folder),
            Err(error) => missing.push(lack(Mechanism::Root, "no folder could be made", &error)),
        }
    }
    plan
}

impl Plan {
    /// Goes on without a means; says whether it was part of the plan.
    fn strike(&mut self, mechanism: Mechanism) -> bool {
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

    /// Landlock is what keeps a compiler from files, so there is no strong level without it.
    fn level(&self) -> Level {
        match (self.filter, self.landlock.is_some(), self.root.is_some()) {
            (true, true, true) => Level::Full,
            (true, true, false) => Level::Strong,
            (true, false, _) => Level::Partial,
            (false, _, _) => Level::Basic,
        }
    }
}

/// Tries everything that the plan holds, once for a canary and once for a program.
fn attempt(plan: &Plan) -> Result<(), Missing> {
    try_canary(plan, Profile::Run)?;
    try_program(plan)
}

fn try_canary(plan: &Plan, profile: Profile) -> Result<(), Missing> {
    let unprepared = |error: io::Error| lack(Mechanism::Session, "nothing can be tried", &error);
    let cage = Cage::new().map_err(unprepared)?;
    // Where nobody can listen, there is nobody to reach: nothing answers on port 0.
    let listener = TcpListener::bind(("127.0.0.1", 0));
    let port = listener
        .as_ref()
        .map_or(0, |listener| listener.local_addr().map_or(0, |address| address.port()));
    let canary = cage.canary(port).map_err(unprepared)?;
    let heard = listen(&cage.spec(profile), plan, canary);
    let (child, succeeded) = heard.map_err(|error| lack_of(&error))?;
    // Whether a child can be ended by us is one of the things to be tried: another user's may be out of reach.
    let killed = child.kill();
    if let Err(error) = killed {
        return Err(lack(Mechanism::User, "its processes cannot be ended", &error));
    }
    let status = child.wait().map_err(unprepared)?;
    if status.signal() != Some(libc::SIGKILL) {
        return Err(ineffective(Mechanism::Session));
    }
    judge(plan, profile, succeeded)
}

/// The first means that should have refused an attempt and did not.
fn judge(plan: &Plan, profile: Profile, succeeded: Succeeded) -> Result<(), Missing> {
    let files = [Attempt::Read, Attempt::List];
    let mut demands = vec![
        (plan.root.is_some(), Attempt::Look, Mechanism::Root),
        (plan.filter, Attempt::Fork, Mechanism::Filter),
        (plan.filter, Attempt::Signal, Mechanism::Filter),
        (plan.network, Attempt::Connect, Mechanism::Network),
        (
            plan.filter && profile == Profile::Run,
            Attempt::Connect,
            Mechanism::Filter,
        ),
    ];
    demands.extend(files.map(|attempt| (plan.root.is_some(), attempt, Mechanism::Root)));
    demands.extend(files.map(|attempt| (plan.landlock.is_some(), attempt, Mechanism::Landlock)));
    let mut failed = demands
        .into_iter()
        .filter(|(is_demanded, attempt, _)| *is_demanded && succeeded.has(*attempt));
    failed
        .next()
        .map_or(Ok(()), |(_, _, mechanism)| Err(ineffective(mechanism)))
}

/// Whether a program finds what it needs to start.
fn try_program(plan: &Plan) -> Result<(), Missing> {
    let unprepared = |error: io::Error| lack(Mechanism::Session, "nothing can be tried", &error);
    if !Path::new(TRUE).exists() {
        return Ok(());
    }
    let cage = Cage::new().map_err(unprepared)?;
    let spec = Spec {
        program: Path::new(TRUE),
        ..cage.spec(Profile::Run)
    };
    let child = match spawn_as(&spec, plan) {
        Ok(child) => child,
        // Everything was set up: it is the program's way to its file that is missing.
        Err(error) if error.stage == Stage::Start => {
            return Err(Missing {
                mechanism: plan.narrowest(),
                ..lack_of(&error)
            });
        }
        Err(error) => return Err(lack_of(&error)),
    };
    let status = child.wait().map_err(unprepared)?;
    if status.success() {
        return Ok(());
    }
    let mechanism = plan.narrowest();
    Err(Missing {
        mechanism,
        reason: format!("a program does not start: {}", describe(status)),
        errno: 0,
        help: help(mechanism, 0),
    })
}

impl Plan {
    /// The means that most likely keeps a program from starting.
    fn narrowest(&self) -> Mechanism {
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

/// What a canary sits in.
struct Cage {
    nothing: File,
    hidden: tempfile::NamedTempFile,
}

impl Cage {
    fn new() -> io::Result<Cage> {
        Ok(Cage {
            nothing: File::options().read(true).write(true).open("/dev/null")?,
            hidden: tempfile::NamedTempFile::new()?,
        })
    }

    fn canary(&self, port: u16) -> io::Result<Canary> {
        let path = |path: &Path| CString::new(path.as_os_str().as_bytes()).map_err(io::Error::other);
        let file = self.hidden.path();
        Ok(Canary {
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
            stdin: self.nothing.as_fd(),
            stdout: self.nothing.as_fd(),
            stderr: self.nothing.as_fd(),
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
    // SAFETY: without a ruleset and with this flag, nothing is read or made: the answer is a number.
    let answer = unsafe {
        libc::syscall(
            libc::SYS_landlock_create_ruleset,
            std::ptr::null::<u8>(),
            0usize,
            VERSION,
        )
    };
    u32::try_from(answer).map_err(|_| io::Error::from_raw_os_error(errno()))
}

fn lack_of(error: &SetupError) -> Missing {
    lack(
        error.stage.mechanism(),
        &format!("{} refused", error.stage),
        &error.source,
    )
}

fn lack(mechanism: Mechanism, what: &str, error: &io::Error) -> Missing {
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
        reason: "it was set up, and did not hold".to_owned(),
        errno: 0,
        help: help(mechanism, 0),
    }
}

/// The names of the answers that refusals have.
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
            "run in a container as root with the rights SETUID, SETGID, SYS_CHROOT and KILL (SECURITY.md gives the command), \
             or let users make namespaces: `sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0`"
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
