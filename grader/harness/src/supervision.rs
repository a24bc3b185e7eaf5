//! Ends a check program that would not end by itself: with the grader that started it, and when the submission never comes
//! back to the model.

use std::thread;
use std::time::Duration;

use model_std::model;
use rustix::time::{ClockId, clock_gettime};

/// How much processor time may pass between two operations. Ten thousand times what an execution takes; processor time, so
/// that a loaded machine makes no difference.
const PATIENCE: Duration = Duration::from_secs(3);

/// How often the watcher looks.
const INTERVAL: Duration = Duration::from_millis(200);

/// Asks the system to end this process when the one that started it ends. Where it cannot, the limits of the process do.
pub(crate) fn end_with_the_grader() {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{Signal, set_parent_process_death_signal};
        // A refusal changes nothing that is observed.
        let _ = set_parent_process_death_signal(Some(Signal::KILL));
    }
}

/// Calls `stalled` once with the processor time that passed, if that was too much since the last operation of the model.
pub(crate) fn watch(stalled: impl Fn(Duration) + Send + 'static) {
    thread::spawn(move || {
        let (mut operations, mut since) = (model::operations(), processor_time());
        loop {
            thread::sleep(INTERVAL);
            let (now_operations, now) = (model::operations(), processor_time());
            if now_operations != operations {
                (operations, since) = (now_operations, now);
            } else if now.saturating_sub(since) >= PATIENCE {
                return stalled(now.saturating_sub(since));
            }
        }
    });
}

/// What all threads of this process have computed.
pub(crate) fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec.unsigned_abs() as u32)
}
