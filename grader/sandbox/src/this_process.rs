//! What a check program does to its own process, and asks about it.

use std::time::Duration;

/// Asks the kernel to end this process when the process that started it ends. On systems without this, the limits of
/// the process have to end it.
pub fn end_with_parent() {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{Signal, set_parent_process_death_signal};
        // If the kernel refuses, the limits are left.
        let _ = set_parent_process_death_signal(Some(Signal::KILL));
    }
}

/// The CPU time of all threads of this process. Zero on systems other than Unix.
pub fn cpu_time() -> Duration {
    #[cfg(unix)]
    return time_on(rustix::time::ClockId::ProcessCPUTime);
    #[cfg(not(unix))]
    Duration::ZERO
}

/// The CPU time of the calling thread. Zero on systems other than Unix.
pub fn thread_cpu_time() -> Duration {
    #[cfg(unix)]
    return time_on(rustix::time::ClockId::ThreadCPUTime);
    #[cfg(not(unix))]
    Duration::ZERO
}

#[cfg(unix)]
fn time_on(clock: rustix::time::ClockId) -> Duration {
    let time = rustix::time::clock_gettime(clock);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec.unsigned_abs() as u32)
}
