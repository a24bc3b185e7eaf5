//! Functions of the C library that start a process; `std` uses these three.
//!
//! Nothing here controls when another process acts, so what a program sees of one would differ from run to run.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::mem::transmute;
use std::ptr;
use std::sync::atomic::AtomicPtr;

use super::of_the_c_library;
use crate::model::trace::Outside;
use crate::runtime::objects::descriptors;

type Fork = unsafe extern "C" fn() -> libc::pid_t;

type Spawn = unsafe extern "C" fn(
    *mut libc::pid_t,
    *const c_char,
    *const libc::posix_spawn_file_actions_t,
    *const libc::posix_spawnattr_t,
    *const *mut c_char,
    *const *mut c_char,
) -> c_int;

/// As `fork(2)`.
///
/// # Safety
///
/// As for the function of the C library.
#[unsafe(no_mangle)]
unsafe extern "C" fn fork() -> libc::pid_t {
    static FOUND: AtomicPtr<c_void> = AtomicPtr::new(ptr::null_mut());
    // SAFETY: this is the type of the function with this name, and the caller promises what it asks for.
    unsafe { transmute::<*mut c_void, Fork>(if_allowed(c"fork", &FOUND))() }
}

/// As `posix_spawn(3)`.
///
/// # Safety
///
/// As for the function of the C library.
#[unsafe(no_mangle)]
unsafe extern "C" fn posix_spawn(
    id: *mut libc::pid_t,
    path: *const c_char,
    actions: *const libc::posix_spawn_file_actions_t,
    attributes: *const libc::posix_spawnattr_t,
    arguments: *const *mut c_char,
    environment: *const *mut c_char,
) -> c_int {
    static FOUND: AtomicPtr<c_void> = AtomicPtr::new(ptr::null_mut());
    // SAFETY: this is the type of the function with this name, and the caller promises what it asks for.
    unsafe {
        let spawn = transmute::<*mut c_void, Spawn>(if_allowed(c"posix_spawn", &FOUND));
        spawn(id, path, actions, attributes, arguments, environment)
    }
}

/// As `posix_spawnp(3)`.
///
/// # Safety
///
/// As for the function of the C library.
#[unsafe(no_mangle)]
unsafe extern "C" fn posix_spawnp(
    id: *mut libc::pid_t,
    file: *const c_char,
    actions: *const libc::posix_spawn_file_actions_t,
    attributes: *const libc::posix_spawnattr_t,
    arguments: *const *mut c_char,
    environment: *const *mut c_char,
) -> c_int {
    static FOUND: AtomicPtr<c_void> = AtomicPtr::new(ptr::null_mut());
    // SAFETY: this is the type of the function with this name, and the caller promises what it asks for.
    unsafe {
        let spawn = transmute::<*mut c_void, Spawn>(if_allowed(c"posix_spawnp", &FOUND));
        spawn(id, file, actions, attributes, arguments, environment)
    }
}

/// The function of the C library with this name. Ends the execution if it is the program that calls it, and may not
/// depend on what the model does not control.
fn if_allowed(name: &CStr, found: &AtomicPtr<c_void>) -> *mut c_void {
    if descriptors::is_program() && !descriptors::may_wait_outside() {
        descriptors::wait_outside(Outside::ChildProcess);
    }
    of_the_c_library(name, found)
}
