//! Knowing that nothing more will happen, without a clock that could be wrong.
//!
//! Every thread of the process and of all processes below it is asleep, and none of them has been given a processor between
//! two looks: then only a timer or somebody outside could start anything. A machine under load makes no difference, since a
//! thread that could run and has to wait for a processor does not count as asleep.

use std::collections::BTreeMap;
use std::thread;
use std::time::Duration;

use super::kernel::{self, Task};

/// How long to wait between two looks.
const INTERVAL: Duration = Duration::from_millis(20);

/// How many looks have to see the same until a process counts as still: together longer than anybody who polls would pause.
const LOOKS: u32 = 10;

/// A series of looks at all threads but those of observers.
#[derive(Debug, Default)]
pub struct Stillness {
    /// How often each thread had been given a processor at the last look.
    last: BTreeMap<i32, u64>,
    looks: u32,
}

impl Stillness {
    /// Waits until nothing has happened for a number of looks in a row.
    pub fn wait() {
        let mut stillness = Stillness::default();
        let _observer = kernel::observe_only();
        while stillness.look(&kernel::tasks()) < LOOKS {
            thread::sleep(INTERVAL);
        }
    }

    /// Takes a look and says for how many looks in a row nothing has happened.
    pub fn look(&mut self, tasks: &[Task]) -> u32 {
        let now: BTreeMap<i32, u64> = tasks.iter().map(|task| (task.id, task.switches)).collect();
        let is_still = now == self.last && tasks.iter().all(|task| task.is_asleep());
        self.looks = if is_still { self.looks + 1 } else { 0 };
        self.last = now;
        self.looks
    }
}
