//! Prepares everything that a child needs before the fork, where memory can be allocated and errors returned.

use std::collections::BTreeMap;
use std::ffi::{CString, OsStr};
use std::fs::{File, OpenOptions};
use std::hash::{BuildHasher as _, RandomState};
use std::io;
use std::os::fd::AsRawFd as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LazyLock, Mutex, PoisonError};

use super::filter::Filter;
use super::probe_child::ProbeChild;
use super::setup::{Prepared, Start, Strings};
use super::{Plan, ResourceLimits, Spec, User, calls, files};
use crate::profile::Profile;

/// The first of the user ids that systemd reserves for dynamic users, and how many of them are used here.
const FIRST_USER: u32 = 61_184;
const N_USERS: u32 = 4_000;

/// How many of them one grader uses, a prime. It runs far fewer programs at once.
const USERS_OF_A_GRADER: u32 = 61;

/// The version of Landlock from which on it restricts signals to a child's own processes.
const SCOPES_SIGNALS: u32 = 6;

/// The main thread's stack: the default of Linux. It does not count towards the limit of memory.
const STACK: u64 = 8 << 20;

impl Plan {
    /// The part of this plan that applies to one program.
    fn for_program(&self, spec: &Spec<'_>) -> Plan {
        let mut plan = self.clone();
        if spec.profile == Profile::Compile {
            // It writes files that belong to the grader's user.
            plan.user = User::Same;
        }
        if spec.profile.has_children() || !spec.paths.is_empty() {
            // What it needs exists only in the machine's root folder.
            plan.root = None;
        }
        plan.network &= spec.profile.has_network() && spec.ports.is_empty();
        plan
    }
}

/// Prepares a child that becomes the program of `spec`, or a probe.
pub(super) fn prepare(plan: &Plan, spec: &Spec<'_>, probe_child: Option<ProbeChild>) -> io::Result<Prepared> {
    let plan = plan.for_program(spec);
    let mut path_only = OpenOptions::new();
    let program = path_only.read(true).custom_flags(libc::O_PATH).open(spec.program)?;
    let ruleset = match plan.landlock {
        Some(_) => files::ruleset(&plan, spec, &program)?,
        None => None,
    };
    let folder = if plan.root.is_some() {
        Path::new("/")
    } else {
        spec.folder
    };
    let mut args = vec![c_string(spec.program)?];
    for arg in spec.args {
        args.push(c_string(arg)?);
    }
    let mut env = Vec::new();
    for (key, value) in spec.env {
        let mut variable = key.clone();
        variable.push("=");
        variable.push(value);
        env.push(c_string(variable)?);
    }
    Ok(Prepared {
        // SAFETY: `getpid` has no preconditions.
        parent: unsafe { libc::getpid() },
        lifeline: None,
        namespaces: namespaces(&plan),
        maps: (plan.user == User::Namespace).then(maps),
        has_loopback: plan.network,
        streams: [&spec.stdin, &spec.stdout, &spec.stderr].map(|stream| stream.as_raw_fd()),
        root: plan.root.as_deref().map(c_string).transpose()?,
        folder: c_string(folder)?,
        limits: limits(&plan, spec.profile, &spec.limits)?,
        user: (plan.user == User::Other).then(free_user),
        ruleset,
        filter: filter(&plan, spec.profile),
        start: match probe_child {
            Some(probe_child) => Start::Probe(probe_child),
            None => start(&plan, spec.program, program)?,
        },
        args: Strings::new(args),
        env: Strings::new(env),
    })
}

/// From an open file if the path cannot be used after the root folder or the user has changed.
fn start(plan: &Plan, path: &Path, program: File) -> io::Result<Start> {
    if plan.root.is_some() || plan.user == User::Other {
        Ok(Start::File(program.into()))
    } else {
        Ok(Start::Path(c_string(path)?))
    }
}

fn filter(plan: &Plan, profile: Profile) -> Option<Filter> {
    let are_signals_restricted =
        plan.landlock.is_some_and(|version| version >= SCOPES_SIGNALS) || plan.user != User::Same;
    let signals = if are_signals_restricted {
        calls::Signals::ToItsOwn
    } else {
        calls::Signals::ToItself
    };
    let network = if plan.network {
        calls::Network::Own
    } else {
        calls::Network::Shared
    };
    plan.filter.then(|| assembled(profile, signals, network))
}

