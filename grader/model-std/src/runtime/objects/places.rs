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

use std::collections::BTreeMap;

use super::ObjectId;
use crate::runtime::with_undisturbed;

/// How many addresses are remembered for a quick look: more than most executions have atomics.
const QUICK: usize = 16;

/// The addresses of atomics.
#[derive(Default)]
pub(super) struct Places {
    by_address: BTreeMap<usize, ObjectId>,
    /// Some of them, each at the index that [`quick_index`] gives; `(0, 0)` for none.
    quick: [(usize, ObjectId); QUICK],
}

/// Neighbours in an array, and fields of one value, have different indices.
fn quick_index(address: usize) -> usize {
    (address ^ address >> 3 ^ address >> 7) % QUICK
}

impl Places {
    /// The atomic at `address`.
    pub(super) fn get(&mut self, address: usize) -> Option<ObjectId> {
        let quick = &mut self.quick[quick_index(address)];
        if quick.0 == address {
            return Some(quick.1);
        }
        let id = *self.by_address.get(&address)?;
        *quick = (address, id);
        Some(id)
    }

    /// From now on, the atomic at `address` is `id`.
    pub(super) fn insert(&mut self, address: usize, id: ObjectId) {
        self.by_address.insert(address, id);
        self.quick[quick_index(address)] = (address, id);
    }

    /// Forgets the atomics in the `size` bytes from `address`.
    pub(super) fn forget(&mut self, address: usize, size: usize) {
        let range = address..address.saturating_add(size);
        while let Some((&found, _)) = self.by_address.range(range.clone()).next() {
            self.by_address.remove(&found);
            let quick = &mut self.quick[quick_index(found)];
            if quick.0 == found {
                *quick = (0, 0);
            }
        }
    }
}

/// Notes that the program has freed the `size` bytes from `address`, or moved them. What is an atomic there later is
/// another one.
pub(crate) fn forget_memory(address: usize, size: usize) {
    with_undisturbed(|execution| execution.objects.forget_memory(address, size));
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn more_atomics_than_are_remembered_for_a_quick_look_are_all_found() {
        let mut places = Places::default();
        let addresses = || (0..1000).map(|at| (0x7000 + 8 * at, at));
        addresses().for_each(|(address, id)| places.insert(address, id));
        for (address, id) in addresses().chain(addresses()) {
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
