//! A lock for each account and each fork, and one order in which everybody takes them.
//!
//! Threads deadlock when each has a lock that the next one waits for, in a circle. In a circle somebody holds a lock
//! with a higher number while waiting for one with a lower number. Nobody here ever does: of two locks, the one with
//! the lower number is always taken first.

use std::error::Error;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

/// Accounts, numbered from 0, between which threads transfer money.
pub struct Bank {
    /// A lock for each account, so that transfers of other accounts go on meanwhile.
    accounts: Vec<Mutex<u64>>,
}

/// Why a transfer was refused. It has moved nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TransferError {
    /// The bank has no account of this number.
    NoSuchAccount(usize),
    /// There is less in the account than was to be taken from it.
    Insufficient {
        /// How much there is.
        balance: u64,
    },
}

impl fmt::Display for TransferError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TransferError::NoSuchAccount(account) => write!(f, "there is no account {account}"),
            TransferError::Insufficient { balance } => write!(f, "there is only {balance} in the account"),
        }
    }
}

impl Error for TransferError {}

impl Bank {
    /// Makes a bank with an account for each of `balances`. Together they fit into a `u64`.
    pub fn new(balances: &[u64]) -> Self {
        Self {
            accounts: balances.iter().map(|&balance| Mutex::new(balance)).collect(),
        }
    }

    /// What is in an account at this moment, or `None` if there is no such account.
    pub fn balance(&self, account: usize) -> Option<u64> {
        self.accounts.get(account).map(|account| *lock(account))
    }

    /// What is in all accounts together at one moment.
    pub fn total(&self) -> u64 {
        // All locks are held at once: an account that was added up and unlocked could send its money to one that comes
        // later, and the money would count twice. They are taken from the lowest number up, as everywhere.
        let balances: Vec<MutexGuard<u64>> = self.accounts.iter().map(lock).collect();
        balances.iter().map(|balance| **balance).sum()
    }

    /// Moves `amount` from one account to another, and calls `while_locked` while nobody else can use the two.
    ///
    /// # Errors
    ///
    /// When one of the accounts does not exist, or there is not enough in the first. Then nothing is moved.
    pub fn transfer(
        &self,
        from: usize,
        to: usize,
        amount: u64,
        while_locked: impl FnOnce(),
    ) -> Result<(), TransferError> {
        let account = |number: usize| self.accounts.get(number).ok_or(TransferError::NoSuchAccount(number));
        let (source, target) = (account(from)?, account(to)?);
        if from == to {
            // One account is one lock, and a `Mutex` cannot be taken twice. Nothing moves, but the money has to be
            // there.
            let balance = lock(source);
            return rest(*balance, amount).map(|_| while_locked());
        }
        // The order is that of the numbers and not that of the arguments, which another thread may have the other way
        // round.
        let (mut source, mut target) = if from < to {
            let source = lock(source);
            (source, lock(target))
        } else {
            let target = lock(target);
            (lock(source), target)
        };
        // Looking and taking happen under the same lock, so nobody takes the money in between.
        let rest = rest(*source, amount)?;
        // Nothing is moved before this call, so nothing has to be moved back when it panics.
        while_locked();
        *source = rest;
        *target += amount;
        Ok(())
    }
}

/// What is left of `balance` when `amount` is taken.
fn rest(balance: u64, amount: u64) -> Result<u64, TransferError> {
    balance
        .checked_sub(amount)
        .ok_or(TransferError::Insufficient { balance })
}

/// Takes a lock, even if a thread has panicked with it.
///
/// What a lock protects here is changed only when nothing can panic any more, so it is always as it should be.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Seats `philosophers` at a round table, a thread each, and lets each of them eat `meals` times.
///
/// # Panics
///
/// When `eat` panics.
pub fn dine(philosophers: usize, meals: usize, eat: impl Fn(usize) + Sync) {
    let forks: Vec<Mutex<()>> = (0..philosophers).map(|_| Mutex::new(())).collect();
    thread::scope(|scope| {
        for philosopher in 0..philosophers {
            let (forks, eat) = (&forks, &eat);
            let neighbour = (philosopher + 1) % philosophers;
            // All but the last take the fork of their own number first. If the last one did so too, each could hold one
            // fork and wait for the next.
            let (first, second) = (philosopher.min(neighbour), philosopher.max(neighbour));
            scope.spawn(move || {
                for _ in 0..meals {
                    let _first = lock(&forks[first]);
                    // Who sits alone has one fork, which is on both sides.
                    let _second = (second != first).then(|| lock(&forks[second]));
                    eat(philosopher);
                }
            });
        }
        // The scope joins all threads, and panics in the end if one of them did.
    });
}
