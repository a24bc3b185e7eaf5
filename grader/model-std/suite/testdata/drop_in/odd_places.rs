//! Names and macros of `std` in unusual places, beside names of the program that are the same.
//!
//! Compiled by the test `drop_in` in several editions, against the real `std` and against the modelled one: `run` must
//! return the same each time.
#![allow(dead_code, clippy::all, reason = "what matters is that it compiles")]

extern crate alloc;
extern crate core as renamed_core;
extern crate std as renamed_std;

use std::cell::{Cell, RefCell};
use std::println as say;
use std::sync::{Arc, Mutex, atomic::AtomicUsize};
use std::thread::{self, JoinHandle};

mod sync {
    //! Has the name of a module of `std` and uses that module.
    pub use std::sync::*;

    pub fn twice(mutex: &Mutex<u8>) -> u8 {
        *mutex.lock().unwrap() * 2
    }
}

mod own {
    //! Items with the names of crates and macros of the standard library.
    pub mod std {
        pub fn name() -> &'static str {
            "own std"
        }
    }

    pub mod core {
        pub struct Alloc;
    }

    macro_rules! println {
        ($text:expr) => {
            ::std::format!("own println: {}", $text)
        };
    }

    pub fn say() -> String {
        println!(std::name())
    }

    pub fn real() -> usize {
        let _: Option<core::Alloc> = None;
        ::std::sync::Arc::strong_count(&::alloc::sync::Arc::new(()))
    }
}

macro_rules! tell {
    ($($part:expr),*) => {{
        $(print!("{}", $part);)*
        if false { std::println!(); ::std::eprintln!("{}", stringify!($($part),*)); }
    }};
}

macro_rules! keys {
    ($($name:ident = $value:expr),*) => {
        thread_local! { $(pub(crate) static $name: Cell<u32> = Cell::new($value);)* }
    };
}

keys!(FIRST = 1, SECOND = 2);

/// A name that the expansion of `thread_local!` might use.
fn init() -> u32 {
    5
}

const MARKER: u32 = 6;

thread_local! {
    static CALLS_INIT: Cell<u32> = Cell::new(init() + MARKER);
    /// With documentation,
    #[allow(non_upper_case_globals)]
    pub static borrowed: Cell<&str> = const { Cell::new("text") };
    #[cfg(any())]
    static NOT_THERE: Missing = Missing;
    static WORDS: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) }
}

std::thread_local!(static ALONE: u8 = 7);
std::thread_local! {}

static COUNTERS: [AtomicUsize; 2] = [const { AtomicUsize::new(0) }; 2];

const fn shared() -> Mutex<Option<JoinHandle<u8>>> {
    Mutex::new(None)
}

static HANDLE: Mutex<Option<JoinHandle<u8>>> = shared();

struct Worker<'a> {
    done: &'a core::sync::atomic::AtomicBool,
    clock: fn() -> std::time::Instant,
    wait: fn(core::time::Duration),
}

trait Lockable {
    fn locked(&self) -> u8;
}

impl Lockable for sync::Mutex<u8> {
    fn locked(&self) -> u8 {
        *self.lock().unwrap_or_else(sync::PoisonError::into_inner)
    }
}

fn tail_of_a_block(mutex: &Mutex<u8>) -> u8 {
    let value = { *mutex.lock().unwrap() };
    if value > 9 {
        println!("{}", mutex.lock().unwrap())
    } else {
        print!("")
    }
    value
}

fn local_guard_in_tail() {
    let mutex = Mutex::new("");
    if false {
        return println!("{}", mutex.lock().unwrap());
    }
    print!("{}", mutex.lock().unwrap())
}

fn closures() -> u8 {
    let flag = core::sync::atomic::AtomicBool::new(false);
    let worker = Worker {
        done: &flag,
        clock: std::time::Instant::now,
        wait: thread::sleep,
    };
    (worker.wait)(std::time::Duration::ZERO);
    let _ = (worker.clock)();
    let spawn: fn(fn() -> u8) -> JoinHandle<u8> = thread::spawn;
    *HANDLE.lock().unwrap() = Some(spawn(|| 4));
    HANDLE.lock().unwrap().take().map_or(0, |handle| handle.join().unwrap())
}

fn inference() -> Vec<u8> {
    let (senders, receiver) = {
        let (sender, receiver) = std::sync::mpsc::channel();
        (vec![sender; 2], receiver)
    };
    for (index, sender) in senders.into_iter().enumerate() {
        thread::spawn(move || sender.send(index as u8)).join().unwrap().unwrap();
    }
    let shared: Arc<Mutex<Vec<_>>> = Default::default();
    let mut received: Vec<u8> = receiver.into_iter().collect();
    shared.lock().unwrap().append(&mut received);
    Arc::try_unwrap(shared).unwrap().into_inner().unwrap()
}

/// What each place did.
pub fn run() -> Vec<String> {
    tell!("", "");
    local_guard_in_tail();
    if false {
        say!("{}", 1);
        renamed_std::dbg!();
    }
    let mutex = sync::Mutex::new(3);
    let pair = (std::dbg!(1, 2), dbg!(3));
    COUNTERS[1].fetch_add(2, renamed_core::sync::atomic::Ordering::SeqCst);
    CALLS_INIT.set(CALLS_INIT.get() + 1);
    WORDS.with_borrow_mut(|words| words.push("word"));
    let keys = (
        FIRST.get(),
        SECOND.get(),
        CALLS_INIT.get(),
        borrowed.get(),
        WORDS.take(),
        ALONE.with(|key| *key),
    );
    vec![
        format!("{} {} {}", sync::twice(&mutex), mutex.locked(), tail_of_a_block(&mutex)),
        format!("{} {}", own::say(), own::real()),
        format!("{pair:?} {keys:?} {COUNTERS:?}"),
        format!("{} {:?}", closures(), inference()),
        alloc::format!("{:?}", alloc::collections::BTreeMap::from([(1, 2)])),
    ]
}
