//! Addresses are the same in every execution, so a program may order and hash by them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Debug;
use std::hash::{BuildHasherDefault, DefaultHasher};
use std::hint::black_box;
use std::ops::ControlFlow;
use std::process::Command;
use std::rc::Rc;

use model_std::model::trace::End;
use model_std::model::{Bounds, Schedule, explore, replay};
use model_std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use model_std::sync::{Arc, Barrier, Mutex, MutexGuard};
use model_std::thread;
use model_std_suite::{describe, plain, preemptions, returns};

fn address<T: ?Sized>(value: &T) -> usize {
    std::ptr::from_ref(value).addr()
}

/// Does what differs between interleavings: allocates and frees in several threads.
fn churn() {
    let shared = Arc::new(Mutex::new(Vec::new()));
    let threads = [3, 50, 700].map(|size| {
        let shared = Arc::clone(&shared);
        thread::spawn(move || {
            let kept = vec![size; size];
            shared.lock().unwrap().push(Box::new([size; 5]));
            let taken = shared.lock().unwrap().pop();
            drop(kept);
            taken
        })
    });
    for thread in threads {
        thread.join().unwrap();
    }
}

/// All executions of `body` return one value. None of its threads allocates, so that this cannot depend on the order in
/// which they do.
#[track_caller]
fn always_the_same<T: PartialEq + Clone + Debug + 'static>(body: impl Fn() -> T + 'static) -> T {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let contended = move || {
        let value = body();
        let threads = [1, 2].map(|n| thread::spawn(move || COUNT.fetch_add(n, SeqCst)));
        for thread in threads {
            thread.join().unwrap();
        }
        (value, body())
    };
    let mut first = None;
    let coverage = preemptions(2).each(contended, |execution| {
        assert_eq!(describe(&execution.trace.end), "finished");
        let values = execution.value.unwrap().unwrap();
        // A copy: what is kept of an execution moves the addresses of the next ones.
        let first = first.get_or_insert_with(|| values.clone());
        assert_eq!(values, *first);
    });
    assert!(coverage.executions > 5, "{coverage:?}");
    first.unwrap().0
}

/// How the addresses are ordered: the place of each among all.
fn order(addresses: &[usize]) -> Vec<usize> {
    let mut sorted = addresses.to_vec();
    sorted.sort_unstable();
    addresses.iter().map(|one| sorted.binary_search(one).unwrap()).collect()
}

/// Locks both, first the one with the lower address.
fn lock_both<'a>(one: &'a Mutex<u32>, other: &'a Mutex<u32>) -> [MutexGuard<'a, u32>; 2] {
    if address(one) < address(other) {
        let first = one.lock().unwrap();
        [first, other.lock().unwrap()]
    } else {
        let first = other.lock().unwrap();
        let second = one.lock().unwrap();
        [second, first]
    }
}

#[test]
fn locks_may_be_taken_in_the_order_of_their_addresses() {
    static FIRST: Mutex<u32> = Mutex::new(0);
    static SECOND: Mutex<u32> = Mutex::new(0);
    fn in_both_orders(one: &Mutex<u32>, other: &Mutex<u32>) -> u32 {
        thread::scope(|scope| {
            scope.spawn(|| lock_both(one, other).map(|mut guard| *guard += 1));
            scope.spawn(|| lock_both(other, one).map(|mut guard| *guard += 1));
        });
        *one.lock().unwrap() + *other.lock().unwrap()
    }
    let places: [fn() -> u32; 4] = [
        || in_both_orders(&FIRST, &SECOND),
        || in_both_orders(&Mutex::new(0), &Mutex::new(0)),
        || in_both_orders(&Arc::new(Mutex::new(0)), &Box::new(Mutex::new(0))),
        || {
            // Which of the two has the lower address depends on what was freed before.
            let [filler, other] = [[0; 9], [1; 9]].map(Box::new);
            drop(other);
            let one = Box::new((Mutex::new(0), [0; 3]));
            drop(filler);
            in_both_orders(&one.0, &Box::new((Mutex::new(0), [0; 3])).0)
        },
    ];
    for place in places {
        let coverage = returns(
            move || {
                churn();
                place()
            },
            [4],
        );
        assert!(coverage.executions > 100, "{coverage:?}");
    }
}

