//! The iterators over the messages that a receiver receives.
//!
//! Each iterator stores the line that made it. When an iterator adapter of the standard library calls `next`, the
//! calling line does not belong to the program.

use std::fmt;
use std::panic::Location;

use super::Receiver;
use crate::runtime::objects::channel::WaitLimit;
use crate::runtime::task::Site;

/// As [`std::sync::mpsc::Iter`].
pub struct Iter<'a, T: 'a> {
    rx: &'a Receiver<T>,
    made_at: Site,
}

/// As [`std::sync::mpsc::TryIter`].
pub struct TryIter<'a, T: 'a> {
    rx: &'a Receiver<T>,
    made_at: Site,
}

/// As [`std::sync::mpsc::IntoIter`].
pub struct IntoIter<T> {
    rx: Receiver<T>,
    made_at: Site,
}

impl<'a, T> Iter<'a, T> {
    pub(super) fn new(rx: &'a Receiver<T>, made_at: Site) -> Self {
        Self { rx, made_at }
    }
}

impl<'a, T> TryIter<'a, T> {
    pub(super) fn new(rx: &'a Receiver<T>, made_at: Site) -> Self {
        Self { rx, made_at }
    }
}

impl<'a, T> IntoIterator for &'a Receiver<T> {
    type Item = T;
    type IntoIter = Iter<'a, T>;

    #[track_caller]
    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}

impl<T> IntoIterator for Receiver<T> {
    type Item = T;
    type IntoIter = IntoIter<T>;

    #[track_caller]
    fn into_iter(self) -> IntoIter<T> {
        IntoIter {
            rx: self,
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

impl<T> Iterator for Iter<'_, T> {
    type Item = T;

    #[track_caller]
    fn next(&mut self) -> Option<T> {
        let site = line(Location::caller(), self.made_at);
        self.rx.receive(WaitLimit::Forever, site).ok()
    }
}

impl<T> Iterator for TryIter<'_, T> {
    type Item = T;

    #[track_caller]
    fn next(&mut self) -> Option<T> {
        let site = line(Location::caller(), self.made_at);
        self.rx.receive(WaitLimit::NoWait, site).ok()
    }
}

impl<T> Iterator for IntoIter<T> {
    type Item = T;

    #[track_caller]
    fn next(&mut self) -> Option<T> {
        let site = line(Location::caller(), self.made_at);
        self.rx.receive(WaitLimit::Forever, site).ok()
    }
}

impl<'a, T: 'a + fmt::Debug> fmt::Debug for Iter<'a, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Iter").field("rx", self.rx).finish()
    }
}

impl<'a, T: 'a + fmt::Debug> fmt::Debug for TryIter<'a, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TryIter").field("rx", self.rx).finish()
    }
}

impl<T: fmt::Debug> fmt::Debug for IntoIter<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IntoIter").field("rx", &self.rx).finish()
    }
}
