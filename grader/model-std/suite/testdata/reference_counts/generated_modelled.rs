//! Explores generated programs. Prints their number and an outcome in each line, and nothing for a program that has too
//! many interleavings. The arguments are the first number and how many programs.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::rc::Rc;

use model_std::model::{Bounds, Settings, explore};
use programs::generated::Generated;

fn main() {
    let mut arguments = std::env::args().skip(1).map(|number| number.parse::<u64>().expect("a number"));
    let (first, n) = (arguments.next().expect("the first"), arguments.next().expect("how many"));
    let bounds = Bounds {
        preemptions: 40,
        executions: 60_000,
        random: 0,
        ..Bounds::default()
    };
    for number in first..first + n {
        let body: Rc<dyn Fn() -> String> = Rc::new(move || Generated::new(number).run());
        let mut outcomes = BTreeSet::new();
        let coverage = explore(&bounds, &Settings::default(), &body, |execution| {
            outcomes.insert(match execution.value {
                Some(Ok(outcome)) => outcome,
                _ => format!("{:?}", execution.trace.end),
            });
            ControlFlow::Continue(())
        });
        if coverage.complete {
            outcomes.iter().for_each(|outcome| println!("{number} {outcome}"));
        }
    }
}
