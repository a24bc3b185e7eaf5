//! Watches whether the submission comes back to the model.

use std::thread;
use std::time::Duration;

use model_std::model;
use sandbox::this_process::cpu_time;

/// How much CPU time may pass between two operations: ten thousand times what an execution takes. It is CPU time so that a loaded
/// machine makes no difference.
const STALL_CPU_TIME: Duration = Duration::from_secs(3);

/// The time between two samples.
const SAMPLE_INTERVAL: Duration = Duration::from_millis(200);

/// Calls `stalled` once if too much CPU time has passed since the last operation of the model, with that time.
pub(crate) fn watch(stalled: impl Fn(Duration) + Send + 'static) {
    thread::spawn(move || {
        let (mut operations, mut since) = (model::operations(), cpu_time());
        loop {
            thread::sleep(SAMPLE_INTERVAL);
            let (now_operations, now) = (model::operations(), cpu_time());
            if now_operations != operations {
                (operations, since) = (now_operations, now);
            } else if now.saturating_sub(since) >= STALL_CPU_TIME {
                return stalled(now.saturating_sub(since));
            }
        }
    });
}
