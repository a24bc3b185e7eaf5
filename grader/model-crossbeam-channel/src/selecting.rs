//! One operation on one channel or several: what a `send`, a `recv` and a `select` have in common.
//!
//! The operation is announced, and takes effect on one of the cases that are ready when the thread gets its turn. At a
//! rendezvous channel, a thread first looks for a waiting partner. If there is none, the thread registers itself and
//! waits. As in the library, these are two steps, and other threads may run in between.

use std::rc::Rc;
use std::time::Duration;

use model_std::shim::trace::{
    ChannelOutcome, ChannelSide, Op, ReceiveFunction, SelectCase, SelectFunction, SelectOutcome, SendFunction,
    WaitReason,
};
use model_std::shim::{self, Condition, Object, Operation, Shared, Site, When};
use model_std::time::Instant;

use crate::core::{Core, Grant, Pairing, Ticket};
use crate::slots::Slot;
use crate::timer::Timer;

/// How long to wait.
#[derive(Clone, Copy)]
pub(crate) enum WaitLimit {
    /// Not at all.
    NoWait,
    /// Until this time since the start of the execution.
    Until(Duration),
    /// For ever.
    Forever,
}

/// Why an operation failed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It would have had to wait.
    WouldBlock,
    /// The time limit has passed.
    TimedOut,
    /// No end is left at the other side.
    Disconnected,
}

/// Which of several ready cases is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Any.
    Any,
    /// The first.
    First,
}

/// The function that the program has called.
#[derive(Clone, Copy)]
pub(crate) enum Call {
    Send(SendFunction),
    Receive(ReceiveFunction),
    Select(SelectFunction),
}

/// What a case operates on.
#[derive(Clone, Copy)]
pub(crate) enum Operand<'a> {
    /// Sends into the channel. The slot of the message, if the message exists already.
    Send(&'a Shared<Core>, Option<Slot>),
    Receive(&'a Shared<Core>),
    Timer(&'a Shared<Timer>),
    Never,
}

/// One operation, which takes one of its cases.
pub(crate) struct Attempt<'a> {
    pub(crate) call: Call,
    pub(crate) cases: &'a [Operand<'a>],
    pub(crate) order: Order,
    pub(crate) limit: WaitLimit,
    pub(crate) site: Site,
}

/// The case that was taken.
pub(crate) struct Selected {
    /// Its position in the list of cases.
    pub(crate) position: usize,
    pub(crate) outcome: Outcome,
    /// Whether a partner took it while this thread waited.
    pub(crate) was_paired: bool,
}

/// The result of a case that was taken.
#[derive(Clone, Copy)]
pub(crate) enum Outcome {
    Granted(Grant),
    /// The message of a timer.
    Delivered(Instant),
}

impl WaitLimit {
    /// Waits for at most `timeout` from now on.
    pub(crate) fn of(timeout: Duration) -> WaitLimit {
        shim::deadline_after(timeout).map_or(WaitLimit::Forever, WaitLimit::Until)
    }

    /// Waits until `deadline`.
    pub(crate) fn until(deadline: Instant) -> WaitLimit {
        shim::deadline_at(deadline).map_or(WaitLimit::Forever, WaitLimit::Until)
    }

    pub(crate) fn deadline(self) -> Option<Duration> {
        match self {
            WaitLimit::Until(deadline) => Some(deadline),
            WaitLimit::NoWait | WaitLimit::Forever => None,
        }
    }

    fn is_over(self) -> bool {
        match self {
            WaitLimit::NoWait => true,
            WaitLimit::Until(deadline) => deadline <= shim::now(),
            WaitLimit::Forever => false,
        }
    }

    fn refusal(self) -> Refusal {
        match self {
            WaitLimit::NoWait => Refusal::WouldBlock,
            WaitLimit::Until(_) | WaitLimit::Forever => Refusal::TimedOut,
        }
    }
}

impl Refusal {
    fn outcome(self) -> ChannelOutcome {
        match self {
            Refusal::WouldBlock => ChannelOutcome::WouldBlock,
            Refusal::TimedOut => ChannelOutcome::TimedOut,
            Refusal::Disconnected => ChannelOutcome::Disconnected,
        }
    }
}

impl Call {
    /// The operation, as a trace shows it, that took a case at `side` with this outcome.
    pub(crate) fn op(self, side: ChannelSide, outcome: ChannelOutcome) -> Op {
        match self {
            Call::Send(function) => Op::Send { function, outcome },
            Call::Receive(function) => Op::Receive { function, outcome },
            Call::Select(function) => Op::Select {
                function,
                outcome: match outcome {
                    ChannelOutcome::Done => match function {
                        SelectFunction::Select
                        | SelectFunction::TrySelect
                        | SelectFunction::SelectTimeout
                        | SelectFunction::SelectDeadline => SelectOutcome::Taken(side),
                        SelectFunction::Ready
                        | SelectFunction::TryReady
                        | SelectFunction::ReadyTimeout
                        | SelectFunction::ReadyDeadline => SelectOutcome::Ready(side),
                    },
                    ChannelOutcome::Disconnected => SelectOutcome::Disconnected(side),
                    ChannelOutcome::WouldBlock => SelectOutcome::WouldBlock,
                    ChannelOutcome::TimedOut => SelectOutcome::TimedOut,
                },
            },
        }
    }
}

