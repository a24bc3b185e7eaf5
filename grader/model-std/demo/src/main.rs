//! Prints for each program how many executions it has, its outcomes, and the fewest preemptions of each wrong one.

use std::model::Pruning;

fn main() {
    println!(
        "{:32} {:>5} {:>10}  outcomes, the wrong ones with their fewest preemptions",
        "program", "bound", "executions"
    );
    for demo in model_std_demo::all() {
        let found = demo.explore(demo.preemptions, Pruning::Visited);
        let outcomes = found.preemptions.iter().map(|(outcome, preemptions)| {
            if demo.is_wrong(outcome) {
                format!("{outcome} ({preemptions})")
            } else {
                outcome.clone()
            }
        });
        let outcomes = outcomes.collect::<Vec<_>>().join(", ");
        let executions = found.coverage.executions;
        println!("{:32} {:>5} {executions:>10}  {outcomes}", demo.name, demo.preemptions);
    }
}
