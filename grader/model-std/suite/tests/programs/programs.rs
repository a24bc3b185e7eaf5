//! Small programs as data: what each of their threads does, made at random from a fixed seed.
//!
//! The same program is run by one interpreter with the modelled `std` and with the real one (see `interpreter`). A thread never
//! asks for a lock that it may hold already, except to read a second time, and gives back what it holds in the end.

#![allow(dead_code, reason = "each test file uses a part of this")]

/// One operation of a thread. The number with it says which of two objects it is done to.
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
    /// Ends the thread, and poisons what it holds.
    Panic,
    /// Waits to be notified, if the lock is held.
    Wait(usize),
    /// Waits until the locked number is not 0, if the lock is held.
    WaitUntil(usize),
    /// Waits to be notified for a moment, if the lock is held.
    WaitFor(usize),
    NotifyOne(usize),
    NotifyAll(usize),
    /// Reads the table, and keeps the lock.
    Read,
    TryRead,
    /// Adds to the table, and keeps the lock.
    Write,
    TryWrite,
    /// Keeps for reading what is held for writing.
    Downgrade,
    /// Gives back what is held of the table last.
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
    /// Sets the token of a thread that was started before.
    Unpark(usize),
    CallOnce,
    CallOnceAndPanic,
    IsCompleted,
    GetOrInit(u64),
    Set(u64),
    Get,
    /// Starts a thread that adds to an atomic, looks at that meanwhile, and waits for the thread.
    Nest(usize),
    /// Waits for a thread; only the first thread can.
    Join(usize),
    /// Asks whether a thread is over; only the first thread can.
    IsFinished(usize),
    Sleep,
    Yield,
    Elapsed,
    Print,
}

/// What each thread does, in order. The first thread starts the others and, after its own steps, waits for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Program {
    pub(crate) threads: Vec<Vec<Step>>,
    /// The channel that they share, if they do.
    pub(crate) channel: Option<Room>,
}

/// How much a channel holds; `None` for any number of messages.
pub(crate) type Room = Option<usize>;

impl Program {
    /// Who holds the receiver of the channel: the last thread. It has no sender, so that it notices when all others are gone.
    pub(crate) fn receiver(&self) -> usize {
        self.threads.len() - 1
    }

    /// Whether an injected fault (a wake-up without a reason, a weak failure) can make a difference to it.
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

/// What a program is about: where its steps come from.
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

/// All topics but time, which the real clock does not stand still for.
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
    /// How many threads take part, the first included.
    pub(crate) threads: usize,
    /// The most steps of a thread, but for what gives back the locks in the end.
    pub(crate) steps: u64,
    /// Whether the first thread has steps of its own.
    pub(crate) main: bool,
}

/// A generator of numbers and programs: SplitMix64 (Steele, Lea & Flood, *Fast Splittable Pseudorandom Number Generators*,
/// OOPSLA 2014).
#[derive(Clone, Debug)]
pub(crate) struct Random(pub(crate) u64);

/// What a thread may hold at a point of its steps.
#[derive(Default)]
struct Held {
    numbers: [bool; 2],
    /// How often the table may be held.
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

    fn pick<T: Copy>(&mut self, items: &[T]) -> T {
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

    /// Takes the lock if it cannot be held already, else does one of `steps`.
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
        // Both are about the first number, so that they meet.
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

/// What one run of a program came to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Outcome {
    /// What each thread saw.
    pub(crate) seen: Vec<Vec<u64>>,
    /// What was there in the end; nothing if the threads were stuck.
    pub(crate) left: Option<Vec<u64>>,
}
