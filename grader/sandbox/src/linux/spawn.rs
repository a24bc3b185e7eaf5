//! Starts one child in the sandbox and waits until it is set up.

use std::fs::File;
use std::io::{self, Read as _};
use std::os::fd::{AsFd as _, AsRawFd as _, BorrowedFd, FromRawFd as _, OwnedFd};
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;
use std::ptr;

use super::prepare::prepare;
use super::probe_child::{self, PROBE_RESULT, ProbeChild, Succeeded};
use super::setup::Prepared;
use super::stage::Stage;
use super::supervisor::Supervisor;
use super::{Plan, Spec, errno};
use crate::probe::Probe;

/// A step of setting up the sandbox failed. The program was not started.
#[derive(Debug, thiserror::Error)]
#[error("failed to set up the sandbox at the step `{stage}`")]
pub struct SetupError {
    /// The step.
    pub stage: Stage,
    /// Why.
    pub source: io::Error,
}

/// A child that was set up and started. The caller has to wait for it: dropping this value neither ends nor reaps it.
#[derive(Debug)]
pub struct Child {
    pid: libc::pid_t,
    pidfd: Option<OwnedFd>,
    /// Ends the processes below it if the grader is killed.
    supervisor: Option<Supervisor>,
}

/// Starts `spec` in a sandbox of all mechanisms that `probe` found.
///
/// The child ends with the thread that calls this: call it from the thread that waits for the child.
///
/// # Errors
///
/// When any step of the setup fails, or the program cannot be started.
pub fn spawn(spec: &Spec<'_>, probe: &Probe) -> Result<Child, SetupError> {
    spawn_as(spec, &probe.plan)
}

pub(super) fn spawn_as(spec: &Spec<'_>, plan: &Plan) -> Result<Child, SetupError> {
    let failed = |stage| move |source| SetupError { stage, source };
    let supervisor = spec.profile.has_children().then(Supervisor::start).transpose();
    let supervisor = supervisor.map_err(failed(Stage::Fork))?;
    let mut prepared = prepare(plan, spec, None).map_err(failed(Stage::Prepare))?;
    prepared.lifeline = supervisor.as_ref().map(Supervisor::lifeline);
    let (mut child, message) = fork(prepared)?;
    child.supervisor = supervisor;
    match message {
        None => Ok(child),
        Some((stage, errno)) => Err(child.failed(stage, errno)),
    }
}

/// Sets up a probe like `spec` and returns which of its attempts succeeded. The probe then waits to be ended.
pub(super) fn spawn_probe(
    spec: &Spec<'_>,
    plan: &Plan,
    probe_child: ProbeChild,
) -> Result<(Child, Succeeded), SetupError> {
    let prepared = prepare(plan, spec, Some(probe_child));
    let prepared = prepared.map_err(|source| SetupError {
        stage: Stage::Prepare,
        source,
    })?;
    let (child, message) = fork(prepared)?;
    match message {
        Some((PROBE_RESULT, succeeded)) => Ok((child, Succeeded(succeeded))),
        Some((stage, errno)) => Err(child.failed(stage, errno)),
        None => Err(child.failed(Stage::Start as u32, libc::EIO)),
    }
}

/// A message of a child: what it is about, and a value.
type Message = (u32, i32);

/// Forks, and reads the first message of the child. There is none if its program was started.
fn fork(mut prepared: Prepared) -> Result<(Child, Option<Message>), SetupError> {
    let failed = |stage| move |source| SetupError { stage, source };
    let (ours, theirs) = io::pipe().map_err(failed(Stage::Prepare))?;
    let blocked = BlockedSignals::new();
    // SAFETY: until the child becomes another program or ends, it makes system calls only.
    let pid = unsafe { libc::fork() };
    if pid == 0 {
        let errors = theirs.as_raw_fd();
        let (stage, errno) = prepared.set_up_and_start(errors);
        probe_child::send(errors, stage as u32, errno);
        // SAFETY: `_exit` has no preconditions, and runs none of the parent's exit handlers.
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
        // SAFETY: the child is not reaped, so the id is its own. The call returns a new descriptor.
        let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) };
        let fd = i32::try_from(fd).ok().filter(|fd| *fd >= 0);
        // SAFETY: the descriptor was just opened, and nothing else owns it.
        let pidfd = fd.map(|fd| unsafe { OwnedFd::from_raw_fd(fd) });
        Child {
            pid,
            pidfd,
            supervisor: None,
        }
    }

    /// The id of the process that ends its descendants if the grader is killed. `None` if it may not start processes.
    pub fn supervisor(&self) -> Option<i32> {
        self.supervisor.as_ref().map(Supervisor::id)
    }

    /// Ends and reaps that process, as dropping the child does, and returns its id.
    pub fn end_supervisor(&mut self) -> Option<i32> {
        self.supervisor.take().map(|supervisor| supervisor.id())
    }

    /// Its process id, which is also the id of its process group and its session.
    pub fn id(&self) -> i32 {
        self.pid
    }

    /// Readable when it has ended. `None` for kernels without pidfd.
    pub fn end_fd(&self) -> Option<BorrowedFd<'_>> {
        self.pidfd.as_ref().map(|fd| fd.as_fd())
    }

    /// Kills it and its process group.
    ///
    /// # Errors
    ///
    /// When the kernel does not allow it.
    pub fn kill(&self) -> io::Result<()> {
        // SAFETY: it is not reaped, so the id is its own.
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
    /// When it was reaped already.
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

    /// Reaps a child that could not be set up. It has sent the reason as the last thing that it did.
    fn failed(self, stage: u32, errno: i32) -> SetupError {
        let _ = self.wait();
        SetupError {
            stage: Stage::from_number(stage).unwrap_or(Stage::Start),
            source: io::Error::from_raw_os_error(errno),
        }
    }
}

/// Blocks all signals to this thread while the value exists: a signal handler of the grader must not run in the child.
pub(super) struct BlockedSignals(libc::sigset_t);

impl BlockedSignals {
    pub(super) fn new() -> BlockedSignals {
        // SAFETY: all zeroes is the empty set, and both calls only write to the sets that they are given.
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
