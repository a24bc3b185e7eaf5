//! Whether two executions show the same mistake.
//!
//! Decided on types: what went wrong and where, never on text, thread numbers or values, which differ from one interleaving to
//! the next.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::Finding;
use crate::trace::{End, Place, ThreadId, Trace, Wait, WaitKind};

/// What decides whether two failures are the same mistake: they are if their signatures are equal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureSignature {
    /// A property does not hold.
    Property {
        /// The finding.
        finding: Finding,
        /// Where the check says so.
        place: Place,
    },
    /// The execution did not come to its end.
    Ending(EndSignature),
    /// No execution showed what one of them should.
    Unwitnessed {
        /// The finding.
        finding: Finding,
    },
    /// The same schedule failed once, and then not or in another way.
    Nondeterministic,
}

/// What decides whether two executions failed to come to their end in the same way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndSignature {
    /// A panic.
    Panicked {
        /// Where it was raised ([`Trace::first_panic`]).
        place: Option<Place>,
    },
    /// A deadlock.
    Deadlock {
        /// Whether threads wait for each other in a cycle.
        in_cycle: bool,
        /// The waits: those of the cycle, if there is one, else all.
        waits: BTreeSet<WaitSignature>,
    },
    /// A lost wake-up.
    LostWakeup {
        /// The wait that missed the notification.
        wait: Option<WaitSignature>,
        /// Where the notification was sent.
        notified_at: Option<Place>,
    },
    /// A livelock.
    Livelock {
        /// Where the threads were spawned that run in circles; `None` for the body.
        spawned_at: BTreeSet<Option<Place>>,
    },
    /// A busy wait.
    BusyWait {
        /// The line that the thread repeats.
        place: Option<Place>,
    },
    /// The limit of steps was reached.
    StepLimit,
    /// The process was ended.
    Exited {
        /// The exit code; `None` for `abort`.
        code: Option<i32>,
        /// The call.
        place: Option<Place>,
    },
    /// Threads outlived the body.
    ThreadsLeft {
        /// Where they were spawned.
        spawned_at: BTreeSet<Option<Place>>,
    },
    /// The execution did not follow its schedule.
    Nondeterministic,
}

/// What a thread waits for, and where.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct WaitSignature {
    /// For what.
    pub kind: WaitKind,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

impl WaitSignature {
    fn of(wait: &Wait) -> Self {
        Self {
            kind: wait.reason.kind(),
            place: wait.place.clone(),
        }
    }
}

impl EndSignature {
    /// The signature of the execution's end; `None` if it came to its end.
    pub fn of(trace: &Trace) -> Option<Self> {
        let spawned_at = |threads: &[ThreadId]| {
            let threads = threads.iter().filter_map(|thread| trace.threads.get(*thread));
            threads.map(|thread| thread.spawned_at.clone()).collect()
        };
        Some(match &trace.end {
            End::Finished => return None,
            End::Panicked(_) => EndSignature::Panicked {
                place: trace.first_panic().and_then(|panic| panic.place.clone()),
            },
            End::Deadlock { waits, cycle } => {
                let counts = |wait: &&Wait| cycle.is_empty() || cycle.contains(&wait.thread);
                EndSignature::Deadlock {
                    in_cycle: !cycle.is_empty(),
                    waits: waits.iter().filter(counts).map(WaitSignature::of).collect(),
                }
            }
            End::LostWakeup {
                waits,
                waiter,
                notified_at,
            } => EndSignature::LostWakeup {
                wait: waits.iter().find(|wait| wait.thread == *waiter).map(WaitSignature::of),
                notified_at: notified_at.clone(),
            },
            End::Livelock { threads } => EndSignature::Livelock {
                spawned_at: spawned_at(threads),
            },
            End::BusyWait { place, .. } => EndSignature::BusyWait { place: place.clone() },
            End::StepLimit => EndSignature::StepLimit,
            End::Exited { code, place, .. } => EndSignature::Exited {
                code: *code,
                place: place.clone(),
            },
            End::ThreadsLeft { threads } => EndSignature::ThreadsLeft {
                spawned_at: spawned_at(threads),
            },
            End::Nondeterministic(_) => EndSignature::Nondeterministic,
        })
    }
}
