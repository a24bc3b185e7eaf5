//! Choosing among operations on several channels: `Select`, and the functions that the macros call.
//!
//! Selecting is the operation: it reserves the message that a receive gets, or the place of the message that a send
//! sends. Completing the selected operation is no operation of its own, but may have to wait until the other side has
//! completed its part.

use std::any::Any;
use std::fmt;
use std::marker::PhantomData;
use std::panic::Location;
use std::time::Duration;

use crossbeam_channel::{ReadyTimeoutError, RecvError, SelectTimeoutError, SendError, TryReadyError, TrySelectError};
use model_std::shim::Site;
use model_std::shim::trace::SelectFunction;
use model_std::time::Instant;
use model_std::{process, thread};

use crate::core::Grant;
use crate::receiver::Receiver;
use crate::selecting::{Attempt, Call, Operand, Order, Outcome, WaitLimit};
use crate::sender::Sender;

/// Takes any ready case.
pub const ANY: Order = Order::Any;

/// Takes the first ready case.
pub const FIRST: Order = Order::First;

/// One operation of a selection.
#[derive(Clone, Copy)]
pub struct Case<'a> {
    operand: Operand<'a>,
    /// The address of the sender or receiver.
    address: usize,
}

/// The case that receives from `receiver`.
pub fn recv<T>(receiver: &Receiver<T>) -> Case<'_> {
    Case {
        operand: receiver.operand(),
        address: address(receiver),
    }
}

/// The case that sends to `sender`.
pub fn send<T>(sender: &Sender<T>) -> Case<'_> {
    Case {
        operand: Operand::Send(sender.core(), None),
        address: address(sender),
    }
}

fn address<T>(value: &T) -> usize {
    std::ptr::from_ref(value).addr()
}

/// Takes one of the cases, and waits until one is ready.
///
/// # Panics
///
/// If there are none.
#[track_caller]
pub fn select<'a>(order: Order, cases: &[Case<'_>]) -> SelectedOperation<'a> {
    assert!(!cases.is_empty(), "no operations have been added to `Select`");
    let selected = perform(
        SelectFunction::Select,
        order,
        cases,
        WaitLimit::Forever,
        Location::caller(),
    );
    selected.expect("no operation was ready, and outside an execution none will be")
}

/// Takes one of the cases, if one is ready.
#[track_caller]
#[must_use]
pub fn try_select<'a>(order: Order, cases: &[Case<'_>]) -> Option<SelectedOperation<'a>> {
    perform(
        SelectFunction::TrySelect,
        order,
        cases,
        WaitLimit::NoWait,
        Location::caller(),
    )
}

/// Takes one of the cases, if one is ready in time.
#[track_caller]
#[must_use]
pub fn select_timeout<'a>(order: Order, cases: &[Case<'_>], timeout: Duration) -> Option<SelectedOperation<'a>> {
    perform(
        SelectFunction::SelectTimeout,
        order,
        cases,
        WaitLimit::of(timeout),
        Location::caller(),
    )
}

fn perform<'a>(
    function: SelectFunction,
    order: Order,
    cases: &[Case<'_>],
    limit: WaitLimit,
    site: Site,
) -> Option<SelectedOperation<'a>> {
    let operands: Vec<Operand<'_>> = cases.iter().map(|case| case.operand).collect();
    let attempt = Attempt {
        call: Call::Select(function),
        cases: &operands,
        order,
        limit,
        site,
    };
    let selected = attempt.select()?;
    Some(SelectedOperation {
        index: selected.position,
        address: cases[selected.position].address,
        outcome: Some(selected.outcome),
        site,
        marker: PhantomData,
    })
}

/// As [`crossbeam_channel::Select`].
pub struct Select<'a> {
    cases: Vec<Case<'a>>,
    /// The index of each case.
    indices: Vec<usize>,
    next_index: usize,
    order: Order,
    /// Makes the type `Send` and `Sync`, and not unwind-safe, as in the library.
    marker: PhantomData<&'a (dyn Any + Send + Sync)>,
}

