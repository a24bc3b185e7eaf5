//! Runs one execution: a coroutine a task, resumed in the order that the scheduler chooses.
//!
//! Stacks are kept from one execution to the next. A task that has not ended when the execution does (after a deadlock,
//! say) is abandoned where it stands: nothing on its stack is dropped, because its destructors belong to an execution
//! that is over.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::{Mutex, PoisonError};

use corosensei::stack::DefaultStack;
use corosensei::{Coroutine, CoroutineResult, Yielder};

use super::execution::{Execution, Remains};
use super::panics::Payload;
use super::recorder::Recorder;
use super::scheduler::{Choice, Scheduler};
use super::task::{Ending, TaskId};
use super::{panics, threads, with};
use crate::model::settings::Settings;
use crate::model::statics;
use crate::model::trace::{End, Trace};

/// As large as `std` makes the stack of a spawned thread; only pages that are touched cost memory.
const STACK_SIZE: usize = 2 * 1024 * 1024;

/// The function of a task, and the place for what comes of it.
pub(crate) trait Entry {
    /// Calls the function and keeps what it returns.
    ///
    /// # Safety
    ///
    /// May be called only once.
    unsafe fn call(&self);

    /// Keeps the payload of the panic that ended the function.
    fn panicked(&self, payload: Payload);
}

/// A task that has begun.
struct Fibre {
    coroutine: Coroutine<(), (), (), DefaultStack>,
    /// Where to suspend it: on its own stack, for as long as it runs.
    yielder: *const Yielder<(), ()>,
}

thread_local! {
    /// The stacks that no task uses, kept for later ones.
    static STACKS: RefCell<Vec<DefaultStack>> = const { RefCell::new(Vec::new()) };
    /// Of the task that runs.
    static CURRENT_YIELDER: Cell<*const Yielder<(), ()>> = const { Cell::new(std::ptr::null()) };
}

/// Held by the execution that is under way in this process: the program's statics are shared by all executions.
static EXECUTION_LOCK: Mutex<()> = Mutex::new(());

/// What one execution was.
pub(crate) struct Outcome<T> {
    /// What the body returned, or the payload of its panic; `None` when it never came to its end.
    pub(crate) value: Option<Result<T, Payload>>,
    /// The choices that were made.
    pub(crate) choices: Vec<Choice>,
    /// How many of them, from the first, were made in states that no execution had been in before.
    pub(crate) n_unvisited: usize,
    /// Whether threads spawned others at the same time, and that was no choice.
    pub(crate) spawns_overlap: bool,
    /// What happened, without operations and objects.
    pub(crate) trace: Trace,
    /// Those, if they were to be recorded.
    pub(crate) recorder: Option<Recorder>,
    /// The most threads, the body aside, that were alive at once.
    pub(crate) most_alive: usize,
}

/// Runs `body` to its end under the choices of `scheduler`.
///
/// # Panics
///
/// If an execution is already under way on this operating-system thread, or no stack can be mapped.
pub(crate) fn run<T: 'static>(
    settings: Settings,
    scheduler: Scheduler,
    recorder: Option<Recorder>,
    body: impl FnOnce() -> T + 'static,
) -> Outcome<T> {
    assert!(!super::is_active(), "an execution is already under way on this thread");
    let _lock = EXECUTION_LOCK.lock().unwrap_or_else(PoisonError::into_inner);
    panics::install_hook();
    statics::restart();
    let body = Rc::new(Body {
        function: Cell::new(Some(body)),
        result: Cell::new(None),
    });
    super::begin(Execution::new(settings, scheduler, recorder, body.clone()));
    abandon(drive());
    let Remains {
        trace,
        recorder,
        scheduler,
        most_alive,
    } = super::end().conclude();
    // Dropped outside the execution: what it owns may be modelled.
    panics::forget_program_hook();
    let value = match trace.end {
        End::Finished | End::Panicked { .. } | End::ThreadsLeft { .. } => body.result.take(),
        _ => None,
    };
    let spawns_overlap = scheduler.spawns_overlap;
    let (choices, n_unvisited) = scheduler.into_taken();
    Outcome {
        value,
        choices,
        n_unvisited,
        spawns_overlap,
        trace,
        recorder,
        most_alive,
    }
}

