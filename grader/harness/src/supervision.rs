//! Notices when the submission computes on and on without an operation of the model, where `model-std` does not count
//! its basic blocks: in code of libraries, and in generic functions that the check program instantiates.

use std::thread;
use std::time::Duration;

use model_std::model;
use sandbox::this_process::cpu_time;

/// How much CPU time may pass between two operations: more than the budget of basic blocks takes for the largest
/// workloads, which decides where the code of submissions computes. A loaded machine makes no difference to CPU time.
const STALL_CPU_TIME: Duration = Duration::from_secs(3);

/// The same once an execution was interrupted: what follows is that execution again, which is recorded.
const REPEATED_STALL_CPU_TIME: Duration = Duration::from_millis(300);

/// The time between two samples.
const SAMPLE_INTERVAL: Duration = Duration::from_millis(100);

/// Interrupts an execution if too much CPU time has passed since the last operation of the model. If that does not
/// help, calls `stalled` once, and tells it how much.
pub(crate) fn watch(stalled: impl Fn(Duration) + Send + 'static) {
    thread::spawn(move || {
        let (mut operations, mut since) = (model::operations(), cpu_time());
        let mut limit = STALL_CPU_TIME;
        loop {
            thread::sleep(SAMPLE_INTERVAL);
            let (now_operations, now) = (model::operations(), cpu_time());
            let passed = now.saturating_sub(since);
            if now_operations != operations {
                (operations, since) = (now_operations, now);
            } else if passed >= 2 * STALL_CPU_TIME {
                return stalled(passed);
            } else if passed >= limit {
                limit = REPEATED_STALL_CPU_TIME;
                model::interrupt();
            }
        }
    });
}
