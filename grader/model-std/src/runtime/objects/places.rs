//! Where the atomics of an execution are.
//!
//! An atomic is as large as its value, so nothing in its memory tells which one it is. The table knows it by its
//! address. An address can become that of another atomic: when a thread ends and its stack is used again, when a block
//! of the heap is freed and allocated again, or when a value is moved. The new atomic must not inherit the older values
//! of the former one, so the former one is forgotten
//!
//! * when the memory holds another value than the model wrote last. This is also so if the program wrote to the memory
//!   itself, through a pointer. It may do that only while no other thread uses the atomic, and what other threads wrote
//!   before is known to it. So nobody may read an older value, and a new object is right for that case as well;
//! * when a thread has ended, in its stack;
//! * when a block of the heap is freed or moved, in that block ([`forget_memory`]).
//!
//! One case remains: a thread makes an atomic in the place of a former one in its own stack, and both have the same
//! value. They count as one object. That is harmless: in a right program, every access to the former atomic happened
//! before its end, so before anything that the thread does later. The thread can read no older value, and neither can
//! another thread that was given the new atomic.

use std::collections::VecDeque;
use std::ops::Range;

use super::ObjectId;
use crate::runtime::with_undisturbed;

/// The addresses of atomics. An execution has few of them, and reuses the memory of the one before.
#[derive(Debug, Default)]
pub(in crate::runtime) struct Places {
    /// By address. Most programs use their atomics in the order of the addresses, or in the opposite one: then a new
    /// entry is the last one, or the first.
    sorted: VecDeque<(usize, ObjectId)>,
}

impl Places {
    pub(in crate::runtime) const fn new() -> Self {
        Self {
            sorted: VecDeque::new(),
        }
    }

    /// The atomic at `address`.
    pub(super) fn get(&self, address: usize) -> Option<ObjectId> {
        let (found, id) = *self.sorted.get(self.from(address))?;
        (found == address).then_some(id)
    }

    /// From now on, the atomic at `address` is `id`.
    pub(super) fn insert(&mut self, address: usize, id: ObjectId) {
        let at = self.from(address);
        match self.sorted.get_mut(at) {
            Some(entry) if entry.0 == address => entry.1 = id,
            _ => self.sorted.insert(at, (address, id)),
        }
    }

    /// Forgets the atomics in the `size` bytes from `address`.
    pub(super) fn forget(&mut self, address: usize, size: usize) {
        let Range { start, end } = self.from(address)..self.from(address.saturating_add(size));
        if start < end {
            self.sorted.drain(start..end);
        }
    }

    pub(super) fn clear(&mut self) {
        self.sorted.clear();
    }

    /// The index of the first entry that is not below `address`.
    fn from(&self, address: usize) -> usize {
        self.sorted.partition_point(|(found, _)| *found < address)
    }
}

/// Notes that the program has freed the `size` bytes from `address`, or moved them. What is an atomic there later is
/// another one.
pub(crate) fn forget_memory(address: usize, size: usize) {
    with_undisturbed(|execution| execution.objects.forget_memory(address, size));
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::ops::ControlFlow;
    use std::rc::Rc;

    use super::*;
    use crate::model::{Bounds, Settings, SwitchAfterRelease, explore};
    use crate::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
    use crate::thread;

    /// What a thread may read from a new atomic in a block of memory that another thread used as an atomic and freed.
    /// Nothing orders the two.
    fn reads_in_a_block_used_twice() -> BTreeSet<Option<u64>> {
        let body = || {
            let is_free: &'static AtomicBool = Box::leak(Box::new(AtomicBool::new(false)));
            let first = thread::spawn(move || {
                let block = Box::new(AtomicU64::new(0));
                block.store(1, Relaxed);
                // The value with which the next owner begins.
                block.store(0, Relaxed);
                drop(block);
                is_free.store(true, Relaxed);
            });
            let read = is_free.load(Relaxed).then(|| {
                // In the block that the other thread has freed.
                let block = Box::new(AtomicU64::new(0));
                block.load(Relaxed)
            });
            first.join().map(|()| read).ok().flatten()
        };
        let body: Rc<dyn Fn() -> Option<u64>> = Rc::new(body);
        let mut read = BTreeSet::new();
        let settings = Settings {
            switch_after_release: SwitchAfterRelease::Never,
            ..Settings::default()
        };
        explore(&Bounds::default(), &settings, &body, |execution| {
            read.extend(execution.value.and_then(Result::ok));
            ControlFlow::Continue(())
        });
        read
    }

    #[test]
    fn nobody_reads_what_was_in_a_block_before_it_was_freed() {
        assert_eq!(reads_in_a_block_used_twice(), [None, Some(0)].into());
    }

    #[test]
    fn an_address_has_the_atomic_that_was_there_last() {
        let mut places = Places::default();
        assert_eq!(places.get(64), None);
        places.insert(64, 1);
        assert_eq!(places.get(64), Some(1));
        places.insert(64, 2);
        assert_eq!((places.get(64), places.get(65)), (Some(2), None));
    }

    #[test]
    fn many_atomics_are_found_in_whatever_order_they_came() {
        let mut places = Places::default();
        let addresses = || (0..1000).map(|at| (0x7000 + 8 * (at * 37 % 1000), at));
        addresses().for_each(|(address, id)| places.insert(address, id));
        for (address, id) in addresses() {
            assert_eq!(places.get(address), Some(id));
        }
    }

    #[test]
    fn what_is_in_freed_memory_is_forgotten_and_nothing_beside_it() {
        let mut places = Places::default();
        let addresses = [0x1000, 0x1008, 0x1010, 0x100F, 0x1018];
        (0..)
            .zip(addresses)
            .for_each(|(id, address)| places.insert(address, id));
        places.forget(0x1008, 0x10 - 0x8);
        places.forget(0x2000, usize::MAX);
        places.forget(0x1018, 0);
        let left = addresses.map(|address| places.get(address).is_some());
        assert_eq!(left, [true, false, true, false, true]);
    }
}
