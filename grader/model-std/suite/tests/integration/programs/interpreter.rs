//! Runs a program. Compiled against the modelled `std` and against the real one; the parent module calls either one
//! `library`.
//!
//! A thread logs what it sees at once and outside of the model, so that the log of a stuck thread is known too.

use ::std::any::Any;
use ::std::time::Duration;

use super::Hooks;
use super::library::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use super::library::sync::atomic::{AtomicU64, Ordering::SeqCst};
use super::library::sync::mpsc::{Receiver, Sender, SyncSender, TryRecvError, TrySendError, channel, sync_channel};
use super::library::sync::{
    Arc, Barrier, Condvar, LockResult, Mutex, MutexGuard, Once, OnceLock, RwLock, RwLockReadGuard, RwLockWriteGuard,
    TryLockError, TryLockResult,
};
use super::library::thread::{self, JoinHandle, Thread};
use super::library::time::Instant;
use crate::programs::{Program, Room, Step};

/// What each thread has seen so far.
pub(crate) type Log = ::std::sync::Arc<Vec<::std::sync::Mutex<Vec<u64>>>>;

const MOMENT: Duration = Duration::from_millis(1);

/// Logged where there is no value.
const NOTHING: u64 = 90;
/// Logged where a lock cannot be taken at once.
const BUSY: u64 = 91;
/// Logged for a poisoned lock.
const POISONED: u64 = 92;
/// Logged where the channel is disconnected.
const GONE: u64 = 93;
/// Logged for a thread that panicked.
const DIED: u64 = 94;
/// Logged where a wait timed out.
const LATE: u64 = 95;

/// What the threads share.
struct Shared {
    atomics: [AtomicU64; 2],
    numbers: [Mutex<u64>; 2],
    changed: [Condvar; 2],
    table: RwLock<u64>,
    meeting: Barrier,
    once: Once,
    cell: OnceLock<u64>,
    start: Instant,
    hooks: ::std::sync::Arc<Hooks>,
    log: Log,
}

/// A sender of either kind.
#[derive(Clone)]
enum Outlet {
    Unbounded(Sender<u64>),
    Bounded(SyncSender<u64>),
}

