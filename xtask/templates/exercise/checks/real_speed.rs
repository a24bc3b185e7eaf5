//! What the kernel says of each thread's processor time, while nothing else runs.

use harness::real::{Trial, thread_cpu_time};
use harness::{Finding, Violation};

pub(crate) fn threads_share_the_computing(trial: &mut Trial) {
    trial.scenario("TBD: a workload that computes", || {
        // TBD: call the submission; each of its threads asks for its processor time when its work ends.
        let (total, busiest) = (thread_cpu_time(), thread_cpu_time());
        if total >= busiest * 9 / 5 {
            return Ok(());
        }
        let violation = Violation::new(Finding::NotConcurrent, "TBD: what was expected");
        Err(violation.got("one thread computes nearly everything"))
    });
}
