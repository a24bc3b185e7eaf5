//! What a child does to itself between `fork` and `execve`.
//!
//! The child is a copy of a process with other threads, any of which may have held a lock. So this module makes system
//! calls only, allocates nothing and cannot panic. A step that fails ends the child with the name of the step and the
//! kernel's error; no step is skipped.

use std::ffi::{CStr, CString, c_char, c_int, c_long};
use std::os::fd::{AsRawFd as _, OwnedFd, RawFd};
use std::ptr;

use super::errno;
use super::filter::Filter;
use super::probe_child::ProbeChild;
use super::stage::Stage;

/// Everything that a child needs, made before the fork.
pub(super) struct Prepared {
    pub(super) parent: libc::pid_t,
    /// Where the child tells its supervisor its session, if it has a supervisor.
    pub(super) lifeline: Option<RawFd>,
    /// The namespaces to make, as flags.
    pub(super) namespaces: c_int,
    /// What to write to `uid_map` and `gid_map`, if there is a user namespace.
    pub(super) maps: Option<[Vec<u8>; 2]>,
    pub(super) has_loopback: bool,
    /// Standard input, output and error.
    pub(super) streams: [RawFd; 3],
    pub(super) root: Option<CString>,
    pub(super) folder: CString,
    pub(super) limits: Vec<(libc::__rlimit_resource_t, libc::rlimit)>,
    /// The user id, and group id, to change to.
    pub(super) user: Option<libc::uid_t>,
    pub(super) ruleset: Option<OwnedFd>,
    pub(super) filter: Option<Filter>,
    pub(super) start: Start,
    pub(super) args: Strings,
    pub(super) env: Strings,
}

/// What a child becomes after it is set up.
pub(super) enum Start {
    /// The program at this path.
    Path(CString),
    /// The program in this open file.
    File(OwnedFd),
    /// No program: it attempts what the sandbox must prevent.
    Probe(ProbeChild),
}

/// Strings in the form that `execve` takes.
pub(super) struct Strings {
    pointers: Vec<*const c_char>,
    /// What the pointers point to.
    _strings: Vec<CString>,
}

impl Strings {
    pub(super) fn new(strings: Vec<CString>) -> Strings {
        let mut pointers: Vec<*const c_char> = strings.iter().map(|string| string.as_ptr()).collect();
        pointers.push(ptr::null());
        Strings {
            pointers,
            _strings: strings,
        }
    }
}

/// A step and the kernel's error.
type Failure = (Stage, i32);

fn checked(stage: Stage, answer: c_long) -> Result<c_long, Failure> {
    if answer < 0 { Err((stage, errno())) } else { Ok(answer) }
}

/// Makes a system call and turns its error into a failure of the step.
macro_rules! call {
    ($stage:expr, $call:expr) => {{
        // SAFETY: every pointer among the arguments is to a value of `Prepared` or of the calling function. Both
        // outlive the call, and both are as long as the kernel expects.
        let answer = unsafe { $call };
        checked($stage, answer as c_long)
    }};
}

impl Prepared {
    /// Sets up the calling process and starts the program. Returns only if that fails.
    pub(super) fn set_up_and_start(&mut self, errors: RawFd) -> Failure {
        match self.set_up().and_then(|()| self.start(errors)) {
            Ok(never) => match never {},
            Err(failure) => failure,
        }
    }

    fn set_up(&mut self) -> Result<(), Failure> {
        self.end_with_the_grader()?;
        self.make_namespaces()?;
        call!(Stage::Session, libc::setsid())?;
        self.tell_the_supervisor()?;
        reset_signals()?;
        self.take_streams()?;
        if let Some(root) = &self.root {
            call!(Stage::Root, libc::chroot(root.as_ptr()))?;
        }
        call!(Stage::Folder, libc::chdir(self.folder.as_ptr()))?;
        // SAFETY: `umask` has no preconditions and cannot fail.
        unsafe { libc::umask(0o022) };
        for (resource, limit) in &self.limits {
            call!(Stage::Limits, libc::setrlimit(*resource, limit))?;
        }
        self.become_user()?;
        drop_capabilities()?;
        call!(
            Stage::NoNewPrivileges,
            libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        )?;
        if let Some(ruleset) = &self.ruleset {
            call!(
                Stage::Landlock,
                libc::syscall(libc::SYS_landlock_restrict_self, ruleset.as_raw_fd(), 0)
            )?;
        }
        match &mut self.filter {
            Some(filter) => filter.install().map_err(|errno| (Stage::Filter, errno)),
            None => Ok(()),
        }
    }

