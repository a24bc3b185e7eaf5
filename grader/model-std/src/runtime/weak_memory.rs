//! Weak memory: which older values a load may return, in executions with [`Memory::Weak`](crate::model::Memory::Weak).
//!
//! Each atomic keeps its latest values as *messages*, in modification order. The *view* of a thread has, for each
//! atomic, the oldest message that the thread may still read. A load may return this message or any later one, and
//! raises the view to the message that it returned. Synchronisation joins views: a release store puts the writer's view
//! into the message, and an acquire load joins it to the reader's view; a mutex keeps the view of the thread that
//! unlocked it for the next one that locks it; and so on. These are the views of Kang, Hur, Lahav, Vafeiadis & Dreyer,
//! *A Promising Semantics for Relaxed-Memory Concurrency*, POPL 2017, without promises. CDSChecker (Norris & Demsky,
//! OOPSLA 2013) is similar.
//!
//! All `SeqCst` accesses and fences also share one view. That is the rule of C++20 (and of Lahav, Vafeiadis, Kang, Hur
//! & Dreyer, *Repairing Sequential Consistency in C/C++11*, PLDI 2017). The single total order that the rule asks for
//! is the order in which the operations take effect in the execution.
//!
//! For a program of threads, atomics and the modelled parts of `std`, every outcome is one that C++20 allows. Some
//! allowed outcomes do not occur:
//!
//! * The modification order is the order in which the stores are performed.
//! * A load never reads a store that is performed later (load buffering).
//! * A load reads one of the last [`KEPT`] values.
//!
//! A read-modify-write reads the newest value, as the standard asks. A compare-exchange that fails is a load with the
//! ordering for failure, so it may have read an older value than the newest.
//!
//! Each stale read is a choice, and counts as a preemption.
//!
//! When the clock advances to a deadline, older values are dropped. C++20 recommends that a store become visible
//! "within a reasonable amount of time" ([atomics.order]), and on a real machine that is less than any pause. So a
//! program that relies on a pause shows no stale reads after it. `Settings::late_threads` shows that a pause is no
//! substitute for synchronisation.
//!
//! Histories cover weak memory as well (see `visibility`): the history of a thread includes which older values its
//! loads returned and which views were joined to its own. The history of an atomic includes every store, even a store
//! of the same value.
//!
//! The reference counts of `Arc` synchronise as well, in a crate that is compiled as `counts` needs it. In any other
//! crate, the model does not see when a thread drops its `Arc`, and so what the last owner synchronises with. There, a
//! load misses only stores of threads that have run no plain code since their last operation. Such a thread has dropped
//! nothing. `Settings::switch_after_release` lets others go at that point. If it is set to `Never`, a last owner may
//! read values that are too old.

pub(crate) mod notes;
mod synchronization;
mod view;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::atomic::Ordering;

use self::view::View;
use super::counts;
use super::execution::Execution;
use super::objects::ObjectId;
use super::objects::atomic::{Access, Value};
use super::task::TaskId;
use super::visibility::{History, Mixed, mix};
use crate::model::SwitchAfterRelease;

/// How many values of an atomic are kept, including the newest: as many as in loom (`MAX_ATOMIC_HISTORY`).
const KEPT: usize = 8;

/// The element at `index`. Extends the table with default values if it is too short.
fn entry<T: Default>(table: &mut Vec<T>, index: usize) -> &mut T {
    if table.len() <= index {
        table.resize_with(index + 1, T::default);
    }
    &mut table[index]
}

/// A value that was written to an atomic.
#[derive(Clone, Debug)]
struct Message {
    value: Value,
    /// The view that an acquire load joins to its own.
    view: View,
    /// The thread that wrote it; `None` for the first message.
    task: Option<TaskId>,
    /// The history of the writer, which identifies the message.
    writer: History,
}

/// The latest messages of an atomic, oldest first.
#[derive(Debug, Default)]
struct Messages {
    /// The number of the first message that is kept.
    first: u32,
    kept: VecDeque<Message>,
}

impl Messages {
    fn newest(&self) -> u32 {
        self.first + self.kept.len() as u32 - 1
    }

    fn get(&self, message: u32) -> Option<&Message> {
        self.kept.get(message.checked_sub(self.first)? as usize)
    }

