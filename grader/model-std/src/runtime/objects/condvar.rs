//! Condition variables: releasing a lock, waiting for a notification, and taking the lock again.

use std::time::Duration;

use super::lock::{self, Acquired, Mode, Touch};
use super::{Memory, ObjectId, State, Tag, mutex};
use crate::model::trace::{ObjectKind, Op, Whom};
use crate::runtime::task::{Operation, Site, TaskId, Until, Wake};
use crate::runtime::visibility::mix;
use crate::runtime::{announce, announce_wait, resolve, switch_after_release, with};

/// A condition variable.
#[derive(Debug, Default)]
pub(crate) struct Condvar {
    /// The threads that wait and have not been notified, in the order in which they began to wait.
    pub(crate) waiters: Vec<TaskId>,
    /// The last notification that found no waiter.
    pub(crate) missed: Option<Missed>,
    /// The last notification.
    pub(crate) last: Option<Notification>,
}

/// A notification that found no waiter.
#[derive(Debug)]
pub(crate) struct Missed {
    /// Its line.
    pub(crate) site: Site,
    /// The threads that another notification woke and that have gone on since. They could see whatever the missed one
    /// announced.
    pub(crate) awake_since: Vec<TaskId>,
}

/// A notification of a condition variable.
#[derive(Debug)]
pub(crate) struct Notification {
    pub(crate) by: TaskId,
    pub(crate) site: Site,
    /// The threads that it woke.
    pub(crate) woke: Vec<TaskId>,
}

impl Condvar {
    fn note(&mut self, notification: Notification) {
        if notification.woke.is_empty() {
            self.missed = Some(Missed {
                site: notification.site,
                awake_since: Vec::new(),
            });
        }
        self.last = Some(notification);
    }

    fn note_awake(&mut self, task: TaskId) {
        if let Some(missed) = &mut self.missed
            && !missed.awake_since.contains(&task)
        {
            missed.awake_since.push(task);
        }
    }

    /// The part of the state that histories do not determine: which threads have been woken since the missed
    /// notification. Whether a deadlock is a lost wake-up depends on it.
    pub(crate) fn state(&self) -> u64 {
        let awake = self.missed.iter().flat_map(|missed| &missed.awake_since);
        // A sum, because their order makes no difference.
        awake.fold(0, |sum, task| sum.wrapping_add(mix(1, *task as u64)))
    }
}

/// The condition variable's number; `None` outside an execution.
pub(crate) fn id(tag: &Tag) -> Option<ObjectId> {
    resolve(tag, ObjectKind::Condvar, &Memory::none(), || {
        State::Condvar(Condvar::default())
    })
}

/// Releases `lock`, waits for a notification, at most for `timeout` if there is one, and takes the lock again.
///
/// # Panics
///
/// Outside an execution, where no other thread could notify.
pub(crate) fn wait(
    condvar: Option<ObjectId>,
    lock: Option<ObjectId>,
    acquired: Acquired,
    touch: Touch,
    timeout: Option<Duration>,
    site: Site,
) -> (Acquired, Wake) {
    let (Some(condvar), Some(lock)) = (condvar, lock) else {
        panic!("a condition variable was waited on outside an execution, where nobody can notify");
    };
    let has_timeout = timeout.is_some();
    announce(Operation::on(condvar, site));
    let deadline = with(|execution| {
        lock::give_back(execution, lock, Mode::Write, acquired, touch);
        let current = execution.current;
        execution.objects.condvar_mut(condvar).waiters.push(current);
        execution.record_with_lock(condvar, lock, site, |_| Op::Wait { lock, has_timeout });
        timeout.and_then(|timeout| execution.deadline_after(timeout))
    });
    let until = Until::Notified {
        condvar,
        lock,
        has_timeout,
    };
    let wake = announce_wait(Operation::on(condvar, site), until, deadline);
    if wake == Wake::Ready {
        let acquired = with(|execution| {
            let current = execution.current;
            execution.objects.condvar_mut(condvar).note_awake(current);
            let acquired = lock::take(execution, lock, Mode::Write, site);
            execution.record_with_lock(condvar, lock, site, |_| Op::WakeUp {
                lock,
                reason: wake.reason(),
                poisoned: acquired.poisoned,
            });
            acquired
        });
        return (acquired, wake);
    }
    with(|execution| {
        let current = execution.current;
        execution
            .objects
            .condvar_mut(condvar)
            .waiters
            .retain(|waiter| *waiter != current);
        execution.record(Some(condvar), Some(site), |_| Op::WakeUp {
            lock,
            reason: wake.reason(),
            poisoned: false,
        });
    });
    (mutex::lock(Some(lock), site), wake)
}

/// Wakes one waiter or all of them.
pub(crate) fn notify(condvar: Option<ObjectId>, whom: Whom, site: Site) {
    let Some(id) = condvar else { return };
    announce(Operation::on(id, site));
    with(|execution| {
        let n_waiting = execution.objects.condvar(id).waiters.len();
        let woken = match whom {
            Whom::All => std::mem::take(&mut execution.objects.condvar_mut(id).waiters),
            Whom::One if n_waiting == 0 => Vec::new(),
            Whom::One => {
                let index = execution.choose_outcome(n_waiting, n_waiting);
                vec![execution.objects.condvar_mut(id).waiters.remove(index)]
            }
        };
        for task in &woken {
            execution.learned(*task as u64 + 1);
        }
        if !woken.is_empty() {
            execution.changed();
        }
        for task in &woken {
            execution.tasks[*task].note_notification();
        }
        execution.record(Some(id), Some(site), |_| Op::Notify {
            whom,
            woke: woken.clone(),
        });
        let by = execution.current;
        let notification = Notification { by, site, woke: woken };
        execution.objects.condvar_mut(id).note(notification);
    });
    switch_after_release();
}
