//! Answers the grader's request over the channel, which is a socket in place of standard input.
//!
//! Before any code of the submission runs, the request is read and the socket is taken away from standard input. The
//! key that seals the answer then lies in memory in two halves only (see [`protocol::seal`]). A panic outside of every
//! execution is caught: it is a property's, and no answer would be the submission's failure.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::panic::{self, AssertUnwindSafe, Location};
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::check::Check;
use crate::model::Model;
use crate::supervision;
use protocol::seal::{HALF, Key};
use protocol::token::Token;
use protocol::{CheckObservation, Reply, Request, Work};
use sandbox::channel::Channel;
use sandbox::this_process;

/// The exit code of a check program that was not started by the grader.
const NOT_STARTED_BY_GRADER: u8 = 2;

/// Reads one request from standard input, which must be a socket, runs the check, and answers over that socket.
///
/// The exit code says only whether there was a request and the answer was sent. What was found is in the answer.
#[track_caller]
pub fn main(checks: &[Check]) -> ExitCode {
    exit_code(serve(Location::caller().file(), |request| {
        observe(checks, &request.check, request.work)
    }))
}

pub(crate) fn exit_code(served: io::Result<()>) -> ExitCode {
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::from(NOT_STARTED_BY_GRADER),
    }
}

/// Reads the request and answers with what `observe` returns. `main_file` is the main file of the check program.
pub(crate) fn serve(main_file: &str, observe: impl FnOnce(Request) -> CheckObservation) -> io::Result<()> {
    let (request, answer) = open()?;
    let watched = Arc::clone(&answer);
    supervision::watch(move |stalled: Duration| {
        let (scenario, seconds) = (None, stalled.as_secs());
        answer_and_exit(&watched, CheckObservation::Stalled { scenario, seconds })
    });
    keep_panics();
    let observed = panic::catch_unwind(AssertUnwindSafe(|| observe(request)));
    answer.give(observed.unwrap_or_else(|payload| {
        // To drop it would run the submission's code, which may panic again.
        std::mem::forget(payload);
        panicked(main_file)
    }))
}

/// The last panic outside of every execution.
static LAST_PANIC: Mutex<Option<LastPanic>> = Mutex::new(None);

/// Where a panic was raised, and what it says.
#[derive(Default)]
struct LastPanic {
    file: String,
    line: u32,
    message: String,
}

/// Keeps the last panic that is raised outside of every execution. `model-std` keeps the others.
fn keep_panics() {
    panic::set_hook(Box::new(|info| {
        let place = info.location();
        let message = info.payload_as_str().unwrap_or("a value that is no text");
        *LAST_PANIC.lock().unwrap_or_else(PoisonError::into_inner) = Some(LastPanic {
            file: place.map_or(String::new(), |place| place.file().to_owned()),
            line: place.map_or(0, Location::line),
            message: message.to_owned(),
        });
    }));
}

/// The last panic, in a check program with its main file at `main_file`: `grader/checks/<exercise>/model/src/main.rs`.
fn panicked(main_file: &str) -> CheckObservation {
    let last = LAST_PANIC.lock().unwrap_or_else(PoisonError::into_inner).take();
    let LastPanic { file, line, message } = last.unwrap_or_default();
    let of_exercise = Path::new(main_file).ancestors().nth(3);
    let is_of_check = of_exercise.is_some_and(|folder| Path::new(&file).starts_with(folder));
    CheckObservation::Panicked {
        file,
        line,
        message,
        is_of_check,
    }
}

/// Reads the request and keeps the channel for the answer. Afterwards, standard input is empty.
pub(crate) fn open() -> io::Result<(Request, Arc<Answer>)> {
    this_process::end_with_parent();
    let channel = Channel::take_stdin()?;
    // Straight to their places, so that no buffer keeps a copy.
    let mut halves = [Box::new([0; HALF]), Box::new([0; HALF])];
    for half in &mut halves {
        (&channel).read_exact(&mut half[..])?;
    }
    let mut line = String::new();
    BufReader::new(&channel).read_line(&mut line)?;
    let request: Request = serde_json::from_str(&line)?;
    let answer = Answer {
        channel: Mutex::new(Some(channel)),
        key: Key::new(halves),
        check: request.check.clone(),
    };
    Ok((request, Arc::new(answer)))
}

/// Answers in place of the thread that runs the check, and ends the process.
#[expect(clippy::exit, reason = "the submission does not return, so `main` cannot")]
pub(crate) fn answer_and_exit(answer: &Answer, observation: CheckObservation) -> ! {
    let code = answer.give(observation).map_or(NOT_STARTED_BY_GRADER, |()| 0);
    std::process::exit(code.into())
}

/// The one answer to a request.
pub(crate) struct Answer {
    /// `None` once the answer was given.
    channel: Mutex<Option<Channel>>,
    key: Key,
    check: String,
}

impl Answer {
    pub(crate) fn give(&self, observation: CheckObservation) -> io::Result<()> {
        let channel = self.channel.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(channel) = channel else { return Ok(()) };
        let check = self.check.clone();
        let reply = serde_json::to_vec(&Reply { check, observation })?;
        (&channel).write_all(&self.key.seal(&reply))
    }
}

fn observe(checks: &[Check], name: &str, work: Work) -> CheckObservation {
    let Some(check) = checks.iter().find(|check| check.name == name) else {
        return CheckObservation::UnknownCheck;
    };
    match work {
        Work::Try | Work::RunProgram => CheckObservation::UnknownCheck,
        Work::Explore => {
            let mut model = Model::exploring(check.name);
            (check.run)(&mut model);
            CheckObservation::Explored(model.into_exploration())
        }
        Work::Play(question) => {
            let mut model = Model::playing(check.name, question);
            (check.run)(&mut model);
            CheckObservation::Played(model.into_played())
        }
        Work::Replay { token } => match Token::decode(&token, check.name) {
            Ok(token) => replay(check, token),
            Err(error) => CheckObservation::TokenRefused {
                reason: error.to_string(),
            },
        },
    }
}

fn replay(check: &Check, token: Token) -> CheckObservation {
    let mut model = Model::replaying(check.name, token);
    (check.run)(&mut model);
    match model.into_replayed() {
        Ok(replayed) => CheckObservation::Replayed(replayed),
        Err(reason) => CheckObservation::TokenRefused {
            reason: reason.to_string(),
        },
    }
}