    fn keep_newest(&mut self) {
        self.first = self.newest();
        self.kept.drain(..self.kept.len() - 1);
    }

    fn push(&mut self, message: Message) {
        if self.kept.len() == KEPT {
            self.kept.pop_front();
            self.first += 1;
        }
        self.kept.push_back(message);
    }
}

/// The views of one thread.
#[derive(Debug, Default)]
struct ThreadViews {
    /// The view of the thread: what it has written or read, and what happened before.
    current: View,
    /// What an acquire fence would join: the views of messages that it read without acquiring them.
    pending: View,
    /// Its view at its last release fence.
    fenced: View,
    /// The views of the threads that have unparked it.
    unparked: View,
}

impl ThreadViews {
    /// What the view is joined to of what the thread reads with this ordering: that of the thread now, or at its next
    /// acquire fence.
    fn acquiring(&mut self, order: Ordering) -> &mut View {
        if acquires(order) {
            &mut self.current
        } else {
            &mut self.pending
        }
    }

    /// The view that what the thread writes with this ordering passes on.
    fn released(&self, order: Ordering) -> &View {
        if releases(order) { &self.current } else { &self.fenced }
    }
}

/// The views that a channel passes on.
#[derive(Debug, Default)]
struct ChannelViews {
    /// The view of the sender, for each message that waits.
    waiting: VecDeque<View>,
    /// The views of receivers, for threads that send into the room that these made.
    received: View,
    /// The views of threads that dropped an end.
    closed: View,
}

/// All messages and views of one execution.
#[derive(Debug)]
pub(super) struct WeakMemory {
    /// How many more loads may return an older value.
    left: u32,
    /// By atomic.
    messages: Vec<Messages>,
    /// All atomics that have more than one message, and some that had.
    rewritten: Vec<ObjectId>,
    /// By task.
    threads: Vec<ThreadViews>,
    /// By object, for all but atomics: the views of the threads that have released it.
    released: Vec<View>,
    channels: BTreeMap<ObjectId, ChannelViews>,
    /// The views of the threads that set the panic hook, which a lock protects in `std`.
    hook: View,
    /// By address of a reference count: the view of its newest value. Each access reads that, and nearly all of them
    /// continue its release sequence.
    counts: HashMap<usize, View, Mixed>,
    /// The view that `SeqCst` accesses and fences share.
    sequential: View,
}

fn acquires(order: Ordering) -> bool {
    matches!(order, Ordering::Acquire | Ordering::AcqRel | Ordering::SeqCst)
}

fn releases(order: Ordering) -> bool {
    matches!(order, Ordering::Release | Ordering::AcqRel | Ordering::SeqCst)
}

impl WeakMemory {
    /// For at most `stale_reads` stale reads.
    pub(super) fn new(stale_reads: u32) -> Self {
        Self {
            left: stale_reads,
            messages: Vec::new(),
            rewritten: Vec::new(),
            threads: Vec::new(),
            released: Vec::new(),
            channels: BTreeMap::new(),
            hook: View::default(),
            counts: HashMap::default(),
            sequential: View::default(),
        }
    }

    /// The messages of `atomic`, whose newest value is `newest`. At the first access, that is the only message, and
    /// every thread has seen it.
    fn messages(&mut self, atomic: ObjectId, newest: Value) -> &mut Messages {
        let messages = entry(&mut self.messages, atomic);
        if messages.kept.is_empty() {
            messages.push(Message {
                value: newest,
                view: View::default(),
                task: None,
                writer: 0,
            });
        }
        messages
    }

    /// How many messages a load with `order` can choose from.
    fn n_readable(&mut self, task: TaskId, (atomic, newest): (ObjectId, Value), order: Ordering) -> usize {
        let mut oldest = self.threads[task].current.get(atomic);
        if order == Ordering::SeqCst {
            oldest = oldest.max(self.sequential.get(atomic));
        }
        let messages = self.messages(atomic, newest);
        (messages.newest() - oldest.max(messages.first)) as usize + 1
    }

    /// How many messages older than the newest those are, among the newest `n_readable`, whose value is not `expected`.
    fn ages_of_others(&self, atomic: ObjectId, n_readable: usize, expected: Value) -> Vec<u32> {
        let newest_first = self.messages[atomic].kept.iter().rev().zip(0..);
        let older = newest_first.take(n_readable).skip(1);
        older
            .filter(|(message, _)| message.value != expected)
            .map(|(_, age)| age)
            .collect()
    }

