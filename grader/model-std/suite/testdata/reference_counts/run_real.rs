//! Runs each program a few hundred times on real threads, and prints a line for each outcome that it should not have.

use std::collections::BTreeSet;

/// How often each program is run.
const RUNS: usize = 200;

fn main() {
    std::panic::set_hook(Box::new(|_| ()));
    for program in programs::PROGRAMS.iter().chain(programs::STALE) {
        let run = |_| std::panic::catch_unwind(program.run).unwrap_or_else(|_| "panicked".to_owned());
        let outcomes: BTreeSet<String> = (0..RUNS).map(run).collect();
        for outcome in outcomes {
            if !program.outcomes.contains(&outcome.as_str()) {
                println!("{}: {outcome}", program.name);
            }
        }
    }
}
