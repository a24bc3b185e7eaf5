//! Who goes next: the threads whose operation may take effect, the passing of time, and what counts as waiting by asking.
//!
//! The waiting side of fairness follows Musuvathi & Qadeer, *Fair Stateless Model Checking*, PLDI 2008: a thread that yields
//! lets every thread that could run go first once, so that a loop that only waits cannot starve what it waits for.

use std::time::Duration;

use super::scheduler::non_preemptive::{self, Running};
use super::task::{Task, TaskId, Until};
use super::{Runtime, deadlock, objects, recorder};
use crate::model::trace::End;

/// After so many operations in a row that change nothing and see no change, a thread counts as spinning. Larger than the
/// number of operations in one turn of any waiting loop that is worth recognising, smaller than what a reader would call a
/// long wait.
pub(super) const SPINNING: u32 = 24;

/// After so many operations in a row a thread lets others go first even where it changes something with each: a guard
/// against loops whose effects the scheduler cannot tell from progress.
pub(super) const LONG_TURN: u32 = 400;

/// While every thread that could run spins, the clock first creeps: by 1 ns, 2 ns, 4 ns, … so many times. That ends a loop
/// that waits for a deadline to be *over*; what still spins after about a microsecond is waiting by spinning.
const CREEPS: u32 = 10;

/// A time that is never over: no program waits longer, and the clock can show it.
const FOR_EVER: Duration = Duration::from_secs(1_000 * 365 * 24 * 60 * 60);

/// After so many steps in which nothing changed, what only asks is waiting by asking, if somebody else waits for the clock
/// meanwhile. Large enough for a thread that reads what many others have left behind.
const PATIENCE: u64 = 1_000;

/// One thread that may go next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Candidate {
    pub(crate) task: TaskId,
    pub(crate) cause: Cause,
}

/// Why a thread may go next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Cause {
    /// What it waits for holds, or its deadline has passed.
    Ready,
    /// None: it is woken without a reason.
    Spurious,
    /// Its deadline passes while others, who could go on, are slow.
    Late,
    /// Nobody goes next, in place of those whom an injected fault would wake: time passes, or the execution is over.
    Nobody,
}

impl Cause {
    /// Whether the scheduler makes it up: a real machine may do the same, but seldom does.
    pub(crate) fn is_injected_fault(self) -> bool {
        matches!(self, Cause::Spurious | Cause::Late)
    }
}

impl Runtime {
    /// Chooses who goes next, or ends the execution.
    pub(super) fn decide(&mut self) {
        if self.end.is_some() {
            return;
        }
        self.steps += 1;
        if self.steps > self.settings.steps {
            let end = self.end_at_step_limit();
            return self.finish(end);
        }
        if let Some(task) = self.goes_unseen() {
            // No choice, but a turn.
            let only = Candidate {
                task,
                cause: Cause::Ready,
            };
            self.scheduler
                .choose(&[only], 1, self.current)
                .expect("one option is no choice");
            self.after_choice(task);
            self.next = Some(task);
            return;
        }
        let before = self.now;
        if !self.collect_candidates() {
            return;
        }
        let may_go_on = self.let_others_go_first();
        // Where time had to pass, the running thread was waiting too, and nobody takes its turn.
        let may_be_preempted = self.now == before && !self.choice_is_due && !may_go_on;
        let free = self.order_candidates(may_be_preempted);
        if let Some(chosen) = self.choose_candidate(free) {
            self.choice_is_due = false;
            self.give_turn_to(chosen);
        }
    }

    /// Chooses one of `candidates`, of which the first `free` cost no preemption. `None` where the execution is over because it
    /// does not fit its schedule.
    pub(super) fn choose_candidate(&mut self, free: usize) -> Option<Candidate> {
        let options = self.candidates.len();
        if options > 1 && self.scheduler.asks_for_state() {
            let runs_on = (free < options).then_some(self.current);
            let state = self.state(runs_on);
            self.scheduler.arrive(state);
        }
        match self.scheduler.choose(&self.candidates, free, self.current) {
            Ok(chosen) => {
                self.preempted |= chosen >= free;
                Some(self.candidates[chosen])
            }
            Err(difference) => {
                self.finish(End::Nondeterministic { difference });
                None
            }
        }
    }

    pub(super) fn give_turn_to(&mut self, Candidate { task, cause }: Candidate) {
        self.tasks[task].is_fresh = cause == Cause::Ready && self.tasks[task].unseen;
        self.tasks[task].spurious = cause == Cause::Spurious;
        match (cause, self.tasks[task].deadline) {
            (Cause::Spurious, _) => self.spurious_left -= 1,
            (Cause::Late, Some(deadline)) => {
                self.late_left -= 1;
                self.pass_time_until(deadline);
            }
            (Cause::Ready | Cause::Late | Cause::Nobody, _) => {}
        }
        self.after_choice(task);
        self.next = Some(task);
    }