    /// Lets `task` read the message that is `age` messages older than the newest. Returns its value.
    fn read(&mut self, task: TaskId, (atomic, newest): (ObjectId, Value), age: u32, order: Ordering) -> Value {
        let messages = self.messages(atomic, newest);
        let number = messages.newest() - age;
        let message = messages
            .get(number)
            .expect("only messages that are kept are offered")
            .clone();
        let me = &mut self.threads[task];
        me.current.raise(atomic, number);
        me.acquiring(order).join(&message.view);
        if order == Ordering::SeqCst {
            self.sequential.raise(atomic, number);
        }
        message.value
    }

    /// Lets `task`, whose history is `writer`, write `new` over `old`. `continued` is the view of the message that a
    /// read-modify-write read: it continues the release sequence.
    fn write(
        &mut self,
        (task, writer): (TaskId, History),
        atomic: ObjectId,
        (old, new): (Value, Value),
        order: Ordering,
        continued: Option<View>,
    ) {
        let messages = self.messages(atomic, old);
        let number = messages.newest() + 1;
        let me = &mut self.threads[task];
        me.current.raise(atomic, number);
        let mut view = me.released(order).clone();
        if let Some(continued) = continued {
            view.join(&continued);
        }
        if order == Ordering::SeqCst {
            self.sequential.raise(atomic, number);
        }
        let messages = &mut self.messages[atomic];
        messages.push(Message {
            value: new,
            view,
            task: Some(task),
            writer,
        });
        if messages.kept.len() == 2 {
            self.rewritten.push(atomic);
        }
    }

    /// Lets `task` perform a fence. Returns a digest of what the task learns from other threads.
    fn fence(&mut self, task: TaskId, order: Ordering) -> u64 {
        let Self {
            messages,
            threads,
            sequential,
            ..
        } = self;
        let me = &mut threads[task];
        if acquires(order) {
            me.current.join(&me.pending);
        }
        let mut learned = 0;
        if order == Ordering::SeqCst {
            learned = learn(messages, &mut me.current, sequential);
            sequential.join(&me.current);
        }
        if releases(order) {
            me.fenced = me.current.clone();
        }
        learned
    }
}

/// Joins `view` to `mine`. Returns a digest of what is new in it. An entry that excludes no kept message counts as no
/// entry.
fn learn(messages: &[Messages], mine: &mut View, view: &View) -> u64 {
    let seen = mine.join_and_tell(view).into_iter().map(|(atomic, number)| {
        let messages = messages.get(atomic).filter(|messages| number > messages.first);
        let message = messages.and_then(|messages| messages.get(number));
        message.map_or(0, |message| mix(message.writer, 1))
    });
    seen.fold(0, u64::wrapping_add)
}

impl Execution {
    /// Whether memory is weak, and the model does not see the reference counts of `Arc`.
    pub(crate) fn owners_are_unknown(&self) -> bool {
        let has_switches = self.settings.switch_after_release != SwitchAfterRelease::Never;
        self.weak_memory.is_some() && has_switches && !counts::hooks::are_called()
    }

    /// How many messages a load of the running thread can choose from. `None` without weak memory.
    ///
    /// Where reference counts are not seen, a thread may have dropped its `Arc` after its store, and the running thread
    /// may know that from the count, which synchronises. So only stores are missed of threads that stand right after an
    /// operation, and hence have run no plain code since.
    fn n_readable(&mut self, place: (ObjectId, Value), order: Ordering) -> Option<usize> {
        let owners_are_unknown = self.owners_are_unknown();
        let weak_memory = self.weak_memory.as_mut()?;
        let n_readable = weak_memory.n_readable(self.current, place, order);
        if weak_memory.left == 0 {
            return Some(1);
        }
        if !owners_are_unknown {
            return Some(n_readable);
        }
        let newest_first = weak_memory.messages[place.0].kept.iter().rev();
        let may_be_missed = |message: &&Message| message.task.is_some_and(|task| self.tasks[task].is_after_operation);
        Some(n_readable.min(1 + newest_first.take_while(may_be_missed).count()))
    }

