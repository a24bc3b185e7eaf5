//! Jobs that nobody waits for.

use std::panic::Location;
use std::sync::Arc;

use model_std::shim::Site;

use crate::global;
use crate::job::Work;
use crate::registry::Registry;

/// As `rayon_core::spawn`.
#[track_caller]
pub fn spawn<F>(func: F)
where
    F: FnOnce() + Send + 'static,
{
    let site = Location::caller();
    spawn_in(&global::current(site), func, site);
}

/// As `rayon_core::spawn_fifo`.
#[track_caller]
pub fn spawn_fifo<F>(func: F)
where
    F: FnOnce() + Send + 'static,
{
    let site = Location::caller();
    spawn_fifo_in(&global::current(site), func, site);
}

/// As [`spawn`], in this pool.
pub(crate) fn spawn_in(registry: &Arc<Registry>, function: impl FnOnce() + Send + 'static, site: Site) {
    registry.push(job(registry, function), site);
}

/// As [`spawn_fifo`], in this pool.
pub(crate) fn spawn_fifo_in(registry: &Arc<Registry>, function: impl FnOnce() + Send + 'static, site: Site) {
    registry.push_fifo(job(registry, function), site);
}

/// A job that keeps the threads of its pool alive.
pub(crate) fn job(registry: &Arc<Registry>, function: impl FnOnce() + Send + 'static) -> Work {
    registry.keep();
    let registry = Arc::clone(registry);
    Box::new(move || {
        registry.catch(function);
        registry.release();
    })
}
