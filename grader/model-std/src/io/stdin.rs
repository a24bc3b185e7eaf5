//! Standard input, which is at its end in an execution: what one execution reads could not be read again in the next.
//!
//! Its lock is modelled, so threads wait for each other as in `std`. Outside an execution, standard input is the real
//! one.

use std::fmt;
use std::io::{BufRead, IoSliceMut, Lines, Read, Result};
use std::panic::{Location, RefUnwindSafe, UnwindSafe};

use super::{IsTerminal, Sealed};
use crate::runtime::is_active;
use crate::runtime::objects::ObjectId;
use crate::runtime::objects::lock::{self, Acquired, Mode, Touch};
use crate::runtime::objects::mutex;
use crate::runtime::objects::streams::stdin_lock;

/// As [`std::io::Stdin`].
pub struct Stdin(());

/// As [`std::io::StdinLock`].
#[must_use = "if unused stdin will immediately be unlocked"]
pub struct StdinLock<'a> {
    /// What there is to read. Outside an execution, also the lock.
    input: Input<'a>,
    held: Option<(ObjectId, Acquired)>,
}

impl UnwindSafe for StdinLock<'_> {}
impl RefUnwindSafe for StdinLock<'_> {}

enum Input<'a> {
    Ended,
    Real(::std::io::StdinLock<'a>),
}

/// As [`std::io::stdin`].
#[must_use]
pub fn stdin() -> Stdin {
    Stdin(())
}

impl Stdin {
    /// As [`std::io::Stdin::lock`]. A thread that already holds the lock waits for itself: a deadlock.
    #[track_caller]
    pub fn lock(&self) -> StdinLock<'static> {
        if !is_active() {
            let input = Input::Real(::std::io::stdin().lock());
            return StdinLock { input, held: None };
        }
        let id = stdin_lock();
        let acquired = mutex::lock(id, Location::caller());
        StdinLock {
            input: Input::Ended,
            held: id.map(|id| (id, acquired)),
        }
    }

    /// As [`std::io::Stdin::read_line`].
    ///
    /// # Errors
    ///
    /// As in `std`. Never in an execution.
    #[track_caller]
    pub fn read_line(&self, buf: &mut String) -> Result<usize> {
        self.lock().read_line(buf)
    }

    /// As [`std::io::Stdin::lines`].
    #[track_caller]
    #[must_use = "`self` will be dropped if the result is not used"]
    pub fn lines(self) -> Lines<StdinLock<'static>> {
        self.lock().lines()
    }
}

impl Drop for StdinLock<'_> {
    fn drop(&mut self) {
        if let Some((id, acquired)) = self.held {
            // A panic does not poison standard input. So the lock is released as if the thread had been unwinding when
            // it took it.
            let acquired = Acquired {
                panicking: true,
                ..acquired
            };
            lock::release(Some(id), Mode::Write, acquired, Touch::Untouched);
        }
    }
}

impl Read for StdinLock<'_> {
    fn read(&mut self, buf: &mut [u8]) -> Result<usize> {
        match &mut self.input {
            Input::Ended => Ok(0),
            Input::Real(real) => real.read(buf),
        }
    }

    fn read_vectored(&mut self, bufs: &mut [IoSliceMut<'_>]) -> Result<usize> {
        match &mut self.input {
            Input::Ended => Ok(0),
            Input::Real(real) => real.read_vectored(bufs),
        }
    }
}

impl BufRead for StdinLock<'_> {
    fn fill_buf(&mut self) -> Result<&[u8]> {
        match &mut self.input {
            Input::Ended => Ok(&[]),
            Input::Real(real) => real.fill_buf(),
        }
    }

    fn consume(&mut self, amount: usize) {
        match &mut self.input {
            Input::Ended => {}
            Input::Real(real) => real.consume(amount),
        }
    }
}

macro_rules! read_by_locking {
    ($($handle:ty),*) => {
        $(impl Read for $handle {
            #[track_caller]
            fn read(&mut self, buf: &mut [u8]) -> Result<usize> {
                self.lock().read(buf)
            }

            #[track_caller]
            fn read_vectored(&mut self, bufs: &mut [IoSliceMut<'_>]) -> Result<usize> {
                self.lock().read_vectored(bufs)
            }

            #[track_caller]
            fn read_to_end(&mut self, buf: &mut Vec<u8>) -> Result<usize> {
                self.lock().read_to_end(buf)
            }

            #[track_caller]
            fn read_to_string(&mut self, buf: &mut String) -> Result<usize> {
                self.lock().read_to_string(buf)
            }

            #[track_caller]
            fn read_exact(&mut self, buf: &mut [u8]) -> Result<()> {
                self.lock().read_exact(buf)
            }
        })*
    };
}

read_by_locking!(Stdin, &Stdin);

impl Sealed for Stdin {}

impl IsTerminal for Stdin {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl Sealed for StdinLock<'_> {}

impl IsTerminal for StdinLock<'_> {
    fn is_terminal(&self) -> bool {
        false
    }
}

descriptor!(Stdin, Stdin, stdin);
descriptor!(StdinLock<'_>, Stdin, stdin);

impl fmt::Debug for Stdin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stdin").finish_non_exhaustive()
    }
}

impl fmt::Debug for StdinLock<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StdinLock").finish_non_exhaustive()
    }
}
