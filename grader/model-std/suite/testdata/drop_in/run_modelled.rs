//! Runs a program that was compiled against the modelled `std`, in the non-preemptive execution, and prints the lines
//! that it returns.

use model_std::model::{Schedule, Settings, replay};

fn main() {
    let body: std::rc::Rc<dyn Fn() -> Vec<String>> = std::rc::Rc::new(program::run);
    let execution = replay(&Settings::default(), &body, &Schedule::default());
    match execution.value {
        Some(Ok(lines)) => lines.iter().for_each(|line| println!("{line}")),
        _ => println!("{:?}", execution.trace.end),
    }
}
