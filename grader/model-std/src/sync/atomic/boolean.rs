//! The modelled `AtomicBool`.

use std::fmt;

use super::register::{Register, Strength};
use super::{Ordering, check_failure, check_load, check_store, failure_of, request};

/// As [`std::sync::atomic::AtomicBool`].
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
        self.0
            .modify(request("AtomicBool", "fetch_and", order), |old| old & value)
    }

    /// As [`std::sync::atomic::AtomicBool::fetch_nand`].
    #[track_caller]
    pub fn fetch_nand(&self, value: bool, order: Ordering) -> bool {
        self.0
            .modify(request("AtomicBool", "fetch_nand", order), |old| !(old & value))
    }

    /// As [`std::sync::atomic::AtomicBool::fetch_or`].
    #[track_caller]
    pub fn fetch_or(&self, value: bool, order: Ordering) -> bool {
        self.0
            .modify(request("AtomicBool", "fetch_or", order), |old| old | value)
    }

    /// As [`std::sync::atomic::AtomicBool::fetch_xor`].
    #[track_caller]
    pub fn fetch_xor(&self, value: bool, order: Ordering) -> bool {
        self.0
            .modify(request("AtomicBool", "fetch_xor", order), |old| old ^ value)
    }

    /// As [`std::sync::atomic::AtomicBool::fetch_not`].
    #[track_caller]
    pub fn fetch_not(&self, order: Ordering) -> bool {
        self.0.modify(request("AtomicBool", "fetch_not", order), |old| !old)
    }
}

impl Default for AtomicBool {
    #[track_caller]
    fn default() -> Self {
        Self::new(false)
    }
}