impl<'a> Select<'a> {
    /// As [`crossbeam_channel::Select::new`].
    #[must_use]
    pub fn new() -> Select<'a> {
        Select {
            cases: Vec::new(),
            indices: Vec::new(),
            next_index: 0,
            order: Order::Any,
            marker: PhantomData,
        }
    }

    /// As [`crossbeam_channel::Select::new_biased`].
    #[must_use]
    pub fn new_biased() -> Self {
        Self {
            order: Order::First,
            ..Self::new()
        }
    }

    /// As [`crossbeam_channel::Select::send`].
    pub fn send<T>(&mut self, s: &'a Sender<T>) -> usize {
        self.add(send(s))
    }

    /// As [`crossbeam_channel::Select::recv`].
    pub fn recv<T>(&mut self, r: &'a Receiver<T>) -> usize {
        self.add(recv(r))
    }

    fn add(&mut self, case: Case<'a>) -> usize {
        let index = self.next_index;
        self.cases.push(case);
        self.indices.push(index);
        self.next_index += 1;
        index
    }

    /// As [`crossbeam_channel::Select::remove`].
    ///
    /// # Panics
    ///
    /// If there is no operation with this index.
    pub fn remove(&mut self, index: usize) {
        assert!(
            index < self.next_index,
            "index out of bounds; {index} >= {}",
            self.next_index
        );
        let position = self.indices.iter().position(|other| *other == index);
        let position = position.expect("no operation with this index");
        // As the library does: a biased selection depends on the resulting order.
        self.cases.swap_remove(position);
        self.indices.swap_remove(position);
    }

    /// As [`crossbeam_channel::Select::try_select`].
    ///
    /// # Errors
    ///
    /// If no operation is ready.
    #[track_caller]
    pub fn try_select(&mut self) -> Result<SelectedOperation<'a>, TrySelectError> {
        self.perform(SelectFunction::TrySelect, WaitLimit::NoWait, Location::caller())
            .ok_or(TrySelectError)
    }

    /// As [`crossbeam_channel::Select::select`].
    ///
    /// # Panics
    ///
    /// If there are no operations.
    #[track_caller]
    pub fn select(&mut self) -> SelectedOperation<'a> {
        assert!(!self.cases.is_empty(), "no operations have been added to `Select`");
        self.perform(SelectFunction::Select, WaitLimit::Forever, Location::caller())
            .expect("no operation was ready, and outside an execution none will be")
    }

    /// As [`crossbeam_channel::Select::select_timeout`], on the virtual clock.
    ///
    /// # Errors
    ///
    /// If no operation is ready in time.
    #[track_caller]
    pub fn select_timeout(&mut self, timeout: Duration) -> Result<SelectedOperation<'a>, SelectTimeoutError> {
        self.perform(
            SelectFunction::SelectTimeout,
            WaitLimit::of(timeout),
            Location::caller(),
        )
        .ok_or(SelectTimeoutError)
    }

    /// As [`crossbeam_channel::Select::select_deadline`], on the virtual clock.
    ///
    /// # Errors
    ///
    /// If no operation is ready in time.
    #[track_caller]
    pub fn select_deadline(&mut self, deadline: Instant) -> Result<SelectedOperation<'a>, SelectTimeoutError> {
        self.perform(
            SelectFunction::SelectDeadline,
            WaitLimit::until(deadline),
            Location::caller(),
        )
        .ok_or(SelectTimeoutError)
    }

    /// As [`crossbeam_channel::Select::try_ready`].
    ///
    /// # Errors
    ///
    /// If no operation is ready.
    #[track_caller]
    pub fn try_ready(&mut self) -> Result<usize, TryReadyError> {
        self.find(SelectFunction::TryReady, WaitLimit::NoWait, Location::caller())
            .ok_or(TryReadyError)
    }

    /// As [`crossbeam_channel::Select::ready`].
    ///
    /// # Panics
    ///
    /// If there are no operations.
    #[track_caller]
    pub fn ready(&mut self) -> usize {
        assert!(!self.cases.is_empty(), "no operations have been added to `Select`");
        self.find(SelectFunction::Ready, WaitLimit::Forever, Location::caller())
            .expect("no operation was ready, and outside an execution none will be")
    }

    /// As [`crossbeam_channel::Select::ready_timeout`], on the virtual clock.
    ///
    /// # Errors
    ///
    /// If no operation is ready in time.
    #[track_caller]
    pub fn ready_timeout(&mut self, timeout: Duration) -> Result<usize, ReadyTimeoutError> {
        self.find(SelectFunction::ReadyTimeout, WaitLimit::of(timeout), Location::caller())
            .ok_or(ReadyTimeoutError)
    }

    /// As [`crossbeam_channel::Select::ready_deadline`], on the virtual clock.
    ///
    /// # Errors
    ///
    /// If no operation is ready in time.
    #[track_caller]
    pub fn ready_deadline(&mut self, deadline: Instant) -> Result<usize, ReadyTimeoutError> {
        self.find(
            SelectFunction::ReadyDeadline,
            WaitLimit::until(deadline),
            Location::caller(),
        )
        .ok_or(ReadyTimeoutError)
    }

    fn perform(&self, function: SelectFunction, limit: WaitLimit, site: Site) -> Option<SelectedOperation<'a>> {
        let mut selected = perform(function, self.order, &self.cases, limit, site)?;
        selected.index = self.indices[selected.index];
        Some(selected)
    }

    fn find(&self, function: SelectFunction, limit: WaitLimit, site: Site) -> Option<usize> {
        let operands: Vec<Operand<'_>> = self.cases.iter().map(|case| case.operand).collect();
        let attempt = Attempt {
            call: Call::Select(function),
            cases: &operands,
            order: self.order,
            limit,
            site,
        };
        attempt.ready().map(|position| self.indices[position])
    }
}

