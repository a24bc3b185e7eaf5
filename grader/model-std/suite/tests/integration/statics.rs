//! Statics and thread-locals start afresh in each execution.

use std::cell::{Cell, RefCell};
use std::fmt::Debug;

use model_std::sync::atomic::{AtomicPtr, AtomicU8, AtomicUsize, Ordering::SeqCst};
use model_std::sync::{Arc, Barrier, Condvar, LazyLock, Mutex, Once, OnceLock, RwLock, mpsc};
use model_std::thread;
use model_std_suite::{Explorer, ends, preemptions, returns};

/// Two threads `touch` a static; then `look` returns `expected`, in each of many executions.
#[track_caller]
fn starts_afresh<T: Ord + Debug + 'static>(touch: fn(), look: fn() -> T, expected: T) {
    let body = move || {
        thread::scope(|scope| {
            scope.spawn(touch);
            scope.spawn(touch);
        });
        look()
    };
    let coverage = returns(body, [expected]);
    assert!(coverage.executions > 2, "{coverage:?}");
}

#[test]
fn an_atomic_starts_with_its_first_value() {
    static COUNT: AtomicUsize = AtomicUsize::new(5);
    starts_afresh(|| assert!(COUNT.fetch_add(1, SeqCst) < 7), || COUNT.load(SeqCst), 7);
    static BYTES: [AtomicU8; 2] = [const { AtomicU8::new(1) }; 2];
    starts_afresh(
        || BYTES.iter().for_each(|byte| assert!(byte.fetch_add(1, SeqCst) < 3)),
        || BYTES.each_ref().map(|byte| byte.load(SeqCst)),
        [3, 3],
    );
    static POINTER: AtomicPtr<u8> = AtomicPtr::new(std::ptr::null_mut());
    starts_afresh(
        || assert!(POINTER.fetch_ptr_add(1, SeqCst).addr() < 2),
        || POINTER.load(SeqCst).addr(),
        2,
    );
}

#[test]
fn a_locked_value_starts_afresh() {
    static WORDS: Mutex<Vec<&str>> = Mutex::new(Vec::new());
    starts_afresh(
        || WORDS.lock().unwrap().push("word"),
        || WORDS.lock().unwrap().clone(),
        vec!["word"; 2],
    );
    static TABLE: RwLock<(u8, Option<String>)> = RwLock::new((3, None));
    starts_afresh(
        || TABLE.write().unwrap().1.get_or_insert_default().push('x'),
        || TABLE.read().unwrap().clone(),
        (3, Some("xx".to_owned())),
    );
}

#[test]
fn a_static_inside_a_function_or_behind_another_starts_afresh() {
    fn count() -> usize {
        static COUNT: Mutex<usize> = Mutex::new(0);
        let mut count = COUNT.lock().unwrap();
        *count += 1;
        *count
    }
    starts_afresh(|| assert!(count() <= 2), count, 3);
    struct Pool {
        sizes: Mutex<Vec<usize>>,
        users: AtomicUsize,
    }
    static POOL: Pool = Pool {
        sizes: Mutex::new(Vec::new()),
        users: AtomicUsize::new(0),
    };
    starts_afresh(
        || POOL.sizes.lock().unwrap().push(POOL.users.fetch_add(1, SeqCst)),
        || POOL.sizes.lock().unwrap().iter().sum::<usize>(),
        1,
    );
}

#[test]
fn a_cell_is_initialised_once_in_every_execution() {
    static RUNS: AtomicUsize = AtomicUsize::new(0);
    static CELL: OnceLock<Vec<usize>> = OnceLock::new();
    static LAZY: LazyLock<Mutex<Vec<usize>>> = LazyLock::new(|| Mutex::new(vec![RUNS.fetch_add(1, SeqCst)]));
    static ONCE: Once = Once::new();
    starts_afresh(
        || {
            assert_eq!(CELL.get_or_init(|| vec![RUNS.fetch_add(1, SeqCst)]).len(), 1);
            LAZY.lock().unwrap().push(7);
            ONCE.call_once(|| assert!(RUNS.fetch_add(1, SeqCst) < 3));
        },
        || (RUNS.load(SeqCst), LAZY.lock().unwrap().len(), ONCE.is_completed()),
        (3, 3, true),
    );
}

#[test]
fn a_poisoned_static_is_not_poisoned_in_the_next_execution() {
    static MUTEX: Mutex<u8> = Mutex::new(0);
    static ONCE: Once = Once::new();
    let body = || {
        let whole = !MUTEX.is_poisoned();
        let thread = thread::spawn(|| {
            let _held = MUTEX.lock().unwrap();
            ONCE.call_once(|| panic!("poison"));
        });
        let died = thread.join().is_err();
        let poisoned = model_std::panic::catch_unwind(|| ONCE.call_once(|| {})).is_err();
        (whole, died, MUTEX.is_poisoned(), poisoned)
    };
    returns(body, [(true, true, true, true)]);
}

