//! Programs on real threads: one run with random pauses, and whether it got stuck.
//!
//! A program is stuck when all of its threads are asleep at one moment and nobody else will wake them. The kernel tells
//! that. It is asked several times, because a thread may also sleep while another thread holds the allocator.

#[path = "interpreter.rs"]
pub(crate) mod interpreter;

pub(crate) use std as library;
use std::cell::{Cell, RefCell};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, Once, PoisonError};
use std::thread;
use std::time::Duration;

use crate::programs::{Outcome, Program, Random};

use interpreter::Log;

/// After this time a run that has not ended is examined. Most end sooner; a shorter time would only cost more
/// examinations.
const PAUSE: Duration = Duration::from_millis(5);

/// So many examinations in a row must find all threads in the same sleep.
const N_LOOKS: u32 = 6;

/// Held by the current run, because runs side by side would slow each other down.
static TURN: Mutex<()> = Mutex::new(());

thread_local! {
    /// The random numbers behind the pauses of a thread.
    static PAUSES: RefCell<Random> = const { RefCell::new(Random(0)) };
    static IS_PART_OF_A_PROGRAM: Cell<bool> = const { Cell::new(false) };
}

/// The pauses of one run, and its threads.
pub(crate) struct Hooks {
    seed: u64,
    n_expected: AtomicUsize,
    /// How many pauses began and how many have ended. A thread that pauses is asleep but wakes by itself.
    pauses: [AtomicUsize; 2],
    /// The kernel's ids of the threads.
    threads: Mutex<Vec<u32>>,
}

impl Hooks {
    fn new(seed: u64) -> Self {
        Self {
            seed,
            n_expected: AtomicUsize::new(0),
            pauses: Default::default(),
            threads: Mutex::default(),
        }
    }

    pub(crate) fn will_start(&self, n: usize) {
        self.n_expected.fetch_add(n, SeqCst);
    }

    /// Waits for the other threads, so that no thread ends before the next one begins.
    pub(crate) fn began(&self, id: usize) {
        self.register(id as u64);
        while !self.have_all_begun() {
            thread::yield_now();
        }
    }

    pub(crate) fn began_nested(&self) {
        self.register(99);
    }

    fn register(&self, id: u64) {
        IS_PART_OF_A_PROGRAM.set(true);
        PAUSES.set(Random(self.seed.wrapping_mul(31).wrapping_add(id)));
        let path = std::fs::read_link("/proc/thread-self").expect("Linux has it");
        let number = path.file_name().and_then(|name| name.to_str()?.parse().ok());
        let number = number.expect("it ends with the thread's number");
        self.threads.lock().expect("no holder panics").push(number);
    }

    fn have_all_begun(&self) -> bool {
        self.threads.lock().expect("no holder panics").len() >= self.n_expected.load(SeqCst)
    }

    /// Does nothing in most calls; in others, spins, yields or sleeps for a moment.
    pub(crate) fn before_step(&self) {
        let (kind, length) = PAUSES.with_borrow_mut(|pauses| (pauses.below(16), pauses.below(400)));
        match kind {
            0..8 => {}
            8..13 => (0..length).for_each(|_| std::hint::spin_loop()),
            13..15 => thread::yield_now(),
            _ => {
                self.pauses[0].fetch_add(1, SeqCst);
                thread::sleep(Duration::from_micros(length / 4));
                self.pauses[1].fetch_add(1, SeqCst);
            }
        }
    }

    /// The number of the present sleep of every thread, if all threads were asleep at one moment. Both looks must find
    /// the same sleeps, so no thread woke in between.
    fn common_sleep(&self) -> Option<Vec<u64>> {
        let pauses = self.pauses[1].load(SeqCst);
        if self.pauses[0].load(SeqCst) != pauses {
            return None;
        }
        let threads = self.threads.lock().expect("no holder panics").clone();
        let look = || {
            threads
                .iter()
                .map(|thread| sleep_of(*thread))
                .collect::<Option<Vec<_>>>()
        };
        let (first, second) = (look()?, look()?);
        let knows_all = !threads.is_empty() && threads.len() == self.n_expected.load(SeqCst);
        (knows_all && first == second && self.pauses[0].load(SeqCst) == pauses).then_some(first)
    }
}

/// How often a sleeping thread has gone to sleep so far; 0 for a thread that has ended, `None` for one that is awake.
fn sleep_of(thread: u32) -> Option<u64> {
    let Ok(status) = std::fs::read_to_string(format!("/proc/self/task/{thread}/status")) else {
        return Some(0);
    };
    let field = |name: &str| {
        let mut lines = status.lines();
        lines.find_map(|line| line.strip_prefix(name)).map(str::trim)
    };
    let is_asleep = field("State:").is_some_and(|state| state.starts_with('S'));
    let n_switches = field("voluntary_ctxt_switches:").and_then(|switches| switches.parse().ok());
    n_switches.filter(|_| is_asleep)
}

/// Runs `program` once, with pauses that derive from `seed`. Threads that are stuck stay behind.
pub(crate) fn run(program: &Arc<Program>, seed: u64) -> Outcome {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    silence_programs();
    let log: Log = Arc::new(program.threads.iter().map(|_| Mutex::default()).collect());
    let hooks = Arc::new(Hooks::new(seed));
    let (sender, receiver) = channel();
    let (theirs, watch, written) = (Arc::clone(program), Arc::clone(&hooks), Arc::clone(&log));
    let main = move || {
        let left = interpreter::run(&theirs, watch, written);
        sender.send(left).expect("somebody waits for it");
    };
    drop(thread::spawn(main));
    let (mut sleep, mut n_looks) = (None, 0);
    let left = loop {
        match receiver.recv_timeout(PAUSE) {
            Ok(left) => break Some(left),
            Err(RecvTimeoutError::Timeout) if n_looks == N_LOOKS => break receiver.try_recv().ok(),
            Err(RecvTimeoutError::Timeout) => {
                let now = hooks.common_sleep();
                n_looks = if now.is_some() && now == sleep { n_looks + 1 } else { 0 };
                sleep = now;
            }
            Err(RecvTimeoutError::Disconnected) => panic!("the first thread of {program:?} panicked"),
        }
    };
    let seen = log.iter().map(|seen| seen.lock().expect("no holder panics").clone());
    Outcome {
        seen: seen.collect(),
        left,
    }
}

/// Programs may panic on purpose: nothing is printed then.
fn silence_programs() {
    static SILENCED: Once = Once::new();
    SILENCED.call_once(|| {
        let previous = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !IS_PART_OF_A_PROGRAM.get() {
                previous(info);
            }
        }));
    });
}

/// Threads that keep the processors busy until this is dropped.
pub(crate) struct Load(Arc<AtomicBool>);

impl Load {
    /// Twice as many threads as there are processors.
    pub(crate) fn new() -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let n_threads = 2 * thread::available_parallelism().map_or(1, usize::from);
        for _ in 0..n_threads {
            let is_over = Arc::clone(&is_over);
            thread::spawn(move || {
                while !is_over.load(SeqCst) {
                    std::hint::spin_loop();
                }
            });
        }
        Self(is_over)
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.0.store(true, SeqCst);
    }
}