/// Assembles each filter once, because that takes longer than installing it.
fn assembled(profile: Profile, signals: calls::Signals, network: calls::Network) -> Filter {
    static FILTERS: Mutex<BTreeMap<(Profile, calls::Signals, calls::Network), Filter>> = Mutex::new(BTreeMap::new());
    let mut filters = FILTERS.lock().unwrap_or_else(PoisonError::into_inner);
    let filter = filters.entry((profile, signals, network));
    filter
        .or_insert_with(|| calls::rules(profile, signals, network).assemble())
        .clone()
}

fn namespaces(plan: &Plan) -> libc::c_int {
    let user = if plan.user == User::Namespace {
        libc::CLONE_NEWUSER
    } else {
        0
    };
    let network = if plan.network { libc::CLONE_NEWNET } else { 0 };
    user | network
}

/// Maps the grader's user and group to themselves.
fn maps() -> [Vec<u8>; 2] {
    // SAFETY: these have no preconditions.
    let own = unsafe { [libc::geteuid(), libc::getegid()] };
    own.map(|id| format!("{id} {id} 1").into_bytes())
}

/// A user id that no other run has at the same time. Graders that run side by side differ by their process ids. The ids
/// of one grader come in an order that nobody knows: a program can read its id, and would know from it which of the
/// runs this is.
fn free_user() -> libc::uid_t {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    static ORDER: LazyLock<u32> = LazyLock::new(|| RandomState::new().hash_one(0) as u32);
    // Relaxed: only the number counts.
    let next = NEXT.fetch_add(1, Ordering::Relaxed) % USERS_OF_A_GRADER;
    let (first, step) = (*ORDER >> 16, 1 + *ORDER % (USERS_OF_A_GRADER - 1));
    // The number is a prime, so every step leads to all ids.
    let next = (first + next * step) % USERS_OF_A_GRADER;
    FIRST_USER + std::process::id().wrapping_mul(USERS_OF_A_GRADER).wrapping_add(next) % N_USERS
}

/// The limits to set. None is above the grader's own limit.
fn limits(
    plan: &Plan,
    profile: Profile,
    limits: &ResourceLimits,
) -> io::Result<Vec<(libc::__rlimit_resource_t, libc::rlimit)>> {
    let mut wanted = vec![
        (libc::RLIMIT_CORE, 0, 0),
        (libc::RLIMIT_MSGQUEUE, 0, 0),
        (libc::RLIMIT_FSIZE, limits.file_size, limits.file_size),
        (libc::RLIMIT_NOFILE, limits.open_files, limits.open_files),
    ];
    if let Some(cpu) = limits.cpu {
        // At the soft limit the kernel sends SIGXCPU; a second later, at the hard limit, it kills the process.
        let seconds = cpu.as_secs().max(1);
        wanted.push((libc::RLIMIT_CPU, seconds, seconds + 1));
    }
    if let Some(memory) = limits.memory {
        wanted.push((libc::RLIMIT_DATA, memory, memory));
    }
    if profile != Profile::Compile {
        wanted.extend([(libc::RLIMIT_STACK, STACK, STACK), (libc::RLIMIT_MEMLOCK, 0, 0)]);
    }
    if plan.counts_threads() {
        wanted.push((libc::RLIMIT_NPROC, limits.threads, limits.threads));
    }
    let mut set = Vec::new();
    for (resource, soft, hard) in wanted {
        let own_limit = own_limit(resource)?;
        let limit = libc::rlimit {
            rlim_cur: soft.min(own_limit),
            rlim_max: hard.min(own_limit),
        };
        set.push((resource, limit));
    }
    Ok(set)
}

/// The grader's own hard limit.
fn own_limit(resource: libc::__rlimit_resource_t) -> io::Result<u64> {
    let mut limit = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: there is room for the answer.
    match unsafe { libc::getrlimit(resource, &raw mut limit) } {
        0 => Ok(limit.rlim_max),
        _ => Err(io::Error::last_os_error()),
    }
}

fn c_string(text: impl AsRef<OsStr>) -> io::Result<CString> {
    CString::new(text.as_ref().as_bytes()).map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))
}
