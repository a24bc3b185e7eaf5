//! Mistake: a thread marks the first account as its own, and then waits for the second: hold and wait, without a lock.
//!
//! Fails: `transfers_never_deadlock` with `deadlock`.

use std::error::Error;
use std::fmt;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TransferError {
    NoSuchAccount(usize),
    Insufficient { balance: u64 },
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

pub struct Bank {
    state: Mutex<State>,
    freed: Condvar,
}

struct State {
    balances: Vec<u64>,
    busy: Vec<bool>,
}

impl Bank {
    pub fn new(balances: &[u64]) -> Self {
        Self {
            state: Mutex::new(State {
                balances: balances.to_vec(),
                busy: vec![false; balances.len()],
            }),
            freed: Condvar::new(),
        }
    }

    pub fn balance(&self, account: usize) -> Option<u64> {
        lock(&self.state).balances.get(account).copied()
    }

    pub fn total(&self) -> u64 {
        lock(&self.state).balances.iter().sum()
    }

    pub fn transfer(
        &self,
        from: usize,
        to: usize,
        amount: u64,
        while_locked: impl FnOnce(),
    ) -> Result<(), TransferError> {
        let mut state = lock(&self.state);
        for account in [from, to] {
            if account >= state.balances.len() {
                return Err(TransferError::NoSuchAccount(account));
            }
        }
        while state.busy[from] {
            state = self.freed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.busy[from] = true;
        while from != to && state.busy[to] {
            state = self.freed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.busy[to] = true;
        let balance = state.balances[from];
        drop(state);
        let _busy = Busy {
            bank: self,
            accounts: [from, to],
        };
        if balance < amount {
            return Err(TransferError::Insufficient { balance });
        }
        while_locked();
        let mut state = lock(&self.state);
        state.balances[from] -= amount;
        state.balances[to] += amount;
        Ok(())
    }
}

/// Two accounts that nobody else may use.
struct Busy<'a> {
    bank: &'a Bank,
    accounts: [usize; 2],
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        let mut state = lock(&self.bank.state);
        for account in self.accounts {
            state.busy[account] = false;
        }
        self.bank.freed.notify_all();
    }
}

pub fn dine(philosophers: usize, meals: usize, eat: impl Fn(usize) + Sync) {
    let forks: Vec<Mutex<()>> = (0..philosophers).map(|_| Mutex::new(())).collect();
    thread::scope(|scope| {
        for i in 0..philosophers {
            let (forks, eat) = (&forks, &eat);
            let next = (i + 1) % philosophers;
            scope.spawn(move || {
                for _ in 0..meals {
                    let _low = lock(&forks[i.min(next)]);
                    let _high = (i != next).then(|| lock(&forks[i.max(next)]));
                    eat(i);
                }
            });
        }
    });
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
