//! Small random programs over two channels.
//!
//! The outcome of a program tells what every operation saw, what is left in the channels, and the time.

use model_crossbeam_channel::{Receiver, Select, Sender, after, bounded, select, select_biased, tick, unbounded};
use model_std::sync::Arc;
use model_std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use model_std::thread;
use model_std::time::{Duration, Instant};

const MOMENT: Duration = Duration::from_millis(1);

/// How many kinds of steps there are.
pub(crate) const N_STEPS: u64 = 30;

/// The capacities of the two channels, whether the main thread keeps its ends until the threads have ended, and the
/// steps of each thread.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    pub(crate) capacities: [Option<usize>; 2],
    pub(crate) keeps: bool,
    pub(crate) threads: Vec<Vec<u64>>,
}

/// A generator of programs: that of Knuth's MMIX. Only the upper half of its state is good.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, n: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }

    /// A program with few kinds of steps, so that they interact (Groce, Zhang, Eide, Chen & Regehr, *Swarm Testing*,
    /// ISSTA 2012).
    pub(crate) fn program(&mut self, n_threads: u64, n_steps: u64) -> Program {
        let capacities = [None, Some(0), Some(1)];
        let kinds = [0; 4].map(|_| self.below(N_STEPS));
        Program {
            capacities: [0; 2].map(|_| capacities[self.below(3) as usize]),
            keeps: self.below(3) > 0,
            threads: (0..n_threads)
                .map(|_| (0..n_steps).map(|_| kinds[self.below(4) as usize]).collect())
                .collect(),
        }
    }
}

/// The ends of the channels that a thread holds. It may drop them.
struct Worker {
    /// Its next message. No message is sent twice.
    next: u64,
    senders: [Option<Sender<u64>>; 2],
    receivers: [Option<Receiver<u64>>; 2],
    clock: Receiver<Instant>,
    number: Arc<AtomicU64>,
    start: Instant,
}

impl Worker {
    /// Does a step and returns what it saw.
    fn step(&mut self, step: u64) -> String {
        self.next += 1;
        let (Some(s), Some(r)) = (&self.senders[0], &self.receivers[0]) else {
            return self.step_without(step);
        };
        match step {
            0 | 1 => format!("{:?}", s.send(self.next)),
            2 => format!("{:?}", s.try_send(self.next)),
            3 => format!("{:?}", s.send_timeout(self.next, MOMENT)),
            4 | 5 => format!("{:?}", r.recv()),
            6 => format!("{:?}", r.try_recv()),
            7 => format!("{:?}", r.recv_timeout(MOMENT)),
            8 => format!("{:?}", r.recv_deadline(self.start + 2 * MOMENT)),
            9 => format!("{} {} {}", r.len(), s.is_full(), r.is_empty()),
            10 => {
                self.senders[0] = None;
                String::new()
            }
            11 => {
                self.receivers[0] = None;
                String::new()
            }
            _ => self.step_on_both(step),
        }
    }

    fn step_without(&mut self, step: u64) -> String {
        match (&self.senders[0], &self.receivers[0]) {
            (Some(s), None) if step.is_multiple_of(2) => format!("{:?}", s.try_send(self.next)),
            (Some(s), None) => format!("{:?} {}", s.send_timeout(self.next, MOMENT), s.len()),
            (None, Some(r)) if step.is_multiple_of(2) => format!("{:?}", r.try_recv()),
            (None, Some(r)) => format!("{:?}", r.recv()),
            _ => format!("{}", self.number.fetch_add(1, SeqCst)),
        }
    }

