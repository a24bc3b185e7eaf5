//! Runs each program a few hundred times on real threads, and prints a line for each outcome that it should not have.

use std::collections::BTreeSet;

fn main() {
    std::panic::set_hook(Box::new(|_| ()));
    let runs = std::env::args().nth(1).map_or(200, |runs| runs.parse().expect("a number"));
    for program in programs::PROGRAMS.iter().chain(programs::STALE) {
        let run = |_| std::panic::catch_unwind(program.run).unwrap_or_else(|_| "panicked".to_owned());
        let outcomes: BTreeSet<String> = (0..runs).map(run).collect();
        for outcome in outcomes {
            if !program.outcomes.contains(&outcome.as_str()) {
                println!("{}: {outcome}", program.name);
            }
        }
    }
}
