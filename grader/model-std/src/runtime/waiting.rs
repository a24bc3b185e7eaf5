//! Whether what a task waits for holds.

use super::execution::Execution;
use super::objects;
use super::task::{TaskId, TaskState, Until, Waiting};

impl Execution {
    /// Whether `task` may have the next turn.
    #[inline]
    pub(super) fn may_go(&self, task: TaskId) -> bool {
        match self.tasks[task].state {
            TaskState::Ready => true,
            TaskState::Waiting(Waiting { until, deadline }) => {
                self.holds(task, until) || deadline.is_some_and(|deadline| deadline <= self.now)
            }
            TaskState::Ended => false,
        }
    }

    /// Whether `until` holds for `task`.
    pub(crate) fn holds(&self, task: TaskId, until: Until) -> bool {
        match until {
            Until::Never | Until::Notified { .. } => false,
            Until::Free(lock) | Until::Relockable(lock) => {
                let lock = self.objects.lock(lock);
                lock.writer.is_none() && lock.readers.is_empty()
            }
            Until::Readable(lock) => self.objects.lock(lock).writer.is_none(),
            Until::ReadableInTurn(lock) => {
                let held = self.objects.lock(lock);
                let has_turn =
                    || held.writer_waited != objects::Waited::Yes && self.waiting_writers(lock).next().is_none();
                held.writer.is_none() && (held.readers.is_empty() || has_turn())
            }
            Until::FreeOrMine { lock, .. } => self.objects.lock(lock).writer.is_none_or(|writer| writer == task),
            Until::Unparked { .. } => self.tasks[task].park_token,
            Until::Ended(other) => !self.tasks[other].is_alive(),
            Until::ScopeEmpty(scope) => self.objects.scope_running(scope).is_empty(),
            Until::Released { barrier, generation } => self.objects.barrier(barrier).1 != generation,
            Until::Settled(once, _) => !matches!(self.objects.once(once), objects::Once::Running(_)),
            Until::Initialised(once, _) => {
                matches!(
                    self.objects.once(once),
                    objects::Once::Complete | objects::Once::Poisoned
                )
            }
            Until::Complete(once, _) => self.objects.once(once) == objects::Once::Complete,
            Until::Receivable(channel, _) => {
                let channel = self.objects.channel(channel);
                channel.len() > 0 || channel.senders == 0
            }
            Until::Sendable(channel, _) => {
                let channel = self.objects.channel(channel);
                !channel.receiver
                    || channel
                        .capacity
                        .is_none_or(|capacity| channel.len() < capacity.max(1) as u64)
            }
            Until::Taken { channel, message, .. } => {
                let channel = self.objects.channel(channel);
                channel.received > message || !channel.receiver
            }
            Until::Condition => {
                let condition = self.tasks[task].condition.as_ref();
                condition.is_some_and(|condition| condition.holds())
            }
        }
    }
}