impl<'a> Operand<'a> {
    fn object(&self) -> Option<&'a Object> {
        match self {
            Operand::Send(core, _) | Operand::Receive(core) => Some(&core.object),
            Operand::Timer(timer) => Some(&timer.object),
            Operand::Never => None,
        }
    }

    fn side(&self) -> ChannelSide {
        match self {
            Operand::Send(..) => ChannelSide::Send,
            Operand::Receive(_) | Operand::Timer(_) | Operand::Never => ChannelSide::Receive,
        }
    }

    fn is_rendezvous(&self) -> bool {
        match self {
            Operand::Send(core, _) | Operand::Receive(core) => core.is_rendezvous(),
            Operand::Timer(_) | Operand::Never => false,
        }
    }

    fn is_ready(&self, now: Option<Duration>) -> bool {
        match self {
            Operand::Send(core, _) => core.is_ready(ChannelSide::Send, shim::thread()),
            Operand::Receive(core) => core.is_ready(ChannelSide::Receive, shim::thread()),
            Operand::Timer(timer) => now.is_some_and(|now| timer.is_ready(now)),
            Operand::Never => false,
        }
    }
}

impl Attempt<'_> {
    /// Takes one of the cases, and waits for one as long as the limit allows.
    pub(crate) fn select(&self) -> Option<Selected> {
        let registers = self.cases.iter().any(Operand::is_rendezvous) && !self.limit.is_over();
        loop {
            if registers || matches!(self.limit, WaitLimit::NoWait) {
                shim::announce(&self.operation(&self.objects()), When::AtOnce);
            } else {
                self.wait(None);
            }
            if let Some(selected) = self.take() {
                return Some(selected);
            }
            if registers
                && shim::is_active()
                && let Some(selected) = self.wait_for_partner()
            {
                return Some(selected);
            }
            if self.limit.is_over() || !shim::is_active() {
                self.record_refusal();
                return None;
            }
        }
    }

    /// Registers the thread, and waits for a partner or for a case that needs none. If neither comes, the registration
    /// ends, and other threads may run before the thread registers again.
    fn wait_for_partner(&self) -> Option<Selected> {
        let ticket = self.register();
        self.wait(Some(Shared::clone(&ticket)));
        match self.unregister(&ticket) {
            Some(pairing) => {
                self.cases[pairing.case]
                    .object()
                    .iter()
                    .for_each(|object| object.acquired());
                Some(Selected {
                    position: pairing.case,
                    outcome: Outcome::Granted(Grant::Slot(pairing.slot)),
                    was_paired: true,
                })
            }
            None => self.take(),
        }
    }

    /// Finds a ready case without taking it, and waits for one as long as the limit allows.
    pub(crate) fn ready(&self) -> Option<usize> {
        loop {
            match self.limit {
                WaitLimit::NoWait => shim::announce(&self.operation(&self.objects()), When::AtOnce),
                WaitLimit::Until(_) | WaitLimit::Forever => self.wait(None),
            }
            if let Some(position) = self.choose() {
                self.objects().iter().for_each(|object| object.acquired());
                let case = &self.cases[position];
                shim::record(case.object(), Some(self.site), || {
                    (self.call.op(case.side(), ChannelOutcome::Done), None)
                });
                return Some(position);
            }
            if self.limit.is_over() || !shim::is_active() {
                self.record_refusal();
                return None;
            }
        }
    }

    fn objects(&self) -> Vec<&Object> {
        self.cases.iter().filter_map(Operand::object).collect()
    }

    fn operation<'o>(&self, objects: &'o [&'o Object]) -> Operation<'o> {
        Operation {
            objects,
            site: Some(self.site),
        }
    }

    /// Waits until a case is ready, a partner comes, or the deadline passes.
    fn wait(&self, ticket: Option<Shared<Ticket>>) {
        let channels = self.cases.iter().filter_map(|case| match case {
            Operand::Send(core, _) => Some((ChannelSide::Send, Shared::clone(core))),
            Operand::Receive(core) => Some((ChannelSide::Receive, Shared::clone(core))),
            Operand::Timer(_) | Operand::Never => None,
        });
        let condition = Waiting {
            call: self.call,
            thread: shim::thread(),
            ticket,
            channels: channels.collect(),
        };
        let timers = self.cases.iter().filter_map(|case| match case {
            Operand::Timer(timer) => timer.due(),
            Operand::Send(..) | Operand::Receive(_) | Operand::Never => None,
        });
        let deadline = timers.chain(self.limit.deadline()).min();
        let when = When::Until(Rc::new(condition), deadline);
        shim::announce(&self.operation(&self.objects()), when);
    }

    /// One of the cases that are ready.
    fn choose(&self) -> Option<usize> {
        let needs_the_time = self.cases.iter().any(|case| matches!(case, Operand::Timer(_)));
        let now = needs_the_time.then(shim::now);
        let positions = 0..self.cases.len();
        let mut ready = positions.filter(|position| self.cases[*position].is_ready(now));
        match self.order {
            Order::First => ready.next(),
            Order::Any => {
                let ready: Vec<usize> = ready.collect();
                let chosen = shim::choose(ready.len());
                ready.get(chosen).copied()
            }
        }
    }

    /// Takes one of the cases that are ready.
    fn take(&self) -> Option<Selected> {
        let position = self.choose()?;
        let outcome = match self.cases[position] {
            Operand::Send(core, offered) => self.take_at(core, ChannelSide::Send, offered),
            Operand::Receive(core) => self.take_at(core, ChannelSide::Receive, None),
            Operand::Timer(timer) => {
                let delivered = timer.take(shim::now());
                shim::record(Some(&timer.object), Some(self.site), || {
                    (self.call.op(ChannelSide::Receive, ChannelOutcome::Done), None)
                });
                Outcome::Delivered(delivered)
            }
            Operand::Never => unreachable!("`never` is never ready"),
        };
        shim::learned(position as u64 + 1);
        Some(Selected {
            position,
            outcome,
            was_paired: false,
        })
    }

    /// Takes a case at a channel. In the trace, the send comes before the receive.
    fn take_at(&self, core: &Shared<Core>, side: ChannelSide, offered: Option<Slot>) -> Outcome {
        let taken = core.take(side, offered);
        let record = || {
            shim::record(Some(&core.object), Some(self.site), || {
                let outcome = match taken.grant {
                    Grant::Closed => ChannelOutcome::Disconnected,
                    Grant::Slot(_) => ChannelOutcome::Done,
                };
                (self.call.op(side, outcome), core.trace_state())
            });
        };
        match (&taken.partner, side) {
            (None, _) => record(),
            (Some(partner), ChannelSide::Send) => {
                record();
                partner.record(core, ChannelSide::Receive);
            }
            (Some(partner), ChannelSide::Receive) => {
                partner.record(core, ChannelSide::Send);
                record();
            }
        }
        Outcome::Granted(taken.grant)
    }

    fn record_refusal(&self) {
        shim::learned(0);
        let objects = self.objects();
        let object = if let [only] = objects[..] { Some(only) } else { None };
        shim::record(object, Some(self.site), || {
            // No case was taken, so the side does not matter.
            (self.call.op(ChannelSide::Receive, self.limit.refusal().outcome()), None)
        });
    }

    /// Registers this thread at all rendezvous channels of its cases.
    fn register(&self) -> Shared<Ticket> {
        let ticket = Ticket::new(self.call, self.site);
        for (position, case) in self.cases.iter().enumerate() {
            match case {
                Operand::Send(core, offered) if core.is_rendezvous() => {
                    core.register(ChannelSide::Send, &ticket, position, *offered);
                }
                Operand::Receive(core) if core.is_rendezvous() => {
                    core.register(ChannelSide::Receive, &ticket, position, None)
                }
                Operand::Send(..) | Operand::Receive(_) | Operand::Timer(_) | Operand::Never => {}
            }
        }
        ticket
    }

    fn unregister(&self, ticket: &Shared<Ticket>) -> Option<Pairing> {
        for case in self.cases {
            if let Operand::Send(core, _) | Operand::Receive(core) = case {
                core.unregister(ticket);
            }
        }
        ticket.pairing()
    }
}