    /// The task that goes next without a choice, because no other task can tell whether it does.
    ///
    /// An operation is *unseen* if it takes effect in the same way whenever it does, and no other task's operation takes effect
    /// in another way for it: starting, spawning (but see [`crate::model::Spawns`]), taking note that a thread has ended. Whoever
    /// ran between it and the operation before it could as well run after it: Lipton, *Reduction: A Method of Proving Properties
    /// of Parallel Programs*, CACM 1975. So a choice is made only before operations that can be seen: a thread that was chosen to
    /// start performs its first operation, and one that has waited for a thread takes note of the end before anybody is chosen.
    ///
    /// Two things do notice: a thread that yields counts the turns of others (see [`Runtime::let_others_go_first`]), and an
    /// injected fault may come about while another thread could go on (see [`Runtime::is_woken_by_injected_fault`]). A late thread is seen to
    /// be late, so none of this holds while there may be one.
    fn goes_unseen(&mut self) -> Option<TaskId> {
        let current = self.current;
        if !self.leaves_out_turns() || self.tasks[current].yields {
            return None;
        }
        if !self.tasks[current].ended && self.may_go(current) {
            let me = &mut self.tasks[current];
            return (me.unseen || std::mem::take(&mut me.is_fresh)).then_some(current);
        }
        let waited = |task: &TaskId| {
            let state = &self.tasks[*task];
            let waits = matches!(state.until, Until::Ended(_) | Until::ScopeEmpty(_));
            waits && !state.ended && self.holds(*task, state.until)
        };
        let task = (0..self.tasks.len()).find(waited)?;
        self.choice_is_due = true;
        Some(task)
    }

    /// Whether what goes unseen is no choice.
    pub(super) fn leaves_out_turns(&self) -> bool {
        !self.settings.every_turn && !self.may_be_late()
    }

    /// Fills `candidates` with the tasks whose operation may take effect, letting time pass where none may.
    /// Returns false when there is none to choose: the execution is over, or who goes next is known.
    fn collect_candidates(&mut self) -> bool {
        loop {
            let all_spin = self.find_ready();
            if self.candidates.is_empty() {
                if self.is_woken_by_injected_fault() {
                    return false;
                }
                match self.nearest_deadline() {
                    Some(deadline) => self.pass_time_until(deadline),
                    None => {
                        let end = deadlock::explain(self);
                        self.finish(end);
                        return false;
                    }
                }
            } else if all_spin {
                return self.let_spinners_age();
            } else {
                return true;
            }
        }
    }

    /// Fills `candidates` with the tasks whose operation may take effect now: the running one, then the next by number. Returns
    /// whether all of them spin.
    fn find_ready(&mut self) -> bool {
        let mut candidates = std::mem::take(&mut self.candidates);
        candidates.clear();
        let mut all_spin = true;
        for tasks in [self.current..self.tasks.len(), 0..self.current] {
            for task in tasks {
                let state = &self.tasks[task];
                if !state.ended && self.may_go(task) {
                    candidates.push(Candidate {
                        task,
                        cause: Cause::Ready,
                    });
                    all_spin &= state.idle >= SPINNING;
                }
            }
        }
        self.candidates = candidates;
        all_spin
    }

    /// Lets time pass while every task that could go spins. Returns false when that ends the execution.
    fn let_spinners_age(&mut self) -> bool {
        let deadline = self.nearest_deadline();
        if self.creeps < CREEPS {
            let creep = self.now + Duration::from_nanos(1 << self.creeps);
            self.creeps += 1;
            self.now = deadline.map_or(creep, |deadline| creep.min(deadline));
            // The passing of time may end the loop, so they have as many turns again.
            for task in &mut self.tasks {
                task.idle = 0;
            }
            return true;
        }
        let Some(deadline) = deadline else {
            // Nobody waits for the clock. Either the threads get on by themselves, or they reach the limit of steps.
            if self.settings.allow_busy_wait {
                // Doubling reaches any time span that a loop could wait for within the limit of steps.
                self.now = self.now.saturating_add(Duration::from_nanos(1 << self.creeps.min(62)));
                self.creeps += 1;
            }
            return true;
        };
        if self.steps - self.changed_at < PATIENCE {
            return true;
        }
        if self.settings.allow_busy_wait {
            self.pass_time_until(deadline);
            return self.collect_candidates();
        }
        let first = self.candidates.iter().map(|candidate| candidate.task).min();
        let end = self.busy_wait(first.expect("somebody spins"));
        self.finish(end);
        false
    }

