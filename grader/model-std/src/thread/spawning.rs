//! Threads that outlive the function that starts them, and handles to threads.

use std::ffi::CString;
use std::fmt;
use std::io;
use std::num::NonZero;
#[cfg(unix)]
use std::os::unix::thread::{JoinHandleExt, RawPthread};
use std::panic::Location;
use std::rc::Rc;

use super::starting::{Function, SpawnOptions, Started, boxed, start};
use crate::runtime::executor::Entry;
use crate::runtime::objects::park;
use crate::runtime::stacks;
use crate::runtime::task::{Site, TaskId, ThreadName};
use crate::runtime::threads;

/// As [`std::thread::spawn`].
///
/// # Panics
///
/// If the system refuses the thread, and outside an execution.
#[track_caller]
pub fn spawn<F, T>(f: F) -> JoinHandle<T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    start_unnamed(boxed(f))
}

#[track_caller]
fn start_unnamed<T: 'static>(function: Box<dyn Function<T>>) -> JoinHandle<T> {
    // SAFETY: the function and its result are `'static`.
    let started = unsafe { start(Builder::new().options(), function) };
    JoinHandle(started.expect("failed to spawn thread"))
}

/// As [`std::thread::Builder`].
#[must_use = "must eventually spawn the thread"]
#[derive(Debug)]
pub struct Builder {
    name: Option<String>,
    stack_size: Option<usize>,
    /// Never set: only the unstable part of `std` can set it.
    #[expect(dead_code, reason = "formatting shows it")]
    no_hooks: bool,
}

impl Builder {
    /// As [`std::thread::Builder::new`].
    #[expect(clippy::new_without_default, reason = "`std` has no default")]
    pub fn new() -> Builder {
        Builder {
            name: None,
            stack_size: None,
            no_hooks: false,
        }
    }

    /// As [`std::thread::Builder::name`].
    pub fn name(self, name: String) -> Builder {
        Builder {
            name: Some(name),
            ..self
        }
    }

    /// As [`std::thread::Builder::stack_size`].
    pub fn stack_size(self, size: usize) -> Builder {
        Builder {
            stack_size: Some(size),
            ..self
        }
    }

    /// As [`std::thread::Builder::spawn`].
    ///
    /// # Errors
    ///
    /// If the execution has had 16 000 threads, or if the stack is larger than 16 GiB or cannot be mapped.
    ///
    /// # Panics
    ///
    /// If the name contains a null byte, and outside an execution.
    #[track_caller]
    pub fn spawn<F, T>(self, f: F) -> io::Result<JoinHandle<T>>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        // SAFETY: `f` and its result are `'static`.
        unsafe { start(self.options(), boxed(f)) }.map(JoinHandle)
    }

    /// As [`std::thread::Builder::spawn_unchecked`].
    ///
    /// # Errors
    ///
    /// If the execution has had 16 000 threads, or if the stack is larger than 16 GiB or cannot be mapped.
    ///
    /// # Panics
    ///
    /// If the name contains a null byte, and outside an execution.
    ///
    /// # Safety
    ///
    /// Everything that `f` and its result borrow must live until the thread has ended, or its handle was joined.
    #[track_caller]
    pub unsafe fn spawn_unchecked<F, T>(self, f: F) -> io::Result<JoinHandle<T>>
    where
        F: FnOnce() -> T + Send,
        T: Send,
    {
        // SAFETY: promised by the caller.
        unsafe { start(self.options(), boxed(f)) }.map(JoinHandle)
    }

    /// As [`std::thread::Builder::spawn_scoped`].
    ///
    /// # Errors
    ///
    /// If the execution has had 16 000 threads, or if the stack is larger than 16 GiB or cannot be mapped.
    ///
    /// # Panics
    ///
    /// If the name contains a null byte, and outside an execution.
    #[track_caller]
    pub fn spawn_scoped<'scope, 'env, F, T>(
        self,
        scope: &'scope super::Scope<'scope, 'env>,
        f: F,
    ) -> io::Result<super::ScopedJoinHandle<'scope, T>>
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        let stack_size = self.size_of_stack();
        scope.start(self.checked_name(), stack_size, boxed(f))
    }

    /// As [`Builder::spawn`], for the line `site` of the program. Returns the number of the thread.
    pub(crate) fn spawn_at(self, site: Site, f: impl FnOnce() + Send + 'static) -> io::Result<TaskId> {
        // SAFETY: `f` is `'static`.
        let started = unsafe { start(self.options_at(site), boxed(f)) };
        Ok(started?.thread.task())
    }

    #[track_caller]
    fn options(self) -> SpawnOptions {
        self.options_at(Location::caller())
    }

    fn options_at(self, site: Site) -> SpawnOptions {
        SpawnOptions {
            stack_size: self.size_of_stack(),
            name: self.checked_name(),
            site,
            scope: None,
            unhandled_panic: None,
        }
    }

    fn size_of_stack(&self) -> usize {
        self.stack_size.unwrap_or(stacks::DEFAULT)
    }

    fn checked_name(self) -> Option<ThreadName> {
        let name = self.name?;
        let name = CString::new(name).expect("thread name may not contain interior null bytes");
        let name = name.into_string().expect("it was text before");
        Some(name.as_str().into())
    }
}