/// The condition that a partner has come or one of the channels is ready.
struct Waiting {
    call: Call,
    thread: usize,
    ticket: Option<Shared<Ticket>>,
    channels: Vec<(ChannelSide, Shared<Core>)>,
}

impl Condition for Waiting {
    fn holds(&self) -> bool {
        let is_paired = self.ticket.as_ref().is_some_and(|ticket| ticket.pairing().is_some());
        is_paired
            || self
                .channels
                .iter()
                .any(|(side, core)| core.is_ready(*side, self.thread))
    }

    fn reason(&self) -> WaitReason {
        let cases: Vec<SelectCase> = self.channels.iter().map(case).collect();
        let left = cases.first().map(|case| case.left);
        match (self.call, left) {
            (Call::Send(function), receivers) => WaitReason::Room {
                function,
                receivers: receivers.expect("a sender has a channel"),
            },
            (Call::Receive(function), Some(senders)) => WaitReason::Message { function, senders },
            (Call::Receive(function), None) => WaitReason::TimerMessage { function },
            (Call::Select(function), _) => WaitReason::Select { function, cases },
        }
    }
}

fn case((side, core): &(ChannelSide, Shared<Core>)) -> SelectCase {
    let other = match side {
        ChannelSide::Send => ChannelSide::Receive,
        ChannelSide::Receive => ChannelSide::Send,
    };
    SelectCase {
        channel: core.object.number(),
        side: *side,
        left: core.left(other),
    }
}
