//! Passes views from thread to thread where one synchronises with another, other than through atomics.
//!
//! Each rule follows the documentation of `std`, or its implementation where that guarantees more. Passing on too much
//! would hide a behaviour, and passing on too little would invent one. Nothing happens here unless the settings ask for
//! stale reads.

use std::sync::atomic::Ordering;

use super::view::View;
use super::{ChannelViews, ThreadViews, WeakMemory, entry, learn};
use crate::runtime::execution::Execution;
use crate::runtime::objects::ObjectId;
use crate::runtime::task::TaskId;

impl WeakMemory {
    fn channel(&mut self, channel: ObjectId) -> &mut ChannelViews {
        self.channels.entry(channel).or_default()
    }
}

impl Execution {
    /// Joins the view of the running thread to another view.
    fn give(&mut self, to: impl FnOnce(&mut WeakMemory) -> &mut View) {
        if let Some(weak_memory) = &mut self.weak_memory {
            let mine = weak_memory.threads[self.current].current.clone();
            to(weak_memory).join(&mine);
        }
    }

    /// Joins a view to that of the running thread. The view becomes part of the thread's history, because the history
    /// does not always include the object that passes it on (a mutex that was locked and unlocked without a change).
    fn take(&mut self, from: impl FnOnce(&mut WeakMemory) -> Option<View>) {
        if let Some(weak_memory) = &mut self.weak_memory
            && let Some(view) = from(weak_memory)
        {
            let current = &mut weak_memory.threads[self.current].current;
            let learned = learn(&weak_memory.messages, current, &view);
            self.learned(learned);
        }
    }

    /// The running thread starts the thread that was added last, which gets its view.
    pub(crate) fn hand_to_child(&mut self) {
        if let Some(weak_memory) = &mut self.weak_memory {
            let parent = weak_memory.threads.get(self.current);
            let current = parent.map(|parent| parent.current.clone()).unwrap_or_default();
            weak_memory.threads.push(ThreadViews {
                current,
                ..ThreadViews::default()
            });
        }
    }

    /// The running thread learns that `task` has ended.
    pub(crate) fn take_from_ended(&mut self, task: TaskId) {
        self.take(|weak_memory| weak_memory.threads.get(task).map(|ended| ended.current.clone()));
    }

    /// The running thread sets the park token of `task`.
    pub(crate) fn hand_to_parked(&mut self, task: TaskId) {
        self.give(|weak_memory| &mut weak_memory.threads[task].unparked);
    }

    /// The running thread takes its park token.
    pub(crate) fn take_from_unparkers(&mut self) {
        let current = self.current;
        self.take(|weak_memory| Some(weak_memory.threads[current].unparked.clone()));
    }

    /// The running thread sets the panic hook.
    pub(crate) fn hand_to_hook(&mut self) {
        self.give(|weak_memory| &mut weak_memory.hook);
    }

    /// The running thread runs the panic hook.
    pub(crate) fn take_from_hook(&mut self) {
        self.take(|weak_memory| Some(weak_memory.hook.clone()));
    }

    /// The running thread reads the newest value of the reference count at `address` with the ordering `order`.
    pub(crate) fn read_count(&mut self, address: usize, order: Ordering) {
        let current = self.current;
        let Some(weak_memory) = &mut self.weak_memory else {
            return;
        };
        let Some(view) = weak_memory.counts.get(&address) else {
            return;
        };
        let mine = weak_memory.threads[current].acquiring(order);
        let learned = learn(&weak_memory.messages, mine, view);
        self.learned(learned);
    }

    /// The running thread writes the reference count at `address` with the ordering `order`.
    pub(crate) fn write_count(&mut self, address: usize, order: Ordering) {
        let current = self.current;
        let Some(weak_memory) = &mut self.weak_memory else {
            return;
        };
        let released = weak_memory.threads[current].released(order);
        weak_memory.counts.entry(address).or_default().join(released);
    }

    /// The memory of reference counts is freed.
    pub(crate) fn forget_counts(&mut self, addresses: [usize; 2]) {
        if let Some(weak_memory) = &mut self.weak_memory {
            for address in addresses {
                weak_memory.counts.remove(&address);
            }
        }
    }

    /// The running thread releases `object`: a lock, a barrier, a one-time initialisation, a scope.
    pub(crate) fn release_to(&mut self, object: ObjectId) {
        self.give(|weak_memory| entry(&mut weak_memory.released, object));
    }

    /// The running thread acquires `object`.
    pub(crate) fn acquire_from(&mut self, object: ObjectId) {
        self.take(|weak_memory| weak_memory.released.get(object).cloned());
    }

    /// The running thread sends a message into `channel`. An earlier receiver may have made room for it.
    pub(crate) fn hand_to_receiver(&mut self, channel: ObjectId) {
        if self.objects.channel(channel).capacity.is_some() {
            self.take_from_receiver(channel);
        }
        self.give(|weak_memory| {
            let waiting = &mut weak_memory.channel(channel).waiting;
            waiting.push_back(View::default());
            waiting.back_mut().expect("a view was just put there")
        });
    }

    /// The running thread receives a message from `channel`.
    pub(crate) fn take_from_sender(&mut self, channel: ObjectId) {
        self.take(|weak_memory| weak_memory.channel(channel).waiting.pop_front());
        self.give(|weak_memory| &mut weak_memory.channel(channel).received);
    }

    /// The running thread learns that messages were received from `channel`.
    pub(crate) fn take_from_receiver(&mut self, channel: ObjectId) {
        self.take(|weak_memory| Some(weak_memory.channel(channel).received.clone()));
    }

    /// The running thread destroys the messages that wait in `channel`.
    pub(crate) fn take_from_all_senders(&mut self, channel: ObjectId) {
        self.take(|weak_memory| {
            let waiting = std::mem::take(&mut weak_memory.channel(channel).waiting);
            waiting.into_iter().reduce(|mut all, sent| {
                all.join(&sent);
                all
            })
        });
    }

    /// The running thread drops an end of `channel`.
    pub(crate) fn close_end(&mut self, channel: ObjectId) {
        self.give(|weak_memory| &mut weak_memory.channel(channel).closed);
    }

    /// The running thread learns that the other end of `channel` is gone.
    pub(crate) fn take_from_closed_end(&mut self, channel: ObjectId) {
        self.take(|weak_memory| Some(weak_memory.channel(channel).closed.clone()));
    }
}
