//! The checks of the exercise `xkcd_download` that look at every interleaving of few workers.
//!
//! The threads, locks and channels of the submission are those of the model. A client library and the server are real:
//! a request is no operation of an execution, so it happens at once, between two of them. What the workers share is
//! what decides who asks for which comic, and that is what the scheduler interleaves.
//!
//! No request fails here: the message of a panic could name the port of the server, which is another one each time.

mod contract;

use std::process::ExitCode;
use std::sync::Arc;

use harness::{Check, Execution, Finding, Model, Violation};
use xkcd_download::download_in_parallel;
use xkcd_download_support::{Hold, Outcome, Server, Shelf, Way, are_right, asked_once};

/// What the exercise must show, in the order of `exercise.toml`.
const CHECKS: &[Check] = &[Check::new("no_comic_is_taken_twice", no_comic_is_taken_twice)];

/// How far a scenario is explored. An execution takes a millisecond or two, because of its requests. And a submission
/// whose client outlives a call leaves a thread behind in each, of which there may be some hundred.
const EXECUTIONS: u64 = 60;

/// More comics than a byte can count. Here, unlike on real threads, a submission may have a thread for each.
const MANY: [u32; 300] = {
    let mut numbers = [0; 300];
    let mut place = 0;
    while place < numbers.len() {
        numbers[place] = place as u32 + 1;
        place += 1;
    }
    numbers
};

fn main() -> ExitCode {
    harness::main(CHECKS)
}

fn no_comic_is_taken_twice(model: &mut Model) {
    // A submission may read from its connections by itself. The server replies to each request at once.
    model.allow_outside_waits();
    model.preemptions(1);
    model.executions(EXECUTIONS);
    model.random(20);
    let of = |numbers: &[u32]| Shelf::of(numbers.iter().copied());
    in_parallel(
        model,
        "2 workers, comics 100 to 102",
        of(&[100, 101, 102]),
        &[&[100, 101, 102]],
        2,
    );
    in_parallel(
        model,
        "3 workers, comics 109, 7, 3",
        of(&[109, 7, 3]),
        &[&[109, 7, 3]],
        3,
    );
    model.preemptions(0);
    model.executions(5);
    in_parallel(
        model,
        "2 workers, comics 5 to 7, then 9 and 8, then 1 to 3",
        of(&[1, 2, 3, 5, 6, 7, 8, 9]),
        &[&[5, 6, 7], &[9, 8], &[1, 2, 3]],
        2,
    );
    // What goes wrong with many comics does so in any order.
    model.executions(1);
    model.random(0);
    in_parallel(model, "6 workers, comics 1 to 300", Shelf::of(1..=300), &[&MANY], 6);
    more_workers_than_a_byte(model);
}

/// Here, unlike on real threads, a submission may start as many threads as it is asked for. For three comics it starts
/// two or more, because the caller may be one of three workers.
fn more_workers_than_a_byte(model: &mut Model) {
    const COMICS: [u32; 3] = [1, 2, 3];
    let Ok(server) = Server::start(Shelf::of(COMICS), Hold::Nothing) else {
        return;
    };
    model.every(
        "256 workers, comics 1 to 3",
        move || drop(download_in_parallel(server.base(), &COMICS, 256)),
        |execution| {
            let n_started = execution.threads.len() - 1;
            if n_started > 1 {
                return Ok(());
            }
            let expected = "expected several workers for 256 workers and 3 comics";
            let got = format!("{n_started} thread was started");
            Err(Violation::new(Finding::NotConcurrent, expected).got(got))
        },
    );
}

/// Downloads the comics of each call, one call after the other.
fn in_parallel(model: &mut Model, label: &str, shelf: Shelf, calls: &'static [&[u32]], workers: usize) {
    // Without a server there is no execution, and so no verdict.
    let Ok(server) = Server::start(shelf, Hold::Nothing) else {
        return;
    };
    let server = Arc::new(server);
    let of_body = Arc::clone(&server);
    model.every(
        label,
        move || {
            of_body.forget();
            let download = |numbers: &&[u32]| download_in_parallel(of_body.base(), numbers, workers);
            let results = calls.iter().map(download);
            let outcomes = results.map(|results| results.into_iter().map(contract::outcome).collect());
            outcomes.collect::<Vec<Vec<Outcome>>>()
        },
        |execution| {
            let mut judged = asked_once(&server);
            for (numbers, outcomes) in calls.iter().zip(&execution.value) {
                // Another order is a race only where a preemption leads to it, which is said below.
                judged = judged.and_then(|()| are_right(Way::InSequence, &server, numbers, outcomes));
            }
            by_schedule(execution, judged)
        },
    );
}

/// A result that is wrong after a preemption is a race.
fn by_schedule<T>(execution: &Execution<T>, judged: Result<(), Violation>) -> Result<(), Violation> {
    judged.map_err(|mut violation| {
        if violation.finding == Finding::WrongResult && execution.preemptions > 0 {
            violation.finding = Finding::Race;
        }
        violation
    })
}
