//! Ends a check that hangs: every thread sleeps and none will be woken, or it computes without end.
//!
//! A watchdog, not a judge of speed: it acts when nothing at all has run for seconds, neither in this process nor in one below
//! it, and nobody waits for a timer; or after much more processor time than any scenario takes.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};
use std::thread;
use std::time::Duration;

use super::kernel::{self, Call, Task};
use super::stillness::Stillness;
use super::{Scenario, give_up};
use crate::channel::Answer;
use protocol::CheckObservation;
use sandbox::this_process::cpu_time;

/// How often to look.
const INTERVAL: Duration = Duration::from_millis(250);

/// How many looks have to see nothing. Three seconds: whoever asks a clock from time to time asks more often.
const LOOKS: u32 = 12;

/// How many it takes where each thread waits for another one. Two would do.
const FEW_LOOKS: u32 = 4;

/// How much processor time the process may take for one scenario: ten times what the longest takes.
const PATIENCE: Duration = Duration::from_secs(8);

pub(super) fn watch(answer: &Arc<Answer>, current: &Scenario) {
    let (answer, current) = (Arc::clone(answer), Arc::clone(current));
    thread::spawn(move || {
        let _observer = kernel::observe_only();
        let mut stillness = Stillness::default();
        let (mut scenario, mut since) = (String::new(), Duration::ZERO);
        loop {
            thread::sleep(INTERVAL);
            let (now, under_way) = (
                cpu_time(),
                current.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            );
            if under_way != scenario {
                (scenario, since) = (under_way, now);
            }
            let computed = now.saturating_sub(since);
            if computed >= PATIENCE {
                let seconds = computed.as_secs();
                let scenario = Some(scenario);
                give_up(&answer, CheckObservation::Stalled { scenario, seconds });
            }
            let tasks = kernel::tasks();
            if kernel::is_telling() && is_hung(&tasks, kernel::n_observers() - 1, stillness.look(&tasks)) {
                let threads = describe_all(&tasks);
                give_up(&answer, CheckObservation::Hung { scenario, threads });
            }
        }
    });
}

/// Whether nothing will happen any more, when nothing has happened for so many looks: `n_others` threads besides this one look on,
/// and may be about to do something.
fn is_hung(tasks: &[Task], n_others: usize, looks: u32) -> bool {
    let are_left_to_each_other = n_others == 0 && tasks.iter().all(Task::is_left_to_others);
    let needed = if are_left_to_each_other { FEW_LOOKS } else { LOOKS };
    looks >= needed && !tasks.iter().any(waits_for_a_timer)
}

/// A line for each kind of waiting, in an order that does not depend on who came first.
fn describe_all(tasks: &[Task]) -> Vec<String> {
    let own = std::process::id();
    let is_main = |task: &&Task| task.id == task.process && task.process.unsigned_abs() == own;
    let program = tasks.iter().find(is_main).map_or("", |main| &main.name);
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    for task in tasks {
        *kinds.entry(describe(task, own, program)).or_default() += 1;
    }
    let lines = kinds.into_iter().map(|(kind, n)| match n {
        1 => kind,
        n => format!("{kind} ({n} of them)"),
    });
    lines.collect()
}

/// In words: `the main thread waits to read`.
///
/// `own` is the process of the check, and `program` its name: a thread without a name of its own has that one, and so has a
/// child process that runs the same file because the check lets it take a part.
fn describe(task: &Task, own: u32, program: &str) -> String {
    let is_own = task.process.unsigned_abs() == own;
    let has_name = task.name != program;
    let who = match (is_own, has_name) {
        (true, _) if task.id == task.process => "the main thread".to_owned(),
        (true, true) => format!("thread `{}`", task.name),
        (true, false) => "a thread".to_owned(),
        (false, true) => format!("child process `{}`", task.name),
        (false, false) => "a child process of the check".to_owned(),
    };
    if task.state == 'Z' {
        return format!("{who} has ended and was not waited for");
    }
    match task.call {
        Some(call) => format!("{who} waits {}", described(call)),
        None => format!("{who} sleeps"),
    }
}

fn waits_for_a_timer(task: &Task) -> bool {
    task.call == Some(Call::Sleep)
}

/// What a thread waits for in a call of the system.
fn described(call: Call) -> &'static str {
    match call {
        Call::Read => "to read",
        Call::Write => "to write",
        Call::Poll => "for any of several descriptors",
        Call::Sleep => "in `sleep`",
        Call::Accept => "for a connection",
        Call::Receive => "to receive from a socket",
        Call::Wait => "for a child process to end",
        Call::Futex => "for another thread (a lock, a channel, a join)",
    }
}

#[cfg(test)]
mod tests;
