//! Small programs as data: a list of steps for each thread, generated from a seed.
//!
//! One interpreter runs a program with the modelled `std` and with the real one (see `interpreter`). A thread never
//! locks a mutex that it may hold already. It may read-lock the table twice. It unlocks everything at its end.

#![cfg_attr(
    target_os = "linux",
    expect(clippy::duplicate_mod, reason = "the interpreter is compiled against each library")
)]

pub(crate) mod modelled;
#[cfg(target_os = "linux")]
pub(crate) mod real;

/// One operation of a thread. A `usize` selects one of two objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Load(usize),
    Store(usize, u64),
    Swap(usize, u64),
    Add(usize, u64),
    Exchange(usize, u64, u64),
    ExchangeWeakly(usize, u64, u64),
    Lock(usize),
    TryLock(usize),
    /// Adds to a locked number, if the lock is held.
    Change(usize),
    /// Reads a locked number, if the lock is held.
    Look(usize),
    Unlock(usize),
    IsPoisoned(usize),
    ClearPoison(usize),
    /// Panics, which ends the thread and poisons what it holds.
    Panic,
    /// Waits for a notification, if the lock is held.
    Wait(usize),
    /// Waits until the locked number is not 0, if the lock is held.
    WaitUntil(usize),
    /// Waits for a notification for a moment, if the lock is held.
    WaitFor(usize),
    NotifyOne(usize),
    NotifyAll(usize),
    /// Reads the table and keeps the read lock.
    Read,
    TryRead,
    /// Adds to the table and keeps the write lock.
    Write,
    TryWrite,
    /// Downgrades a held write lock to a read lock.
    Downgrade,
    /// Releases the lock of the table that was taken last.
    Release,
    Send(u64),
    TrySend(u64),
    Receive,
    TryReceive,
    ReceiveFor,
    /// Drops the thread's own ends of the channel.
    HangUp,
    Meet,
    Park,
    ParkFor,
    /// Unparks a thread that was started earlier.
    Unpark(usize),
    CallOnce,
    CallOnceAndPanic,
    IsCompleted,
    GetOrInit(u64),
    Set(u64),
    Get,
    /// Starts a scoped thread that adds to an atomic, and reads the atomic meanwhile.
    Nest(usize),
    /// Joins a thread. Only the first thread can.
    Join(usize),
    /// Asks whether a thread has ended. Only the first thread can.
    IsFinished(usize),
    Sleep,
    Yield,
    Elapsed,
    Print,
}

/// The steps of each thread. The first thread starts the others and joins them after its own steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Program {
    pub(crate) threads: Vec<Vec<Step>>,
    /// The channel that the threads share, if any.
    pub(crate) channel: Option<Room>,
}

/// The capacity of a channel; `None` for an unbounded one.
pub(crate) type Room = Option<usize>;

impl Program {
    /// The last thread holds the receiver of the channel. It has no sender, so that it notices when all others are
    /// gone.
    pub(crate) fn receiver(&self) -> usize {
        self.threads.len() - 1
    }

    /// Whether an injected fault (a spurious wake-up, a weak compare-exchange that fails) can change its outcome.
    pub(crate) fn has_injected_faults(&self) -> bool {
        let mut steps = self.threads.iter().flatten();
        steps.any(|step| {
            matches!(
                step,
                Step::Wait(_) | Step::WaitFor(_) | Step::Park | Step::ParkFor | Step::ExchangeWeakly(..)
            )
        })
    }
}

/// The kind of steps in a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Topic {
    Atomics,
    Mutexes,
    Poison,
    Condvars,
    RwLocks,
    Channels,
    Barriers,
    Parking,
    Once,
    Threads,
    Time,
}

/// All topics but time, because the real clock does not stand still.
pub(crate) const TIMELESS: [Topic; 10] = [
    Topic::Atomics,
    Topic::Mutexes,
    Topic::Poison,
    Topic::Condvars,
    Topic::RwLocks,
    Topic::Channels,
    Topic::Barriers,
    Topic::Parking,
    Topic::Once,
    Topic::Threads,
];

/// How large a program is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    /// The number of threads, including the first.
    pub(crate) threads: usize,
    /// The most steps of a thread, not counting those that release its locks at the end.
    pub(crate) steps: u64,
    /// Whether the first thread has steps of its own.
    pub(crate) main: bool,
}

/// A generator of numbers, programs and litmus tests: SplitMix64 (Steele, Lea & Flood, *Fast Splittable Pseudorandom
/// Number Generators*, OOPSLA 2014).
#[derive(Clone, Debug)]
pub(crate) struct Random(pub(crate) u64);

/// The locks that a thread may hold after some of its steps.
#[derive(Default)]
struct Held {
    numbers: [bool; 2],
    /// How often it may hold the lock of the table.
    table: usize,
    writes: bool,
}

