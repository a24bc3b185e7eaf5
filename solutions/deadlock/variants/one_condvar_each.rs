//! Variant: each account has its own condition variable, so only those who may go on are woken. At the table, a
//! philosopher who wants to eat waits for a condition variable of its own, as in Dijkstra's and Tanenbaum's solution.

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
    accounts: Vec<Account>,
}

struct Account {
    /// The balance, and whether the account is in use.
    state: Mutex<(u64, bool)>,
    freed: Condvar,
}

impl Account {
    /// Waits until the account is free, then keeps it.
    fn take(&self) -> Taken<'_> {
        let mut state = self
            .freed
            .wait_while(lock(&self.state), |(_, in_use)| *in_use)
            .unwrap_or_else(PoisonError::into_inner);
        state.1 = true;
        Taken {
            account: self,
            balance: state.0,
        }
    }
}

/// An account that nobody else can use.
struct Taken<'a> {
    account: &'a Account,
    balance: u64,
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        *lock(&self.account.state) = (self.balance, false);
        self.account.freed.notify_one();
    }
}

impl Bank {
    pub fn new(balances: &[u64]) -> Self {
        let account = |&balance: &u64| Account {
            state: Mutex::new((balance, false)),
            freed: Condvar::new(),
        };
        Self {
            accounts: balances.iter().map(account).collect(),
        }
    }

    pub fn balance(&self, account: usize) -> Option<u64> {
        Some(lock(&self.accounts.get(account)?.state).0)
    }

    pub fn total(&self) -> u64 {
        let taken: Vec<Taken> = self.accounts.iter().map(Account::take).collect();
        taken.iter().map(|taken| taken.balance).sum()
    }

    pub fn transfer(
        &self,
        from: usize,
        to: usize,
        amount: u64,
        while_locked: impl FnOnce(),
    ) -> Result<(), TransferError> {
        for account in [from, to] {
            if account >= self.accounts.len() {
                return Err(TransferError::NoSuchAccount(account));
            }
        }
        let mut low = self.accounts[from.min(to)].take();
        let mut high = (from != to).then(|| self.accounts[from.max(to)].take());
        let balance = match &high {
            Some(high) if from > to => high.balance,
            _ => low.balance,
        };
        if balance < amount {
            return Err(TransferError::Insufficient { balance });
        }
        while_locked();
        match &mut high {
            Some(high) if from > to => {
                high.balance -= amount;
                low.balance += amount;
            }
            Some(high) => {
                low.balance -= amount;
                high.balance += amount;
            }
            None => {}
        }
        Ok(())
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Mood {
    Thinking,
    Hungry,
    Eating,
}

struct Table {
    moods: Mutex<Vec<Mood>>,
    turns: Vec<Condvar>,
}

impl Table {
    /// Lets a philosopher eat who is hungry and has no eating neighbour.
    fn serve(&self, moods: &mut [Mood], i: usize) {
        let n = moods.len();
        let neighbours = [(i + n - 1) % n, (i + 1) % n];
        let is_free = neighbours.iter().all(|&neighbour| moods[neighbour] != Mood::Eating);
        if moods[i] == Mood::Hungry && is_free {
            moods[i] = Mood::Eating;
            self.turns[i].notify_one();
        }
    }
}

/// A philosopher who eats.
struct Eating<'a> {
    table: &'a Table,
    i: usize,
}

impl Drop for Eating<'_> {
    fn drop(&mut self) {
        let mut moods = lock(&self.table.moods);
        moods[self.i] = Mood::Thinking;
        let n = moods.len();
        self.table.serve(&mut moods, (self.i + n - 1) % n);
        self.table.serve(&mut moods, (self.i + 1) % n);
    }
}

pub fn dine(philosophers: usize, meals: usize, eat: impl Fn(usize) + Sync) {
    let table = Table {
        moods: Mutex::new(vec![Mood::Thinking; philosophers]),
        turns: (0..philosophers).map(|_| Condvar::new()).collect(),
    };
    thread::scope(|scope| {
        for i in 0..philosophers {
            let (table, eat) = (&table, &eat);
            scope.spawn(move || {
                for _ in 0..meals {
                    let mut moods = lock(&table.moods);
                    moods[i] = Mood::Hungry;
                    table.serve(&mut moods, i);
                    while moods[i] != Mood::Eating {
                        moods = table.turns[i].wait(moods).unwrap_or_else(PoisonError::into_inner);
                    }
                    drop(moods);
                    let _eating = Eating { table, i };
                    eat(i);
                }
            });
        }
    });
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
