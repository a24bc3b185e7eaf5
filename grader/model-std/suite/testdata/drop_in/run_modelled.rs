//! Runs a program that was compiled against the modelled `std`, in the non-preemptive execution, and prints the lines
//! that it returns. A second execution must return the same.

use model_std::model::{Schedule, Settings, replay};

fn main() {
    let settings = Settings {
        fresh_statics: true,
        ..Settings::default()
    };
    let body: std::rc::Rc<dyn Fn() -> Vec<String>> = std::rc::Rc::new(program::run);
    let lines = || {
        let execution = replay(&settings, &body, &Schedule::default());
        match execution.value {
            Some(Ok(lines)) => lines,
            _ => vec![format!("{:?}", execution.trace.end)],
        }
    };
    let first = lines();
    assert_eq!(lines(), first, "the second execution returns something else");
    first.iter().for_each(|line| println!("{line}"));
}
