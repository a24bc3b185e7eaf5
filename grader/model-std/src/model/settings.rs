//! How one execution is bounded and what may happen in it.

/// How one execution is bounded and what may happen in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The most steps (operations announced) in one execution: 200 000 by default. They take a hundredth of a second.
    /// An execution that reaches the limit ends as a livelock or a busy wait if its threads have done the same again
    /// and again, and as [`StepLimit`](super::trace::End::StepLimit) if not.
    pub steps: u64,
    /// How many waits on condition variables and parks may end spuriously in one execution.
    pub spurious_wakeups: u32,
    /// How many weak compare-exchanges may fail spuriously in one execution.
    pub weak_failures: u32,
    /// How many loads of atomics may return an older value than the newest in one execution, where their orderings and
    /// those of the stores allow it. `Coverage::stale_loads` lists the loads that could.
    pub stale_reads: u32,
    /// How many waits for the clock may end in one execution while another thread could still go on. That other thread
    /// is late then. Otherwise time passes only while no thread can go on, and every wait takes exactly as long as
    /// requested.
    pub late_threads: u32,
    /// Whether threads may spin until virtual time passes. Otherwise that ends the execution as a busy wait.
    pub allow_busy_wait: bool,
    /// Whether invisible operations, such as the start of a thread or a join, are scheduling points as well. That gives
    /// many more executions with the same outcomes; tests compare these.
    pub every_turn: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            steps: 200_000,
            spurious_wakeups: 0,
            weak_failures: 0,
            stale_reads: 0,
            late_threads: 0,
            allow_busy_wait: false,
            every_turn: false,
        }
    }
}
