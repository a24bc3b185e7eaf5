//! Weak memory: which older values a load may return, where the settings ask for stale reads.
//!
//! Every atomic keeps its latest values as *messages*, in the order in which they were written. A *view* says how far
//! along each atomic a thread has come; a load may return any message that is not behind the view of its thread, and
//! reading one moves the view along. Whatever makes one thread's work happen before another's hands a view on: a
//! release store puts the writer's view into the message and an acquire load takes it out, an unlocked mutex keeps the
//! view for whoever locks it next, and so on. These are the views of Kang, Hur, Lahav, Vafeiadis & Dreyer, *A Promising
//! Semantics for Relaxed-Memory Concurrency*, POPL 2017, without promises, and much as in CDSChecker (Norris & Demsky,
//! OOPSLA 2013).
//!
//! `SeqCst` accesses and fences also go through one view that they all share. That is the rule of C++20 (and of Lahav,
//! Vafeiadis, Kang, Hur & Dreyer, *Repairing Sequential Consistency in C/C++11*, PLDI 2017), with the order in which
//! the operations take effect here as the one order that it asks for.
//!
//! No outcome comes up that C++20 forbids to a program of threads, atomics and the modelled parts of `std`. Some that
//! it allows do not: a store never takes its place before one that was performed earlier, a load never sees a store
//! that is performed later (load buffering), a read-modify-write and a compare-exchange, even one that fails, see the
//! newest value, and of each atomic only the last [`KEPT`] values are kept. Each stale read is a choice of its own, and
//! counts as a preemption.
//!
//! When the clock goes on to a deadline, older values are gone: C++20 asks that a store be seen "within a reasonable
//! amount of time" ([atomics.order]), and no machine takes as long as a pause. So a pause does not make a program
//! wrong, as it would by the letter; that it must not stand in the place of an order is what `Settings::late_threads`
//! shows.
//!
//! Equal states are told by histories here too (see `visibility`): which older value a load returned and which views a
//! thread was handed are part of its history, and every store is part of its atomic's, even of the value that was
//! there.
//!
//! What `Arc` synchronises is not known: a last owner that learns by `Arc::try_unwrap`, `Arc::get_mut` or its
//! destructor alone that the others are gone may be shown values as old as if it had not.

mod handover;
pub(crate) mod notes;

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::Ordering;

use super::execution::Execution;
use super::objects::ObjectId;
use super::objects::atomic::{Access, Value};
use super::task::TaskId;
use super::visibility::{History, mix};

/// How many values of an atomic are kept, the newest included: as many as loom keeps (`MAX_ATOMIC_HISTORY`).
const KEPT: usize = 8;

/// For each atomic, the number of the oldest message that may still be read; 0 where nothing is known.
#[derive(Clone, Debug, Default)]
struct View(Vec<u32>);

impl View {
    fn get(&self, atomic: ObjectId) -> u32 {
        self.0.get(atomic).copied().unwrap_or(0)
    }

    fn raise(&mut self, atomic: ObjectId, message: u32) {
        let slot = entry(&mut self.0, atomic);
        *slot = message.max(*slot);
    }

    fn join(&mut self, other: &View) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            *mine = (*mine).max(*theirs);
        }
    }
}

/// The element at `index`, where what is missing up to there is entered as nothing.
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
    /// What whoever acquires it has seen then.
    view: View,
    /// The history of the writer, which tells the message from all others.
    writer: History,
}

/// The latest messages of an atomic, oldest first.
#[derive(Debug, Default)]
struct Messages {
    /// The number of the first that is kept.
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

/// How far one thread has come.
#[derive(Debug, Default)]
struct ThreadViews {
    /// What it has written or read, and what happened before.
    current: View,
    /// What an acquire fence would add: the views of messages that it read without acquiring them.
    pending: View,
    /// What it had seen at its last release fence.
    fenced: View,
    /// What those had seen who have unparked it.
    unparked: View,
}

/// What the messages of a channel hand on.
#[derive(Debug, Default)]
struct ChannelViews {
    /// One for each message that waits.
    waiting: VecDeque<View>,
    /// From those who received, for those who send into the room that became free.
    received: View,
    /// From whoever closed an end.
    closed: View,
}

/// Who has seen what in the current execution.
#[derive(Debug)]
pub(super) struct WeakMemory {
    /// How many more loads may return an older value.
    left: u32,
    /// By atomic.
    messages: Vec<Messages>,
    /// By task.
    threads: Vec<ThreadViews>,
    /// By object that is no atomic: what those had seen who have released it.
    released: Vec<View>,
    channels: BTreeMap<ObjectId, ChannelViews>,
    /// From those who set the panic hook, which a lock protects in `std`.
    hook: View,
    /// What `SeqCst` accesses and fences have seen.
    sequential: View,
}

fn acquires(order: Ordering) -> bool {
    matches!(order, Ordering::Acquire | Ordering::AcqRel | Ordering::SeqCst)
}

fn releases(order: Ordering) -> bool {
    matches!(order, Ordering::Release | Ordering::AcqRel | Ordering::SeqCst)
}

impl WeakMemory {
    /// For so many stale reads; `None` for none, which then cost nothing.
    pub(super) fn new(stale_reads: u32) -> Option<Box<Self>> {
        (stale_reads > 0).then(|| {
            Box::new(Self {
                left: stale_reads,
                messages: Vec::new(),
                threads: Vec::new(),
                released: Vec::new(),
                channels: BTreeMap::new(),
                hook: View::default(),
                sequential: View::default(),
            })
        })
    }

