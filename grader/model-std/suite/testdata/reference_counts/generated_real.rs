//! Runs generated programs on real threads. Prints their number and an outcome in each line. The arguments are the first
//! number, how many programs, and how often each is run.

use std::collections::BTreeSet;

use programs::generated::Generated;

fn main() {
    let mut arguments = std::env::args().skip(1).map(|number| number.parse::<u64>().expect("a number"));
    let mut next = || arguments.next().expect("a number");
    let (first, n, runs) = (next(), next(), next());
    for number in first..first + n {
        let outcomes: BTreeSet<String> = (0..runs).map(|_| Generated::new(number).run()).collect();
        outcomes.iter().for_each(|outcome| println!("{number} {outcome}"));
    }
}
