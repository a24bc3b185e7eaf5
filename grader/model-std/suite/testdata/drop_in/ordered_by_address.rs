//! A program that does what the order of addresses says, and has an allocator of its own.
//!
//! Compiled by the test `drop_in` against the modelled `std`.

use std::alloc::{GlobalAlloc, Layout, System};
use std::collections::BTreeMap;
use std::model::{Bounds, Settings, explore, trace::End};
use std::ops::ControlFlow;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::thread;

/// Asks the allocator of the system for a little more than the program does.
struct Generous;

// SAFETY: as the allocator of the system.
unsafe impl GlobalAlloc for Generous {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        unsafe { System.alloc(Self::more(layout)) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        unsafe { System.dealloc(block, Self::more(layout)) }
    }
}

impl Generous {
    fn more(layout: Layout) -> Layout {
        Layout::from_size_align(layout.size() + 24, layout.align()).unwrap()
    }
}

#[global_allocator]
static GENEROUS: Generous = Generous;

fn both_locks(one: &Mutex<u32>, other: &Mutex<u32>) {
    let mut locks = [one, other];
    locks.sort_by_key(|lock| std::ptr::from_ref(*lock));
    let mut guards = locks.map(|lock| lock.lock().unwrap());
    guards.iter_mut().for_each(|guard| **guard += 1);
}

fn program() -> u32 {
    let locks = [3_usize, 1, 2].map(|n| (vec![n; n * 10], Arc::new(Mutex::new(0_u32))));
    let threads = [(0, 1), (1, 2), (2, 0)].map(|(one, other)| {
        let (one, other) = (locks[one].1.clone(), locks[other].1.clone());
        thread::spawn(move || both_locks(&one, &other))
    });
    for thread in threads {
        thread.join().unwrap();
    }
    let last = AtomicUsize::new(0);
    let sorted: BTreeMap<_, _> = locks.iter().map(|(block, lock)| (Arc::as_ptr(lock), block.len())).collect();
    sorted.values().for_each(|len| last.store(*len, SeqCst));
    locks.iter().map(|(_, lock)| *lock.lock().unwrap()).sum()
}

fn main() {
    let body: Rc<dyn Fn() -> u32> = Rc::new(program);
    let coverage = explore(&Bounds::default(), &Settings::default(), &body, |execution| {
        assert_eq!(execution.trace.end, End::Finished);
        assert!(matches!(execution.value, Some(Ok(6))));
        ControlFlow::Continue(())
    });
    assert!(coverage.executions > 100);
    println!("done");
}
