//! Runs a program that was compiled against the modelled `std`, in the non-preemptive execution, and prints the lines
//! that it returns. A second execution must return the same.

use model_std::model::{Schedule, Settings, replay, restart_statics};

fn main() {
    // SAFETY: the program is compiled against the modelled library, and is used in executions only.
    let n_statics = unsafe { restart_statics(&["program"]) };
    n_statics.expect("the executable has a symbol table");
    let body: std::rc::Rc<dyn Fn() -> Vec<String>> = std::rc::Rc::new(program::run);
    let lines = || {
        let execution = replay(&Settings::default(), &body, &Schedule::default());
        match execution.value {
            Some(Ok(lines)) => lines,
            _ => vec![format!("{:?}", execution.trace.end)],
        }
    };
    let first = lines();
    assert_eq!(lines(), first, "the second execution returns something else");
    first.iter().for_each(|line| println!("{line}"));
}
