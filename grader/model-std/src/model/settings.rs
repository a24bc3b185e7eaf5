//! How one execution is bounded and what may happen in it.

/// How one execution is bounded and what may happen in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The most steps (operations announced) in one execution.
    pub steps: u64,
    /// How many waits on condition variables and parks may end without a reason in one execution.
    pub spurious_wakeups: u32,
    /// How many weak compare-exchanges may fail without a reason in one execution.
    pub weak_failures: u32,
    /// How many loads of atomics may return an older value than the newest in one execution, where their orderings and
    /// those of the stores allow it (see `Coverage::weak_orderings`, which tells where they could).
    pub stale_reads: u32,
    /// How many waits for the clock may end while another thread could still go on, in one execution: that other thread
    /// is then slow. Otherwise time only passes while nobody can go on, and every wait takes exactly as long as was
    /// asked for.
    pub late_threads: u32,
    /// Whether a thread may spin through virtual time. Otherwise that ends the execution as a busy wait.
    pub allow_busy_wait: bool,
    /// Whether there is a choice also before what no other thread can notice, such as the start of a thread or a join:
    /// many more executions, which come to the same outcomes. For tests of that.
    pub every_turn: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            steps: 10_000,
            spurious_wakeups: 0,
            weak_failures: 0,
            stale_reads: 0,
            late_threads: 0,
            allow_busy_wait: false,
            every_turn: false,
        }
    }
}
