//! Scoped threads, which may borrow from the function that starts them.

use std::cell::Cell;
use std::fmt;
use std::io;
use std::marker::PhantomData;
use std::mem::{ManuallyDrop, MaybeUninit};
use std::panic::{AssertUnwindSafe, Location};
use std::rc::Rc;

use super::Thread;
use super::spawning::current;
use super::starting::{Function, SpawnOptions, Started, boxed, start};
use crate::panic::{catch_unwind, resume_unwind};
use crate::runtime::objects::{ObjectId, Tag};
use crate::runtime::stacks;
use crate::runtime::task::{Site, ThreadName};
use crate::runtime::threads;

/// As [`std::thread::Scope`].
pub struct Scope<'scope, 'env: 'scope> {
    id: Option<ObjectId>,
    a_thread_panicked: Rc<Cell<bool>>,
    /// The thread that waits for the threads of the scope.
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
/// If a thread of the scope panicked and was not joined.
#[track_caller]
pub fn scope<'env, F, T>(f: F) -> T
where
    F: for<'scope> FnOnce(&'scope Scope<'scope, 'env>) -> T,
{
    let mut call = Call {
        function: ManuallyDrop::new(f),
        value: MaybeUninit::uninit(),
    };
    enter(&mut call);
    // SAFETY: `enter` returns only when the function has.
    unsafe { call.value.assume_init() }
}

/// The function of a scope, without its type, so that the code of scopes is compiled only once and not for each
/// function.
trait Body<'env> {
    /// Calls the function and keeps what it returns.
    ///
    /// # Safety
    ///
    /// May be called only once.
    unsafe fn call<'scope>(&mut self, scope: &'scope Scope<'scope, 'env>);

    /// Drops what the function has returned.
    ///
    /// # Safety
    ///
    /// May be called only once, after [`Body::call`] has returned.
    unsafe fn drop_value(&mut self);
}

/// The function of a scope, and its result. `Option`s instead of these types would be several times as much code to
/// compile and to unwind through.
struct Call<F, T> {
    /// The call takes and drops it.
    function: ManuallyDrop<F>,
    /// Initialised when the call has returned.
    value: MaybeUninit<T>,
}

impl<'env, F, T> Body<'env> for Call<F, T>
where
    F: for<'scope> FnOnce(&'scope Scope<'scope, 'env>) -> T,
{
    unsafe fn call<'scope>(&mut self, scope: &'scope Scope<'scope, 'env>) {
        // SAFETY: there is only one call, and nothing else uses the function.
        let function = unsafe { ManuallyDrop::take(&mut self.function) };
        self.value.write(function(scope));
    }

    unsafe fn drop_value(&mut self) {
        // SAFETY: the caller promises that it is initialised, and nothing uses it afterwards.
        unsafe { self.value.assume_init_drop() }
    }
}

/// Runs `body` in a new scope. Panics if the function does, or if a thread of the scope panicked and was not joined.
#[track_caller]
fn enter<'env>(body: &mut dyn Body<'env>) {
    let (called, a_thread_panicked) = run(body, Location::caller());
    if let Err(payload) = called {
        resume_unwind(payload)
    }
    if a_thread_panicked {
        let _value = Unwound(body);
        panic!("a scoped thread panicked");
    }
}

/// Runs `body` in a new scope and waits for its threads. Returns whether the body panicked, and whether a thread
/// panicked without being joined.
fn run<'env>(body: &mut dyn Body<'env>, site: Site) -> (super::Result<()>, bool) {
    let scope = Scope {
        id: threads::scope_id(&Tag::at(site)),
        a_thread_panicked: Rc::default(),
        main_thread: current(),
        scope: PhantomData,
        env: PhantomData,
    };
    // SAFETY: this is the only call.
    let called = catch_unwind(AssertUnwindSafe(|| unsafe { body.call(&scope) }));
    threads::leave_scope(scope.id, site);
    (called, scope.a_thread_panicked.get())
}

/// Drops what the function of a scope has returned.
struct Unwound<'a, 'env>(&'a mut dyn Body<'env>);

impl Drop for Unwound<'_, '_> {
    fn drop(&mut self) {
        // SAFETY: this is made only after the call has returned, and its scope then panics, so nothing else uses the
        // value.
        unsafe { self.0.drop_value() }
    }
}

impl<'scope, 'env> Scope<'scope, 'env> {
    /// As [`std::thread::Scope::spawn`].
    ///
    /// # Panics
    ///
    /// If the system refuses the thread, and outside an execution.
    #[track_caller]
    pub fn spawn<F, T>(&'scope self, f: F) -> ScopedJoinHandle<'scope, T>
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        self.start_unnamed(boxed(f))
    }

    #[track_caller]
    fn start_unnamed<T>(&'scope self, function: Box<dyn Function<T> + 'scope>) -> ScopedJoinHandle<'scope, T>
    where
        T: Send + 'scope,
    {
        let started = self.start(None, stacks::DEFAULT, function);
        started.expect("failed to spawn thread")
    }

    #[track_caller]
    pub(super) fn start<T>(
        &'scope self,
        name: Option<ThreadName>,
        stack_size: usize,
        function: Box<dyn Function<T> + 'scope>,
    ) -> io::Result<ScopedJoinHandle<'scope, T>>
    where
        T: Send + 'scope,
    {
        // SAFETY: `scope` waits for every thread of the scope before `'scope` ends.
        let started = unsafe { start(self.options(name, stack_size), function) }?;
        Ok(ScopedJoinHandle {
            started,
            scope: PhantomData,
        })
    }

    #[track_caller]
    fn options(&self, name: Option<ThreadName>, stack_size: usize) -> SpawnOptions {
        SpawnOptions {
            name,
            stack_size,
            site: Location::caller(),
            scope: self.id,
            unhandled_panic: Some(Rc::clone(&self.a_thread_panicked)),
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

// SAFETY: all threads of the program share one operating-system thread. As in `std`, what `join` returns was required
// to be `Send` when the thread was started.
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
        self.started.join()
    }

    /// As [`std::thread::ScopedJoinHandle::is_finished`].
    #[track_caller]
    pub fn is_finished(&self) -> bool {
        self.started.is_finished()
    }
}

impl<T> fmt::Debug for ScopedJoinHandle<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScopedJoinHandle").finish_non_exhaustive()
    }
}
