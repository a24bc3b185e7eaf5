//! Gives the next turn to a thread: collects the threads whose operation may take effect, lets time pass if there are
//! none, and asks the scheduler to choose.

use super::execution::Execution;
use super::fairness::AtYield;
use super::scheduler::NoChoice;
use super::scheduler::non_preemptive::{self, Running};
use super::task::{Announcement, Manner, Operation, TaskId, TaskState, Waiting, Wake};
use super::{branches, deadlock};
use crate::model::play::Subject;
use crate::model::statics;
use crate::model::trace::End;

/// The current turn, and the candidates for the next one.
pub(super) struct Turn {
    /// The task that has the next turn, once it is chosen.
    pub(super) next: Option<TaskId>,
    /// Why the task that was chosen last may have its turn.
    cause: Cause,
    /// How many operations the running task has performed since the last switch.
    length: u32,
    /// Whether the running task got its turn only for an invisible operation, so that the choice of the next task is
    /// still pending.
    pub(super) choice_is_pending: bool,
    /// Whether a task was preempted since the last recorded operation.
    pub(super) preempted: bool,
    /// The threads that may go next.
    pub(super) candidates: Vec<Candidate>,
}

impl Turn {
    /// The state before the first turn. `candidates` is empty; its memory is reused.
    pub(super) fn new(candidates: Vec<Candidate>) -> Self {
        Self {
            next: None,
            cause: Cause::Ready,
            length: 0,
            choice_is_pending: false,
            preempted: false,
            candidates,
        }
    }

    /// Notes that another task runs from now on.
    pub(super) fn begin(&mut self) {
        self.length = 0;
    }

    /// The empty list of candidates, for reuse.
    pub(super) fn into_candidates(mut self) -> Vec<Candidate> {
        self.candidates.clear();
        self.candidates
    }
}

/// One thread that may go next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Candidate {
    pub(crate) task: TaskId,
    pub(crate) cause: Cause,
}

/// Why a thread may go next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Cause {
    /// The condition that it waits for holds, or its deadline has passed.
    Ready,
    /// A spurious wake-up is injected.
    Spurious,
    /// Its deadline passes although other threads could go on. Those threads are late.
    Late,
    /// No spurious wake-up is injected, and no thread goes next: time passes, or the execution is over.
    NoWakeUp,
}

impl Cause {
    /// Whether it is an injected fault: a real machine may do the same, but seldom does.
    pub(crate) fn is_injected_fault(self) -> bool {
        matches!(self, Cause::Spurious | Cause::Late)
    }
}

impl Execution {
    /// Announces the next operation of the running thread.
    #[inline]
    pub(super) fn begin_announcement(&mut self, operation: Operation, waiting: Option<&Waiting>, manner: Manner) {
        self.note_operation_between_counts();
        let (version, step, now) = (self.progress.version(), self.steps, self.now);
        if self.recorder.is_some() {
            statics::note_stack(operation.site);
        }
        // A line has the same address in all executions of a process. Rotated, so that what differs between lines is in
        // the high bits, and the rest is in the low ones.
        let line = operation.site.map_or(0, |site| std::ptr::from_ref(site).addr() as u64);
        let object = operation.object.map_or(0, |object| object as u64 + 1);
        self.scheduler
            .note_operation(line.rotate_left(40) ^ (self.current as u64) << 20 ^ object);
        self.turn.length += 1;
        let turn_is_long = self.turn.length >= self.settings.turn;
        let me = self.me();
        // The operation before this one is over.
        me.performed.count(me.announced.is_invisible);
        me.activity.note_operation(operation.site, step, version);
        me.state = TaskState::Ready;
        if let Some(waiting) = waiting {
            me.state = TaskState::Waiting(*waiting);
        }
        if turn_is_long {
            me.activity.insists_no_longer();
        }
        let at_yield = (manner == Manner::Yielding).then(|| me.activity.note_yield(operation.site));
        let (yields, may_insist) = match at_yield {
            Some(AtYield::Insists) => (false, false),
            Some(AtYield::MayInsist) => (true, true),
            Some(AtYield::LetsOthers) => (true, false),
            None => (turn_is_long || me.activity.spins() && !me.activity.insists(), false),
        };
        // One field after the other: a value that is put together elsewhere would be copied.
        let Announcement {
            operation: announced,
            at,
            is_invisible,
            yields: announced_yields,
            may_insist: announced_may_insist,
        } = &mut me.announced;
        announced.object = operation.object;
        announced.site = operation.site;
        *at = now;
        *is_invisible = manner == Manner::Invisible || at_yield == Some(AtYield::Insists);
        *announced_yields = yields;
        *announced_may_insist = may_insist;
        if me.activity.operations == 1 {
            self.note_begun();
        }
    }

    /// Whether the operation of another thread may take effect now.
    pub(super) fn others_may_go(&self) -> bool {
        (0..self.tasks.len()).any(|task| task != self.current && self.may_go(task))
    }