/// The first task.
struct Body<F, T> {
    function: Cell<Option<F>>,
    result: Cell<Option<Result<T, Payload>>>,
}

impl<F: FnOnce() -> T, T> Entry for Body<F, T> {
    unsafe fn call(&self) {
        let function = self.function.take().expect("a task is started once");
        self.result.set(Some(Ok(function())));
    }

    fn panicked(&self, payload: Payload) {
        self.result.set(Some(Err(payload)));
    }
}

/// Gives control back to the executor until the running task is chosen again; for ever, if the execution is over.
pub(crate) fn suspend() {
    let yielder = CURRENT_YIELDER.get();
    // SAFETY: the pointer was set by the executor to the yielder of the coroutine that runs now, which lives on that
    // coroutine's own stack for as long as it runs.
    unsafe { (*yielder).suspend(()) };
}

/// Resumes one task after the other, until the execution is over. Returns those that have not ended.
fn drive() -> Vec<Option<Fibre>> {
    let mut fibres: Vec<Option<Fibre>> = Vec::new();
    while let Some(task) = with(Execution::switch) {
        while fibres.len() <= task {
            fibres.push(None);
        }
        let fibre = fibres[task].get_or_insert_with(|| start(task));
        CURRENT_YIELDER.set(fibre.yielder);
        match fibre.coroutine.resume(()) {
            // Set by the task itself when it begins.
            CoroutineResult::Yield(()) => fibre.yielder = CURRENT_YIELDER.get(),
            CoroutineResult::Return(()) => {
                if let Some(fibre) = fibres[task].take() {
                    STACKS.with_borrow_mut(|stacks| stacks.push(fibre.coroutine.into_stack()));
                }
            }
        }
    }
    fibres
}

fn start(task: TaskId) -> Fibre {
    let entry = with(|execution| execution.tasks[task].entry.take()).expect("a task is started once");
    let stack = STACKS.with_borrow_mut(Vec::pop).unwrap_or_else(|| {
        DefaultStack::new(STACK_SIZE).expect("failed to map a stack: the system is out of memory or of mappings")
    });
    let coroutine = Coroutine::with_stack(stack, move |yielder, ()| {
        CURRENT_YIELDER.set(std::ptr::from_ref(yielder));
        if catch_unwind(AssertUnwindSafe(|| perform(entry))).is_err() {
            threads::abort_after_panic();
        }
    });
    Fibre {
        coroutine,
        yielder: std::ptr::null(),
    }
}

/// Runs a task from its beginning to its end.
fn perform(entry: Rc<dyn Entry>) {
    // SAFETY: this is the only call, for an entry is taken from its place when its task starts.
    let ending = match catch_unwind(AssertUnwindSafe(|| unsafe { entry.call() })) {
        Ok(()) => Ending::Returned,
        Err(payload) => {
            entry.panicked(payload);
            Ending::Panicked
        }
    };
    // What nobody waits for goes away while the thread still runs.
    drop(entry);
    threads::end(ending);
}

/// Gives up tasks that have not ended, and keeps their stacks.
fn abandon(fibres: Vec<Option<Fibre>>) {
    for mut fibre in fibres.into_iter().flatten() {
        // SAFETY: the task never runs again. What stands on its stack is leaked, and nothing else drops or reads it:
        // tasks that borrow from it (scoped threads) are abandoned with it, and their functions are forgotten by
        // `Task::abandon`.
        unsafe { fibre.coroutine.force_reset() };
        STACKS.with_borrow_mut(|stacks| stacks.push(fibre.coroutine.into_stack()));
    }
}
