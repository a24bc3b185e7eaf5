//! Jobs that nobody waits for.

use model_std::shim::Shared;
use std::panic::Location;

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
pub(crate) fn spawn_in(registry: &Shared<Registry>, function: impl FnOnce() + Send + 'static, site: Site) {
    Registry::push(registry, job(registry, function), site);
}

/// As [`spawn_fifo`], in this pool.
pub(crate) fn spawn_fifo_in(registry: &Shared<Registry>, function: impl FnOnce() + Send + 'static, site: Site) {
    Registry::push_fifo(registry, job(registry, function), site);
}

/// A job that keeps the threads of its pool alive.
pub(crate) fn job(registry: &Shared<Registry>, function: impl FnOnce() + Send + 'static) -> Work {
    registry.keep();
    let registry = Shared::clone(registry);
    Box::new(move || {
        registry.catch(function);
        registry.release();
    })
}