    /// Whether the running task is in a panic hook and need not wait. Then it goes on without a scheduling point.
    /// Otherwise another task might panic meanwhile, on the same operating-system thread, and `std` aborts the process
    /// when a thread panics in a panic hook.
    pub(super) fn must_not_be_interrupted(&self, waiting: Option<&Waiting>) -> bool {
        let me = &self.tasks[self.current];
        me.panics.in_hook && waiting.is_none_or(|waiting| self.holds(self.current, &waiting.until))
    }

    /// Whether the running task was chosen for the next turn, so that no switch is needed. If so, the turn counts as
    /// taken.
    pub(super) fn goes_on_at_once(&mut self) -> bool {
        self.turn.next.take_if(|next| *next == self.current).is_some()
    }

    /// Called by the task whose turn it is. Returns why it may go on.
    pub(super) fn take_turn(&mut self) -> Wake {
        let current = self.current;
        let wake = match &self.tasks[current].state {
            TaskState::Waiting(waiting) if !self.holds(current, &waiting.until) => match self.turn.cause {
                Cause::Spurious => Wake::Spurious,
                Cause::Ready | Cause::Late | Cause::NoWakeUp => Wake::TimedOut,
            },
            TaskState::Waiting(_) | TaskState::Ready | TaskState::Ended => Wake::Ready,
        };
        self.note_turn(wake);
        if wake == Wake::TimedOut {
            self.note_timeout();
        }
        let me = self.me();
        me.announced.yields = false;
        me.state = TaskState::Ready;
        wake
    }

    /// Makes the task that was chosen for the next turn the running one. `None` if the execution is over.
    pub(super) fn switch(&mut self) -> Option<TaskId> {
        self.current = self.turn.next.take()?;
        Some(self.current)
    }

    /// Chooses the next task, or ends the execution.
    pub(super) fn decide(&mut self) {
        if self.end.is_some() {
            return;
        }
        branches::refill(self.settings.steps);
        // A switch after an operation is no operation.
        self.steps += u64::from(!self.tasks[self.current].is_after_operation);
        if self.steps > self.settings.steps {
            let end = self.end_at_step_limit();
            return self.finish(end);
        }
        if let Some(task) = self.next_without_a_choice() {
            self.scheduler.note_turn(task, self.current);
            self.turn.cause = Cause::Ready;
            self.note_turn_of(task);
            self.turn.next = Some(task);
            return;
        }
        if self.goes_on_by_default() {
            return;
        }
        let before = self.now;
        if !self.collect_candidates() {
            return;
        }
        let may_go_on = self.let_others_go_first();
        // If time had to pass, the running thread was waiting as well, so no choice preempts it.
        let could_go_on = self.now == before && !self.turn.choice_is_pending && !may_go_on;
        let may_insist = self.tasks[self.current].announced.may_insist;
        let is_offered = could_go_on && may_insist && self.turn.candidates.len() > 1;
        let n_non_preemptive = self.order_candidates(could_go_on && !is_offered);
        if let Some(chosen) = self.choose_candidate(n_non_preemptive) {
            self.turn.choice_is_pending = false;
            if is_offered {
                self.note_offer(chosen.task);
            }
            self.give_turn_to(chosen);
        }
    }

    /// Gives the next turn to the running task where that is the default, and says whether it did. This is what the
    /// rest of [`Execution::decide`] does in the most common case, in a fraction of the time: the candidates need only
    /// be counted.
    fn goes_on_by_default(&mut self) -> bool {
        let me = &self.tasks[self.current];
        let is_simple = matches!(me.state, TaskState::Ready)
            && !me.announced.yields
            && !me.activity.spins()
            && !self.yields.is_any_pending()
            && !self.faults.are_left()
            && !self.scheduler.counts_turns();
        if !is_simple {
            return false;
        }
        let mut options = 0;
        for (task, state) in self.tasks.iter().enumerate() {
            options += usize::from(self.may_go_as(task, state));
        }
        let n_non_preemptive = if self.turn.choice_is_pending { options } else { 1 };
        if options > 1 {
            if !self.scheduler.takes_default() {
                return false;
            }
            let choose = |execution: &mut Execution| execution.scheduler.choose_default(options, n_non_preemptive);
            if self.choose_option(options, n_non_preemptive, choose).is_none() {
                return true;
            }
        }
        self.turn.choice_is_pending = false;
        self.give_turn_to(Candidate {
            task: self.current,
            cause: Cause::Ready,
        });
        true
    }

    /// Chooses one of `candidates`, of which the first `n_non_preemptive` cost no preemption. `None` if the execution
    /// does not fit its schedule. Then it is over.
    #[inline]
    pub(super) fn choose_candidate(&mut self, n_non_preemptive: usize) -> Option<Candidate> {
        // With only one candidate there is no choice.
        match self.turn.candidates[..] {
            [only] if !self.scheduler.counts_turns() => Some(only),
            _ => self.choose_one_candidate(n_non_preemptive),
        }
    }

