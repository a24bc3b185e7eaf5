//! Statics that hold no modelled object (a `static mut`, a cell) start afresh in every execution as well.
//!
//! A modelled object notices by itself that a new execution has begun (see `runtime::objects`), and the model notices
//! the first use of an atomic (see `atomics`). Any other static keeps what it holds, since nobody is told of its use.
//! So the bytes of the statics of the crates under test are kept, and laid back before each execution. The symbol table
//! of the executable says where statics are, and of which crate.
//!
//! A crate is under test if it calls the exploration, if its code is on the stack when an operation of the model is
//! announced, or if an execution changes one of its statics. Only recorded executions look for that, among them the
//! first two of an exploration.
//!
//! What changes a static between two executions stays: only what an execution did is undone. One operating-system
//! thread explores at a time, so that nothing else is taken for that.

mod atomics;
mod elf;
mod program;
mod segments;
mod symbols;

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

pub(crate) use atomics::note_atomic;
use program::{Place, Program};

use crate::runtime::task::Site;
use crate::runtime::unwinding;

/// How many functions are looked at on a stack. More calls than that are those of a recursion.
const MOST_CALLS: usize = 256;

/// Larger statics are not looked for: to compare and copy them would take longer than most executions.
const LARGEST: usize = 1 << 16;

/// A static of a crate under test.
struct Kept {
    place: Place,
    /// What it holds when an execution starts.
    start: Box<[u8]>,
    /// What it held when the last execution ended.
    end: Box<[u8]>,
    /// Whether another operating-system thread has used it while this one explored. Then nobody can tell who changed
    /// it, and it is left alone.
    is_shared: bool,
}

/// The crates under test, as far as they are known, and their statics.
#[derive(Default)]
struct UnderTest {
    crates: HashSet<String>,
    kept: Vec<Kept>,
}

static UNDER_TEST: LazyLock<Mutex<UnderTest>> = LazyLock::new(Mutex::default);

/// Whether anything is kept: asked before and after every execution, which may take no more than a microsecond.
static IS_ANY_KEPT: AtomicBool = AtomicBool::new(false);

fn under_test() -> MutexGuard<'static, UnderTest> {
    UNDER_TEST.lock().unwrap_or_else(PoisonError::into_inner)
}

/// From now on, all statics of `crates` start every execution with what they hold now. Returns how many there are.
///
/// `crates` are names as in a path: `my_crate` for the package `my-crate`. This is only needed where
/// [`Settings::fresh_statics`](super::Settings::fresh_statics) is off, or does not find a static: it looks for crates
/// that call the exploration, use the model or change their statics, and for statics of no more than 64 KiB. Values
/// that an execution leaves in a static are forgotten and not dropped, as they are in modelled objects.
///
/// # Errors
///
/// When the executable cannot be read, has no symbol table (it was stripped), or is no ELF file of 64-bit Linux.
///
/// # Safety
///
/// The crates are compiled against this library in place of `std`, and no other operating-system thread uses their
/// statics during an execution.
pub unsafe fn restart_statics(crates: &[&str]) -> io::Result<usize> {
    let program = Program::of_this_process()?;
    let mut under_test = under_test();
    let before = under_test.kept.len();
    for name in crates {
        // SAFETY: as the caller promises.
        unsafe { under_test.add(name, program, |place| Some(place.bytes().into())) };
    }
    Ok(under_test.kept.len() - before)
}

impl UnderTest {
    /// Adds a crate, unless it is known. `start` says what a static held before the execution, and `None` if the static
    /// is left as it is.
    ///
    /// # Safety
    ///
    /// As for [`restart_statics`].
    unsafe fn add(&mut self, name: &str, program: &Program, start: impl Fn(Place) -> Option<Box<[u8]>>) {
        if !self.crates.insert(name.to_owned()) {
            return;
        }
        for place in program.statics_of(name) {
            // In the older scheme, a symbol may be of either of two crates.
            if self.kept.iter().any(|kept| kept.place == place) {
                continue;
            }
            if let Some(start) = start(place) {
                let end = place.bytes().into();
                self.kept.push(Kept {
                    place,
                    start,
                    end,
                    is_shared: false,
                });
            }
        }
        IS_ANY_KEPT.store(!self.kept.is_empty(), Ordering::Release);
    }
}

