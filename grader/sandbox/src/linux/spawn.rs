//! Starts one contained child and waits until it is set up.

use std::fs::File;
use std::io::{self, Read as _};
use std::os::fd::{AsFd as _, AsRawFd as _, BorrowedFd, FromRawFd as _, OwnedFd};
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;
use std::ptr;

use super::canary::{self, Canary, SONG, Succeeded};
use super::prepare::prepare;
use super::setup::Prepared;
use super::stage::Stage;
use super::warden::Warden;
use super::{Plan, errno};
use crate::probe::Probe;
use crate::spec::Spec;

/// A child that could not be contained as it should be, and was not run.
#[derive(Debug, thiserror::Error)]
#[error("failed to set up the containment, at the step `{stage}`")]
pub struct SetupError {
    /// The step.
    pub stage: Stage,
    /// Why.
    pub source: io::Error,
}

/// A child that was set up and started. It has to be waited for; dropping this neither ends nor reaps it.
#[derive(Debug)]
pub struct Child {
    pid: libc::pid_t,
    pidfd: Option<OwnedFd>,
    /// Ends those below it when the grader is killed.
    warden: Option<Warden>,
}

/// Starts `spec` contained by everything that `probe` found.
///
/// The child ends with the thread that calls this: call it from one that waits for the child.
///
/// # Errors
///
/// When the child cannot be set up in every respect, or its program cannot be started.
pub fn spawn(spec: &Spec<'_>, probe: &Probe) -> Result<Child, SetupError> {
    spawn_as(spec, &probe.plan)
}

pub(super) fn spawn_as(spec: &Spec<'_>, plan: &Plan) -> Result<Child, SetupError> {
    let failed = |stage| move |source| SetupError { stage, source };
    let warden = spec.profile.has_children().then(Warden::start).transpose();
    let warden = warden.map_err(failed(Stage::Fork))?;
    let mut prepared = prepare(plan, spec, None).map_err(failed(Stage::Prepare))?;
    prepared.lifeline = warden.as_ref().map(Warden::lifeline);
    let (mut child, message) = fork(prepared)?;
    child.warden = warden;
    match message {
        None => Ok(child),
        Some((stage, errno)) => Err(child.failed(stage, errno)),
    }
}

/// Contains a canary like `spec` and hears what it could do; it waits to be ended then.
pub(super) fn listen(spec: &Spec<'_>, plan: &Plan, canary: Canary) -> Result<(Child, Succeeded), SetupError> {
    let prepared = prepare(plan, spec, Some(canary));
    let prepared = prepared.map_err(|source| SetupError {
        stage: Stage::Prepare,
        source,
    })?;
    let (child, message) = fork(prepared)?;
    match message {
        Some((SONG, succeeded)) => Ok((child, Succeeded(succeeded))),
        Some((stage, errno)) => Err(child.failed(stage, errno)),
        None => Err(child.failed(Stage::Start as u32, libc::EIO)),
    }
}

/// What a child tells: a number and what belongs to it.
type Message = (u32, i32);

/// Forks, and reads the first message of the child; none when its program was started.
fn fork(mut prepared: Prepared) -> Result<(Child, Option<Message>), SetupError> {
    let failed = |stage| move |source| SetupError { stage, source };
    let (ours, theirs) = io::pipe().map_err(failed(Stage::Prepare))?;
    let blocked = BlockedSignals::new();
    // SAFETY: the child makes system calls only until it is another program or has ended.
    let pid = unsafe { libc::fork() };
    if pid == 0 {
        let errors = theirs.as_raw_fd();
        let (stage, errno) = prepared.become_contained(errors);
        canary::tell(errors, stage as u32, errno);
        // SAFETY: `_exit` has no preconditions, and runs nothing of the parent's in the child.
        unsafe { libc::_exit(127) };
    }
    let forked = if pid < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(())
    };
    drop(blocked);
    forked.map_err(failed(Stage::Fork))?;
    drop(theirs);
    let child = Child::new(pid);
    let mut message = [0; 8];
    let message = match File::from(OwnedFd::from(ours)).read_exact(&mut message) {
        Ok(()) => {
            let [a, b, c, d, value @ ..] = message;
            Some((u32::from_ne_bytes([a, b, c, d]), i32::from_ne_bytes(value)))
        }
        Err(_) => None,
    };
    Ok((child, message))
}