    fn choose_one_candidate(&mut self, n_non_preemptive: usize) -> Option<Candidate> {
        let chosen = self.choose_option(self.turn.candidates.len(), n_non_preemptive, |execution| {
            let candidates = &execution.turn.candidates;
            execution
                .scheduler
                .choose(candidates, n_non_preemptive, execution.current)
        });
        chosen.map(|chosen| self.turn.candidates[chosen])
    }

    /// Notes the state, and asks the scheduler by `choose` for one of so many options.
    #[inline]
    fn choose_option(
        &mut self,
        options: usize,
        n_non_preemptive: usize,
        choose: impl FnOnce(&mut Execution) -> Result<usize, NoChoice>,
    ) -> Option<usize> {
        if options > 1 && self.scheduler.needs_state() {
            let runs_on = (n_non_preemptive < options).then_some(self.current);
            let state = self.state(runs_on);
            self.scheduler.visit_state(state);
        }
        match choose(self) {
            Ok(chosen) => {
                self.record_choice();
                self.turn.preempted |= chosen >= n_non_preemptive;
                Some(chosen)
            }
            Err(NoChoice::Differs(difference)) => {
                self.finish(End::Nondeterministic(difference));
                None
            }
            Err(NoChoice::Pauses) => {
                let candidates = std::mem::take(&mut self.turn.candidates);
                self.pause(Subject::Turn, &candidates, n_non_preemptive);
                None
            }
        }
    }

    /// Gives the next turn to a candidate.
    pub(super) fn give_turn_to(&mut self, Candidate { task, cause }: Candidate) {
        self.turn.cause = cause;
        let chosen = &mut self.tasks[task];
        chosen.performed.was_chosen_for_invisible = cause == Cause::Ready && chosen.announced.is_invisible;
        if cause.is_injected_fault() {
            self.count_fault(task, cause);
        }
        self.note_turn_of(task);
        self.turn.next = Some(task);
    }

    /// Counts an injected fault, and lets it take effect on `task`.
    #[cold]
    fn count_fault(&mut self, task: TaskId, cause: Cause) {
        match (cause, self.tasks[task].deadline()) {
            (Cause::Spurious, _) => self.faults.spurious_wakeups_left -= 1,
            (Cause::Late, Some(deadline)) => {
                self.faults.late_threads_left -= 1;
                self.pass_time_until(deadline);
            }
            (Cause::Ready | Cause::Late | Cause::NoWakeUp, _) => {}
        }
    }

    /// Fills `candidates` with the tasks whose operation may take effect. Lets time pass if there are none. Returns
    /// false if there is nothing to choose: the execution is over, or the next turn is already given.
    pub(super) fn collect_candidates(&mut self) -> bool {
        loop {
            let all_spin = self.find_ready();
            if self.turn.candidates.is_empty() {
                if self.inject_wake_up() {
                    return false;
                }
                match self.nearest_deadline() {
                    Some(deadline) => self.pass_time_until(deadline),
                    None => {
                        let end = deadlock::diagnose(self);
                        self.finish(end);
                        return false;
                    }
                }
            } else if all_spin {
                return self.pass_time_for_spinners();
            } else {
                return true;
            }
        }
    }

    /// Fills `candidates` with the tasks whose operation may take effect now: the running task first, then those with
    /// higher numbers, then those with lower numbers. Returns whether all of them spin.
    fn find_ready(&mut self) -> bool {
        let mut candidates = std::mem::take(&mut self.turn.candidates);
        candidates.clear();
        let (lower, others) = self.tasks.split_at(self.current);
        for (first, tasks) in [(self.current, others), (0, lower)] {
            for (index, state) in tasks.iter().enumerate() {
                let task = first + index;
                if self.may_go_as(task, state) {
                    candidates.push(Candidate {
                        task,
                        cause: Cause::Ready,
                    });
                }
            }
        }
        let all_spin = candidates
            .iter()
            .all(|candidate| self.tasks[candidate.task].activity.spins());
        self.turn.candidates = candidates;
        all_spin
    }

    /// Puts the candidates in order and adds the injected faults. Returns how many candidates, from the first, cost no
    /// preemption; all of them unless the running thread `may_be_preempted`.
    fn order_candidates(&mut self, may_be_preempted: bool) -> usize {
        let running = if self.tasks[self.current].announced.yields {
            Running::Yields
        } else {
            Running::GoesOn
        };
        let n_non_preemptive =
            non_preemptive::order(&mut self.turn.candidates, self.current, running, may_be_preempted);
        if self.faults.are_left() {
            self.add_spurious();
            self.add_late();
        }
        n_non_preemptive
    }
}