/// As [`std::thread::JoinHandle`].
pub struct JoinHandle<T>(Started<T>);

// SAFETY: all threads of the program share one operating-system thread. As in `std`, what `join` returns was required
// to be `Send` when the thread was started.
unsafe impl<T> Send for JoinHandle<T> {}
// SAFETY: as for `Send`.
unsafe impl<T> Sync for JoinHandle<T> {}

impl<T> JoinHandle<T> {
    /// As [`std::thread::JoinHandle::thread`].
    #[must_use]
    pub fn thread(&self) -> &Thread {
        &self.0.thread
    }

    /// As [`std::thread::JoinHandle::join`].
    ///
    /// # Errors
    ///
    /// The payload of the panic that ended the thread.
    #[track_caller]
    pub fn join(self) -> super::Result<T> {
        self.0.join()
    }

    /// As [`std::thread::JoinHandle::is_finished`].
    #[track_caller]
    pub fn is_finished(&self) -> bool {
        self.0.is_finished()
    }
}

/// A thread of the model is no thread of the system: the handle is that of the thread on which the execution runs,
/// which is the same for all of them. So it is valid, and whatever is done to it is done to the whole exploration.
#[cfg(unix)]
impl<T> JoinHandleExt for JoinHandle<T> {
    fn as_pthread_t(&self) -> RawPthread {
        // SAFETY: the function has no preconditions.
        unsafe { libc::pthread_self() }
    }

    fn into_pthread_t(self) -> RawPthread {
        self.as_pthread_t()
    }
}

impl<T> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinHandle").finish_non_exhaustive()
    }
}

/// As [`std::thread::ThreadId`].
#[derive(Eq, PartialEq, Clone, Copy, Hash)]
pub struct ThreadId(
    /// One more than the task's number: as in `std`, an `Option` of it takes no more room.
    NonZero<u64>,
);

impl ThreadId {
    fn of(task: TaskId) -> Self {
        Self(NonZero::<u64>::MIN.saturating_add(task as u64))
    }

    fn task(self) -> TaskId {
        self.0.get() as TaskId - 1
    }
}

impl fmt::Debug for ThreadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ThreadId").field(&self.0).finish()
    }
}

/// As [`std::thread::Thread`].
#[derive(Clone)]
pub struct Thread {
    id: ThreadId,
    name: Option<ThreadName>,
}

impl Thread {
    pub(super) fn task(&self) -> TaskId {
        self.id.task()
    }

    /// Starts a thread that runs `entry`.
    ///
    /// # Errors
    ///
    /// If the system refuses the thread.
    pub(super) fn start(options: &SpawnOptions, entry: Rc<dyn Entry>) -> io::Result<Self> {
        let SpawnOptions {
            name,
            stack_size,
            scope,
            site,
            ..
        } = options;
        let id = threads::spawn(name.clone(), *stack_size, *scope, site, entry)?;
        Ok(Self {
            id: ThreadId::of(id),
            name: name.clone(),
        })
    }

    /// As [`std::thread::Thread::unpark`].
    #[track_caller]
    pub fn unpark(&self) {
        park::unpark(self.id.task(), Location::caller());
    }

    /// As [`std::thread::Thread::id`].
    #[must_use]
    pub fn id(&self) -> ThreadId {
        self.id
    }

    /// As [`std::thread::Thread::name`].
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }
}

impl fmt::Debug for Thread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Thread")
            .field("id", &self.id)
            .field("name", &self.name())
            .finish_non_exhaustive()
    }
}

/// As [`std::thread::current`].
#[must_use]
pub fn current() -> Thread {
    let (id, name) = threads::current();
    Thread {
        id: ThreadId::of(id),
        name,
    }
}
