//! The checks of the exercise `xkcd_download`, with a real server on the loopback device.
//!
//! The server holds replies back until no more requests can arrive. So the checks know how many are in flight at once,
//! on any machine and under any load. A submission may hand out its numbers in any way, and have any number of clients.

mod contract;

use std::process::ExitCode;

use harness::real::{self, Check, Trial};
use harness::{Finding, Violation};
use xkcd_download::{download_in_parallel, download_in_sequence};
use xkcd_download_support::{
    Hold, LARGE, ODD, Outcome, Server, Shelf, Trouble, Way, are_refused, are_right, asked_again, asked_once,
    connections_are_used_again, image_path, info_path, leaves_nothing, many_ask_at_once, never_more_than,
    nobody_is_idle, nobody_polls,
};

/// What the exercise must show, in the order of `exercise.toml`.
const CHECKS: &[Check] = &[
    Check::new("in_sequence_keeps_order", in_sequence_keeps_order),
    Check::new("in_sequence_asks_one_at_a_time", in_sequence_asks_one_at_a_time),
    Check::new("in_parallel_keeps_order", in_parallel_keeps_order),
    Check::new("exactly_the_workers_ask_at_once", exactly_the_workers_ask_at_once),
    Check::new("no_worker_is_idle", no_worker_is_idle),
    Check::new("errors_stay_in_their_place", errors_stay_in_their_place),
    Check::new("connections_are_used_again", connections_are_used_again_by_both),
    Check::new("nothing_is_left_behind", nothing_is_left_behind),
];

fn main() -> ExitCode {
    real::main(CHECKS)
}

/// Runs a scenario with a server of its own, which has what is on `shelf`.
fn on_server(
    trial: &mut Trial,
    label: impl Into<String>,
    shelf: Shelf,
    hold: Hold,
    body: impl FnOnce(&Server) -> Result<(), Violation>,
) {
    match Server::start(shelf, hold) {
        Ok(server) => trial.scenario(label, || {
            // A panic may name the server, whose port is another one in each run.
            let outcome = real::catch(|| body(&server)).unwrap_or_else(|panic| {
                let got = panic
                    .replace(server.base(), "{base}")
                    .replace(server.closed_base(), "{base}");
                Err(Violation::new(Finding::Panic, "expected no panic").got(got))
            });
            // If a thread polls, replies may have been released too early for the outcome to be right.
            nobody_polls(&server).and(outcome)
        }),
        Err(error) => trial.unclear(format!("this machine does not let a server be started: {error}")),
    }
}

fn in_sequence(base: &str, numbers: &[u32]) -> Vec<Outcome> {
    let results = download_in_sequence(base, numbers);
    results.into_iter().map(contract::outcome).collect()
}

fn in_parallel(base: &str, numbers: &[u32], workers: usize) -> Vec<Outcome> {
    let results = download_in_parallel(base, numbers, workers);
    results.into_iter().map(contract::outcome).collect()
}

fn shelf(numbers: &[u32]) -> Shelf {
    Shelf::of(numbers.iter().copied())
}

fn in_sequence_keeps_order(trial: &mut Trial) {
    let many: Vec<u32> = (1..=MANY).collect();
    for numbers in [&KNOWN[..], &[109, 7, 100, 3], &[HUGE], &[], &[ODD, LARGE, 5], &many] {
        on_server(trial, in_words(numbers), shelf(numbers), Hold::Nothing, |server| {
            let got = in_sequence(server.base(), numbers);
            are_right(Way::InSequence, server, numbers, &got)?;
            asked_once(server)
        });
    }
}

fn in_sequence_asks_one_at_a_time(trial: &mut Trial) {
    let numbers = [100, 101, 102];
    let hold = Hold::Rounds(4);
    on_server(trial, in_words(&numbers), shelf(&numbers), hold, |server| {
        drop(in_sequence(server.base(), &numbers));
        never_more_than(1, server)?;
        asked_once(server)
    });
}

fn in_parallel_keeps_order(trial: &mut Trial) {
    for (workers, numbers) in [
        (4, &KNOWN[..]),
        (3, &[109, 7, 100, 3, 50]),
        (1, &[11, 10]),
        (8, &[1, 2, 3]),
        (0, &[1, 2]),
        (4, &[]),
        (0, &[]),
        (2, &[ODD, LARGE, 5]),
    ] {
        on_server(
            trial,
            label(workers, numbers),
            shelf(numbers),
            Hold::Nothing,
            |server| {
                let got = in_parallel(server.base(), numbers, workers);
                are_right(Way::InParallel, server, numbers, &got)?;
                asked_once(server)
            },
        );
    }
    for (workers, numbers) in [(3, &[100, 101, 102][..]), (2, &[11, 12, 13])] {
        let label = format!("{}, the last requests are answered first", label(workers, numbers));
        on_server(trial, label, shelf(numbers), Hold::LastFirst, |server| {
            let got = in_parallel(server.base(), numbers, workers);
            are_right(Way::InParallel, server, numbers, &got)?;
            asked_once(server)
        });
    }
}

