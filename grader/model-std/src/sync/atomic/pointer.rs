//! The modelled `AtomicPtr`.

use std::fmt;

use super::register::Register;
use super::{
    CompareExchangeFunction, Location, Ordering, RmwFunction, check_failure, check_load, check_store, failure_of,
    request,
};

/// As [`std::sync::atomic::AtomicPtr`].
#[cfg_attr(target_pointer_width = "64", repr(C, align(8)))]
#[cfg_attr(target_pointer_width = "32", repr(C, align(4)))]
pub struct AtomicPtr<T>(Register<*mut T>);

// SAFETY: as in `std`: sending a pointer to another thread is safe, because only dereferencing it is unsafe.
unsafe impl<T> Send for AtomicPtr<T> {}

atomic!(AtomicPtr<T>, *mut T);

impl<T> AtomicPtr<T> {
    /// As [`std::sync::atomic::AtomicPtr::fetch_ptr_add`].
    #[track_caller]
    pub fn fetch_ptr_add(&self, value: usize, order: Ordering) -> *mut T {
        self.0
            .modify(request(RmwFunction::FetchPtrAdd, order), |old| old.wrapping_add(value))
    }

    /// As [`std::sync::atomic::AtomicPtr::fetch_ptr_sub`].
    #[track_caller]
    pub fn fetch_ptr_sub(&self, value: usize, order: Ordering) -> *mut T {
        self.0
            .modify(request(RmwFunction::FetchPtrSub, order), |old| old.wrapping_sub(value))
    }

    /// As [`std::sync::atomic::AtomicPtr::fetch_byte_add`].
    #[track_caller]
    pub fn fetch_byte_add(&self, value: usize, order: Ordering) -> *mut T {
        self.0.modify(request(RmwFunction::FetchByteAdd, order), |old| {
            old.wrapping_byte_add(value)
        })
    }

    /// As [`std::sync::atomic::AtomicPtr::fetch_byte_sub`].
    #[track_caller]
    pub fn fetch_byte_sub(&self, value: usize, order: Ordering) -> *mut T {
        self.0.modify(request(RmwFunction::FetchByteSub, order), |old| {
            old.wrapping_byte_sub(value)
        })
    }

    /// As [`std::sync::atomic::AtomicPtr::fetch_or`].
    #[track_caller]
    pub fn fetch_or(&self, value: usize, order: Ordering) -> *mut T {
        self.0.modify(request(RmwFunction::FetchOr, order), |old| {
            old.map_addr(|address| address | value)
        })
    }

    /// As [`std::sync::atomic::AtomicPtr::fetch_and`].
    #[track_caller]
    pub fn fetch_and(&self, value: usize, order: Ordering) -> *mut T {
        self.0.modify(request(RmwFunction::FetchAnd, order), |old| {
            old.map_addr(|address| address & value)
        })
    }

    /// As [`std::sync::atomic::AtomicPtr::fetch_xor`].
    #[track_caller]
    pub fn fetch_xor(&self, value: usize, order: Ordering) -> *mut T {
        self.0.modify(request(RmwFunction::FetchXor, order), |old| {
            old.map_addr(|address| address ^ value)
        })
    }
}

impl<T> Default for AtomicPtr<T> {
    fn default() -> Self {
        Self::new(std::ptr::null_mut())
    }
}

impl<T> fmt::Pointer for AtomicPtr<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // As for `Debug`.
        fmt::Pointer::fmt(&self.load(Ordering::SeqCst), f)
    }
}
