//! How one execution is bounded and what may happen in it.

/// How many operations in a row are many for a thread. A guess: more than a loop has that asks a hundred times and then
/// gives up.
pub(crate) const LONG_TURN: u32 = 400;

/// How one execution is bounded and what may happen in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The most steps (operations announced) in one execution: 200 000 by default. They take a hundredth of a second.
    /// An execution that reaches the limit ends as a livelock or a busy wait if its threads have done the same again
    /// and again, and as [`StepLimit`](super::trace::End::StepLimit) if not. From a million on, more steps also let a
    /// thread compute for longer between two of them, in instrumented code.
    pub steps: u64,
    /// After how many operations in a row a thread yields, if it does not do so by itself: 400 by default. A loop may
    /// keep changing the same object while it waits for another thread, which would never run otherwise.
    pub turn: u32,
    /// How many waits on condition variables and parks may end spuriously in one execution.
    pub spurious_wakeups: u32,
    /// How many weak compare-exchanges may fail spuriously in one execution.
    pub weak_failures: u32,
    /// How many loads of atomics may return an older value than the newest in one execution, where their orderings and
    /// those of the stores allow it. `Coverage::stale_loads` lists the loads that could. With 0, memory is sequentially
    /// consistent.
    pub stale_reads: u32,
    /// How many waits for the clock may end in one execution while another thread could still go on. That other thread
    /// is late then. Otherwise time passes only while no thread can go on, and every wait takes exactly as long as
    /// requested.
    pub late_threads: u32,
    /// Whether threads may spin until virtual time passes. Otherwise that ends the execution as a busy wait.
    pub allow_busy_wait: bool,
    /// Whether threads may wait for what the model does not control, such as a connection to a server that runs beside
    /// the exploration, and start child processes. The whole execution waits then. Otherwise that ends it.
    pub allow_outside_waits: bool,
    /// Whether all statics of the crates under test start afresh in every execution, and not only those that are
    /// modelled objects. Those crates are found where the executable has a symbol table, on 64-bit Linux.
    ///
    /// On by default. It must be off if other operating-system threads use statics of these crates without a modelled
    /// object during an exploration, as in a program that has a crate with both this library and the real `std`. The
    /// feature `beside-std` makes that the default.
    pub fresh_statics: bool,
    /// Whether invisible operations, such as the start of a thread or a join, are scheduling points as well. That gives
    /// many more executions with the same outcomes; tests compare these.
    pub every_turn: bool,
    /// Whether other threads may also go right after an operation that lets them go on, before the plain code that
    /// follows it.
    pub switch_after_release: SwitchAfterRelease,
}

/// Whether other threads may go right after an operation that lets them go on: a message sent, a lock released, an
/// atomic written, a thread woken or started.
///
/// Otherwise a thread runs from one operation to the next without a switch. That is no difference as long as all that
/// threads share is modelled. It is one for plain memory that `unsafe` code shares, and for reference counts of `Arc`
/// that the model does not see: a thread that sends "done" drops its `Arc` only afterwards.
///
/// With the switches, there are about four times as many executions. So the exhaustive part first runs all executions
/// without them, then those with them, as far as its budget allows, but at least a quarter of the budget.
///
/// Where code in the process is compiled so that the model sees reference counts, the switches matter to plain memory
/// only, and no load returns an older value in the executions with them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SwitchAfterRelease {
    /// Yes.
    #[default]
    Always,
    /// If no code in the process is compiled so that the model sees reference counts. This is enough where threads
    /// share no plain memory, as in code without `unsafe`.
    Uninstrumented,
    /// No.
    Never,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            steps: 200_000,
            turn: LONG_TURN,
            spurious_wakeups: 0,
            weak_failures: 0,
            stale_reads: 2,
            late_threads: 0,
            allow_busy_wait: false,
            allow_outside_waits: false,
            fresh_statics: cfg!(not(feature = "beside-std")),
            every_turn: false,
            switch_after_release: SwitchAfterRelease::Always,
        }
    }
}
