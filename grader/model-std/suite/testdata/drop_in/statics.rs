//! Statics without a lock or an atomic: `static mut` and cells, at every place where a program can have one.
//!
//! Compiled by the test `drop_in` against the real `std` and against the modelled one. In each execution, `run` must
//! return what it returns in the first run of a process.

use std::cell::{Cell, UnsafeCell};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

struct Shared<T>(T);
// SAFETY: one thread runs.
unsafe impl<T> Sync for Shared<T> {}

struct Slot {
    is_full: AtomicBool,
    value: UnsafeCell<u32>,
}

impl Slot {
    const fn new() -> Slot {
        Slot {
            is_full: AtomicBool::new(false),
            value: UnsafeCell::new(0),
        }
    }

    const fn pointer(&self) -> *mut u32 {
        self.value.get()
    }

    fn count(&self) -> (bool, u32) {
        static USES: Shared<Cell<u32>> = Shared(Cell::new(10));
        USES.0.set(USES.0.get() + 1);
        let was_full = self.is_full.swap(true, SeqCst);
        // SAFETY: one thread runs, and no reference to the value exists.
        unsafe {
            *self.pointer() += USES.0.get();
            (was_full, *self.pointer())
        }
    }
}

static mut RUNS: u32 = 0;
static SLOT: Shared<Slot> = Shared(Slot::new());
static mut REFERRED: &mut [u32] = &mut [1, 2, 3];
static WORDS: Shared<UnsafeCell<Vec<String>>> = Shared(UnsafeCell::new(Vec::new()));
static ZEROS: Shared<[Cell<u64>; 512]> = Shared([const { Cell::new(0) }; 512]);

trait Counted {
    fn counted() -> u32;
}

impl Counted for Vec<Slot> {
    fn counted() -> u32 {
        static COUNT: Shared<Cell<u32>> = Shared(Cell::new(0));
        COUNT.0.replace(COUNT.0.get() + 1)
    }
}

fn in_a_closure() -> u32 {
    let count = || {
        static mut COUNT: u32 = 5;
        // SAFETY: one thread runs.
        unsafe {
            COUNT += 1;
            COUNT
        }
    };
    count() + count()
}

pub fn run() -> Vec<String> {
    // SAFETY: one thread runs.
    let runs = unsafe {
        RUNS += 1;
        RUNS
    };
    // SAFETY: as above, and no other reference to the words exists.
    let words = unsafe { &mut *WORDS.0.get() };
    words.push("word".to_owned());
    // SAFETY: one thread runs, and no other reference to the numbers exists.
    let referred: &mut [u32] = unsafe { &mut *(&raw mut REFERRED).read() };
    referred[1] += 1;
    ZEROS.0.iter().for_each(|cell| cell.set(cell.get() + 1));
    vec![
        runs.to_string(),
        format!("{:?}", SLOT.0.count()),
        format!("{referred:?}"),
        format!("{words:?}"),
        ZEROS.0.iter().map(Cell::get).sum::<u64>().to_string(),
        Vec::<Slot>::counted().to_string(),
        in_a_closure().to_string(),
    ]
}
