//! Variant: each account is a channel that holds its balance, and each fork one that holds a token: to receive is to
//! lock. Handles are collected and joined.

use std::error::Error;
use std::fmt;
use std::thread;

use crossbeam_channel::{Receiver, Sender, bounded};

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

/// Holds the balance, unless somebody uses the account.
struct Account {
    put: Sender<u64>,
    take: Receiver<u64>,
}

impl Account {
    fn new(balance: u64) -> Self {
        let (put, take) = bounded(1);
        put.send(balance).expect("there is room");
        Self { put, take }
    }

    fn take(&self) -> Taken<'_> {
        let balance = self.take.recv().expect("the account has a sender");
        Taken { account: self, balance }
    }
}

/// The balance of an account that nobody else can use.
struct Taken<'a> {
    account: &'a Account,
    balance: u64,
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        self.account.put.send(self.balance).expect("there is room");
    }
}

impl Bank {
    pub fn new(balances: &[u64]) -> Self {
        Self {
            accounts: balances.iter().map(|&balance| Account::new(balance)).collect(),
        }
    }

    pub fn balance(&self, account: usize) -> Option<u64> {
        self.accounts.get(account).map(|account| account.take().balance)
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
        if from == to {
            if low.balance < amount {
                return Err(TransferError::Insufficient { balance: low.balance });
            }
            return Ok(());
        }
        let mut high = self.accounts[from.max(to)].take();
        let (source, target) = if from < to {
            (&mut low, &mut high)
        } else {
            (&mut high, &mut low)
        };
        let Some(rest) = source.balance.checked_sub(amount) else {
            return Err(TransferError::Insufficient {
                balance: source.balance,
            });
        };
        while_locked();
        source.balance = rest;
        target.balance += amount;
        Ok(())
    }
}

/// A fork in hand.
struct Fork<'a>(&'a Sender<()>);

impl Drop for Fork<'_> {
    fn drop(&mut self) {
        self.0.send(()).expect("there is room");
    }
}

pub fn dine(philosophers: usize, meals: usize, eat: impl Fn(usize) + Sync) {
    let forks: Vec<(Sender<()>, Receiver<()>)> = (0..philosophers).map(|_| bounded(1)).collect();
    for (put, _) in &forks {
        put.send(()).expect("there is room");
    }
    let take = |fork: usize| {
        forks[fork].1.recv().expect("each fork has a sender");
        Fork(&forks[fork].0)
    };
    thread::scope(|scope| {
        let philosopher = |i: usize| {
            let (take, eat) = (&take, &eat);
            let next = (i + 1) % philosophers;
            scope.spawn(move || {
                for _ in 0..meals {
                    let _low = take(i.min(next));
                    let _high = (next != i).then(|| take(i.max(next)));
                    eat(i);
                }
            })
        };
        let threads: Vec<_> = (0..philosophers).map(philosopher).collect();
        for thread in threads {
            thread.join().expect("a philosopher panicked");
        }
    });
}
