//! Judges the downloads of a submission by their results and by what the server saw.
//!
//! No message contains a port, so that it is the same in every run.

use std::collections::BTreeMap;

use harness::real::threads_left_by;
use harness::{Finding, Violation};

use crate::outcome::Outcome;
use crate::server::Server;

/// Which of the two functions was called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// `download_in_sequence`.
    InSequence,
    /// `download_in_parallel`.
    InParallel,
}

/// Holds if `got` is what a download of `numbers` from `server` must give, in that order.
///
/// # Errors
///
/// The first difference. Results that would be right in another order are a race, if there are several workers.
pub fn are_right(way: Way, server: &Server, numbers: &[u32], got: &[Outcome]) -> Result<(), Violation> {
    let expected: Vec<Outcome> = numbers.iter().map(|number| server.expected(*number)).collect();
    are_as_expected(way, server, numbers, &expected, got)
}

/// Holds if the download of each of `numbers` failed because no server listens at [`Server::closed_base`].
///
/// # Errors
///
/// The first difference.
pub fn are_refused(way: Way, server: &Server, numbers: &[u32], got: &[Outcome]) -> Result<(), Violation> {
    let url = |number: &u32| format!("{}{}", server.closed_base(), crate::shelf::info_path(*number));
    let refused = numbers.iter().map(|number| Outcome::Transport { url: url(number) });
    are_as_expected(way, server, numbers, &refused.collect::<Vec<_>>(), got)
}

fn are_as_expected(
    way: Way,
    server: &Server,
    numbers: &[u32],
    expected: &[Outcome],
    got: &[Outcome],
) -> Result<(), Violation> {
    if expected.len() != got.len() {
        let expected = format!("expected a result for each of {} numbers", numbers.len());
        return Err(Violation::new(Finding::WrongResult, expected).got(format!("there are {}", got.len())));
    }
    let got: Vec<Outcome> = got
        .iter()
        .map(|outcome| as_transport(server, numbers, outcome))
        .collect();
    let mut places = numbers.iter().zip(expected.iter().zip(&got));
    let Some((number, (expected_here, got_here))) = places.find(|(_, (expected, got))| expected != got) else {
        return Ok(());
    };
    let is_shuffled =
        got.iter().all(|outcome| expected.contains(outcome)) && expected.iter().all(|outcome| got.contains(outcome));
    let finding = match way {
        Way::InParallel if is_shuffled => Finding::Race,
        Way::InParallel | Way::InSequence => Finding::WrongResult,
    };
    let base = server.base();
    let sentence = format!(
        "expected in the place of number {number}: {}",
        expected_here.in_words(base)
    );
    let mut got = got_here.in_words(base);
    if got == expected_here.in_words(base) {
        got = "other bytes, or another server".to_owned();
    }
    Err(Violation::new(finding, sentence).got(format!("got {got}")))
}

/// `reqwest` reports a body that ends too early as one that it cannot decode, which counts as `Transport` as well.
fn as_transport(server: &Server, numbers: &[u32], got: &Outcome) -> Outcome {
    let transport = match got {
        Outcome::Decode { url } => Outcome::Transport { url: url.clone() },
        Outcome::Comic { .. } | Outcome::Status { .. } | Outcome::Transport { .. } => return got.clone(),
    };
    let mut cut_off = numbers.iter().filter(|number| server.shelf().is_cut_off(**number));
    if cut_off.any(|number| server.expected(*number) == transport) {
        transport
    } else {
        got.clone()
    }
}

/// Holds if `server` was asked for everything that it has exactly once, and for nothing else.
///
/// # Errors
///
/// What was asked for too often, never, or without need.
pub fn asked_once(server: &Server) -> Result<(), Violation> {
    let violation = |got| Err(Violation::new(Finding::WrongResult, "expected each URL to be asked for once").got(got));
    let mut asked: BTreeMap<String, usize> = server.paths().map(|path| (path.clone(), 0)).collect();
    for path in server.asked() {
        match asked.get_mut(&path) {
            Some(n) => *n += 1,
            None => return violation(format!("`{path}` was asked for, which belongs to no comic")),
        }
    }
    match asked.iter().find(|(_, n)| **n != 1) {
        None => Ok(()),
        Some((path, 0)) => violation(format!("`{path}` was not asked for")),
        Some((path, n)) => violation(format!("`{path}` was asked for {n} times")),
    }
}

/// Holds if `server`, after it was asked for `first`, was asked for all of that again.
///
/// # Errors
///
/// What was asked for only once.
pub fn asked_again(server: &Server, first: &[String]) -> Result<(), Violation> {
    let expected = "expected the call to ask for comics";
    if first.is_empty() {
        return Err(Violation::new(Finding::WrongResult, expected).got("it asked for nothing"));
    }
    let second = server.asked().split_off(first.len());
    let Some(path) = first.iter().find(|path| !second.contains(path)) else {
        return Ok(());
    };
    let expected = "expected the second call to ask for all that the first had asked for";
    Err(Violation::new(Finding::WrongResult, expected).got(format!("only the first asked for `{path}`")))
}

