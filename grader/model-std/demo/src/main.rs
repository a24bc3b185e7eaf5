//! Prints for each program how many executions there are, what they come to, and how many preemptions a wrong one takes.

use std::model::Pruning;

fn main() {
    println!(
        "{:32} {:>5} {:>10}  outcomes, the wrong ones with their fewest preemptions",
        "program", "bound", "executions"
    );
    for demo in model_std_demo::all() {
        let found = demo.explore(demo.preemptions, Pruning::Visited);
        let is_wrong = |outcome: &str| demo.wrong.iter().any(|(wrong, _)| *wrong == outcome);
        let outcomes = found.preemptions.iter().map(|(outcome, preemptions)| {
            if is_wrong(outcome) {
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
