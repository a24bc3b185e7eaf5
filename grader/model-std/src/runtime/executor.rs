//! Runs one execution. Each task is a coroutine, and the scheduler chooses which one is resumed.
//!
//! The next execution reuses the stacks. A task may not have ended when the execution ends, for example after a
//! deadlock. Such a task is abandoned: nothing on its stack is dropped, because its destructors belong to an execution
//! that is over.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::{Mutex, PoisonError};

use corosensei::{Coroutine, CoroutineResult, Yielder};

use super::counts::CountUses;
use super::crashes::{self, Running};
use super::execution::{Execution, Remains};
use super::objects::forget_memory;
use super::panics::Payload;
use super::recorder::Recorder;
use super::scheduler::{Choice, Scheduler};
use super::stacks::{self, Mapping, Stack};
use super::task::{Ending, TaskId};
use super::visibility::History;
use super::{branches, heap, panics, threads, with};
use crate::model::Settings;
use crate::model::statics;
use crate::model::trace::{End, Trace};

/// The function of a task, and the storage for its result.
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

/// What a task needs to begin.
pub(super) struct Start {
    pub(super) entry: Rc<dyn Entry>,
    pub(super) stack: Stack,
}

/// A task that has begun.
struct Fibre {
    coroutine: Coroutine<(), (), (), Stack>,
    /// The mapping of the stack.
    mapping: *const Mapping,
    /// Suspends the coroutine. It lives on the coroutine's own stack until the coroutine ends.
    yielder: *const Yielder<(), ()>,
}

/// How many tasks most programs have at most.
const MOST_FIBRES_AT_FIRST: usize = 8;

thread_local! {
    /// The yielder of the running task.
    static CURRENT_YIELDER: Cell<*const Yielder<(), ()>> = const { Cell::new(std::ptr::null()) };
}

/// Held while an execution runs in this process, because all executions share the statics of the program.
static EXECUTION_LOCK: Mutex<()> = Mutex::new(());

/// The result of one execution.
pub(crate) struct Outcome<T> {
    /// What the body returned, or the payload of its panic. `None` if the body did not end.
    pub(crate) value: Option<Result<T, Payload>>,
    /// The choices that were made.
    pub(crate) choices: Vec<Choice>,
    /// How many of them, from the first, were made in states that no earlier execution had visited.
    pub(crate) n_unvisited: usize,
    /// Whether two threads spawned others concurrently, while the order of spawns was no choice.
    pub(crate) spawns_overlap: bool,
    /// What the execution has shown about reference counts.
    pub(crate) count_uses: CountUses,
    /// How many operations were announced.
    pub(crate) steps: u64,
    /// The histories of all threads. Equal for two executions that differ only in the order of operations that commute.
    pub(crate) history: History,
    /// The trace, without operations and objects.
    pub(crate) trace: Trace,
    /// The operations and objects, if they were to be recorded.
    pub(crate) recorder: Option<Recorder>,
    /// The most threads, the body aside, that were alive at once.
    pub(crate) most_alive: usize,
}

/// Runs one execution of `body` under the choices of `scheduler`.
///
/// # Panics
///
/// If an execution is already under way on this operating-system thread, or no stack can be mapped.
pub(crate) fn run<T: 'static>(
    settings: Settings,
    scheduler: Box<Scheduler>,
    recorder: Option<Recorder>,
    body: impl FnOnce() -> T + 'static,
) -> Outcome<T> {
    assert!(!super::is_active(), "an execution is already under way on this thread");
    let _lock = EXECUTION_LOCK.lock().unwrap_or_else(PoisonError::into_inner);
    panics::install_hook();
    statics::restart();
    heap::begin();
    let is_searched = settings.fresh_statics && recorder.is_some();
    if is_searched {
        statics::begin_search();
    }
    crashes::catch_on_this_thread();
    let stack =
        stacks::take(stacks::OF_BODY).expect("failed to map a stack: the system is out of memory or of mappings");
    let body = Rc::new(Body {
        function: Cell::new(Some(body)),
        result: Cell::new(None),
    });
    let start = Start {
        entry: body.clone(),
        stack,
    };
    super::begin(Execution::new(settings, scheduler, recorder, start));
    branches::refill(settings.steps);
    abandon(heap::in_program(drive));
    let Remains {
        trace,
        recorder,
        scheduler,
        steps,
        history,
        most_alive,
        count_uses,
    } = super::end().conclude();
    // Dropped outside the execution, because the hook may own modelled objects.
    panics::forget_program_hook();
    if is_searched {
        statics::end_search();
    }
    statics::note_end();
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
        count_uses,
        steps,
        history,
        trace,
        recorder,
        most_alive,
    }
}

