//! The iterators over the messages that a receiver receives.
//!
//! Each iterator stores the line that made it. When an iterator adapter of the standard library calls `next`, the
//! calling line does not belong to the program.

use std::fmt;
use std::iter::FusedIterator;
use std::panic::Location;

use model_std::shim::Site;
use model_std::shim::trace::ReceiveFunction;

use crate::receiver::Receiver;
use crate::selecting::WaitLimit;

/// As [`crossbeam_channel::Iter`].
pub struct Iter<'a, T> {
    receiver: &'a Receiver<T>,
    made_at: Site,
}

/// As [`crossbeam_channel::TryIter`].
pub struct TryIter<'a, T> {
    receiver: &'a Receiver<T>,
    made_at: Site,
}

/// As [`crossbeam_channel::IntoIter`].
pub struct IntoIter<T> {
    receiver: Receiver<T>,
    made_at: Site,
}

impl<'a, T> Iter<'a, T> {
    pub(crate) fn new(receiver: &'a Receiver<T>, made_at: Site) -> Self {
        Self { receiver, made_at }
    }
}

impl<'a, T> TryIter<'a, T> {
    pub(crate) fn new(receiver: &'a Receiver<T>, made_at: Site) -> Self {
        Self { receiver, made_at }
    }
}

impl<'a, T> IntoIterator for &'a Receiver<T> {
    type Item = T;
    type IntoIter = Iter<'a, T>;

    #[track_caller]
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T> IntoIterator for Receiver<T> {
    type Item = T;
    type IntoIter = IntoIter<T>;

    #[track_caller]
    fn into_iter(self) -> Self::IntoIter {
        IntoIter {
            receiver: self,
            made_at: Location::caller(),
        }
    }
}

/// The line that receives the next message: `caller`, unless the iterator was made in another file.
fn line(caller: Site, made_at: Site) -> Site {
    if caller.file() == made_at.file() {
        caller
    } else {
        made_at
    }
}

/// Receives the next message, and waits for it as long as the limit allows.
fn next<T>(
    receiver: &Receiver<T>,
    function: ReceiveFunction,
    limit: WaitLimit,
    caller: Site,
    made_at: Site,
) -> Option<T> {
    receiver.perform(function, limit, line(caller, made_at)).ok()
}

impl<T> FusedIterator for Iter<'_, T> {}
impl<T> FusedIterator for IntoIter<T> {}

impl<T> Iterator for Iter<'_, T> {
    type Item = T;

    #[track_caller]
    fn next(&mut self) -> Option<Self::Item> {
        next(
            self.receiver,
            ReceiveFunction::Recv,
            WaitLimit::Forever,
            Location::caller(),
            self.made_at,
        )
    }
}

impl<T> Iterator for TryIter<'_, T> {
    type Item = T;

    #[track_caller]
    fn next(&mut self) -> Option<Self::Item> {
        next(
            self.receiver,
            ReceiveFunction::TryRecv,
            WaitLimit::NoWait,
            Location::caller(),
            self.made_at,
        )
    }
}

impl<T> Iterator for IntoIter<T> {
    type Item = T;

    #[track_caller]
    fn next(&mut self) -> Option<Self::Item> {
        next(
            &self.receiver,
            ReceiveFunction::Recv,
            WaitLimit::Forever,
            Location::caller(),
            self.made_at,
        )
    }
}

impl<T> fmt::Debug for Iter<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("Iter { .. }")
    }
}

impl<T> fmt::Debug for TryIter<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("TryIter { .. }")
    }
}

impl<T> fmt::Debug for IntoIter<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("IntoIter { .. }")
    }
}