/// Lays the first bytes of the statics back. An execution is about to start, and no other one is under way.
pub(crate) fn restart() {
    restart_kept();
    // Afterwards, because a static whose bytes have changed since the last execution is left alone.
    atomics::restart();
}

fn restart_kept() {
    if !IS_ANY_KEPT.load(Ordering::Acquire) {
        return;
    }
    for kept in under_test().kept.iter_mut().filter(|kept| !kept.is_shared) {
        if *kept.place.bytes() != *kept.end {
            kept.start.copy_from_slice(kept.place.bytes());
        } else if kept.start != kept.end {
            // SAFETY: no execution is under way, and nobody else uses the statics of the crates under test.
            unsafe { kept.place.write(&kept.start) };
        }
    }
}

/// Notes what an execution left in the statics. It has just ended.
pub(crate) fn note_end() {
    atomics::note_end();
    if !IS_ANY_KEPT.load(Ordering::Acquire) {
        return;
    }
    for kept in under_test().kept.iter_mut().filter(|kept| !kept.is_shared) {
        kept.end.copy_from_slice(kept.place.bytes());
    }
}

/// Notes that the program uses the modelled object at `address` outside an execution.
pub(crate) fn note_use_outside(address: usize) {
    if IS_ALONE.get() || N_EXPLORERS.load(Ordering::Acquire) == 0 || !IS_ANY_KEPT.load(Ordering::Acquire) {
        return;
    }
    let mut under_test = under_test();
    if let Some(kept) = under_test.kept.iter_mut().find(|kept| kept.place.contains(address)) {
        kept.is_shared = true;
    }
}

/// Held by an exploration, and by whatever else runs executions.
static EXPLORATION: Mutex<()> = Mutex::new(());

/// How many operating-system threads explore, or wait until they may.
static N_EXPLORERS: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// Whether this operating-system thread explores.
    static IS_ALONE: Cell<bool> = const { Cell::new(false) };
}

/// While this lives, no other operating-system thread explores. So what a visitor does to a static is not taken for
/// what an execution on another thread did.
pub(super) struct Alone {
    /// `None` if an exploration further out on this thread has it.
    held: Option<MutexGuard<'static, ()>>,
}

impl Alone {
    pub(super) fn new() -> Alone {
        if IS_ALONE.get() {
            return Alone { held: None };
        }
        N_EXPLORERS.fetch_add(1, Ordering::AcqRel);
        let held = EXPLORATION.lock().unwrap_or_else(PoisonError::into_inner);
        IS_ALONE.set(true);
        Alone { held: Some(held) }
    }
}

impl Drop for Alone {
    fn drop(&mut self) {
        if self.held.is_some() {
            IS_ALONE.set(false);
            N_EXPLORERS.fetch_sub(1, Ordering::AcqRel);
        }
    }
}

thread_local! {
    /// The search that is under way on this operating-system thread.
    static SEARCH: RefCell<Option<Search>> = const { RefCell::new(None) };
}

/// Looks for the crates under test in one execution.
struct Search {
    /// The lines that announced an operation.
    sites: HashSet<usize>,
    /// The addresses in functions that were under way.
    addresses: HashSet<usize>,
    /// What the statics held before the execution.
    before: Vec<(Place, Box<[u8]>)>,
}

/// Begins to look for crates under test, in the execution that is about to start.
pub(crate) fn begin_search() {
    // Without a symbol table, nothing is found.
    let Ok(program) = Program::of_this_process() else {
        return;
    };
    let wanted = program.statics().filter(|place| place.bytes().len() <= LARGEST);
    let before = wanted.map(|place| (place, place.bytes().into()));
    let caller = unwinding::addresses(MOST_CALLS).into_iter().find(|address| {
        let name = program.crate_at(*address);
        name.is_some_and(|name| !symbols::is_of_toolchain(name))
    });
    SEARCH.set(Some(Search {
        sites: HashSet::new(),
        addresses: caller.into_iter().collect(),
        before: before.collect(),
    }));
}

