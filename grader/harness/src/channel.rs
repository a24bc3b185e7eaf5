//! Answers the grader's request over the channel, which is a socket in place of standard input.
//!
//! Before any code of the submission runs, the request is read and the socket is taken away from standard input. The
//! key that seals the answer then lies in memory in two halves only (see [`protocol::seal`]).

use std::io::{self, BufRead, BufReader, Read, Write};
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
pub fn main(checks: &[Check]) -> ExitCode {
    exit_code(serve(checks))
}

pub(crate) fn exit_code(served: io::Result<()>) -> ExitCode {
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::from(NOT_STARTED_BY_GRADER),
    }
}

fn serve(checks: &[Check]) -> io::Result<()> {
    let (request, answer) = open()?;
    let watched = Arc::clone(&answer);
    supervision::watch(move |stalled: Duration| {
        let (scenario, seconds) = (None, stalled.as_secs());
        answer_and_exit(&watched, CheckObservation::Stalled { scenario, seconds })
    });
    answer.give(observe(checks, &request.check, request.work))
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
        Work::Try => CheckObservation::UnknownCheck,
        Work::Explore => {
            let mut model = Model::exploring(check.name);
            (check.run)(&mut model);
            CheckObservation::Explored(model.into_exploration())
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
