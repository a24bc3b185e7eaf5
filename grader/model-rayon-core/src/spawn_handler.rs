//! How the threads of a pool are started.

use std::{fmt, io};

use model_std::shim::{self, Site};
use model_std::thread;

use crate::worker::Worker;

/// As `rayon_core::ThreadBuilder`.
pub struct ThreadBuilder {
    pub(crate) name: Option<String>,
    pub(crate) stack_size: Option<usize>,
    pub(crate) worker: Worker,
}

impl ThreadBuilder {
    /// As `rayon_core::ThreadBuilder::index`.
    #[must_use]
    pub fn index(&self) -> usize {
        self.worker.index
    }

    /// As `rayon_core::ThreadBuilder::name`.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// As `rayon_core::ThreadBuilder::stack_size`.
    #[must_use]
    pub fn stack_size(&self) -> Option<usize> {
        self.stack_size
    }

    /// As `rayon_core::ThreadBuilder::run`.
    pub fn run(self) {
        self.worker.run();
    }
}

impl fmt::Debug for ThreadBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ThreadBuilder")
            .field("pool", &self.worker.registry.id())
            .field("index", &self.index())
            .field("name", &self.name)
            .field("stack_size", &self.stack_size)
            .finish()
    }
}

/// As the trait of this name in `rayon_core`, which other crates cannot implement.
pub trait ThreadSpawn {
    /// Starts a thread of a pool that the line `site` builds.
    ///
    /// # Errors
    ///
    /// When the thread cannot be started.
    fn spawn(&mut self, thread: ThreadBuilder, site: Site) -> io::Result<()>;

    /// Whether the threads begin by themselves, whatever the program does next.
    fn starts_at_once(&self) -> bool;
}

/// As `rayon_core::DefaultSpawn`, which its documentation shows.
#[derive(Debug, Default)]
pub struct DefaultSpawn;

impl ThreadSpawn for DefaultSpawn {
    fn spawn(&mut self, thread: ThreadBuilder, site: Site) -> io::Result<()> {
        let mut builder = thread::Builder::new();
        if let Some(name) = thread.name() {
            builder = builder.name(name.to_owned());
        }
        if let Some(size) = thread.stack_size() {
            builder = builder.stack_size(size);
        }
        let spawned = shim::spawn(builder, site, || thread.run())?;
        // Until it has begun, it has no job either.
        shim::set_idle(spawned, true);
        Ok(())
    }

    fn starts_at_once(&self) -> bool {
        true
    }
}

/// As `rayon_core::CustomSpawn`, which its documentation shows.
#[derive(Debug)]
pub struct CustomSpawn<F>(F);

impl<F> CustomSpawn<F>
where
    F: FnMut(ThreadBuilder) -> io::Result<()>,
{
    pub(crate) fn new(spawn: F) -> Self {
        CustomSpawn(spawn)
    }
}

impl<F> ThreadSpawn for CustomSpawn<F>
where
    F: FnMut(ThreadBuilder) -> io::Result<()>,
{
    fn spawn(&mut self, thread: ThreadBuilder, _: Site) -> io::Result<()> {
        (self.0)(thread)
    }

    fn starts_at_once(&self) -> bool {
        false
    }
}
