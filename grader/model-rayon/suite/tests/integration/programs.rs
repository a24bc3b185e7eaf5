//! Small random programs of jobs that share two numbers, for the model and for the real library.
//!
//! The outcome of a program tells what every step saw, and on which thread it ran.

use std::sync::{Mutex, PoisonError};

/// What a job does.
#[derive(Clone, Debug)]
pub(crate) enum Job {
    /// A step, with its place in the outcome.
    Step(Step, usize),
    /// One after the other.
    Both(Box<[Job; 2]>),
    /// `join`.
    Join(Box<[Job; 2]>),
    /// `scope` with a spawned job for each.
    Scope(Vec<Job>),
    /// `scope_fifo` with a spawned job for each.
    ScopeFifo(Vec<Job>),
    /// `into_par_iter` over all.
    ForEach(Vec<Job>),
}

/// A step on the number with this index.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    Load(usize),
    Store(usize),
    Add(usize),
    /// Reads and writes in two steps, with a lock held.
    AddLocked(usize),
    /// `yield_now` of the library.
    Yield,
}

/// What each step saw and the index of its thread in the pool; at last the two numbers.
pub(crate) type Outcome = Vec<(u64, usize)>;

/// A program, and how many steps it has.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    pub(crate) job: Job,
    pub(crate) n_steps: usize,
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

    /// A program of at most so many steps.
    pub(crate) fn program(&mut self, most_steps: usize) -> Program {
        let mut n_steps = 0;
        let job = self.job(most_steps, &mut n_steps);
        Program { job, n_steps }
    }

    /// A job of at most so many steps. `n_steps` counts them.
    fn job(&mut self, most: usize, n_steps: &mut usize) -> Job {
        if most <= 1 || self.below(6) == 0 {
            *n_steps += 1;
            return Job::Step(self.step(), *n_steps - 1);
        }
        let kind = self.below(6);
        let mut parts = |random: &mut Random, n: usize| -> Vec<Job> {
            let least = most / n;
            let more = most % n;
            (0..n)
                .map(|part| random.job(least + usize::from(part < more), n_steps))
                .collect()
        };
        let two = |parts: Vec<Job>| Box::new(<[Job; 2]>::try_from(parts).expect("there are two"));
        let several = 2 + usize::from(most > 2 && self.below(2) == 0);
        match kind {
            0 => Job::Both(two(parts(self, 2))),
            1 | 2 => Job::Join(two(parts(self, 2))),
            3 => Job::Scope(parts(self, several)),
            4 => Job::ScopeFifo(parts(self, several)),
            _ => Job::ForEach(parts(self, several)),
        }
    }

    fn step(&mut self) -> Step {
        let number = self.below(2) as usize;
        match self.below(9) {
            0..3 => Step::Load(number),
            3 | 4 => Step::Store(number),
            5 | 6 => Step::Add(number),
            7 => Step::AddLocked(number),
            _ => Step::Yield,
        }
    }
}

/// What the steps have seen so far. Behind a lock of the real `std`, so that noting it is no operation.
pub(crate) struct Seen(Mutex<Outcome>);

impl Seen {
    pub(crate) fn nothing(n_steps: usize) -> Seen {
        Seen(Mutex::new(vec![(0, 0); n_steps]))
    }

    pub(crate) fn note(&self, place: usize, value: u64, thread: usize) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)[place] = (value, thread);
    }

    pub(crate) fn into_outcome(self) -> Outcome {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The same code over the real libraries and over the modelled ones.
macro_rules! runner {
    ($name:ident, $std:path, $rayon:path) => {
        pub(crate) mod $name {
            use super::{Job, Outcome, Program, Seen, Step};
            use rayon::ThreadPool;
            use rayon::prelude::*;
            use std::sync::Mutex;
            use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
            use $rayon as rayon;
            use $std as std;

            struct Shared<'a> {
                numbers: [AtomicU64; 2],
                locked: Mutex<()>,
                seen: Seen,
                /// Called before each step.
                pause: &'a (dyn Fn() + Sync),
            }

            /// Runs a program in a pool.
            pub(crate) fn run(program: &Program, pool: &ThreadPool, pause: &(dyn Fn() + Sync)) -> Outcome {
                let shared = Shared {
                    numbers: [AtomicU64::new(0), AtomicU64::new(0)],
                    locked: Mutex::new(()),
                    seen: Seen::nothing(program.n_steps),
                    pause,
                };
                pool.install(|| shared.run(&program.job));
                let numbers = shared.numbers.map(|number| (number.into_inner(), 0));
                let mut outcome = shared.seen.into_outcome();
                outcome.extend(numbers);
                outcome
            }

            impl Shared<'_> {
                fn run(&self, job: &Job) {
                    match job {
                        Job::Step(step, place) => {
                            (self.pause)();
                            let value = self.step(*step, *place as u64 + 1);
                            let thread = rayon::current_thread_index().expect("a thread of the pool");
                            self.seen.note(*place, value, thread);
                        }
                        Job::Both(jobs) => jobs.iter().for_each(|job| self.run(job)),
                        Job::Join(jobs) => {
                            rayon::join(|| self.run(&jobs[0]), || self.run(&jobs[1]));
                        }
                        Job::Scope(jobs) => rayon::scope(|scope| {
                            jobs.iter().for_each(|job| scope.spawn(move |_| self.run(job)));
                        }),
                        Job::ScopeFifo(jobs) => rayon::scope_fifo(|scope| {
                            jobs.iter()
                                .for_each(|job| scope.spawn_fifo(move |_| self.run(job)));
                        }),
                        Job::ForEach(jobs) => jobs.par_iter().for_each(|job| self.run(job)),
                    }
                }

                fn step(&self, step: Step, value: u64) -> u64 {
                    match step {
                        Step::Load(number) => self.numbers[number].load(SeqCst),
                        Step::Store(number) => {
                            self.numbers[number].store(value, SeqCst);
                            0
                        }
                        Step::Add(number) => self.numbers[number].fetch_add(value, SeqCst),
                        Step::AddLocked(number) => {
                            let _guard = self.locked.lock().expect("no thread panics");
                            let before = self.numbers[number].load(SeqCst);
                            self.numbers[number].store(before + value, SeqCst);
                            before
                        }
                        Step::Yield => u64::from(rayon::yield_now() == Some(rayon::Yield::Executed)),
                    }
                }
            }
        }
    };
}

runner!(modelled, model_std, model_rayon);
runner!(real, std, ::rayon);