fn exactly_the_workers_ask_at_once(trial: &mut Trial) {
    let (ten, eighty): (Vec<u32>, Vec<u32>) = ((1..=10).collect(), (1..=80).collect());
    // First of all, so that a submission that never has more workers than there are processors fails here on every
    // machine.
    on_server(
        trial,
        label(MANY_WORKERS, &eighty),
        shelf(&eighty),
        Hold::Rounds(1),
        |server| {
            drop(in_parallel(server.base(), &eighty, MANY_WORKERS));
            never_more_than(MANY_WORKERS, server)?;
            many_ask_at_once(MANY_WORKERS, server)?;
            asked_once(server)
        },
    );
    // Several calls in one process, with different numbers: each call must have workers of its own.
    for (workers, numbers, rounds) in [
        (4, &ten[..], 4),
        (2, &eighty, 2),
        (5, &eighty, 2),
        (1, &[1, 2], 2),
        (0, &[1, 2], 1),
        (8, &[1, 2, 3], 2),
    ] {
        let hold = Hold::Rounds(rounds);
        on_server(trial, label(workers, numbers), shelf(numbers), hold, |server| {
            drop(in_parallel(server.base(), numbers, workers));
            never_more_than(workers.max(1), server)?;
            nobody_is_idle(workers.max(1), server)?;
            asked_once(server)
        });
    }
}

fn no_worker_is_idle(trial: &mut Trial) {
    let numbers: Vec<u32> = (1..=8).collect();
    let held_once = Hold::Rounds(1);
    on_server(trial, label(2, &numbers), shelf(&numbers), held_once, |server| {
        drop(in_parallel(server.base(), &numbers, 2));
        nobody_is_idle(2, server)
    });
    for (workers, path, what) in [
        (2, info_path(1), "all wait for the information on the first"),
        (3, image_path(1), "all wait for the picture of the first"),
        (2, image_path(5), "all wait for the picture of the fifth"),
    ] {
        let label = format!("{}, {what}", label(workers, &numbers));
        on_server(trial, label, shelf(&numbers), Hold::Only(path), |server| {
            drop(in_parallel(server.base(), &numbers, workers));
            nobody_is_idle(workers, server).map_err(as_concurrent)?;
            asked_once(server)
        });
    }
    let failing = shelf(&numbers)
        .with(1, Trouble::InfoStatus(404))
        .with(2, Trouble::ImageCutOff);
    let label = format!("{}, the first two fail", label(2, &numbers));
    on_server(trial, label, failing, Hold::Rounds(4), |server| {
        drop(in_parallel(server.base(), &numbers, 2));
        nobody_is_idle(2, server)
    });
}

/// What has been shown to ask for several things at once does so too little. Where only one reply is held back, it is
/// chance whether requests overlap, so nothing is said of that here.
fn as_concurrent(violation: Violation) -> Violation {
    Violation {
        finding: match violation.finding {
            Finding::NotConcurrent => Finding::OverSerialized,
            other => other,
        },
        ..violation
    }
}

fn errors_stay_in_their_place(trial: &mut Trial) {
    for (what, troubles, hold) in TROUBLES {
        let (shelf, numbers) = with(troubles);
        on_server(
            trial,
            format!("in sequence, {what}"),
            shelf.clone(),
            Hold::Nothing,
            |server| {
                let got = in_sequence(server.base(), &numbers);
                are_right(Way::InSequence, server, &numbers, &got)?;
                asked_once(server)
            },
        );
        on_server(trial, format!("3 workers, {what}"), shelf, hold, |server| {
            let got = in_parallel(server.base(), &numbers, 3);
            are_right(Way::InParallel, server, &numbers, &got)?;
            asked_once(server)
        });
    }
    let numbers = [3, 1, 2];
    on_server(trial, "no server listens", shelf(&numbers), Hold::Nothing, |server| {
        let got = in_sequence(server.closed_base(), &numbers);
        are_refused(Way::InSequence, server, &numbers, &got)?;
        let got = in_parallel(server.closed_base(), &numbers, 2);
        are_refused(Way::InParallel, server, &numbers, &got)
    });
}

/// Comics with `troubles`, and one without before, between and after them; and their numbers.
fn with(troubles: &[Trouble]) -> (Shelf, Vec<u32>) {
    let mut shelf = Shelf::of([100]);
    let mut numbers = vec![100];
    for (good, trouble) in (102..).step_by(2).zip(troubles) {
        shelf = shelf.with(good - 1, *trouble).and(good);
        numbers.extend([good - 1, good]);
    }
    (shelf, numbers)
}

