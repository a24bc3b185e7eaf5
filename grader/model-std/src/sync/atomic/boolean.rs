//! The modelled `AtomicBool`.

use std::fmt;

use super::register::Register;
use super::{
    CompareExchangeFunction, Location, Ordering, RmwFunction, check_failure, check_load, check_store, failure_of,
    request,
};

/// As [`std::sync::atomic::AtomicBool`].
#[repr(C, align(1))]
pub struct AtomicBool(Register<bool>);

atomic!(
    #[must_use]
    AtomicBool,
    bool
);

impl AtomicBool {
    /// As [`std::sync::atomic::AtomicBool::fetch_and`].
    #[track_caller]
    pub fn fetch_and(&self, value: bool, order: Ordering) -> bool {
        self.0.modify(request(RmwFunction::FetchAnd, order), |old| old & value)
    }

    /// As [`std::sync::atomic::AtomicBool::fetch_nand`].
    #[track_caller]
    pub fn fetch_nand(&self, value: bool, order: Ordering) -> bool {
        self.0
            .modify(request(RmwFunction::FetchNand, order), |old| !(old & value))
    }

    /// As [`std::sync::atomic::AtomicBool::fetch_or`].
    #[track_caller]
    pub fn fetch_or(&self, value: bool, order: Ordering) -> bool {
        self.0.modify(request(RmwFunction::FetchOr, order), |old| old | value)
    }

    /// As [`std::sync::atomic::AtomicBool::fetch_xor`].
    #[track_caller]
    pub fn fetch_xor(&self, value: bool, order: Ordering) -> bool {
        self.0.modify(request(RmwFunction::FetchXor, order), |old| old ^ value)
    }

    /// As [`std::sync::atomic::AtomicBool::fetch_not`].
    #[track_caller]
    pub fn fetch_not(&self, order: Ordering) -> bool {
        self.0.modify(request(RmwFunction::FetchNot, order), |old| !old)
    }
}

impl Default for AtomicBool {
    fn default() -> Self {
        Self::new(false)
    }
}
