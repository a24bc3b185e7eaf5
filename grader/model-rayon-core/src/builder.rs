//! Builds pools.

use std::any::Any;
use std::panic::Location;
use std::{fmt, io};

use model_std::{shim, thread};

use crate::build_error::ThreadPoolBuildError;
use crate::global;
use crate::spawn_handler::{CustomSpawn, DefaultSpawn, ThreadBuilder, ThreadSpawn};
use crate::thread_pool::ThreadPool;

/// How many threads a pool has that was not asked for a number. With two, some deadlocks are impossible: a job that a
/// waiting thread has given to the pool is only stolen after all older ones, which leaves nothing else for that thread
/// to run. The library takes what `RAYON_NUM_THREADS` says, or the number of processors. With these, results would
/// differ from machine to machine.
pub const DEFAULT_THREADS: usize = 3;

pub(crate) type PanicHandler = dyn Fn(Box<dyn Any + Send>) + Send + Sync;
pub(crate) type ThreadHandler = dyn Fn(usize) + Send + Sync;
type NameOf = dyn FnMut(usize) -> String;

/// Functions of the program that a pool calls.
#[derive(Default)]
pub(crate) struct Handlers {
    pub(crate) panic: Option<Box<PanicHandler>>,
    pub(crate) start: Option<Box<ThreadHandler>>,
    pub(crate) exit: Option<Box<ThreadHandler>>,
}

/// As `rayon_core::ThreadPoolBuilder`.
pub struct ThreadPoolBuilder<S = DefaultSpawn> {
    n_threads: usize,
    pub(crate) uses_current_thread: bool,
    handlers: Handlers,
    name_of: Option<Box<NameOf>>,
    pub(crate) stack_size: Option<usize>,
    pub(crate) spawn_handler: S,
    pub(crate) is_breadth_first: bool,
}

impl Default for ThreadPoolBuilder {
    fn default() -> Self {
        ThreadPoolBuilder {
            n_threads: 0,
            uses_current_thread: false,
            handlers: Handlers::default(),
            name_of: None,
            stack_size: None,
            spawn_handler: DefaultSpawn,
            is_breadth_first: false,
        }
    }
}

impl ThreadPoolBuilder {
    /// As `rayon_core::ThreadPoolBuilder::new`.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// As `rayon_core::ThreadPoolBuilder::build_scoped`.
    ///
    /// # Errors
    ///
    /// When a thread cannot be started.
    #[track_caller]
    pub fn build_scoped<W, F, R>(self, wrapper: W, with_pool: F) -> Result<R, ThreadPoolBuildError>
    where
        W: Fn(ThreadBuilder) + Sync,
        F: FnOnce(&ThreadPool) -> R,
    {
        let site = Location::caller();
        thread::scope(|scope| {
            let start = |thread: ThreadBuilder| {
                let mut builder = thread::Builder::new();
                if let Some(name) = thread.name() {
                    builder = builder.name(name.to_owned());
                }
                if let Some(size) = thread.stack_size() {
                    builder = builder.stack_size(size);
                }
                builder.spawn_scoped(scope, || wrapper(thread))?;
                Ok(())
            };
            let pool = ThreadPool::build(self.spawn_handler(start), site)?;
            Ok(with_pool(&pool))
        })
    }
}

impl<S: ThreadSpawn> ThreadPoolBuilder<S> {
    /// As `rayon_core::ThreadPoolBuilder::build`.
    ///
    /// # Errors
    ///
    /// When a thread cannot be started, or the current thread is to be used and belongs to a pool.
    #[track_caller]
    pub fn build(self) -> Result<ThreadPool, ThreadPoolBuildError> {
        ThreadPool::build(self, Location::caller())
    }

    /// As `rayon_core::ThreadPoolBuilder::build_global`.
    ///
    /// # Errors
    ///
    /// As [`ThreadPoolBuilder::build`], and when the global pool exists already.
    #[track_caller]
    pub fn build_global(self) -> Result<(), ThreadPoolBuildError> {
        global::build_global(self, Location::caller())
    }
}