/// A lock of the table.
enum Table<'a> {
    Read(RwLockReadGuard<'a, u64>),
    Write(RwLockWriteGuard<'a, u64>),
}

/// A thread that runs its steps.
struct Worker<'a> {
    id: usize,
    shared: &'a Shared,
    numbers: [Option<MutexGuard<'a, u64>>; 2],
    tables: Vec<Table<'a>>,
    outlet: Option<Outlet>,
    inlet: Option<Receiver<u64>>,
    /// The threads that were started before this one.
    elders: Vec<Thread>,
    /// The threads that this one has started, by number.
    threads: Vec<Option<JoinHandle<()>>>,
}

/// Runs `program` and returns the final values.
pub(crate) fn run(program: &::std::sync::Arc<Program>, hooks: ::std::sync::Arc<Hooks>, log: Log) -> Vec<u64> {
    let shared = Arc::new(Shared {
        atomics: Default::default(),
        numbers: Default::default(),
        changed: Default::default(),
        table: RwLock::default(),
        meeting: Barrier::new(2),
        once: Once::new(),
        cell: OnceLock::new(),
        start: Instant::now(),
        hooks,
        log,
    });
    let (outlet, mut inlet) = program.channel.map(open).unzip();
    shared.hooks.will_start(program.threads.len());
    let mut elders = vec![thread::current()];
    let mut threads = vec![None];
    for id in 1..program.threads.len() {
        let receives = id == program.receiver();
        let outlet = outlet.clone().filter(|_| !receives);
        let inlet = if receives { inlet.take() } else { None };
        let (shared, program, known) = (Arc::clone(&shared), ::std::sync::Arc::clone(program), elders.clone());
        let thread = thread::spawn(move || {
            shared.hooks.began(id);
            let mut worker = Worker::new(id, &shared, known);
            (worker.outlet, worker.inlet) = (outlet, inlet);
            worker.perform(&program.threads[id]);
        });
        elders.push(thread.thread().clone());
        threads.push(Some(thread));
    }
    shared.hooks.began(0);
    let mut main = Worker::new(0, &shared, vec![thread::current()]);
    (main.outlet, main.threads) = (outlet, threads);
    main.perform(&program.threads[0]);
    main.leave()
}

fn open(room: Room) -> (Outlet, Receiver<u64>) {
    match room {
        None => {
            let (sender, receiver) = channel();
            (Outlet::Unbounded(sender), receiver)
        }
        Some(room) => {
            let (sender, receiver) = sync_channel(room);
            (Outlet::Bounded(sender), receiver)
        }
    }
}

/// The guard, and [`POISONED`] if the lock is poisoned.
fn taken<G>(result: LockResult<G>) -> (G, Option<u64>) {
    match result {
        Ok(guard) => (guard, None),
        Err(error) => (error.into_inner(), Some(POISONED)),
    }
}

/// The guard, if the lock could be taken at once, and [`BUSY`] or [`POISONED`].
fn tried<G>(result: TryLockResult<G>) -> (Option<G>, Option<u64>) {
    match result {
        Ok(guard) => (Some(guard), None),
        Err(TryLockError::Poisoned(error)) => (Some(error.into_inner()), Some(POISONED)),
        Err(TryLockError::WouldBlock) => (None, Some(BUSY)),
    }
}

impl<'a> Worker<'a> {
    fn new(id: usize, shared: &'a Shared, elders: Vec<Thread>) -> Self {
        Self {
            id,
            shared,
            numbers: [None, None],
            tables: Vec::new(),
            outlet: None,
            inlet: None,
            elders,
            threads: Vec::new(),
        }
    }

    fn perform(&mut self, steps: &[Step]) {
        for step in steps {
            self.shared.hooks.before_step();
            let seen = self.step(*step);
            self.log(seen);
        }
        self.tables.clear();
    }

    fn log(&self, seen: impl IntoIterator<Item = u64>) {
        self.shared.log[self.id].lock().expect("no holder panics").extend(seen);
    }

    /// Drops its sender, joins all threads, and returns the final values.
    fn leave(mut self) -> Vec<u64> {
        self.outlet = None;
        for id in 0..self.threads.len() {
            self.join(id);
        }
        let shared = self.shared;
        let mut left = Vec::from(shared.atomics.each_ref().map(|atomic| atomic.load(SeqCst)));
        for number in &shared.numbers {
            let (number, poisoned) = taken(number.lock());
            left.push(*number);
            left.extend(poisoned);
        }
        let (table, poisoned) = taken(shared.table.read());
        left.push(*table);
        left.extend(poisoned);
        left.extend(shared.cell.get());
        left
    }

    fn join(&mut self, id: usize) -> Option<u64> {
        let thread = self.threads.get_mut(id)?.take()?;
        let died = thread.join().is_err().then_some(DIED);
        self.log(died);
        died
    }

    /// Does a step and returns what it saw.
    fn step(&mut self, step: Step) -> Option<u64> {
        let seen = match step {
            Step::Panic => resume_unwind(Box::new(()) as Box<dyn Any + Send>),
            Step::Meet => self.shared.meeting.wait().is_leader().into(),
            Step::Join(id) => return self.join(id),
            Step::IsFinished(id) => self.threads[id].as_ref()?.is_finished().into(),
            Step::Nest(at) => self.nest(at),
            Step::CallOnce => self.call_once(false),
            Step::CallOnceAndPanic => self.call_once(true),
            Step::Send(_) | Step::TrySend(_) => self.send(step)?,
            _ => return self.silent_step(step),
        };
        Some(seen)
    }

    /// Does a step that sees nothing, or passes it on to `looking_step`.
    fn silent_step(&mut self, step: Step) -> Option<u64> {
        let shared = self.shared;
        match step {
            Step::Store(at, value) => shared.atomics[at].store(value, SeqCst),
            Step::Change(at) => self.numbers[at].iter_mut().for_each(|guard| **guard += 1),
            Step::Unlock(at) => self.numbers[at] = None,
            Step::ClearPoison(at) => shared.numbers[at].clear_poison(),
            Step::NotifyOne(at) => shared.changed[at].notify_one(),
            Step::NotifyAll(at) => shared.changed[at].notify_all(),
            Step::HangUp => (self.outlet, self.inlet) = (None, None),
            Step::Park => thread::park(),
            Step::ParkFor => thread::park_timeout(MOMENT),
            Step::Unpark(thread) => self.elders.get(thread).unwrap_or(&thread::current()).unpark(),
            Step::Sleep => thread::sleep(MOMENT),
            Step::Yield => thread::yield_now(),
            Step::Print => super::library::print!("{}", self.id),
            Step::Release => drop(self.tables.pop()),
            _ => return self.looking_step(step),
        }
        None
    }

    /// Does a step that reads something, or passes it on to `locking_step`.
    fn looking_step(&mut self, step: Step) -> Option<u64> {
        let shared = self.shared;
        let seen = match step {
            Step::Load(at) => shared.atomics[at].load(SeqCst),
            Step::Swap(at, value) => shared.atomics[at].swap(value, SeqCst),
            Step::Add(at, value) => shared.atomics[at].fetch_add(value, SeqCst),
            Step::Exchange(at, old, new) => {
                let (Ok(found) | Err(found)) = shared.atomics[at].compare_exchange(old, new, SeqCst, SeqCst);
                found
            }
            Step::ExchangeWeakly(at, old, new) => {
                let result = shared.atomics[at].compare_exchange_weak(old, new, SeqCst, SeqCst);
                result.unwrap_or_else(|found| found + 10)
            }
            Step::Look(at) => *self.numbers[at].as_deref()?,
            Step::IsPoisoned(at) => shared.numbers[at].is_poisoned().into(),
            Step::IsCompleted => shared.once.is_completed().into(),
            Step::GetOrInit(value) => {
                let init = || value * 10 + shared.atomics[0].fetch_add(1, SeqCst);
                *shared.cell.get_or_init(init)
            }
            Step::Set(value) => shared.cell.set(value).is_ok().into(),
            Step::Get => shared.cell.get().map_or(NOTHING, |value| *value),
            Step::Receive => self.inlet.as_ref()?.recv().unwrap_or(GONE),
            Step::TryReceive => self.inlet.as_ref()?.try_recv().unwrap_or_else(|error| match error {
                TryRecvError::Empty => NOTHING,
                TryRecvError::Disconnected => GONE,
            }),
            Step::ReceiveFor => self.inlet.as_ref()?.recv_timeout(MOMENT).unwrap_or(LATE),
            Step::Elapsed => shared.start.elapsed().as_nanos() as u64,
            _ => return self.locking_step(step),
        };
        Some(seen)
    }

    fn locking_step(&mut self, step: Step) -> Option<u64> {
        let shared = self.shared;
        match step {
            Step::Lock(at) => {
                let (guard, note) = taken(shared.numbers[at].lock());
                self.numbers[at] = Some(guard);
                note
            }
            Step::TryLock(at) => {
                let (guard, note) = tried(shared.numbers[at].try_lock());
                self.numbers[at] = guard.or(self.numbers[at].take());
                note
            }
            Step::Wait(at) => self.wait(at, |condvar, guard| taken(condvar.wait(guard))),
            Step::WaitUntil(at) => self.wait(at, |condvar, guard| {
                taken(condvar.wait_while(guard, |number| *number == 0))
            }),
            Step::WaitFor(at) => self.wait(at, |condvar, guard| {
                let ((guard, result), note) = taken(condvar.wait_timeout(guard, MOMENT));
                (guard, note.or(result.timed_out().then_some(LATE)))
            }),
            _ => self.table_step(step),
        }
    }

    /// Lets `wait` release and take again a held lock, and returns the number behind it.
    fn wait(
        &mut self,
        at: usize,
        wait: impl FnOnce(&Condvar, MutexGuard<'a, u64>) -> (MutexGuard<'a, u64>, Option<u64>),
    ) -> Option<u64> {
        let (guard, note) = wait(&self.shared.changed[at], self.numbers[at].take()?);
        let number = *guard;
        self.numbers[at] = Some(guard);
        self.log(note);
        Some(number)
    }

    fn table_step(&mut self, step: Step) -> Option<u64> {
        let table = &self.shared.table;
        let (held, note) = match step {
            Step::Read => {
                let (guard, note) = taken(table.read());
                (Some(Table::Read(guard)), note)
            }
            Step::TryRead => {
                let (guard, note) = tried(table.try_read());
                (guard.map(Table::Read), note)
            }
            Step::Write => {
                let (guard, note) = taken(table.write());
                (Some(Table::Write(guard)), note)
            }
            Step::TryWrite => {
                let (guard, note) = tried(table.try_write());
                (guard.map(Table::Write), note)
            }
            _ => match self.tables.pop() {
                Some(Table::Write(guard)) => (Some(Table::Read(RwLockWriteGuard::downgrade(guard))), None),
                other => (other, None),
            },
        };
        self.log(note);
        let mut held = held?;
        let number = match &mut held {
            Table::Read(guard) => **guard,
            Table::Write(guard) => {
                **guard += 1;
                **guard
            }
        };
        self.tables.push(held);
        Some(number)
    }

    fn send(&self, step: Step) -> Option<u64> {
        let seen = match (self.outlet.as_ref()?, step) {
            (Outlet::Unbounded(sender), Step::Send(value) | Step::TrySend(value)) => {
                sender.send(value).map_or(GONE, |()| 1)
            }
            (Outlet::Bounded(sender), Step::TrySend(value)) => match sender.try_send(value) {
                Ok(()) => 1,
                Err(TrySendError::Full(_)) => BUSY,
                Err(TrySendError::Disconnected(_)) => GONE,
            },
            (Outlet::Bounded(sender), Step::Send(value)) => sender.send(value).map_or(GONE, |()| 1),
            _ => return None,
        };
        Some(seen)
    }

    /// Returns 1 if the function was called, plus [`DIED`] if the call panicked.
    fn call_once(&self, panics: bool) -> u64 {
        let mut called = 0;
        let result = catch_unwind(AssertUnwindSafe(|| {
            self.shared.once.call_once(|| {
                called = 1;
                self.shared.atomics[1].fetch_add(1, SeqCst);
                if panics {
                    resume_unwind(Box::new(()));
                }
            });
        }));
        result.map_or(DIED, |()| 0) + called
    }

    fn nest(&self, at: usize) -> u64 {
        let shared = self.shared;
        shared.hooks.will_start(1);
        thread::scope(|scope| {
            scope.spawn(|| {
                shared.hooks.began_nested();
                shared.atomics[at].fetch_add(10, SeqCst);
            });
            shared.hooks.before_step();
            shared.atomics[at].load(SeqCst)
        })
    }
}