/// Holds if never more than `workers` requests were in flight.
///
/// # Errors
///
/// How many were.
pub fn never_more_than(workers: usize, server: &Server) -> Result<(), Violation> {
    let most = server.most_in_flight();
    if most <= workers {
        return Ok(());
    }
    let expected = format!("expected never more than {} in flight", requests(workers));
    Err(Violation::new(Finding::LimitExceeded, expected).got(format!("at some moment there were {most}")))
}

/// Holds if so many `workers` all had a request in flight, the first time that the process was quiescent.
///
/// # Errors
///
/// If fewer had. How many may depend on the machine: a submission may count its processors.
pub fn many_ask_at_once(workers: usize, server: &Server) -> Result<(), Violation> {
    let moments = server.quiescent_moments();
    let Some(first) = moments.first().filter(|first| first.in_flight < workers) else {
        return Ok(());
    };
    let finding = match first.in_flight {
        0 | 1 => Finding::NotConcurrent,
        _ => Finding::OverSerialized,
    };
    let expected = format!("expected {} in flight at once", requests(workers));
    Err(Violation::new(finding, expected).got("there were fewer, and nothing more happened"))
}

/// Holds if, whenever the process was quiescent, each of `workers` had a request in flight or no comic left to
/// download.
///
/// # Errors
///
/// How many requests were in flight instead.
pub fn nobody_is_idle(workers: usize, server: &Server) -> Result<(), Violation> {
    for moment in server.quiescent_moments() {
        let expected = workers.min(moment.unfinished);
        if moment.in_flight >= expected {
            continue;
        }
        let finding = match server.most_in_flight() {
            0 | 1 => Finding::NotConcurrent,
            _ => Finding::OverSerialized,
        };
        let left = match moment.unfinished {
            1 => "one comic is".to_owned(),
            n => format!("{n} comics are"),
        };
        let sentence = format!(
            "expected {} in flight at once while {left} not done yet",
            requests(expected)
        );
        let got = match moment.in_flight {
            0 => "there was none".to_owned(),
            1 => "there was one, and nothing more happened".to_owned(),
            n => format!("there were {n}, and nothing more happened"),
        };
        return Err(Violation::new(finding, sentence).got(got));
    }
    Ok(())
}

/// Holds if the process was quiescent whenever `server` held replies back for long.
///
/// # Errors
///
/// If some woke up again and again.
pub fn nobody_polls(server: &Server) -> Result<(), Violation> {
    if !server.was_polled() {
        return Ok(());
    }
    let expected = "expected all threads to sleep while no reply comes";
    let got = "some woke up again and again, and asked for nothing";
    Err(Violation::new(Finding::BusyWait, expected).got(got))
}

fn requests(n: usize) -> String {
    match n {
        1 => "one request".to_owned(),
        n => format!("{n} requests"),
    }
}

/// Holds if `server` saw at most half as many connections as comics.
///
/// A client that uses its connections again needs one for each worker. It may open a few more, when a connection
/// becomes free just as it opens another. One client for each comic, or for each request, opens far more.
///
/// # Errors
///
/// If there were more. The message does not depend on how many a client opened without need.
pub fn connections_are_used_again(server: &Server) -> Result<(), Violation> {
    let n_comics = server.shelf().n_comics();
    let n = server.n_connections();
    if n <= n_comics / 2 {
        return Ok(());
    }
    let expected = format!("expected at most {} connections for {n_comics} comics", n_comics / 2);
    let got = if n >= n_comics {
        "there was at least one for each comic"
    } else {
        "there were more"
    };
    Err(Violation::new(Finding::LimitExceeded, expected).got(got))
}

/// Calls `work`, which sends requests to `server`, and holds if nothing of it goes on after it has returned.
///
/// # Errors
///
/// What is left: requests in flight, or threads that are there even when the process is quiescent.
pub fn leaves_nothing(what: &str, server: &Server, work: impl FnOnce()) -> Result<(), Violation> {
    let mut in_flight = 0;
    let threads = threads_left_by(|| {
        work();
        in_flight = server.in_flight();
    });
    let expected = format!("expected all that `{what}` started to have ended when it returns");
    let violation = |got| Err(Violation::new(Finding::ThreadLeak, expected).got(got));
    if in_flight > 0 {
        return violation("it still waited for a reply".to_owned());
    }
    match threads {
        0 => Ok(()),
        1 => violation("one thread is still there".to_owned()),
        n => violation(format!("{n} threads are still there")),
    }
}
