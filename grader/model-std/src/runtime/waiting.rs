//! Decides when a waiting task may go on.

use super::execution::Execution;
use super::objects::once::Once;
use super::objects::rwlock::is_readable_in_turn;
use super::task::{Task, TaskId, TaskState, Until, Waiting};

impl Execution {
    /// Whether `task` may have the next turn.
    #[inline]
    pub(super) fn may_go(&self, task: TaskId) -> bool {
        self.may_go_as(task, &self.tasks[task])
    }

    /// As [`Execution::may_go`], where the task is at hand.
    #[inline]
    pub(super) fn may_go_as(&self, id: TaskId, task: &Task) -> bool {
        match &task.state {
            TaskState::Ready => true,
            TaskState::Waiting(waiting) => self.waits_no_longer(id, waiting),
            TaskState::Ended => false,
        }
    }

    fn waits_no_longer(&self, task: TaskId, Waiting { until, deadline }: &Waiting) -> bool {
        self.holds(task, until) || deadline.is_some_and(|deadline| deadline <= self.now)
    }

    /// Whether `until` holds for `task`.
    pub(crate) fn holds(&self, task: TaskId, until: &Until) -> bool {
        match *until {
            Until::Never | Until::Notified { .. } => false,
            Until::Free(lock) | Until::Relockable(lock) => self.objects.lock(lock).is_free(),
            Until::Readable(lock) => self.objects.lock(lock).writer.is_none(),
            Until::ReadableInTurn(lock) => is_readable_in_turn(self, lock),
            Until::FreeOrMine { lock, .. } => self.objects.lock(lock).writer.is_none_or(|writer| writer == task),
            Until::Unparked { .. } => self.tasks[task].park_token,
            Until::Ended(other) => !self.tasks[other].is_alive(),
            Until::ScopeEmpty(scope) => self.objects.scope_running(scope).is_empty(),
            Until::Released { barrier, generation } => self.objects.barrier(barrier).generation != generation,
            Until::Settled(once, _) => !matches!(self.objects.once(once), Once::Running(_)),
            Until::Initialised(once, _) => matches!(self.objects.once(once), Once::Complete | Once::Poisoned),
            Until::Complete(once, _) => self.objects.once(once) == Once::Complete,
            Until::Receivable(channel, _) => self.objects.channel(channel).is_receivable(),
            Until::Sendable(channel, _) => self.objects.channel(channel).is_sendable(),
            Until::Taken { channel, message, .. } => self.objects.channel(channel).is_taken(message),
            Until::Condition => {
                let condition = self.tasks[task].condition.as_ref();
                condition.is_some_and(|condition| condition.holds())
            }
        }
    }
}
