//! The public items of the exercise with their exact types, one line each.
//!
//! Each is called here, and not compared with a type: a submission may take more than it was asked to.

#![allow(
    clippy::redundant_closure,
    reason = "a function that is generic has no pointer that fits"
)]

use std::panic::{RefUnwindSafe, UnwindSafe};

use deadlock::{Bank, TransferError, dine};

const _: fn(&Bank) -> &(dyn Sync + '_) = |bank| bank;
const _: fn(&[u64]) -> Bank = |balances| Bank::new(balances);
const _: fn(&Bank, usize) -> Option<u64> = |bank, account| bank.balance(account);
const _: fn(&Bank) -> u64 = |bank| bank.total();
const _: fn(&Bank, While<'_>) -> Result<(), TransferError> = |bank, locked| bank.transfer(0, 1, 2u64, locked);
const _: fn(usize, usize, Meal<'_>) = |philosophers, meals, eat| dine(philosophers, meals, eat);
const _: fn(usize) -> TransferError = |account| TransferError::NoSuchAccount(account);
const _: fn(u64) -> TransferError = |balance| TransferError::Insufficient { balance };

/// What is called once while a transfer has its locks. It borrows, and is more than is promised, as those of the checks
/// are: a submission may ask for that.
type While<'a> = Box<dyn FnOnce() + Send + Sync + Unpin + UnwindSafe + RefUnwindSafe + 'a>;

/// A meal, which is more than is promised as well.
type Meal<'a> = Box<dyn Fn(usize) + Send + Sync + Unpin + UnwindSafe + RefUnwindSafe + 'a>;
