//! A bank whose transfers lock two accounts, and philosophers who need two forks.
//!
//! Whoever needs two locks can deadlock with another who needs the same two. The README beside this crate states the
//! task and its rules.

// What you will probably want from the standard library:
//
//   std::sync::Mutex                a balance behind a lock, or a fork
//   std::sync::MutexGuard           the lock is held as long as it lives; `drop` ends it early
//   PoisonError::into_inner         the guard of a lock whose holder panicked
//   slice::get                      an account, or `None` if there is no such one
//   u64::checked_sub                a difference, or `None` if it were below zero
//   std::cmp::{min, max}            which of two locks comes first
//   std::thread::scope              threads that may borrow, and that have ended when it returns

use std::error::Error;
use std::fmt;

/// Accounts, numbered from 0, between which threads transfer money.
pub struct Bank {
    // The fields are yours to choose.
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
        todo!("make accounts with {balances:?}")
    }

    /// What is in an account at this moment, or `None` if there is no such account.
    pub fn balance(&self, account: usize) -> Option<u64> {
        todo!("look into account {account}")
    }

    /// What is in all accounts together at one moment.
    ///
    /// Transfers may be on their way; whatever they do, the total is always the same.
    pub fn total(&self) -> u64 {
        todo!("add up all accounts")
    }

    /// Moves `amount` from one account to another, and calls `while_locked` while nobody else can use the two.
    ///
    /// When `while_locked` panics, nothing is moved and the panic goes on to the caller.
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
        let _ = while_locked;
        todo!("move {amount} from account {from} to account {to}")
    }
}

/// Seats `philosophers` at a round table, a thread each, and lets each of them eat `meals` times.
///
/// There are as many forks as philosophers. Philosopher `i` needs fork `i` and fork `i + 1`, and the last one needs the
/// last fork and fork 0. With both in hand, the philosopher calls `eat(i)`, then puts them down. When this function
/// returns, all threads have ended.
///
/// # Panics
///
/// When `eat` panics.
pub fn dine(philosophers: usize, meals: usize, eat: impl Fn(usize) + Sync) {
    let _ = eat;
    todo!("let {philosophers} philosophers eat {meals} meals each")
}