/// What goes wrong, with which comics, and what the server holds back when several workers ask for them.
const TROUBLES: [(&str, &[Trouble], Hold); 7] = [
    (
        "the server refuses the second",
        &[Trouble::InfoStatus(404)],
        Hold::LastFirst,
    ),
    (
        "the server replies with an error",
        &[
            Trouble::ImageStatus(404),
            Trouble::InfoStatus(500),
            Trouble::ImageStatus(503),
        ],
        Hold::Nothing,
    ),
    (
        "the server replies with a success other than 200",
        &[
            Trouble::InfoSuccess(203),
            Trouble::ImageSuccess(299),
            Trouble::ImageSuccess(201),
        ],
        Hold::Nothing,
    ),
    (
        "the information is of no use",
        &[Trouble::InfoMalformed, Trouble::InfoIncomplete],
        Hold::Nothing,
    ),
    (
        "the connection ends too early",
        &[Trouble::ImageCutOff, Trouble::InfoCutOff],
        Hold::Nothing,
    ),
    (
        "no server listens where the picture should be",
        &[Trouble::ImageRefused],
        Hold::Nothing,
    ),
    (
        "no reply comes",
        &[Trouble::InfoStalled, Trouble::ImageStalled],
        Hold::Nothing,
    ),
];

fn connections_are_used_again_by_both(trial: &mut Trial) {
    let numbers: Vec<u32> = (1..=12).collect();
    let label_of_first = format!("in sequence, {}", in_words(&numbers));
    on_server(trial, label_of_first, shelf(&numbers), Hold::Nothing, |server| {
        drop(in_sequence(server.base(), &numbers));
        connections_are_used_again(server)?;
        asked_once(server)
    });
    let numbers: Vec<u32> = (1..=20).collect();
    on_server(trial, label(3, &numbers), shelf(&numbers), Hold::Rounds(1), |server| {
        drop(in_parallel(server.base(), &numbers, 3));
        connections_are_used_again(server)?;
        asked_once(server)
    });
}

fn nothing_is_left_behind(trial: &mut Trial) {
    let numbers = [100, 101, 102, 103, 104];
    let bad = || {
        shelf(&numbers)
            .with(101, Trouble::InfoStatus(404))
            .with(103, Trouble::InfoMalformed)
    };
    let cut_off = || {
        shelf(&numbers)
            .with(100, Trouble::ImageRefused)
            .with(104, Trouble::ImageCutOff)
    };
    for (what, shelf) in [("in sequence", shelf(&numbers)), ("in sequence, two fail", cut_off())] {
        on_server(trial, what, shelf, Hold::Nothing, |server| {
            leaves_nothing("download_in_sequence", server, || {
                drop(in_sequence(server.base(), &numbers))
            })
        });
    }
    for (workers, shelf) in [(3, shelf(&numbers)), (2, bad()), (4, cut_off()), (8, shelf(&numbers))] {
        on_server(trial, label(workers, &numbers), shelf, Hold::Nothing, |server| {
            leaves_nothing("download_in_parallel", server, || {
                drop(in_parallel(server.base(), &numbers, workers));
            })
        });
    }
    on_server(
        trial,
        "one call after the other",
        shelf(&numbers),
        Hold::Nothing,
        |server| {
            drop(in_parallel(server.base(), &numbers, 2));
            let first = server.asked();
            drop(in_parallel(server.base(), &numbers, 2));
            asked_again(server, &first)
        },
    );
}

/// More comics than a byte can count.
const MANY: u32 = 300;

/// More workers than nearly any machine has processors, and than a cautious author would start. Each may have a thread,
/// a client with a thread of its own, and connections; the process may have 256 threads.
const MANY_WORKERS: usize = 70;

/// A number that fits neither `u16` nor `i32`.
const HUGE: u32 = 4_000_000_000;

/// The comics that the program of the exercise downloads.
const KNOWN: [u32; 10] = [100, 101, 102, 103, 104, 105, 106, 107, 108, 109];

fn label(workers: usize, numbers: &[u32]) -> String {
    let workers = if workers == 1 {
        "1 worker".to_owned()
    } else {
        format!("{workers} workers")
    };
    format!("{workers}, {}", in_words(numbers))
}

fn in_words(numbers: &[u32]) -> String {
    match numbers {
        [] => "no comics".to_owned(),
        [number] => format!("comic {number}"),
        [first, .., last] if last.checked_sub(*first) == u32::try_from(numbers.len() - 1).ok() => {
            format!("comics {first} to {last}")
        }
        _ => {
            let numbers: Vec<String> = numbers.iter().map(u32::to_string).collect();
            format!("comics {}", numbers.join(", "))
        }
    }
}
