//! Leaving out the executions that can show nothing new loses no outcome: random programs over everything that threads can do
//! come to the same outcomes with it and without it, at each bound.

#[path = "outcomes/outcomes.rs"]
mod outcomes;

use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::Duration;

use model_std::model::{Bounds, Pruning, Settings};
use model_std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use model_std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use model_std::sync::{Arc, Barrier, Condvar, Mutex, OnceLock, RwLock};
use model_std::thread::{self, Thread};
use model_std::time::Instant;

use outcomes::Explorer;

const MOMENT: Duration = Duration::from_millis(1);

/// How many kinds of steps there are.
const N_STEPS: u64 = 22;

/// What the threads of a program share.
struct Shared {
    number: AtomicU64,
    ready: Mutex<u64>,
    changed: Condvar,
    table: RwLock<u64>,
    cell: OnceLock<u64>,
    receiver: Mutex<Receiver<u64>>,
    main: Thread,
    meeting: Barrier,
    start: Instant,
}

/// One thread's way through its steps.
struct Worker {
    id: u64,
    shared: Arc<Shared>,
    sender: SyncSender<u64>,
    seen: Vec<u64>,
}

impl Worker {
    fn perform(mut self, steps: &[u64]) -> Vec<u64> {
        for step in steps {
            let seen = self.step(*step);
            self.seen.push(seen);
        }
        self.seen
    }

    /// Does a step, and says what it saw.
    fn step(&self, step: u64) -> u64 {
        let shared = &self.shared;
        match step {
            0 => thread::sleep(MOMENT),
            1 => thread::yield_now(),
            2 => shared.changed.notify_one(),
            3 => shared.changed.notify_all(),
            4 => *shared.ready.lock().unwrap() += 1,
            5 => *shared.table.write().unwrap() += self.id,
            6 => model_std::print!("{}", self.id),
            7 => shared.main.unpark(),
            8 => return shared.number.fetch_add(1, SeqCst),
            9 => return shared.number.load(SeqCst),
            10 => return shared.number.compare_exchange_weak(0, 5, SeqCst, SeqCst).is_ok().into(),
            11 => return self.sender.try_send(self.id).is_ok().into(),
            12 => return shared.receiver.lock().unwrap().try_recv().unwrap_or(9),
            13 => return shared.receiver.lock().unwrap().recv_timeout(MOMENT).unwrap_or(9),
            14 => return self.wait(),
            15 => return *shared.ready.lock().unwrap(),
            16 => return shared.ready.try_lock().map_or(9, |ready| *ready),
            17 => return *shared.cell.get_or_init(|| self.id * 10 + shared.number.load(SeqCst)),
            18 => return shared.cell.get().is_some().into(),
            19 => return *shared.table.read().unwrap(),
            20 => return shared.table.try_write().is_ok().into(),
            _ => return shared.start.elapsed().as_nanos() as u64,
        }
        0
    }

    fn wait(&self) -> u64 {
        let ready = self.shared.ready.lock().unwrap();
        let (ready, late) = self.shared.changed.wait_timeout(ready, MOMENT).unwrap();
        *ready * 2 + u64::from(late.timed_out())
    }
}

/// Runs one thread for each list of steps, and says what each saw and what is there in the end.
fn run(program: &[Vec<u64>]) -> (Vec<Vec<u64>>, Vec<u64>) {
    let (sender, receiver) = sync_channel(1);
    let shared = Arc::new(Shared {
        number: AtomicU64::new(0),
        ready: Mutex::new(0),
        changed: Condvar::new(),
        table: RwLock::new(0),
        cell: OnceLock::new(),
        receiver: Mutex::new(receiver),
        main: thread::current(),
        meeting: Barrier::new(program.len() + 1),
        start: Instant::now(),
    });
    let start = |(id, steps): (usize, &Vec<u64>)| {
        let steps = steps.clone();
        let worker = Worker {
            id: id as u64 + 1,
            shared: Arc::clone(&shared),
            sender: sender.clone(),
            seen: Vec::new(),
        };
        thread::spawn(move || {
            let leads = worker.shared.meeting.wait().is_leader();
            let mut seen = worker.perform(&steps);
            seen.push(leads.into());
            seen
        })
    };
    let threads: Vec<_> = program.iter().enumerate().map(start).collect();
    shared.meeting.wait();
    thread::park_timeout(MOMENT);
    let woken = shared.start.elapsed().as_millis() as u64;
    let seen = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
    let left = shared.receiver.lock().unwrap().try_recv().unwrap_or(9);
    let sums = [
        shared.number.load(SeqCst),
        *shared.ready.lock().unwrap(),
        *shared.table.read().unwrap(),
    ];
    (seen, [&sums[..], &[woken, left]].concat())
}

/// The outcomes of `program` within `bounds`, with what it printed, and how many executions that took.
fn outcomes(program: &Rc<Vec<Vec<u64>>>, explorer: Explorer) -> (BTreeSet<String>, u64) {
    let theirs = Rc::clone(program);
    let mut outcomes = BTreeSet::new();
    let coverage = explorer.each(
        move || run(&theirs),
        |execution| {
            let printed: Vec<u8> = execution
                .trace
                .stdout
                .iter()
                .flat_map(|segment| segment.bytes.clone())
                .collect();
            outcomes.insert(format!(
                "{:?} {printed:?} {:?}",
                execution.value,
                outcomes::describe(&execution.trace.end)
            ));
        },
    );
    assert!(coverage.complete, "{coverage:?}");
    (outcomes, coverage.executions)
}

#[track_caller]
fn agree(seed: u64, n_programs: u64, preemptions: u32, settings: Settings) {
    let mut random = seed;
    let mut next = |n: u64| {
        // The generator of Knuth's MMIX, of which the upper half is good.
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % n
    };
    let mut executions = (0, 0);
    for _ in 0..n_programs {
        let program: Vec<Vec<u64>> = (0..2).map(|_| (0..3).map(|_| next(N_STEPS)).collect()).collect();
        let program = Rc::new(program);
        let explorer = |pruning| {
            let bounds = Bounds {
                preemptions,
                executions: 1_000_000,
                random: 0,
                pruning,
                ..Bounds::default()
            };
            Explorer { bounds, settings }
        };
        let (all, n_all) = outcomes(&program, explorer(Pruning::Off));
        let (pruned, n_pruned) = outcomes(&program, explorer(Pruning::Visited));
        assert_eq!(pruned, all, "{program:?} with at most {preemptions} preemptions");
        executions = (executions.0 + n_all, executions.1 + n_pruned);
    }
    assert!(executions.1 < executions.0, "{executions:?}: nothing was left out");
}

#[test]
fn nothing_is_lost_at_any_bound() {
    agree(1, 150, 0, Settings::default());
    agree(2, 100, 1, Settings::default());
    agree(3, 30, 2, Settings::default());
}

#[test]
fn nothing_is_lost_where_waits_and_weak_exchanges_fail_without_a_reason() {
    let settings = Settings {
        spurious_wakeups: 1,
        weak_failures: 1,
        ..Settings::default()
    };
    agree(4, 60, 1, settings);
    agree(5, 20, 2, settings);
}