#[test]
fn a_lock_held_when_an_execution_is_cut_short_is_free_in_the_next() {
    static MUTEX: Mutex<Vec<u8>> = Mutex::new(Vec::new());
    let body = || {
        let mut held = MUTEX.lock().unwrap();
        assert!(held.is_empty());
        held.push(1);
        drop(MUTEX.lock());
    };
    ends(body, &["deadlock [0]"]);
}

#[test]
fn waiters_barriers_and_channels_do_not_outlive_an_execution() {
    static CHANGED: Condvar = Condvar::new();
    static READY: Mutex<bool> = Mutex::new(false);
    static MEETING: Barrier = Barrier::new(2);
    type Ends = (mpsc::Sender<u8>, Mutex<Option<mpsc::Receiver<u8>>>);
    static CHANNEL: LazyLock<Ends> = LazyLock::new(|| {
        let (sender, receiver) = mpsc::channel();
        (sender, Mutex::new(Some(receiver)))
    });
    let body = || {
        let thread = thread::spawn(|| {
            *READY.lock().unwrap() = true;
            CHANGED.notify_all();
            CHANNEL.0.send(7).unwrap();
            MEETING.wait().is_leader()
        });
        let ready = *CHANGED.wait_while(READY.lock().unwrap(), |ready| !*ready).unwrap();
        let received = CHANNEL.1.lock().unwrap().take().unwrap().recv();
        let leads = MEETING.wait().is_leader();
        (ready, received.ok(), leads != thread.join().unwrap())
    };
    returns(body, [(true, Some(7), true)]);
}

#[test]
fn a_thread_local_key_has_a_value_for_each_thread_of_each_execution() {
    model_std::thread_local! {
        static COUNT: Cell<usize> = const { Cell::new(1) };
        static WORDS: RefCell<Vec<usize>> = RefCell::new(vec![COUNT.get()]);
    }
    let body = || {
        let touch = || {
            COUNT.set(COUNT.get() + 1);
            WORDS.with_borrow_mut(|words| words.push(COUNT.replace(9)));
            WORDS.take()
        };
        let threads = [thread::spawn(touch), thread::spawn(touch)];
        let mine = touch();
        (threads.map(|thread| thread.join().unwrap()), mine, COUNT.get())
    };
    // The initialiser of a key sees the values of its own thread only.
    returns(body, [([vec![2, 2], vec![2, 2]], vec![2, 2], 9)]);
}

#[test]
fn thread_locals_are_dropped_when_their_thread_ends() {
    static DROPS: Mutex<Vec<&str>> = Mutex::new(Vec::new());
    struct SaysSo(&'static str);
    impl Drop for SaysSo {
        fn drop(&mut self) {
            DROPS.lock().unwrap().push(self.0);
        }
    }
    model_std::thread_local! {
        static FIRST: SaysSo = const { SaysSo("first") };
        static SECOND: SaysSo = const { SaysSo("second") };
    }
    let body = || {
        thread::spawn(|| FIRST.with(|_| SECOND.with(|_| ()))).join().unwrap();
        DROPS.lock().unwrap().clone()
    };
    returns(body, [vec!["second", "first"]]);
    // The body's own values are dropped too when it returns, without harm to the next execution.
    returns(|| FIRST.with(|_| DROPS.lock().unwrap().len()), [0]);
    // A thread that never ends keeps its values.
    let body = || {
        thread::spawn(|| {
            SECOND.with(|_| ());
            thread::park();
        });
        thread::yield_now();
        DROPS.lock().unwrap().len()
    };
    preemptions(1).ends(body, &["threads left [1]"]);
}

#[test]
fn a_static_used_before_an_execution_keeps_its_value() {
    static COUNT: AtomicUsize = AtomicUsize::new(1);
    static WORDS: Mutex<Vec<u8>> = Mutex::new(Vec::new());
    COUNT.fetch_add(1, SeqCst);
    let body = || {
        WORDS.lock().unwrap().push(1);
        (COUNT.fetch_add(1, SeqCst), WORDS.lock().unwrap().len())
    };
    returns(body, [(2, 1)]);
}

#[test]
fn an_object_that_the_body_returns_works_after_its_execution() {
    let mut seen = Vec::new();
    let body = || {
        let (sender, receiver) = mpsc::channel();
        sender.send(1).unwrap();
        (
            Arc::new(Mutex::new(2)),
            Arc::new(AtomicUsize::new(3)),
            receiver,
            OnceLock::from(4),
        )
    };
    Explorer::default().each(body, |execution| {
        let (mutex, atomic, receiver, cell) = execution.value.unwrap().unwrap();
        *mutex.lock().unwrap() += 1;
        atomic.fetch_add(1, SeqCst);
        seen = vec![
            *mutex.lock().unwrap(),
            atomic.load(SeqCst),
            receiver.recv().unwrap(),
            *cell.get().unwrap(),
        ];
        assert!(receiver.recv().is_err());
    });
    assert_eq!(seen, [3, 4, 1, 4]);
}
