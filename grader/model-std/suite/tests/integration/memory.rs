//! Many executions cost no more memory than a few.
//!
//! Each test starts itself again as a process of its own, because other tests in the same process would count too.

use std::process::Command;

use model_std::model::Bounds;
use model_std::model::trace::End;
use model_std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use model_std::sync::{Arc, LazyLock, Mutex};
use model_std::thread;
use model_std_suite::Explorer;

use crate::programs::{Random, Size, Topic, modelled};

/// Set for the process that one of these tests has to itself.
const ALONE: &str = "MODEL_STD_SUITE_ALONE";

/// The size of a page on every Linux that runs these tests.
const PAGE: usize = 4096;

/// Runs `test`, the test with this name, in a process of its own.
#[track_caller]
fn alone(name: &str, test: impl FnOnce()) {
    if std::env::var_os(ALONE).is_some() {
        test();
        return;
    }
    let executable = std::env::current_exe().expect("a test has an executable");
    let mut command = Command::new(executable);
    command.args(["--exact", &format!("memory::{name}"), "--nocapture"]);
    let output = command.env(ALONE, "1").output().expect("a test can be started");
    let (stdout, stderr) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(
        output.status.success() && stdout.contains("test result: ok. 1 passed"),
        "`{command:?}`: {}\n{stdout}\n{stderr}",
        output.status
    );
}

/// The resident memory of this process, in bytes.
fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").expect("Linux has it");
    let pages = statm.split(' ').nth(1).and_then(|pages| pages.parse().ok());
    pages.map_or(0, |pages: usize| pages * PAGE)
}

/// Samples `n` executions.
fn samples(n: u64) -> Explorer {
    Explorer {
        bounds: Bounds {
            preemptions: 0,
            executions: 1,
            random: n,
            ..Bounds::default()
        },
        ..Explorer::default()
    }
}

/// Counts executions and notes the resident memory after the first hundredth of them.
struct Growth {
    n_expected: u64,
    n_seen: u64,
    early: usize,
}

impl Growth {
    fn over(n_expected: u64) -> Self {
        Self {
            n_expected,
            n_seen: 0,
            early: 0,
        }
    }

    fn note(&mut self) {
        self.n_seen += 1;
        if self.n_seen == self.n_expected / 100 {
            self.early = resident();
        }
    }

    /// By how many bytes the process has grown since.
    #[track_caller]
    fn bytes(&self) -> usize {
        assert!(self.n_seen >= self.n_expected, "{} executions", self.n_seen);
        resident().saturating_sub(self.early)
    }
}

/// By how many bytes the process grows while it runs `body` `n` times.
fn growth(n: u64, body: impl Fn() + 'static) -> usize {
    let mut growth = Growth::over(n);
    samples(n).each(body, |_| growth.note());
    growth.bytes()
}

#[test]
fn executions_that_use_statics_keep_the_memory_flat() {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    static LAZY: LazyLock<Mutex<usize>> = LazyLock::new(|| Mutex::new(1));
    alone("executions_that_use_statics_keep_the_memory_flat", || {
        let grown = growth(100_000, || {
            let mutex = Arc::new(Mutex::new(vec![0; 64]));
            let threads = [1, 2].map(|id| {
                let mutex = Arc::clone(&mutex);
                thread::spawn(move || {
                    mutex.lock().unwrap().push(id);
                    COUNT.fetch_add(id, SeqCst);
                })
            });
            *LAZY.lock().unwrap() += 1;
            threads.into_iter().for_each(|thread| thread.join().unwrap());
        });
        assert!(grown < 4 << 20, "{grown} bytes");
    });
}

#[test]
fn executions_of_a_random_program_keep_the_memory_flat() {
    alone("executions_of_a_random_program_keep_the_memory_flat", || {
        let n = 100_000;
        let program = program_that_always_finishes();
        let mut growth = Growth::over(n);
        modelled::each(&program, samples(n), |_, execution| {
            assert_eq!(execution.trace.end, End::Finished, "{program:?}");
            growth.note();
        });
        let grown = growth.bytes();
        assert!(grown < 4 << 20, "{grown} bytes");
    });
}