    fn end_with_the_grader(&self) -> Result<(), Failure> {
        call!(
            Stage::ParentDeath,
            libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL, 0, 0, 0)
        )?;
        // SAFETY: `getppid` has no preconditions.
        if unsafe { libc::getppid() } == self.parent {
            return Ok(());
        }
        // The grader ended before the request was made.
        Err((Stage::ParentDeath, libc::ESRCH))
    }

    fn tell_the_supervisor(&self) -> Result<(), Failure> {
        let Some(lifeline) = self.lifeline else { return Ok(()) };
        // SAFETY: `getpid` has no preconditions.
        let session: libc::pid_t = unsafe { libc::getpid() };
        call!(
            Stage::Session,
            libc::write(lifeline, (&raw const session).cast(), size_of::<libc::pid_t>())
        )?;
        Ok(())
    }

    fn make_namespaces(&self) -> Result<(), Failure> {
        if self.namespaces != 0 {
            call!(Stage::Namespaces, libc::unshare(self.namespaces))?;
        }
        if let Some([users, groups]) = &self.maps {
            // A process that may not be inspected does not own its files in `/proc`, and could not write to them.
            call!(Stage::Users, libc::prctl(libc::PR_SET_DUMPABLE, 1, 0, 0, 0))?;
            write_file(c"/proc/self/setgroups", b"deny")?;
            write_file(c"/proc/self/uid_map", users)?;
            write_file(c"/proc/self/gid_map", groups)?;
        }
        if self.has_loopback { raise_loopback() } else { Ok(()) }
    }

    fn take_streams(&self) -> Result<(), Failure> {
        const BEYOND: c_int = 10;
        let mut copies: [RawFd; 3] = [-1; 3];
        // The descriptor of one stream may be the place of another.
        for (copy, stream) in copies.iter_mut().zip(&self.streams) {
            let fd = call!(Stage::Descriptors, libc::fcntl(*stream, libc::F_DUPFD_CLOEXEC, BEYOND))?;
            *copy = fd as RawFd;
        }
        for (place, copy) in (0..).zip(&copies) {
            call!(Stage::Descriptors, libc::dup2(*copy, place))?;
        }
        // All other descriptors are needed until the program starts.
        let flags = libc::CLOSE_RANGE_CLOEXEC;
        let closed = call!(
            Stage::Descriptors,
            libc::syscall(libc::SYS_close_range, 3, libc::c_uint::MAX, flags)
        );
        match closed {
            Ok(_) => Ok(()),
            Err((_, libc::ENOSYS | libc::EINVAL)) => close_one_by_one(),
            Err(failure) => Err(failure),
        }
    }

    fn become_user(&self) -> Result<(), Failure> {
        let Some(user) = self.user else { return Ok(()) };
        // The C library's functions would signal threads that a forked child does not have, so these are the system
        // calls.
        call!(
            Stage::User,
            libc::syscall(libc::SYS_setgroups, 0, ptr::null::<libc::gid_t>())
        )?;
        call!(Stage::User, libc::syscall(libc::SYS_setresgid, user, user, user))?;
        call!(Stage::User, libc::syscall(libc::SYS_setresuid, user, user, user))?;
        // The kernel clears the request when the user changes.
        self.end_with_the_grader()
    }

    fn start(&self, errors: RawFd) -> Result<std::convert::Infallible, Failure> {
        let (args, env) = (self.args.pointers.as_ptr(), self.env.pointers.as_ptr());
        match &self.start {
            Start::Path(path) => {
                call!(Stage::Start, libc::execve(path.as_ptr(), args, env))?;
            }
            Start::File(file) => {
                let (file, no_path) = (file.as_raw_fd(), c"".as_ptr());
                call!(
                    Stage::Start,
                    libc::syscall(libc::SYS_execveat, file, no_path, args, env, libc::AT_EMPTY_PATH)
                )?;
            }
            Start::Probe(probe_child) => probe_child.attempt_all(errors),
        }
        // Not reached: a successful `execve` does not return, and neither does a probe.
        Err((Stage::Start, 0))
    }
}