#[test]
fn all_kinds_of_blocks_are_at_the_same_addresses() {
    let addresses = always_the_same(|| {
        let small = [(); 9].map(|()| Box::new(1_u8));
        let shared = [(); 3].map(|()| Arc::new(Mutex::new(1)));
        let zeroes = [10_usize, 1000, 100_000, 3_000_000].map(|n| vec![0_u8; n]);
        let mut grown = Vec::new();
        (0..3000_u32).for_each(|n| grown.push(n));
        #[repr(align(4096))]
        struct Page(#[expect(dead_code, reason = "it is as large as that")] u8);
        let aligned = [(); 3].map(|()| Box::new(Page(1)));
        assert!(aligned.iter().all(|page| address(&**page).is_multiple_of(4096)));
        let mut addresses: Vec<usize> = small.iter().map(|block| address(&**block)).collect();
        addresses.extend(shared.iter().map(|block| address(&**block)));
        addresses.extend(zeroes.iter().map(|block| address(&block[0])));
        addresses.push(address(&grown[0]));
        addresses.extend(aligned.iter().map(|block| address(&**block)));
        addresses
    });
    let different: BTreeSet<_> = addresses.iter().collect();
    assert_eq!(different.len(), addresses.len());
}

#[test]
fn stacks_are_at_the_same_addresses() {
    fn of_a_local() -> usize {
        let local = 0_u8;
        address(&local)
    }
    let body = || {
        let all_run = Barrier::new(3);
        let threads = || {
            thread::scope(|scope| {
                let threads = [(); 3].map(|()| {
                    scope.spawn(|| {
                        all_run.wait();
                        of_a_local()
                    })
                });
                threads.map(|thread| thread.join().unwrap())
            })
        };
        let sizes = [1 << 20, 64 << 10, 3 << 20].map(|size| {
            let spawned = thread::Builder::new().stack_size(size).spawn(of_a_local);
            spawned.unwrap().join().unwrap()
        });
        // The second three threads have the stacks of the first ones.
        let (first, second) = (threads(), threads());
        assert_eq!(first, second);
        [&first[..], &sizes, &[of_a_local()]].concat()
    };
    let addresses = always_the_same(body);
    let different: BTreeSet<_> = addresses.iter().collect();
    assert_eq!(different.len(), addresses.len());
}

#[test]
fn the_order_of_pointers_in_a_map_may_decide_what_a_program_does() {
    let body = || {
        churn();
        let blocks: Vec<Rc<usize>> = (0..5).map(Rc::new).collect();
        let sorted: BTreeMap<*const usize, usize> = blocks.iter().map(|block| (Rc::as_ptr(block), **block)).collect();
        // A hash that does not depend on random numbers.
        type Hashed = HashMap<*const usize, usize, BuildHasherDefault<DefaultHasher>>;
        let hashed: Hashed = sorted.iter().map(|(pointer, value)| (*pointer, *value)).collect();
        let shared = AtomicUsize::new(0);
        sorted
            .values()
            .chain(hashed.values())
            .for_each(|value| shared.store(*value, SeqCst));
    };
    assert!(returns(body, [()]).executions > 100);
}

#[test]
fn a_block_that_was_freed_last_is_used_first() {
    let is_reused = || {
        let (one, other) = (Box::new([1_u32; 6]), Box::new([2_u32; 6]));
        let freed = [address(&*one), address(&*other)];
        drop(one);
        drop(other);
        let again = [Box::new([3_u32; 6]), Box::new([4_u32; 6])];
        [address(&*again[1]), address(&*again[0])] == freed
    };
    // Not everywhere the program has a heap of its own.
    let expected = cfg!(all(target_os = "linux", target_env = "gnu"));
    assert_eq!(always_the_same(is_reused), expected);
}

#[test]
fn memory_that_is_used_again_is_as_it_should_be() {
    returns(
        || {
            for n in [1, 16, 17, 400, 5000, 70_000, 1_100_000, 5_000_000] {
                drop(vec![0xFF_u8; n]);
                let zeroes = vec![0_u8; n];
                assert!(zeroes.iter().all(|byte| *byte == 0), "{n}");
                let mut grown: Vec<u8> = (0..n).map(|index| index as u8).collect();
                let behind = vec![0xAA_u8; n];
                grown.extend(0..=255);
                grown.extend_from_slice(&behind);
                let right = (0..n).all(|index| grown[index] == index as u8);
                assert!(right && (0..=255).all(|index| grown[n + usize::from(index)] == index));
                grown.truncate(n / 2 + 1);
                grown.shrink_to_fit();
                assert!((0..grown.len()).all(|index| grown[index] == index as u8), "{n}");
            }
        },
        [()],
    );
}

#[test]
fn the_order_does_not_depend_on_what_earlier_executions_left() {
    // Every execution leaves something: what it leaks, what it returns, and what its threads own that never end.
    let mut orders = BTreeSet::new();
    let mut returned = Vec::new();
    let body = || {
        let kept = Arc::new(Mutex::new(vec![1; 100]));
        let blocks = [(); 5].map(|()| Box::new(7_u64));
        Box::leak(Box::new([0_u8; 300]));
        let other = Arc::clone(&kept);
        thread::spawn(move || {
            let _mine = Box::new([3; 10]);
            other.lock().unwrap().push(1);
            thread::park();
        });
        kept.lock().unwrap().push(2);
        let later = [(); 5].map(|()| Box::new(8_u64));
        let addresses = blocks.iter().chain(&later).map(|block| address(&**block));
        (
            order(&addresses.collect::<Vec<_>>()),
            format!("{} left", kept.lock().unwrap().len()),
        )
    };
    preemptions(2).each(body, |execution| {
        assert!(matches!(execution.trace.end, End::ThreadsLeft { .. }));
        let (order, text) = execution.value.unwrap().unwrap();
        orders.insert(order);
        returned.push(text);
    });
    assert_eq!(orders.len(), 1, "{orders:?}");
    let returned: BTreeSet<String> = returned.into_iter().collect();
    assert_eq!(returned, ["101 left", "102 left"].map(str::to_owned).into());
}

#[test]
fn every_end_of_an_execution_leaves_the_addresses_as_they_are() {
    let body = |is_left: fn()| {
        move || {
            let block = Box::new(1_u8);
            let seen = Arc::new(AtomicUsize::new(address(&*block)));
            let other = Arc::clone(&seen);
            let thread = thread::spawn(move || other.fetch_add(0, SeqCst));
            let found = seen.load(SeqCst);
            is_left();
            thread.join().unwrap() == found && found == address(&*block)
        }
    };
    let ends: [(fn(), &str); 5] = [
        (
            || {
                let mutex = Mutex::new(());
                let _held = mutex.lock();
                drop(mutex.lock());
            },
            "deadlock [0]",
        ),
        (|| panic!("{}", "on purpose"), "panicked: on purpose"),
        (|| model_std::process::exit(3), "0 exited with Some(3)"),
        (
            || {
                fn deeper(n: u64) -> u64 {
                    let frame = black_box([n; 1000]);
                    let block = black_box(Box::new(n));
                    if black_box(n) == u64::MAX {
                        return 0;
                    }
                    deeper(n + 1) + *block + frame[3]
                }
                deeper(0);
            },
            if cfg!(target_os = "linux") {
                "0 overflowed its stack of 8192 KiB"
            } else {
                ""
            },
        ),
        (|| (), "finished"),
    ];
    for (is_left, end) in ends {
        if end.is_empty() {
            continue;
        }
        let mut n = 0;
        preemptions(1).each(body(is_left), |execution| {
            assert_eq!(describe(&execution.trace.end), end);
            n += 1;
        });
        assert!(n > 1);
    }
}

#[test]
fn what_an_execution_allocates_may_be_kept_and_freed_elsewhere() {
    let mut kept = Vec::new();
    let (to_other, from_explorer) = std::sync::mpsc::channel::<Vec<String>>();
    let other = std::thread::spawn(move || {
        let lengths = from_explorer.into_iter().map(|mut texts| {
            texts.push("more".repeat(100));
            texts.iter().map(String::len).sum::<usize>()
        });
        lengths.collect::<Vec<_>>()
    });
    let body = || {
        churn();
        ["a", "bc", "def"].map(|text| text.repeat(20)).to_vec()
    };
    let coverage = preemptions(2).each(body, |execution| {
        let texts = execution.value.unwrap().unwrap();
        if kept.len() < 50 {
            kept.push(texts.clone());
        }
        to_other.send(texts).unwrap();
    });
    drop(to_other);
    let lengths = other.join().unwrap();
    assert_eq!(lengths.len() as u64, coverage.executions);
    assert!(lengths.iter().all(|length| *length == 120 + 400));
    assert!(kept.iter().all(|texts| texts[2] == "def".repeat(20)));
}

#[test]
fn replays_in_two_processes_have_the_same_addresses() {
    /// Set for the other process: the choices of the schedule.
    const CHOICES: &str = "MODEL_STD_SUITE_CHOICES";
    let body: Rc<dyn Fn() -> [usize; 2]> = Rc::new(|| {
        churn();
        let (local, block) = (0_u8, Box::new([0_u8; 77]));
        [address(&local), address(&*block)]
    });
    if let Ok(choices) = std::env::var(CHOICES) {
        let choices = choices.split(' ').map(|choice| choice.parse().unwrap()).collect();
        let schedule = Schedule {
            choices,
            ..Schedule::default()
        };
        let execution = replay(&plain(), &body, &schedule);
        return std::println!("addresses {:?}", execution.value.unwrap().unwrap());
    }
    let mut n = 0;
    let coverage = explore(&Bounds::default(), &plain(), &body, |_| {
        n += 1;
        if n < 200 {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    });
    let schedule = coverage.stopped.unwrap().schedule;
    assert_eq!(
        schedule,
        Schedule {
            choices: schedule.choices.clone(),
            ..Schedule::default()
        }
    );
    let choices: Vec<String> = schedule.choices.iter().map(u16::to_string).collect();
    let addresses = [(); 2].map(|()| {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args([
            "--exact",
            "addresses::replays_in_two_processes_have_the_same_addresses",
            "--nocapture",
        ]);
        let output = command.env(CHOICES, choices.join(" ")).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let addresses = text
            .lines()
            .find(|line| line.starts_with("addresses ["))
            .map(str::to_owned);
        addresses.unwrap_or_else(|| panic!("{text}"))
    });
    assert_eq!(addresses[0], addresses[1]);
}