/// A program over many kinds of objects that finishes in every execution. One that does not would leak, which another
/// test bounds.
fn program_that_always_finishes() -> crate::programs::Program {
    let mut random = Random(2);
    let size = Size {
        threads: 3,
        steps: 4,
        main: true,
    };
    let topics = [
        Topic::Atomics,
        Topic::Poison,
        Topic::Once,
        Topic::Threads,
        Topic::Channels,
    ];
    let explorer = Explorer {
        bounds: Bounds {
            preemptions: 1,
            executions: 2_000,
            random: 500,
            ..Bounds::default()
        },
        ..Explorer::default()
    };
    loop {
        let program = random.program_on(&topics, size);
        let mut always_finishes = true;
        modelled::each(&program, explorer, |_, execution| {
            always_finishes &= execution.trace.end == End::Finished;
        });
        if always_finishes {
            return program;
        }
    }
}

#[test]
fn an_execution_that_is_cut_short_leaks_only_what_it_owned() {
    alone("an_execution_that_is_cut_short_leaks_only_what_it_owned", || {
        let grown = growth(10_000, || {
            let mutex = Mutex::new(0);
            thread::spawn(thread::park);
            let _held = mutex.lock();
            drop(mutex.lock());
        });
        assert!(grown < 8 << 20, "{grown} bytes");
    });
}

#[test]
fn executions_that_leave_a_little_of_much_keep_the_rest() {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    alone("executions_that_leave_a_little_of_much_keep_the_rest", || {
        let grown = growth(20_000, || {
            let blocks: Vec<Box<[u64; 20]>> = (0..100).map(|n| Box::new([n; 20])).collect();
            Box::leak(Box::new([1_u64; 20]));
            let threads = [1, 2].map(|n| thread::spawn(move || COUNT.fetch_add(n, SeqCst)));
            drop(blocks);
            threads.into_iter().for_each(|thread| assert!(thread.join().is_ok()));
        });
        assert!(grown < 100 << 20, "{grown} bytes");
    });
}

#[test]
fn values_that_are_kept_for_a_while_keep_the_memory_flat() {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    alone("values_that_are_kept_for_a_while_keep_the_memory_flat", || {
        let (mut growth, mut kept) = (Growth::over(50_000), Vec::new());
        let body = || {
            let text = "a value that is kept".repeat(20);
            let threads = [1, 2].map(|n| thread::spawn(move || COUNT.fetch_add(n, SeqCst)));
            threads.into_iter().for_each(|thread| assert!(thread.join().is_ok()));
            text
        };
        samples(50_000).each(body, |execution| {
            growth.note();
            kept.extend(execution.value.and_then(Result::ok));
            if kept.len() > 20 {
                kept.clear();
            }
        });
        let grown = growth.bytes();
        assert!(grown < 4 << 20, "{grown} bytes");
    });
}

#[test]
fn branches_beyond_the_budget_are_not_kept() {
    alone("branches_beyond_the_budget_are_not_kept", || {
        let before = resident();
        let explorer = Explorer {
            bounds: Bounds {
                preemptions: 3,
                executions: 2_000,
                random: 0,
                ..Bounds::default()
            },
            ..Explorer::default()
        };
        let body = || {
            let counter = Arc::new(AtomicUsize::new(0));
            let threads = [1, 2, 3, 4].map(|id| {
                let counter = Arc::clone(&counter);
                thread::spawn(move || (0..40).for_each(|_| assert!(counter.fetch_add(id, SeqCst) < 1000)))
            });
            threads.into_iter().for_each(|thread| thread.join().unwrap());
        };
        let coverage = explorer.each(body, drop);
        assert!(!coverage.complete);
        let grown = resident().saturating_sub(before);
        assert!(grown < 32 << 20, "{grown} bytes");
    });
}
