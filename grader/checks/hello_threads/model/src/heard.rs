//! What a call of `hello` did, as its caller sees it: who called `say` when, and what was returned.

use std::sync::Mutex;
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use harness::{Finding, Violation};
use hello_threads::hello;

/// How late an event may be and still count as on time: a pause that is measured, or slept in steps, may end late.
const MOST_LATENESS: Duration = Duration::from_millis(1);

/// The pause after each hello.
pub(crate) const SECOND: Duration = Duration::from_secs(1);

/// Whether something that was due at `due` happened then, and not before or after.
pub(crate) fn is_on_time(elapsed: Duration, due: Duration) -> bool {
    due <= elapsed && elapsed <= due + MOST_LATENESS
}

/// One call of `say`.
pub(crate) struct Call {
    /// What was given to it.
    pub(crate) said: String,
    /// The name of the thread that called.
    pub(crate) thread_name: Option<String>,
    pub(crate) thread: ThreadId,
    /// When it began, since the call of `hello`.
    pub(crate) at: Duration,
}

/// One call of `hello`.
pub(crate) struct Heard {
    /// The calls of `say`, in their order.
    pub(crate) calls: Vec<Call>,
    /// How often each thread said hello, or the thread and the message of its panic. The types of the submission are
    /// not kept: nothing here relies on how they compare or print themselves.
    pub(crate) results: Vec<Result<usize, (String, String)>>,
    pub(crate) caller: ThreadId,
    /// How long the call took.
    pub(crate) took: Duration,
}

impl Heard {
    /// Calls the submission. `say` is called with the name and with how often that was said before.
    pub(crate) fn of(names: &[&str], times: usize, say: impl Fn(&str, usize) + Sync + Send) -> Heard {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let calls = Mutex::new(Vec::<Call>::new());
        let start = Instant::now();
        let results = hello(&names, times, |said| {
            let this_thread = thread::current();
            let call = Call {
                said: said.to_owned(),
                thread_name: this_thread.name().map(str::to_owned),
                thread: this_thread.id(),
                at: start.elapsed(),
            };
            let earlier = {
                let mut calls = calls.lock().expect("nothing panics here with the lock held");
                let earlier = calls.iter().rev().filter(|earlier| earlier.said == said).count();
                calls.push(call);
                earlier
            };
            say(said, earlier);
        });
        Heard {
            calls: calls.into_inner().expect("nothing panics here with the lock held"),
            results: results
                .into_iter()
                .map(|result| result.map_err(|panicked| (panicked.thread, panicked.message)))
                .collect(),
            caller: thread::current().id(),
            took: start.elapsed(),
        }
    }

    /// How often `name` was said.
    pub(crate) fn count(&self, name: &str) -> usize {
        self.calls.iter().filter(|call| call.said == name).count()
    }

    /// Holds if each of `names`, all of them different, was said as often as `times` says, and nothing else was.
    pub(crate) fn was_said(&self, names: &[&str], times: impl Fn(&str) -> usize) -> Result<(), Violation> {
        for name in names {
            let (expected, said) = (times(name), self.count(name));
            if said != expected {
                let violation = Violation::new(
                    Finding::WrongResult,
                    format!("expected `{name}` to be said {expected} times"),
                );
                return Err(violation.got(format!("it was said {said} times")));
            }
        }
        match self.calls.iter().find(|call| !names.contains(&call.said.as_str())) {
            None => Ok(()),
            Some(other) => {
                let violation = Violation::new(Finding::WrongResult, "expected `say` to be called with the names only");
                Err(violation.got(format!("it was called with `{}`", other.said)))
            }
        }
    }

    /// Holds if the results, without the messages of panics, are `expected`: how often each thread said hello, or
    /// the name of one that panicked.
    pub(crate) fn gives(&self, expected: &[Result<usize, &str>]) -> Result<(), Violation> {
        let got = self.results.iter().map(|result| match result {
            Ok(times) => Ok(*times),
            Err((thread, _)) => Err(thread.as_str()),
        });
        if got.clone().eq(expected.iter().copied()) {
            return Ok(());
        }
        let violation = Violation::new(
            Finding::WrongResult,
            format!("expected the results {}", in_words(expected.iter().copied())),
        );
        Err(violation.got(format!("the results were {}", in_words(got))))
    }
}

/// The most results that a message lists.
const MOST_RESULTS_SHOWN: usize = 12;

fn in_words<'a>(results: impl Iterator<Item = Result<usize, &'a str>>) -> String {
    let mut words: Vec<String> = results
        .map(|result| match result {
            Ok(times) => format!("Ok({times})"),
            Err(thread) => format!("Err of `{thread}`"),
        })
        .collect();
    let more = words.len().saturating_sub(MOST_RESULTS_SHOWN);
    if more > 0 {
        words.truncate(MOST_RESULTS_SHOWN);
        words.push(format!("and {more} more"));
    }
    if words.is_empty() {
        "none".to_owned()
    } else {
        words.join(", ")
    }
}
