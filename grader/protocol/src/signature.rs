//! Whether two executions show the same mistake.
//!
//! The answer depends on what went wrong and where. It never depends on text, thread numbers or values, since these
//! differ from one interleaving to the next.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::Finding;
use crate::trace::{CrashSignal, End, Place, ThreadId, Trace, Wait, WaitKind};

/// What went wrong and where. Two failures with equal signatures show the same mistake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureSignature {
    /// A property does not hold.
    Property {
        /// The finding.
        finding: Finding,
        /// The line of the check that says so.
        place: Place,
    },
    /// The execution did not finish.
    Ending(EndSignature),
    /// No execution showed what at least one of them should show.
    Unwitnessed {
        /// The finding.
        finding: Finding,
    },
    /// The same schedule failed once, and the next time it did not fail, or it failed in another way.
    Nondeterministic,
}

/// How an execution ended that did not finish. Two executions with equal signatures show the same mistake.
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
        /// The waits of the cycle; all waits if there is no cycle.
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
        /// Where the threads of the livelock were spawned; `None` for the body.
        spawned_at: BTreeSet<Option<Place>>,
    },
    /// A busy wait.
    BusyWait {
        /// The line that the thread repeats.
        place: Option<Place>,
    },
    /// A thread computes without an operation.
    EndlessLoop {
        /// Where its loop is.
        place: Option<Place>,
    },
    /// A thread used up its stack.
    StackOverflow {
        /// The call that it made again and again.
        place: Option<Place>,
    },
    /// `std` ended the process because of panics.
    Aborted {
        /// Where they were raised.
        places: Vec<Option<Place>>,
    },
    /// The process got a signal.
    Crashed {
        /// The signal.
        signal: CrashSignal,
        /// The innermost call.
        place: Option<Place>,
    },
    /// A thread waits for what the model does not control.
    OutsideWait {
        /// Where it waits.
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
    /// The signature of an execution; `None` if it finished.
    pub fn of(trace: &Trace) -> Option<Self> {
        let spawned_at = |threads: &[ThreadId]| {
            let threads = threads.iter().filter_map(|thread| trace.threads.get(*thread));
            threads.map(|thread| thread.spawned_at.clone()).collect()
        };
        Some(match &trace.end {
            End::Finished | End::Paused { .. } => return None,
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
            End::EndlessLoop { place, .. } => EndSignature::EndlessLoop { place: place.clone() },
            End::StackOverflow { place, .. } => EndSignature::StackOverflow { place: place.clone() },
            End::Aborted { panics, .. } => EndSignature::Aborted {
                places: panics.iter().map(|panic| panic.place.clone()).collect(),
            },
            End::Crashed { signal, place, .. } => EndSignature::Crashed {
                signal: *signal,
                place: place.clone(),
            },
            End::OutsideWait { place, .. } => EndSignature::OutsideWait { place: place.clone() },
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::trace::{LockFunction, Panic, ReceiveFunction, Thread, WaitReason};

    fn place(line: u32) -> Option<Place> {
        Some(Place {
            file: "src/lib.rs".to_owned(),
            line,
            column: 5,
        })
    }

    /// The signature of an execution that ended so. Its threads were spawned on lines 0, 10, 20, …
    fn signature(end: End) -> EndSignature {
        signature_of(end, &[])
    }

    fn signature_of(end: End, panics: &[(ThreadId, u32, &str)]) -> EndSignature {
        let thread = |id: ThreadId| Thread {
            id,
            name: None,
            spawned_at: place(10 * id as u32),
            panic: panics
                .iter()
                .find(|(thread, ..)| *thread == id)
                .map(|(_, line, message)| panic(*line, message)),
            operations: 3,
        };
        let trace = Trace {
            threads: (0..4).map(thread).collect(),
            objects: Vec::new(),
            events: Vec::new(),
            stdout: Vec::new(),
            stderr: Vec::new(),
            elapsed: Duration::ZERO,
            end,
        };
        EndSignature::of(&trace).expect("it did not finish")
    }

    fn panic(line: u32, message: &str) -> Panic {
        Panic {
            message: message.to_owned(),
            place: place(line),
        }
    }

    fn wait(thread: ThreadId, reason: WaitReason, line: u32) -> Wait {
        Wait {
            thread,
            reason,
            object: Some(thread + 7),
            place: place(line),
            held_by: vec![3 - thread],
            held_since: None,
            last_notification: None,
            calls: Vec::new(),
        }
    }

    fn lock(thread: ThreadId, line: u32) -> Wait {
        let function = LockFunction::Lock;
        wait(thread, WaitReason::Lock { function }, line)
    }

    fn deadlock(waits: Vec<Wait>, cycle: Vec<ThreadId>) -> EndSignature {
        signature(End::Deadlock { waits, cycle })
    }

    #[test]
    fn which_threads_wait_for_each_other_makes_no_difference_to_a_deadlock_but_where_and_for_what_they_do() {
        let two = deadlock(vec![lock(1, 30), lock(2, 40)], vec![1, 2]);
        assert_eq!(two, deadlock(vec![lock(1, 40), lock(3, 30)], vec![1, 3]));
        // A thread that waits for one of these threads is not part of the cycle.
        let join = wait(0, WaitReason::Join { thread: 1 }, 50);
        assert_eq!(two, deadlock(vec![join.clone(), lock(1, 30), lock(2, 40)], vec![1, 2]));
        assert_ne!(two, deadlock(vec![lock(1, 30), lock(2, 41)], vec![1, 2]));
        let reading = wait(2, WaitReason::ScopeEnd, 40);
        assert_ne!(two, deadlock(vec![lock(1, 30), reading], vec![1, 2]));
        assert_ne!(two, deadlock(vec![lock(1, 30), lock(2, 40)], Vec::new()));
        assert_ne!(
            deadlock(vec![lock(1, 30)], Vec::new()),
            deadlock(vec![join, lock(1, 30)], Vec::new())
        );
    }

    #[test]
    fn how_many_senders_are_left_makes_no_difference() {
        let at = |senders| {
            let function = ReceiveFunction::Recv;
            deadlock(vec![wait(1, WaitReason::Message { function, senders }, 30)], Vec::new())
        };
        assert_eq!(at(1), at(3));
    }

    #[test]
    fn a_lost_wake_up_is_the_wait_that_missed_the_notification_and_the_notification() {
        let lost = |waiter, line, notified| {
            let notification = |lock| WaitReason::Notification {
                lock,
                has_timeout: false,
            };
            signature(End::LostWakeup {
                waits: vec![wait(waiter, notification(waiter), line), lock(3, 60)],
                waiter,
                notified_at: place(notified),
            })
        };
        assert_eq!(lost(1, 30, 40), lost(2, 30, 40));
        assert_ne!(lost(1, 30, 40), lost(1, 31, 40));
        assert_ne!(lost(1, 30, 40), lost(1, 30, 41));
    }

    #[test]
    fn a_panic_is_where_the_first_thread_that_died_raised_it_whatever_it_said() {
        let passed_on = |panics: &[_]| signature_of(End::Panicked(panic(9, "joined")), panics);
        let one = passed_on(&[(1, 30, "got 3")]);
        assert_eq!(one, passed_on(&[(2, 30, "got 4"), (3, 50, "poisoned")]));
        assert_ne!(one, passed_on(&[(1, 31, "got 3")]));
        assert_ne!(one, passed_on(&[]));
        assert_eq!(passed_on(&[]), EndSignature::Panicked { place: place(9) });
    }

    #[test]
    fn threads_are_known_by_where_they_were_spawned_and_calls_by_where_they_stand() {
        let left = |threads: &[ThreadId]| {
            signature(End::ThreadsLeft {
                threads: threads.to_vec(),
            })
        };
        assert_eq!(left(&[1, 2]), left(&[2, 1, 1]));
        assert_ne!(left(&[1]), left(&[1, 2]));
        let exit = |code, thread, line| {
            let place = place(line);
            signature(End::Exited { code, thread, place })
        };
        assert_eq!(exit(Some(1), 1, 30), exit(Some(1), 2, 30));
        assert_ne!(exit(Some(1), 1, 30), exit(Some(2), 1, 30));
        assert_ne!(exit(Some(1), 1, 30), exit(Some(1), 1, 31));
        let spins = |thread, line| {
            let place = place(line);
            signature(End::BusyWait { thread, place })
        };
        assert_eq!(spins(1, 30), spins(2, 30));
        assert_ne!(spins(1, 30), spins(1, 31));
        let computes = |thread, line| {
            let place = place(line);
            let backtraces = vec![vec![thread as i64]];
            signature(End::EndlessLoop {
                thread,
                place,
                backtraces,
            })
        };
        assert_eq!(computes(1, 30), computes(2, 30));
        assert_ne!(computes(1, 30), computes(1, 31));
        assert_ne!(signature(End::StepLimit), left(&[1]));
    }
}
