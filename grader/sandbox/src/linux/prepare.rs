//! Everything that a child needs, made before the fork, where allocating and failing is easy.

use std::collections::BTreeMap;
use std::ffi::{CString, OsStr};
use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::AsRawFd as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use super::canary::Canary;
use super::filter::Filter;
use super::setup::{Prepared, Start, Strings};
use super::{Plan, User, calls, files};
use crate::spec::{Limits, Profile, Spec};

/// The first of the numbers that systemd sets aside for users that come and go, and how many are taken of them.
const FIRST_USER: u32 = 61_184;
const N_USERS: u32 = 4_000;

/// The version of Landlock that keeps signals among a child's own processes.
const SCOPES_SIGNALS: u32 = 6;

/// The main thread's stack: what Linux has given it since ever. It is not counted as memory that the process asks for.
const STACK: u64 = 8 << 20;

impl Plan {
    /// This plan, as far as it is for one program.
    fn for_program(&self, spec: &Spec<'_>) -> Plan {
        let mut plan = self.clone();
        if spec.profile == Profile::Compile {
            // It works for the grader's user, in that user's files.
            plan.user = User::Same;
        }
        if spec.profile.has_children() || !spec.paths.is_empty() {
            // What it needs is at its place in the machine's root.
            plan.root = None;
        }
        plan.network &= spec.profile.has_network() && spec.ports.is_empty();
        plan
    }
}

/// Prepares a child that becomes `spec`'s program, or a canary.
pub(super) fn prepare(plan: &Plan, spec: &Spec<'_>, canary: Option<Canary>) -> io::Result<Prepared> {
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
        start: match canary {
            Some(canary) => Start::Canary(canary),
            None => start(&plan, spec.program, program)?,
        },
        args: Strings::new(args),
        env: Strings::new(env),
    })
}

/// From an open file where the path leads nowhere after the root or the user has changed.
fn start(plan: &Plan, path: &Path, program: File) -> io::Result<Start> {
    if plan.root.is_some() || plan.user == User::Other {
        Ok(Start::File(program.into()))
    } else {
        Ok(Start::Path(c_string(path)?))
    }
}

fn filter(plan: &Plan, profile: Profile) -> Option<Filter> {
    let is_apart = plan.landlock.is_some_and(|version| version >= SCOPES_SIGNALS) || plan.user != User::Same;
    let signals = if is_apart {
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

/// Each filter is assembled once: that takes longer than to install it.
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

/// The grader's user and group under their own numbers.
fn maps() -> [Vec<u8>; 2] {
    // SAFETY: these have no preconditions.
    let own = unsafe { [libc::geteuid(), libc::getegid()] };
    own.map(|id| format!("{id} {id} 1").into_bytes())
}

/// A number that no other run has at the same time, as far as the grader's own number keeps graders apart.
fn free_user() -> libc::uid_t {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    // Relaxed: only the number counts.
    let next = NEXT.fetch_add(1, Ordering::Relaxed);
    FIRST_USER + std::process::id().wrapping_mul(61).wrapping_add(next) % N_USERS
}

/// The limits that are set, none of them above what the grader itself has.
fn limits(
    plan: &Plan,
    profile: Profile,
    limits: &Limits,
) -> io::Result<Vec<(libc::__rlimit_resource_t, libc::rlimit)>> {
    let mut wished = vec![
        (libc::RLIMIT_CORE, 0, 0),
        (libc::RLIMIT_MSGQUEUE, 0, 0),
        (libc::RLIMIT_FSIZE, limits.file_size, limits.file_size),
        (libc::RLIMIT_NOFILE, limits.open_files, limits.open_files),
    ];
    if let Some(cpu) = limits.cpu {
        // One second between the signal that tells of the limit and the one that cannot be caught.
        let seconds = cpu.as_secs().max(1);
        wished.push((libc::RLIMIT_CPU, seconds, seconds + 1));
    }
    if let Some(memory) = limits.memory {
        wished.push((libc::RLIMIT_DATA, memory, memory));
    }
    if profile != Profile::Compile {
        wished.extend([(libc::RLIMIT_STACK, STACK, STACK), (libc::RLIMIT_MEMLOCK, 0, 0)]);
    }
    if plan.counts_threads() {
        wished.push((libc::RLIMIT_NPROC, limits.threads, limits.threads));
    }
    let mut set = Vec::new();
    for (resource, soft, hard) in wished {
        let highest = highest(resource)?;
        let limit = libc::rlimit {
            rlim_cur: soft.min(highest),
            rlim_max: hard.min(highest),
        };
        set.push((resource, limit));
    }
    Ok(set)
}

fn highest(resource: libc::__rlimit_resource_t) -> io::Result<u64> {
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