/// Notes the functions that are under way while an operation is announced, if a search is.
pub(crate) fn note_stack(site: Option<Site>) {
    SEARCH.with_borrow_mut(|search| {
        if let Some(search) = search
            && search
                .sites
                .insert(site.map_or(0, |site| std::ptr::from_ref(site).addr()))
        {
            search.addresses.extend(unwinding::addresses(MOST_CALLS));
        }
    });
}

/// Ends the search. From now on, the statics of the crates that it has found start every execution with what they held
/// before this one.
pub(crate) fn end_search() {
    let (Some(search), Ok(program)) = (SEARCH.take(), Program::of_this_process()) else {
        return;
    };
    let crates = search.addresses.iter().filter_map(|address| program.crate_at(*address));
    let mut crates: HashSet<&str> = crates.filter(|name| !symbols::is_of_toolchain(name)).collect();
    let changed = search.before.iter().filter(|(place, bytes)| place.bytes() != &**bytes);
    crates.extend(changed.filter_map(|(place, _)| program.crate_of(*place)));
    let mut under_test = under_test();
    for name in crates {
        let before = |place: Place| {
            let found = search.before.iter().find(|(other, _)| *other == place);
            found.map(|(_, bytes)| bytes.clone())
        };
        // SAFETY: whoever explores says by `Settings::fresh_statics` that this holds for all crates under test.
        unsafe { under_test.add(name, program, before) };
    }
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;
    use std::rc::Rc;
    use std::sync::atomic::AtomicU32;
    use std::thread;

    use super::*;
    use crate::model::{Bounds, Schedule, Settings, certainty, explore, replay, shorten};

    #[test]
    fn one_thread_explores_at_a_time_and_may_explore_within_an_exploration() {
        static EXPLORING: AtomicU32 = AtomicU32::new(0);
        let explore = || {
            for _ in 0..200 {
                let outer = Alone::new();
                assert_eq!(EXPLORING.fetch_add(1, Ordering::Relaxed), 0);
                drop(Alone::new());
                thread::yield_now();
                assert_eq!(EXPLORING.fetch_sub(1, Ordering::Relaxed), 1);
                drop(outer);
            }
        };
        thread::scope(|scope| (0..4).for_each(|_| drop(scope.spawn(explore))));
    }

    #[test]
    fn no_execution_of_another_thread_runs_while_a_visitor_does() {
        static VISITING: AtomicU32 = AtomicU32::new(0);
        fn visit() {
            VISITING.fetch_add(1, Ordering::Relaxed);
            (0..10).for_each(|_| thread::yield_now());
            VISITING.fetch_sub(1, Ordering::Relaxed);
        }
        let rounds = |run: fn(&Settings, &Rc<dyn Fn() -> u32>, &Schedule)| {
            move || {
                let settings = Settings {
                    fresh_statics: true,
                    ..Settings::default()
                };
                let body: Rc<dyn Fn() -> u32> = Rc::new(|| VISITING.load(Ordering::Relaxed));
                (0..100).for_each(|_| run(&settings, &body, &Schedule::default()));
            }
        };
        let explore = rounds(|settings, body, _| {
            explore(&Bounds::default(), settings, body, |execution| {
                visit();
                assert!(matches!(execution.value, Some(Ok(0))));
                ControlFlow::Continue(())
            });
        });
        let replay = rounds(|settings, body, schedule| {
            let execution = replay(settings, body, schedule);
            assert!(matches!(execution.value, Some(Ok(0))));
        });
        let shorten = rounds(|settings, body, schedule| {
            shorten(settings, body, schedule, 1, |execution| {
                visit();
                assert!(matches!(execution.value, Some(Ok(0))));
                true
            });
        });
        let certainty = rounds(|settings, body, schedule| {
            let certain = certainty(settings, 0, body, schedule, |execution| {
                visit();
                assert!(matches!(execution.value, Some(Ok(0))));
                false
            });
            assert!(certain.is_some());
        });
        thread::scope(|scope| [explore, replay, shorten, certainty].map(|run| drop(scope.spawn(run))));
    }
}
