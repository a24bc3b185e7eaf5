//! What a gate in the workload sees: it holds each thread that enters, until no more can arrive.

use harness::real::{Gate, Trial};
use harness::{Finding, Violation};

pub(crate) fn holds_on_real_threads(trial: &mut Trial) {
    trial.scenario("TBD: the workload", || {
        let gate = Gate::new();
        // TBD: call the submission with a workload that passes the gate: `gate.pass(|| …)`.
        let most = gate.most_at_once();
        if most == 2 {
            return Ok(());
        }
        Err(Violation::new(Finding::NotConcurrent, "TBD: what was expected").got(format!("there were {most}")))
    });
}