    /// The messages of `atomic`, whose newest value is `newest`: at its first access, the only one, which everyone has
    /// seen.
    fn messages(&mut self, atomic: ObjectId, newest: Value) -> &mut Messages {
        let messages = entry(&mut self.messages, atomic);
        if messages.kept.is_empty() {
            messages.push(Message {
                value: newest,
                view: View::default(),
                writer: 0,
            });
        }
        messages
    }

    /// How many messages a load with `order` may return.
    fn n_readable(&mut self, task: TaskId, (atomic, newest): (ObjectId, Value), order: Ordering) -> usize {
        let mut oldest = self.threads[task].current.get(atomic);
        if order == Ordering::SeqCst {
            oldest = oldest.max(self.sequential.get(atomic));
        }
        let messages = self.messages(atomic, newest);
        (messages.newest() - oldest.max(messages.first)) as usize + 1
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
        let joined = if acquires(order) {
            &mut me.current
        } else {
            &mut me.pending
        };
        joined.join(&message.view);
        if order == Ordering::SeqCst {
            self.sequential.raise(atomic, number);
        }
        message.value
    }

    /// Lets `task`, whose history is `writer`, write `new` over `old`; `continued` is the view that a read-modify-write
    /// hands on from the message that it read.
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
        let released = if releases(order) { &me.current } else { &me.fenced };
        let mut view = released.clone();
        if let Some(continued) = continued {
            view.join(&continued);
        }
        if order == Ordering::SeqCst {
            self.sequential.raise(atomic, number);
        }
        self.messages[atomic].push(Message {
            value: new,
            view,
            writer,
        });
    }

    /// Lets `task` perform a fence. Returns one number for what it learns from the fences of others.
    fn fence(&mut self, task: TaskId, order: Ordering) -> u64 {
        let learned = self.digest_of(&self.sequential);
        let me = &mut self.threads[task];
        if acquires(order) {
            me.current.join(&me.pending);
        }
        if order == Ordering::SeqCst {
            me.current.join(&self.sequential);
            self.sequential.join(&me.current);
        }
        if releases(order) {
            me.fenced = me.current.clone();
        }
        if order == Ordering::SeqCst { learned } else { 0 }
    }

    /// One number for a view: the messages that it stands at. One before which nothing is kept is as good as none.
    fn digest_of(&self, view: &View) -> u64 {
        let messages = self.messages.iter().zip(&view.0);
        let seen = messages.map(|(messages, number)| {
            let message = messages.get(*number).filter(|_| *number > messages.first);
            message.map_or(0, |message| mix(message.writer, 1))
        });
        seen.fold(0, u64::wrapping_add)
    }
}

impl Execution {
    /// The older value that the running thread's load of an atomic returns in place of the `newest`, if it does.
    pub(crate) fn load(&mut self, access: &Access, newest: Value) -> Option<Value> {
        let (atomic, weak_memory) = (access.atomic?, self.weak_memory.as_mut()?);
        let place = (atomic, newest);
        let n_readable = weak_memory.n_readable(self.current, place, access.order);
        let age = if weak_memory.left > 0 && n_readable > 1 {
            notes::could_be_stale(access, &self.objects);
            self.choose_outcome(n_readable, 1)
        } else {
            0
        };
        let weak_memory = self.weak_memory.as_mut()?;
        weak_memory.left -= u32::from(age > 0);
        let value = weak_memory.read(self.current, place, age as u32, access.order);
        (age > 0).then_some(value)
    }

    /// Notes that the running thread has written `new` over `old`, without looking at it.
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
            // Elsewhere that is no change. Here it is a message, and which comes after which is part of the state.
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

    /// Notes that the running thread has an atomic to itself and may change it: nobody sees an older value from now on.
    pub(crate) fn owned(&mut self, atomic: ObjectId) {
        if let Some(weak_memory) = &mut self.weak_memory {
            let messages = entry(&mut weak_memory.messages, atomic);
            messages.first += messages.kept.len() as u32;
            messages.kept.clear();
        }
    }

    /// Notes that time passes: nobody sees an older value than the newest from now on.
    pub(super) fn forget_older_values(&mut self) {
        let Some(weak_memory) = &mut self.weak_memory else {
            return;
        };
        for (atomic, messages) in weak_memory.messages.iter_mut().enumerate() {
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
