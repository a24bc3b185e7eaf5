//! The channel between the grader and a check program: a socket in the place of standard input.
//!
//! The request is read, and the socket taken out of the submission's reach, before any code of the submission runs.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::check::Check;
use crate::model::Model;
use crate::protocol::{ModelObservation, Reply, Request, Work};
use crate::supervision;
use crate::token::Token;

/// The exit code of a check program that was not started by the grader.
const NOT_STARTED_BY_GRADER: u8 = 2;

/// Serves one request: reads it from standard input, which must be a socket, runs the check, and answers there.
///
/// Returns a failure when there is no request to serve or no way to answer; what was found is not part of the exit code.
pub fn main(checks: &[Check]) -> ExitCode {
    match serve(checks) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::from(NOT_STARTED_BY_GRADER),
    }
}

fn serve(checks: &[Check]) -> io::Result<()> {
    supervision::end_with_the_grader();
    let channel = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
    rustix::stdio::dup2_stdin(File::open("/dev/null")?)?;
    let mut line = String::new();
    BufReader::new(&channel).read_line(&mut line)?;
    let Request { nonce, check, work } = serde_json::from_str(&line)?;
    let answer = Answer {
        channel: Mutex::new(Some(channel)),
        nonce,
        check: check.clone(),
    };
    let answer = Arc::new(answer);
    let watched = Arc::clone(&answer);
    #[expect(clippy::exit, reason = "the submission does not come back, so `main` cannot return")]
    let give_up = move |stalled: Duration| {
        let seconds = stalled.as_secs();
        let code = watched
            .give(ModelObservation::Stalled { seconds })
            .map_or(NOT_STARTED_BY_GRADER, |()| 0);
        std::process::exit(code.into())
    };
    supervision::watch(give_up);
    answer.give(observe(checks, &check, work))
}

/// The one answer to a request.
struct Answer {
    /// Gone once it was given.
    channel: Mutex<Option<UnixStream>>,
    nonce: String,
    check: String,
}

impl Answer {
    fn give(&self, observation: ModelObservation) -> io::Result<()> {
        let channel = self.channel.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(mut channel) = channel else { return Ok(()) };
        let (nonce, check) = (self.nonce.clone(), self.check.clone());
        let mut answer = serde_json::to_vec(&Reply {
            nonce,
            check,
            observation,
        })?;
        answer.push(b'\n');
        channel.write_all(&answer)
    }
}

fn observe(checks: &[Check], name: &str, work: Work) -> ModelObservation {
    let Some(check) = checks.iter().find(|check| check.name == name) else {
        return ModelObservation::UnknownCheck;
    };
    match work {
        Work::Explore => {
            let mut model = Model::exploring(check.name);
            (check.run)(&mut model);
            ModelObservation::Explored(model.into_exploration())
        }
        Work::Replay { token } => match Token::decode(&token, check.name) {
            Ok(token) => replay(check, token),
            Err(error) => ModelObservation::TokenRefused {
                reason: error.to_string(),
            },
        },
    }
}

fn replay(check: &Check, token: Token) -> ModelObservation {
    let mut model = Model::replaying(check.name, token);
    (check.run)(&mut model);
    match model.into_replayed() {
        Ok(replayed) => ModelObservation::Replayed(replayed),
        Err(reason) => ModelObservation::TokenRefused {
            reason: reason.to_string(),
        },
    }
}
