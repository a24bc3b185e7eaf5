//! The modelled `AtomicPtr`.

use std::fmt;
use std::panic::Location;

use super::register::{Register, Strength};
use super::{Ordering, check_failure, check_load, check_store};

/// As [`std::sync::atomic::AtomicPtr`].
pub struct AtomicPtr<T>(Register<*mut T>);

// SAFETY: as in `std`: a pointer may go from thread to thread; following it is up to who does so.
unsafe impl<T> Send for AtomicPtr<T> {}

atomic!(AtomicPtr<T>, *mut T);

impl<T> AtomicPtr<T> {
    /// As [`std::sync::atomic::AtomicPtr::fetch_ptr_add`].
    #[track_caller]
    pub fn fetch_ptr_add(&self, value: usize, _order: Ordering) -> *mut T {
        self.0.modify("AtomicPtr", "fetch_ptr_add", Location::caller(), |old| {
            old.wrapping_add(value)
        })
    }

    /// As [`std::sync::atomic::AtomicPtr::fetch_ptr_sub`].
    #[track_caller]
    pub fn fetch_ptr_sub(&self, value: usize, _order: Ordering) -> *mut T {
        self.0.modify("AtomicPtr", "fetch_ptr_sub", Location::caller(), |old| {
            old.wrapping_sub(value)
        })
    }

    /// As [`std::sync::atomic::AtomicPtr::fetch_byte_add`].
    #[track_caller]
    pub fn fetch_byte_add(&self, value: usize, _order: Ordering) -> *mut T {
        self.0.modify("AtomicPtr", "fetch_byte_add", Location::caller(), |old| {
            old.wrapping_byte_add(value)
        })
    }

    /// As [`std::sync::atomic::AtomicPtr::fetch_byte_sub`].
    #[track_caller]
    pub fn fetch_byte_sub(&self, value: usize, _order: Ordering) -> *mut T {
        self.0.modify("AtomicPtr", "fetch_byte_sub", Location::caller(), |old| {
            old.wrapping_byte_sub(value)
        })
    }

    /// As [`std::sync::atomic::AtomicPtr::fetch_or`].
    #[track_caller]
    pub fn fetch_or(&self, value: usize, _order: Ordering) -> *mut T {
        self.0.modify("AtomicPtr", "fetch_or", Location::caller(), |old| {
            old.map_addr(|address| address | value)
        })
    }

    /// As [`std::sync::atomic::AtomicPtr::fetch_and`].
    #[track_caller]
    pub fn fetch_and(&self, value: usize, _order: Ordering) -> *mut T {
        self.0.modify("AtomicPtr", "fetch_and", Location::caller(), |old| {
            old.map_addr(|address| address & value)
        })
    }

    /// As [`std::sync::atomic::AtomicPtr::fetch_xor`].
    #[track_caller]
    pub fn fetch_xor(&self, value: usize, _order: Ordering) -> *mut T {
        self.0.modify("AtomicPtr", "fetch_xor", Location::caller(), |old| {
            old.map_addr(|address| address ^ value)
        })
    }
}

impl<T> Default for AtomicPtr<T> {
    #[track_caller]
    fn default() -> Self {
        Self::new(std::ptr::null_mut())
    }
}

impl<T> fmt::Pointer for AtomicPtr<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Pointer::fmt(&self.load(Ordering::Relaxed), f)
    }
}