    fn step_on_both(&mut self, step: u64) -> String {
        let ([Some(s), Some(s2)], [Some(r), Some(r2)]) = (&self.senders, &self.receivers) else {
            return String::new();
        };
        match step {
            12 => select! { recv(r) -> m => format!("one {m:?}"), recv(r2) -> m => format!("two {m:?}") },
            13 => select! {
                recv(r) -> m => format!("one {m:?}"),
                send(s2, self.next) -> m => format!("two {m:?}"),
                default => "none".to_owned(),
            },
            14 => select! {
                recv(r) -> m => format!("one {m:?}"),
                send(s, self.next) -> m => format!("two {m:?}"),
                default(MOMENT) => "none".to_owned(),
            },
            15 => select_biased! {
                recv(r2) -> m => format!("one {m:?}"),
                recv(r) -> m => format!("two {m:?}"),
                default(MOMENT) => "none".to_owned(),
            },
            16 => {
                select! {
                    send(s, self.number.fetch_add(1, SeqCst)) -> m => format!("{m:?}"),
                    recv(after(MOMENT)) -> _ => "late".to_owned(),
                }
            }
            17 => self.select_slowly(s, r2),
            18 => self.find(s, r2),
            19 => format!("{:?}", s2.send_timeout(self.next, MOMENT)),
            20 => format!("{:?}", r2.recv_timeout(MOMENT)),
            21 => format!("{:?}", s2.try_send(self.next)),
            22 => format!("{:?}", r2.try_recv()),
            23 => format!("{:?}", self.clock.try_recv().map(|at| at - self.start)),
            24 => format!("{:?}", self.clock.recv_timeout(MOMENT).map(|at| at - self.start)),
            25 => {
                select! {
                    recv(self.clock) -> at => format!("{:?}", at.map(|at| at - self.start)),
                    recv(r) -> m => format!("{m:?}"),
                }
            }
            26 => {
                thread::sleep(MOMENT);
                String::new()
            }
            27 => format!("{}", self.number.fetch_add(1, SeqCst)),
            28 => format!("{}", self.number.load(SeqCst)),
            _ => format!("{:?}", r.iter().take(1).chain(r2.try_iter()).collect::<Vec<_>>()),
        }
    }

    /// Does something between the selection and its completion.
    fn select_slowly(&self, s: &Sender<u64>, r: &Receiver<u64>) -> String {
        let mut select = Select::new();
        let (sending, _) = (select.send(s), select.recv(r));
        let Ok(selected) = select.select_timeout(MOMENT) else {
            return "late".to_owned();
        };
        let index = selected.index();
        let between = self.number.fetch_add(1, SeqCst);
        let completed = if index == sending {
            format!("{:?}", selected.send(s, self.next))
        } else {
            format!("{:?}", selected.recv(r))
        };
        format!("{index} {between} {completed}")
    }

    fn find(&self, s: &Sender<u64>, r: &Receiver<u64>) -> String {
        let mut select = Select::new_biased();
        let _ = (select.recv(r), select.send(s));
        let found = (select.try_ready(), select.ready_timeout(MOMENT));
        format!("{found:?}")
    }
}

/// Runs the program and returns its outcome.
pub(crate) fn run(program: &Program) -> String {
    let open = |capacity: Option<usize>| capacity.map_or_else(unbounded, bounded);
    let [(s, r), (s2, r2)] = program.capacities.map(open);
    let number = Arc::new(AtomicU64::new(0));
    let start = Instant::now();
    let clock = tick(MOMENT);
    let begin = |(id, steps): (usize, &Vec<u64>)| {
        let steps = steps.clone();
        let mut worker = Worker {
            next: 10 * (id as u64 + 1),
            senders: [Some(s.clone()), Some(s2.clone())],
            receivers: [Some(r.clone()), Some(r2.clone())],
            clock: clock.clone(),
            number: Arc::clone(&number),
            start,
        };
        thread::spawn(move || steps.into_iter().map(|step| worker.step(step)).collect::<Vec<_>>())
    };
    let threads: Vec<_> = program.threads.iter().enumerate().map(begin).collect();
    let mut left = Vec::new();
    let join = |threads: Vec<thread::JoinHandle<Vec<String>>>| -> Vec<Vec<String>> {
        let join = |thread: thread::JoinHandle<_>| thread.join().expect("it does not panic");
        threads.into_iter().map(join).collect()
    };
    let seen = if program.keeps {
        let seen = join(threads);
        left.extend(r.try_iter().chain(r2.try_iter()));
        seen
    } else {
        drop((s, s2, r, r2));
        join(threads)
    };
    // In milliseconds, because the library reads the clock too, which moves a little while threads spin.
    format!("{seen:?} {left:?} {}", start.elapsed().as_millis())
}