    /// Performs a load of the running thread. Returns the older value that it returns instead of the `newest`, if it
    /// does.
    pub(crate) fn load(&mut self, access: &Access, newest: Value) -> Option<Value> {
        let place = (access.atomic?, newest);
        let n_readable = self.n_readable(place, access.order)?;
        let age = if n_readable > 1 {
            notes::could_be_stale(access, &self.objects);
            self.choose_value(n_readable)
        } else {
            0
        };
        let weak_memory = self.weak_memory.as_mut()?;
        weak_memory.left -= u32::from(age > 0);
        let value = weak_memory.read(self.current, place, age as u32, access.order);
        (age > 0).then_some(value)
    }

    /// Whether a compare-exchange of the running thread reads an older value and fails, although it could read the
    /// `newest`. Returns the older value, which is not the `expected` one.
    pub(crate) fn fails_stale(&mut self, access: &Access, newest: Value, expected: Value) -> Option<Value> {
        let atomic = access.atomic?;
        let place = (atomic, newest);
        let n_readable = self.n_readable(place, access.order)?;
        let weak_memory = self.weak_memory.as_mut()?;
        let ages = weak_memory.ages_of_others(atomic, n_readable, expected);
        if ages.is_empty() {
            return None;
        }
        notes::could_be_stale(access, &self.objects);
        let chosen = self.choose_value(ages.len() + 1);
        let age = *ages.get(chosen.checked_sub(1)?)?;
        let weak_memory = self.weak_memory.as_mut()?;
        weak_memory.left -= 1;
        Some(weak_memory.read(self.current, place, age, access.order))
    }

    /// Notes that the running thread has written `new` over `old`, without reading it.
    pub(crate) fn stored(&mut self, access: &Access, values: (Value, Value)) {
        self.wrote(access, values, None);
    }

    /// Notes that the running thread has read `old` and written `new` over it, as one operation.
    pub(crate) fn modified(&mut self, access: &Access, (old, new): (Value, Value)) {
        let (Some(atomic), Some(weak_memory)) = (access.atomic, &mut self.weak_memory) else {
            return;
        };
        weak_memory.read(self.current, (atomic, old), 0, access.order);
        let read_from = weak_memory.messages[atomic].kept.back();
        let continued = read_from.map(|message| message.view.clone());
        self.wrote(access, (old, new), continued);
    }

    fn wrote(&mut self, access: &Access, (old, new): (Value, Value), continued: Option<View>) {
        let Some(atomic) = access.atomic.filter(|_| self.weak_memory.is_some()) else {
            return;
        };
        if old == new {
            // Under sequential consistency that is no change. Here it is a new message, and the order of messages is
            // part of the state.
            self.wrote_to(atomic);
        }
        let writer = (self.current, self.tasks[self.current].history);
        if let Some(weak_memory) = &mut self.weak_memory {
            weak_memory.write(writer, atomic, (old, new), access.order, continued);
        }
    }

    /// Notes that the running thread has read the newest value, as a failed compare-exchange does.
    pub(crate) fn read_newest(&mut self, access: &Access, newest: Value) {
        if let (Some(atomic), Some(weak_memory)) = (access.atomic, &mut self.weak_memory) {
            weak_memory.read(self.current, (atomic, newest), 0, access.order);
        }
    }

    /// Notes that the running thread has exclusive access to an atomic and may change it. No thread reads an older
    /// value from now on.
    pub(crate) fn owned(&mut self, atomic: ObjectId) {
        if let Some(weak_memory) = &mut self.weak_memory {
            let messages = entry(&mut weak_memory.messages, atomic);
            messages.first += messages.kept.len() as u32;
            messages.kept.clear();
        }
    }

    /// Drops all values but the newest ones, because time passes.
    pub(super) fn forget_older_values(&mut self) {
        let Some(weak_memory) = &mut self.weak_memory else {
            return;
        };
        for atomic in weak_memory.rewritten.drain(..) {
            let messages = &mut weak_memory.messages[atomic];
            if messages.kept.len() > 1 {
                messages.keep_newest();
                let history = mix(self.objects.history(atomic), 1);
                self.objects.set_history(atomic, history);
            }
        }
    }

    /// Notes a fence of the running thread.
    pub(crate) fn fenced(&mut self, order: Ordering) {
        if let Some(weak_memory) = &mut self.weak_memory {
            let learned = weak_memory.fence(self.current, order);
            self.learned(learned);
        }
    }
}