impl Random {
    pub(crate) fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % n
    }

    pub(crate) fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len() as u64) as usize]
    }

    /// A program on one or two of `topics`.
    pub(crate) fn program(&mut self, topics: &[Topic], size: Size) -> Program {
        let topics = [self.pick(topics), self.pick(topics)];
        self.program_on(&topics, size)
    }

    /// A program on all of `topics`.
    pub(crate) fn program_on(&mut self, topics: &[Topic], size: Size) -> Program {
        let room = self.pick(&[None, Some(0), Some(1), Some(2)]);
        let channel = topics.contains(&Topic::Channels).then_some(room);
        let thread = |id| match id {
            0 if !size.main => Vec::new(),
            _ => self.thread(topics, size, id),
        };
        Program {
            threads: (0..size.threads).map(thread).collect(),
            channel,
        }
    }

    fn thread(&mut self, topics: &[Topic], size: Size, id: usize) -> Vec<Step> {
        let mut held = Held::default();
        let mut steps = Vec::new();
        for _ in 0..size.steps {
            let topic = self.pick(topics);
            let step = self.step(topic, size, id, &mut held);
            steps.push(step);
            if step == Step::Panic {
                return steps;
            }
        }
        let locks = (0..2).filter(|lock| held.numbers[*lock]);
        steps.extend(locks.map(Step::Unlock));
        steps
    }

    fn step(&mut self, topic: Topic, size: Size, id: usize, held: &mut Held) -> Step {
        let (at, value) = (self.below(2) as usize, self.below(2) + 1);
        match topic {
            Topic::Atomics => {
                let old = self.below(2);
                self.pick(&[
                    Step::Load(at),
                    Step::Store(at, value),
                    Step::Swap(at, value),
                    Step::Add(at, value),
                    Step::Exchange(at, old, value),
                    Step::ExchangeWeakly(at, old, value),
                ])
            }
            Topic::Mutexes => self.with_lock(at, held, &[Step::Look(at), Step::Change(at), Step::Unlock(at)]),
            Topic::Poison if id > 0 && self.below(4) == 0 => Step::Panic,
            Topic::Poison => self.with_lock(
                at,
                held,
                &[Step::IsPoisoned(at), Step::ClearPoison(at), Step::Change(at)],
            ),
            Topic::Condvars => self.condvar_step(held),
            Topic::RwLocks => self.table_step(held),
            Topic::Channels => self.channel_step(value, id + 1 == size.threads),
            Topic::Barriers => self.pick(&[Step::Meet, Step::Load(0), Step::Add(0, value)]),
            Topic::Parking => self.parking_step(id),
            Topic::Once => self.pick(&[
                Step::CallOnce,
                Step::CallOnceAndPanic,
                Step::IsCompleted,
                Step::GetOrInit(value),
                Step::Set(value),
                Step::Get,
            ]),
            Topic::Threads => self.threads_step(at, size, id),
            Topic::Time => self.time_step(at, held),
        }
    }

    /// Takes the lock if it cannot be held already; otherwise does one of `steps`.
    fn with_lock(&mut self, at: usize, held: &mut Held, steps: &[Step]) -> Step {
        if !held.numbers[at] {
            held.numbers[at] = true;
            return self.pick(&[Step::Lock(at), Step::Lock(at), Step::TryLock(at)]);
        }
        let step = self.pick(steps);
        held.numbers[at] = !matches!(step, Step::Unlock(_));
        step
    }

    fn condvar_step(&mut self, held: &mut Held) -> Step {
        // Both use the first number, so that threads meet there.
        match self.below(3) {
            0 => self.pick(&[Step::NotifyOne(0), Step::NotifyAll(0)]),
            _ => self.with_lock(
                0,
                held,
                &[Step::Wait(0), Step::WaitUntil(0), Step::Change(0), Step::Unlock(0)],
            ),
        }
    }

    fn table_step(&mut self, held: &mut Held) -> Step {
        let step = match (held.table, held.writes) {
            (0, _) => self.pick(&[Step::Read, Step::TryRead, Step::Write, Step::TryWrite]),
            (_, true) => self.pick(&[Step::Downgrade, Step::Release]),
            (1, false) => self.pick(&[Step::Read, Step::TryRead, Step::TryWrite, Step::Release]),
            (_, false) => Step::Release,
        };
        match step {
            Step::Write | Step::TryWrite => (held.table, held.writes) = (held.table + 1, true),
            Step::Read | Step::TryRead => held.table += 1,
            Step::Downgrade => held.writes = false,
            _ => (held.table, held.writes) = (held.table - 1, false),
        }
        step
    }

    fn channel_step(&mut self, value: u64, receives: bool) -> Step {
        if receives {
            return self.pick(&[Step::Receive, Step::Receive, Step::TryReceive, Step::HangUp]);
        }
        self.pick(&[Step::Send(value), Step::Send(value), Step::TrySend(value), Step::HangUp])
    }

    fn parking_step(&mut self, id: usize) -> Step {
        let other = self.below(id as u64 + 1) as usize;
        self.pick(&[
            Step::Park,
            Step::Unpark(other),
            Step::Unpark(other),
            Step::Load(0),
            Step::Add(0, 1),
        ])
    }

    fn threads_step(&mut self, at: usize, size: Size, id: usize) -> Step {
        if id > 0 {
            return self.pick(&[Step::Nest(at), Step::Add(at, 1), Step::Load(at)]);
        }
        let other = 1 + self.below(size.threads as u64 - 1) as usize;
        self.pick(&[
            Step::Join(other),
            Step::IsFinished(other),
            Step::Nest(at),
            Step::Load(at),
        ])
    }

    fn time_step(&mut self, at: usize, held: &mut Held) -> Step {
        if held.numbers[at] {
            return self.pick(&[Step::WaitFor(at), Step::Sleep, Step::Elapsed]);
        }
        self.pick(&[
            Step::Sleep,
            Step::Yield,
            Step::ParkFor,
            Step::ReceiveFor,
            Step::Elapsed,
            Step::Print,
        ])
    }
}

/// The outcome of one run of a program.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Outcome {
    /// What each thread saw.
    pub(crate) seen: Vec<Vec<u64>>,
    /// The final values; `None` if the threads got stuck.
    pub(crate) left: Option<Vec<u64>>,
}