impl Child {
    fn new(pid: libc::pid_t) -> Child {
        // SAFETY: the child is not reaped, so its number is its own; what is returned is a new descriptor.
        let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) };
        let fd = i32::try_from(fd).ok().filter(|fd| *fd >= 0);
        // SAFETY: the descriptor was just opened and belongs to nobody else.
        let pidfd = fd.map(|fd| unsafe { OwnedFd::from_raw_fd(fd) });
        let warden = None;
        Child { pid, pidfd, warden }
    }

    /// The number of the process that ends its descendants when the grader is killed, where it may have some.
    pub fn warden(&self) -> Option<i32> {
        self.warden.as_ref().map(Warden::id)
    }

    /// Ends and reaps that process, which dropping the child does as well; gives its number.
    pub fn end_warden(&mut self) -> Option<i32> {
        self.warden.take().map(|warden| warden.id())
    }

    /// Its number, which is also that of its group and its session.
    pub fn id(&self) -> i32 {
        self.pid
    }

    /// Readable when it has ended; `None` where the kernel does not offer that.
    pub fn end_fd(&self) -> Option<BorrowedFd<'_>> {
        self.pidfd.as_ref().map(|fd| fd.as_fd())
    }

    /// Ends it and its group.
    ///
    /// # Errors
    ///
    /// When the kernel does not allow it.
    pub fn kill(&self) -> io::Result<()> {
        // SAFETY: it is not reaped, so its number is its own.
        let group = unsafe { libc::kill(-self.pid, libc::SIGKILL) };
        // SAFETY: as above.
        let own = unsafe { libc::kill(self.pid, libc::SIGKILL) };
        if group == 0 || own == 0 {
            Ok(())
        } else {
            Err(io::Error::last_os_error())
        }
    }

    /// Waits until it has ended, and reaps it.
    ///
    /// # Errors
    ///
    /// When somebody else has reaped it.
    pub fn wait(&self) -> io::Result<ExitStatus> {
        let mut status = 0;
        loop {
            // SAFETY: there is room for the status.
            let answer = unsafe { libc::waitpid(self.pid, &raw mut status, 0) };
            if answer == self.pid {
                return Ok(ExitStatus::from_raw(status));
            }
            if errno() != libc::EINTR {
                return Err(io::Error::last_os_error());
            }
        }
    }

    /// Reaps a child that has told why it could not be set up, which it does last.
    fn failed(self, stage: u32, errno: i32) -> SetupError {
        let _ = self.wait();
        SetupError {
            stage: Stage::from_number(stage).unwrap_or(Stage::Start),
            source: io::Error::from_raw_os_error(errno),
        }
    }
}

/// Blocks all signals to this thread as long as it lives: a handler of the grader must not run in the child.
pub(super) struct BlockedSignals(libc::sigset_t);

impl BlockedSignals {
    pub(super) fn new() -> BlockedSignals {
        // SAFETY: all zeroes is the empty set, and both calls only write to the sets they are given.
        unsafe {
            let (mut all, mut before): (libc::sigset_t, libc::sigset_t) = std::mem::zeroed();
            libc::sigfillset(&raw mut all);
            libc::pthread_sigmask(libc::SIG_SETMASK, &raw const all, &raw mut before);
            BlockedSignals(before)
        }
    }
}

impl Drop for BlockedSignals {
    fn drop(&mut self) {
        // SAFETY: the set was filled in by the kernel.
        unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &raw const self.0, ptr::null_mut()) };
    }
}