impl<S> ThreadPoolBuilder<S> {
    /// As `rayon_core::ThreadPoolBuilder::spawn_handler`.
    #[must_use]
    pub fn spawn_handler<F>(self, spawn: F) -> ThreadPoolBuilder<CustomSpawn<F>>
    where
        F: FnMut(ThreadBuilder) -> io::Result<()>,
    {
        let Self {
            n_threads,
            uses_current_thread,
            handlers,
            name_of,
            stack_size,
            spawn_handler: _,
            is_breadth_first,
        } = self;
        ThreadPoolBuilder {
            n_threads,
            uses_current_thread,
            handlers,
            name_of,
            stack_size,
            spawn_handler: CustomSpawn::new(spawn),
            is_breadth_first,
        }
    }

    /// As `rayon_core::ThreadPoolBuilder::thread_name`.
    #[must_use]
    pub fn thread_name<F>(mut self, closure: F) -> Self
    where
        F: FnMut(usize) -> String + 'static,
    {
        self.name_of = Some(Box::new(closure));
        self
    }

    /// As `rayon_core::ThreadPoolBuilder::num_threads`.
    #[must_use]
    pub fn num_threads(mut self, num_threads: usize) -> Self {
        self.n_threads = num_threads;
        self
    }

    /// As `rayon_core::ThreadPoolBuilder::use_current_thread`.
    #[must_use]
    pub fn use_current_thread(mut self) -> Self {
        self.uses_current_thread = true;
        self
    }

    /// As `rayon_core::ThreadPoolBuilder::panic_handler`.
    #[must_use]
    pub fn panic_handler<H>(mut self, panic_handler: H) -> Self
    where
        H: Fn(Box<dyn Any + Send>) + Send + Sync + 'static,
    {
        self.handlers.panic = Some(Box::new(panic_handler));
        self
    }

    /// As `rayon_core::ThreadPoolBuilder::stack_size`.
    #[must_use]
    pub fn stack_size(mut self, stack_size: usize) -> Self {
        self.stack_size = Some(stack_size);
        self
    }

    /// As `rayon_core::ThreadPoolBuilder::breadth_first`.
    #[must_use]
    #[deprecated(note = "use `scope_fifo` and `spawn_fifo` for similar effect")]
    pub fn breadth_first(mut self) -> Self {
        self.is_breadth_first = true;
        self
    }

    /// As `rayon_core::ThreadPoolBuilder::start_handler`.
    #[must_use]
    pub fn start_handler<H>(mut self, start_handler: H) -> Self
    where
        H: Fn(usize) + Send + Sync + 'static,
    {
        self.handlers.start = Some(Box::new(start_handler));
        self
    }

    /// As `rayon_core::ThreadPoolBuilder::exit_handler`.
    #[must_use]
    pub fn exit_handler<H>(mut self, exit_handler: H) -> Self
    where
        H: Fn(usize) + Send + Sync + 'static,
    {
        self.handlers.exit = Some(Box::new(exit_handler));
        self
    }

    /// How many threads the pool gets.
    pub(crate) fn resolved_threads(&self) -> usize {
        if !shim::is_active() {
            return 1;
        }
        if self.n_threads > 0 {
            self.n_threads
        } else {
            DEFAULT_THREADS
        }
    }

    pub(crate) fn take_handlers(&mut self) -> Handlers {
        std::mem::take(&mut self.handlers)
    }

    /// The name of thread `index`, if it is to have one.
    pub(crate) fn name_of(&mut self, index: usize) -> Option<String> {
        self.name_of.as_mut().map(|name_of| name_of(index))
    }
}

impl<S> fmt::Debug for ThreadPoolBuilder<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ThreadPoolBuilder")
            .field("num_threads", &self.n_threads)
            .field("use_current_thread", &self.uses_current_thread)
            .field("stack_size", &self.stack_size)
            .field("breadth_first", &self.is_breadth_first)
            .finish_non_exhaustive()
    }
}