/// The entry of the first task.
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

/// Gives control back to the executor until the running task is chosen again. Never returns if the execution is over.
pub(crate) fn suspend() {
    let yielder = CURRENT_YIELDER.get();
    // SAFETY: the pointer was set by the executor to the yielder of the coroutine that runs now, which lives on that
    // coroutine's own stack for as long as it runs.
    unsafe { (*yielder).suspend(()) };
}

/// Resumes one task after the other until the execution is over. Returns the tasks that have not ended.
fn drive() -> Vec<Option<Fibre>> {
    let mut fibres: Vec<Option<Fibre>> = heap::in_runtime(|| Vec::with_capacity(MOST_FIBRES_AT_FIRST));
    while let Some(task) = with(Execution::switch) {
        if fibres.get(task).is_none_or(Option::is_none) {
            heap::in_runtime(|| {
                fibres.resize_with(fibres.len().max(task + 1), || None);
                fibres[task] = Some(start(task));
            });
        }
        let fibre = fibres[task].as_mut().expect("it was started");
        CURRENT_YIELDER.set(fibre.yielder);
        let running = Running::on(fibre.mapping, fibre.coroutine.trap_handler());
        match crashes::resume(&running, || fibre.coroutine.resume(())) {
            // The task itself sets this when it begins.
            CoroutineResult::Yield(()) => fibre.yielder = CURRENT_YIELDER.get(),
            CoroutineResult::Return(()) => {
                if let Some(fibre) = fibres[task].take() {
                    heap::in_runtime(|| {
                        let stack = fibre.coroutine.into_stack();
                        forget_memory(stack.lowest(), stack.size());
                        stacks::give_back(stack);
                    });
                }
            }
        }
    }
    fibres
}

fn start(task: TaskId) -> Fibre {
    let start = with(|execution| {
        let task = &mut execution.tasks[task];
        task.entry.take().zip(task.stack.take())
    });
    let (entry, stack) = start.expect("a task is started once");
    let mapping = stack.mapping();
    let coroutine = Coroutine::with_stack(stack, move |yielder, ()| {
        CURRENT_YIELDER.set(std::ptr::from_ref(yielder));
        if catch_unwind(AssertUnwindSafe(|| perform(entry))).is_err() {
            threads::abort_after_panic();
        }
    });
    Fibre {
        coroutine,
        mapping,
        yielder: std::ptr::null(),
    }
}

/// Runs a task from its beginning to its end.
fn perform(entry: Rc<dyn Entry>) {
    // SAFETY: this is the only call, because starting a task takes its entry away.
    let ending = match catch_unwind(AssertUnwindSafe(|| unsafe { entry.call() })) {
        Ok(()) => Ending::Returned,
        Err(payload) => {
            entry.panicked(payload);
            Ending::Panicked
        }
    };
    // If no handle is left, this drops the result, while the thread still runs.
    drop(entry);
    threads::end(ending);
}

/// Abandons tasks that have not ended, and keeps their stacks.
fn abandon(fibres: Vec<Option<Fibre>>) {
    for mut fibre in fibres.into_iter().flatten() {
        // SAFETY: the task never runs again. The values on its stack are leaked, and nothing else drops or reads them:
        // tasks that borrow from them (scoped threads) are abandoned as well, and `Task::abandon` forgets their
        // functions.
        unsafe { fibre.coroutine.force_reset() };
        stacks::give_back(fibre.coroutine.into_stack());
    }
}
