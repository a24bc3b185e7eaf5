//! One thread a round is told that it leads.

use std::thread;

use event::Rounds;
use harness::waiting::join;
use harness::{Execution, Finding, Model, Violation};

use crate::wakeups::CROWD;

pub(crate) fn each_round_has_one_leader(model: &mut Model) {
    one_leads(model, "a barrier for 1 thread, 3 rounds", 1, 3);
    one_leads(model, "a barrier for 0 threads, which means 1, 3 rounds", 0, 3);
    one_leads(model, "2 threads, 3 rounds", 2, 3);
    model.every(
        "2 barriers for 2 threads, 1 round at each at the same time",
        || {
            let barriers = [Rounds::new(2), Rounds::new(2)];
            thread::scope(|scope| {
                let at_both = barriers
                    .each_ref()
                    .map(|barrier| scope.spawn(|| leaders_at(barrier, 2, 1)[0]));
                at_both.map(join).to_vec()
            })
        },
        each_has_one,
    );
    model.preemptions(1);
    model.random(200);
    one_leads(model, "3 threads, 2 rounds", 3, 2);
    one_leads(model, "4 threads, 1 round", 4, 1);
    model.preemptions(2);
    model.spurious_wakeups(1);
    one_leads(model, "2 threads, 2 rounds, a spurious wake-up", 2, 2);
    model.spurious_wakeups(0);
    model.executions(1);
    model.random(0);
    model.steps(2_000_000);
    model.every(
        "a barrier for 2 threads, 2 threads, and then 2 others",
        || {
            let barrier = Rounds::new(2);
            [(); 2].map(|()| leaders_at(&barrier, 2, 1)[0]).to_vec()
        },
        each_has_one,
    );
    one_leads(model, "300 threads, 3 rounds", CROWD, 3);
    one_leads(model, "2 threads, 300 rounds", 2, 300);
}

/// Requires that one thread leads in each round.
fn one_leads(model: &mut Model, label: &str, threads: usize, rounds: usize) {
    model.every(label, move || leaders(threads, rounds), each_has_one);
}

/// How many threads led in each round.
fn leaders(threads: usize, rounds: usize) -> Vec<usize> {
    leaders_at(&Rounds::new(threads), threads, rounds)
}

fn leaders_at(barrier: &Rounds, threads: usize, rounds: usize) -> Vec<usize> {
    let mut leaders = vec![0; rounds];
    thread::scope(|scope| {
        let threads: Vec<_> = (0..threads.max(1))
            .map(|_| scope.spawn(|| (0..rounds).map(|_| barrier.wait()).collect::<Vec<bool>>()))
            .collect();
        for led in threads.into_iter().map(join) {
            for (leaders, led) in leaders.iter_mut().zip(led) {
                *leaders += usize::from(led);
            }
        }
    });
    leaders
}

fn each_has_one(execution: &Execution<Vec<usize>>) -> Result<(), Violation> {
    match execution.value.iter().zip(1..).find(|(leaders, _)| **leaders != 1) {
        None => Ok(()),
        Some((leaders, round)) => {
            let finding = match execution.preemptions {
                0 => Finding::WrongResult,
                _ => Finding::Race,
            };
            let violation = Violation::new(finding, "expected wait to return true in one thread of each round");
            Err(violation.got(format!("in round {round} it did so in {leaders}")))
        }
    }
}
