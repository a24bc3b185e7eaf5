//! Threads that borrow from the function that starts them.

use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, Location, resume_unwind};
use std::rc::Rc;
use std::sync::Arc;

use super::Thread;
use super::spawning::{Plan, Started, current, start};
use crate::runtime::object::{ObjectId, Tag};
use crate::runtime::task::Site;
use crate::runtime::{panics, threads};

/// As [`std::thread::Scope`].
pub struct Scope<'scope, 'env: 'scope> {
    id: Option<ObjectId>,
    a_thread_panicked: Rc<Cell<bool>>,
    /// The thread that waits for those of the scope.
    main_thread: Thread,
    /// Invariance over `'scope`, to make sure it cannot shrink.
    scope: PhantomData<&'scope mut &'scope ()>,
    env: PhantomData<&'env mut &'env ()>,
}

// SAFETY: all threads of the program share one operating-system thread, so the flag is never used by two at once.
unsafe impl Send for Scope<'_, '_> {}
// SAFETY: as for `Send`.
unsafe impl Sync for Scope<'_, '_> {}
impl std::panic::RefUnwindSafe for Scope<'_, '_> {}

/// As [`std::thread::scope`].
///
/// # Panics
///
/// If a thread of the scope panicked and nobody joined it.
#[track_caller]
pub fn scope<'env, F, T>(f: F) -> T
where
    F: for<'scope> FnOnce(&'scope Scope<'scope, 'env>) -> T,
{
    let site = Location::caller();
    let scope = Scope {
        id: threads::scope_id(&Tag::at(site)),
        a_thread_panicked: Rc::default(),
        main_thread: current(),
        scope: PhantomData,
        env: PhantomData,
    };
    let result = crate::panic::catch_unwind(AssertUnwindSafe(|| f(&scope)));
    threads::leave_scope(scope.id, site);
    match result {
        Err(payload) => {
            panics::resumed(payload.as_ref());
            resume_unwind(payload)
        }
        Ok(_) if scope.a_thread_panicked.get() => panic!("a scoped thread panicked"),
        Ok(result) => result,
    }
}

impl<'scope, 'env> Scope<'scope, 'env> {
    /// As [`std::thread::Scope::spawn`].
    ///
    /// # Panics
    ///
    /// Outside an execution.
    #[track_caller]
    pub fn spawn<F, T>(&'scope self, f: F) -> ScopedJoinHandle<'scope, T>
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        self.start(None, Location::caller(), f)
    }

    pub(super) fn start<F, T>(&'scope self, name: Option<Arc<str>>, site: Site, f: F) -> ScopedJoinHandle<'scope, T>
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        let plan = Plan {
            name,
            scope: self.id,
            unseen_panic: Some(Rc::clone(&self.a_thread_panicked)),
        };
        // SAFETY: `scope` waits for every thread of the scope before `'scope` ends.
        let started = unsafe { start(plan, site, f) };
        ScopedJoinHandle {
            started,
            scope: PhantomData,
        }
    }
}

impl fmt::Debug for Scope<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scope")
            .field("num_running_threads", &threads::running_in(self.id))
            .field("a_thread_panicked", &self.a_thread_panicked.get())
            .field("main_thread", &self.main_thread)
            .finish_non_exhaustive()
    }
}

/// As [`std::thread::ScopedJoinHandle`].
pub struct ScopedJoinHandle<'scope, T> {
    started: Started<T>,
    scope: PhantomData<&'scope ()>,
}

// SAFETY: all threads of the program share one operating-system thread; as in `std`, what is handed over by `join` was
// required to be `Send` when the thread was started.
unsafe impl<T: Send> Send for ScopedJoinHandle<'_, T> {}
// SAFETY: as for `Send`.
unsafe impl<T: Send> Sync for ScopedJoinHandle<'_, T> {}

impl<T> ScopedJoinHandle<'_, T> {
    /// As [`std::thread::ScopedJoinHandle::thread`].
    #[must_use]
    pub fn thread(&self) -> &Thread {
        &self.started.thread
    }

    /// As [`std::thread::ScopedJoinHandle::join`].
    ///
    /// # Errors
    ///
    /// The payload of the panic that ended the thread.
    #[track_caller]
    pub fn join(self) -> super::Result<T> {
        self.started.join(Location::caller())
    }

    /// As [`std::thread::ScopedJoinHandle::is_finished`].
    #[track_caller]
    pub fn is_finished(&self) -> bool {
        self.started.is_finished(Location::caller())
    }
}

impl<T> fmt::Debug for ScopedJoinHandle<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScopedJoinHandle").finish_non_exhaustive()
    }
}
