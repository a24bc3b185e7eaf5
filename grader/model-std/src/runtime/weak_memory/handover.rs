//! Handing views on where one thread's work happens before another's, other than through atomics.
//!
//! Each rule is what the documentation of `std` promises, or more where its implementation gives more: to hand on too much hides
//! a behaviour, to hand on too little would invent one. Nothing happens here unless stale reads are asked for.

use super::{ChannelViews, Runtime, ThreadViews, View, Visibility, entry};
use crate::runtime::objects::ObjectId;
use crate::runtime::task::TaskId;

impl Visibility {
    fn channel(&mut self, channel: ObjectId) -> &mut ChannelViews {
        self.channels.entry(channel).or_default()
    }
}

impl Runtime {
    /// Adds what the running thread has seen to a view.
    fn give(&mut self, to: impl FnOnce(&mut Visibility) -> &mut View) {
        if let Some(visibility) = &mut self.visibility {
            let mine = visibility.threads[self.current].current.clone();
            to(visibility).join(&mine);
        }
    }

    /// Lets the running thread have seen what is in a view. That becomes part of its history, since not
    /// all that hands views on is (an empty mutex that was locked and unlocked).
    fn take(&mut self, from: impl FnOnce(&mut Visibility) -> Option<View>) {
        if let Some(visibility) = &mut self.visibility
            && let Some(view) = from(visibility)
        {
            visibility.threads[self.current].current.join(&view);
            let learned = visibility.digest_of(&view);
            self.learned(learned);
        }
    }

    /// The thread that was entered last is started by the running one, and has seen what that has.
    pub(crate) fn hand_to_child(&mut self) {
        if let Some(visibility) = &mut self.visibility {
            let parent = visibility.threads.get(self.current);
            let current = parent.map(|parent| parent.current.clone()).unwrap_or_default();
            visibility.threads.push(ThreadViews {
                current,
                ..ThreadViews::default()
            });
        }
    }

    /// The running thread learns that `task` has come to its end.
    pub(crate) fn take_from_ended(&mut self, task: TaskId) {
        self.take(|visibility| visibility.threads.get(task).map(|ended| ended.current.clone()));
    }

    /// The running thread sets the park token of `task`.
    pub(crate) fn hand_to_parked(&mut self, task: TaskId) {
        self.give(|visibility| &mut visibility.threads[task].unparked);
    }

    /// The running thread takes its park token.
    pub(crate) fn take_from_unparkers(&mut self) {
        let current = self.current;
        self.take(|visibility| Some(visibility.threads[current].unparked.clone()));
    }

    /// The running thread sets the panic hook.
    pub(crate) fn hand_to_hook(&mut self) {
        self.give(|visibility| &mut visibility.hook);
    }

    /// The running thread runs the panic hook.
    pub(crate) fn take_from_hook(&mut self) {
        self.take(|visibility| Some(visibility.hook.clone()));
    }

    /// The running thread releases `object`: a lock, a barrier, something initialised once, a scope.
    pub(crate) fn release_to(&mut self, object: ObjectId) {
        self.give(|visibility| entry(&mut visibility.released, object));
    }

    /// The running thread acquires `object`.
    pub(crate) fn acquire_from(&mut self, object: ObjectId) {
        self.take(|visibility| visibility.released.get(object).cloned());
    }

    /// The running thread sends a message into `channel`, into room that an earlier receiver may have made.
    pub(crate) fn hand_to_receiver(&mut self, channel: ObjectId) {
        if self.objects.channel(channel).capacity.is_some() {
            self.take_from_receiver(channel);
        }
        self.give(|visibility| {
            let waiting = &mut visibility.channel(channel).waiting;
            waiting.push_back(View::default());
            waiting.back_mut().expect("a view was just put there")
        });
    }

    /// The running thread receives a message from `channel`.
    pub(crate) fn take_from_sender(&mut self, channel: ObjectId) {
        self.take(|visibility| visibility.channel(channel).waiting.pop_front());
        self.give(|visibility| &mut visibility.channel(channel).received);
    }

    /// The running thread learns that messages were taken from `channel`.
    pub(crate) fn take_from_receiver(&mut self, channel: ObjectId) {
        self.take(|visibility| Some(visibility.channel(channel).received.clone()));
    }

    /// The running thread destroys the messages that wait in `channel`.
    pub(crate) fn take_from_all_senders(&mut self, channel: ObjectId) {
        self.take(|visibility| {
            let waiting = std::mem::take(&mut visibility.channel(channel).waiting);
            waiting.into_iter().reduce(|mut all, sent| {
                all.join(&sent);
                all
            })
        });
    }

    /// The running thread leaves an end of `channel`.
    pub(crate) fn close_end(&mut self, channel: ObjectId) {
        self.give(|visibility| &mut visibility.channel(channel).closed);
    }

    /// The running thread learns that the other end of `channel` was left.
    pub(crate) fn take_from_closed_end(&mut self, channel: ObjectId) {
        self.take(|visibility| Some(visibility.channel(channel).closed.clone()));
    }
}