/// Resets what signals do: the child must not inherit which signals the grader ignores or blocks.
fn reset_signals() -> Result<(), Failure> {
    // The kernel's structure: the default action, no flags, an empty mask. The C library's function would skip the
    // signals that it uses itself.
    let default = [0u64; 4];
    for signal in 1..=64 {
        // SIGKILL and SIGSTOP cannot be set, and need not be.
        let _ = call!(
            Stage::Signals,
            libc::syscall(libc::SYS_rt_sigaction, signal, default.as_ptr(), ptr::null::<u64>(), 8)
        );
    }
    // SAFETY: all zeroes is the empty set.
    let none: libc::sigset_t = unsafe { std::mem::zeroed() };
    call!(
        Stage::Signals,
        libc::sigprocmask(libc::SIG_SETMASK, &raw const none, ptr::null_mut())
    )?;
    Ok(())
}

/// For kernels before 5.11.
fn close_one_by_one() -> Result<(), Failure> {
    let mut limit = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    call!(Stage::Descriptors, libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit))?;
    let last = c_int::try_from(limit.rlim_cur).unwrap_or(c_int::MAX);
    for fd in 3..last {
        // Most descriptors are not open, so errors mean nothing.
        let _ = call!(Stage::Descriptors, libc::fcntl(fd, libc::F_SETFD, libc::FD_CLOEXEC));
    }
    Ok(())
}

/// Drops all capabilities. `execve` cannot bring them back, because new privileges are ruled out.
fn drop_capabilities() -> Result<(), Failure> {
    /// `_LINUX_CAPABILITY_VERSION_3` of the kernel's `capability.h`. Its sets are two times three words.
    const VERSION_3: u32 = 0x2008_0522;
    let header: [u32; 2] = [VERSION_3, 0];
    let none = [0u32; 6];
    call!(
        Stage::Capabilities,
        libc::syscall(libc::SYS_capset, header.as_ptr(), none.as_ptr())
    )?;
    Ok(())
}

fn write_file(path: &CStr, contents: &[u8]) -> Result<(), Failure> {
    let fd = call!(
        Stage::Users,
        libc::open(path.as_ptr(), libc::O_WRONLY | libc::O_CLOEXEC)
    )?;
    let fd = fd as RawFd;
    let written = call!(Stage::Users, libc::write(fd, contents.as_ptr().cast(), contents.len()));
    call!(Stage::Users, libc::close(fd))?;
    written.map(drop)
}

/// Switches on the loopback device, the only device of a new network.
fn raise_loopback() -> Result<(), Failure> {
    // SAFETY: all zeroes is a value of this plain structure.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    for (place, byte) in request.ifr_name.iter_mut().zip(b"lo") {
        *place = *byte as c_char;
    }
    request.ifr_ifru.ifru_flags = (libc::IFF_UP | libc::IFF_RUNNING) as libc::c_short;
    let kind = libc::SOCK_DGRAM | libc::SOCK_CLOEXEC;
    let socket = call!(Stage::Loopback, libc::socket(libc::AF_INET, kind, 0))? as RawFd;
    let raised = call!(
        Stage::Loopback,
        libc::ioctl(socket, libc::SIOCSIFFLAGS, &raw const request)
    );
    call!(Stage::Loopback, libc::close(socket))?;
    raised.map(drop)
}