impl Clone for Select<'_> {
    fn clone(&self) -> Self {
        Self {
            cases: self.cases.clone(),
            indices: self.indices.clone(),
            ..*self
        }
    }
}

impl Default for Select<'_> {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Select<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("Select { .. }")
    }
}

/// As [`crossbeam_channel::SelectedOperation`].
#[must_use]
pub struct SelectedOperation<'a> {
    index: usize,
    address: usize,
    /// What is left to complete; `None` once it is completed.
    outcome: Option<Outcome>,
    site: Site,
    /// Makes the type neither `Send` nor `Sync`, as in the library.
    marker: PhantomData<(&'a (), *const ())>,
}

impl SelectedOperation<'_> {
    /// As [`crossbeam_channel::SelectedOperation::index`].
    #[must_use]
    pub fn index(&self) -> usize {
        self.index
    }

    /// As [`crossbeam_channel::SelectedOperation::send`].
    ///
    /// # Errors
    ///
    /// The message, if no receiver is left.
    ///
    /// # Panics
    ///
    /// If `s` is not the selected sender.
    pub fn send<T>(mut self, s: &Sender<T>, msg: T) -> Result<(), SendError<T>> {
        assert!(address(s) == self.address, "passed a sender that wasn't selected");
        match self.outcome.take() {
            Some(Outcome::Granted(Grant::Slot(slot))) => {
                s.channel().fill_promised(slot, msg);
                Ok(())
            }
            Some(Outcome::Granted(Grant::Closed) | Outcome::Delivered(_)) | None => Err(SendError(msg)),
        }
    }

    /// As [`crossbeam_channel::SelectedOperation::recv`].
    ///
    /// # Errors
    ///
    /// If no message is left and every sender is gone.
    ///
    /// # Panics
    ///
    /// If `r` is not the selected receiver.
    pub fn recv<T>(mut self, r: &Receiver<T>) -> Result<T, RecvError> {
        assert!(address(r) == self.address, "passed a receiver that wasn't selected");
        let outcome = self.outcome.take();
        outcome
            .and_then(|outcome| r.complete(outcome, self.site))
            .ok_or(RecvError)
    }
}

impl fmt::Debug for SelectedOperation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("SelectedOperation { .. }")
    }
}

impl Drop for SelectedOperation<'_> {
    fn drop(&mut self) {
        if self.outcome.is_none() {
            return;
        }
        // As in `std`, where a panic in a destructor during unwinding aborts the process.
        if thread::panicking() {
            process::abort();
        }
        panic!("dropped `SelectedOperation` without completing the operation");
    }
}