    fn pass_time_until(&mut self, deadline: Duration) {
        self.now = self.now.max(deadline);
        self.count_change();
        self.forget_older_values();
    }

    /// When a wait of `timeout` that begins now is over; `None` for never.
    pub(crate) fn deadline_after(&self, timeout: Duration) -> Option<Duration> {
        (timeout < FOR_EVER).then(|| self.now.saturating_add(timeout))
    }

    pub(super) fn nearest_deadline(&self) -> Option<Duration> {
        let waiting = self.tasks.iter().filter(|task| !task.ended);
        waiting
            .filter_map(|task| task.deadline)
            .filter(|deadline| *deadline > self.now)
            .min()
    }

    /// Whether the announced operation of `task` may take effect now.
    #[inline]
    pub(super) fn may_go(&self, task: TaskId) -> bool {
        let state = &self.tasks[task];
        matches!(state.until, Until::Now)
            || self.holds(task, state.until)
            || state.deadline.is_some_and(|deadline| deadline <= self.now)
    }

    pub(crate) fn holds(&self, task: TaskId, until: Until) -> bool {
        match until {
            Until::Now => true,
            Until::Never => false,
            Until::Free(lock) => {
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
            Until::FreeOrMine(lock) => self.objects.lock(lock).writer.is_none_or(|writer| writer == task),
            Until::Notified { lock, .. } => self.tasks[task].notified && self.holds(task, Until::Free(lock)),
            Until::Unparked => self.tasks[task].park_token,
            Until::Ended(other) => self.tasks[other].ended,
            Until::ScopeEmpty(scope) => self.objects.scope_running(scope).is_empty(),
            Until::Released { barrier, generation } => self.objects.barrier(barrier).1 != generation,
            Until::Settled(once) => !matches!(self.objects.once(once), objects::Once::Running(_)),
            Until::Initialised(once) => {
                matches!(
                    self.objects.once(once),
                    objects::Once::Complete | objects::Once::Poisoned
                )
            }
            Until::Complete(once) => self.objects.once(once) == objects::Once::Complete,
            Until::Receivable(channel) => {
                let channel = self.objects.channel(channel);
                channel.len() > 0 || channel.senders == 0
            }
            Until::Sendable(channel) => {
                let channel = self.objects.channel(channel);
                !channel.receiver
                    || channel
                        .capacity
                        .is_none_or(|capacity| channel.len() < capacity.max(1) as u64)
            }
            Until::Taken { channel, message } => {
                let channel = self.objects.channel(channel);
                channel.received > message || !channel.receiver
            }
            Until::Condition => {
                let condition = self.tasks[task].condition.as_ref();
                condition.is_some_and(|condition| condition.holds())
            }
        }
    }

    /// Puts the candidates in order and adds the injected faults. Returns how many candidates, from the first, cost no
    /// preemption; all of them unless the running thread `may_be_preempted`.
    fn order_candidates(&mut self, may_be_preempted: bool) -> usize {
        let running = if self.tasks[self.current].yields {
            Running::Yields
        } else {
            Running::GoesOn
        };
        let free = non_preemptive::order(&mut self.candidates, self.current, running, may_be_preempted);
        self.add_spurious();
        self.add_late();
        free
    }

    fn busy_wait(&self, spinner: TaskId) -> End {
        // The line that comes first in the file among those of the last turn of the loop: where a reader finds the loop.
        let sites = self.tasks[spinner].recent.iter();
        let place = sites.filter_map(recorder::place_in_program).min();
        End::BusyWait { thread: spinner, place }
    }

    /// Tells threads that wait by asking from threads that keep acting on each other, by what they did in the second half of
    /// the execution.
    fn end_at_step_limit(&self) -> End {
        let half = self.settings.steps / 2;
        if self.progress > half {
            return End::StepLimit;
        }
        let recent = |step: fn(&Task) -> u64| -> Vec<TaskId> {
            (0..self.tasks.len())
                .filter(|task| step(&self.tasks[*task]) > half)
                .collect()
        };
        let (running, acting) = (recent(|task| task.last_step), recent(|task| task.last_effect));
        let waits_for_the_clock = |task: &Task| !task.ended && task.deadline.is_some();
        match (&running[..], &acting[..]) {
            // It changes nothing, or somebody else would have gone on after a while.
            ([spinner, ..], []) => self.busy_wait(*spinner),
            ([spinner], _) if self.tasks.iter().any(waits_for_the_clock) => self.busy_wait(*spinner),
            _ => End::Livelock { threads: acting },
        }
    }
}
