//! The channel between the grader and a check program: a socket in the place of standard input.
//!
//! The request is read, and the socket taken out of the submission's reach, before any code of the submission runs.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::process::ExitCode;

use crate::check::Check;
use crate::model::Model;
use crate::protocol::{ModelObservation, Reply, Request, Work};
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
    let mut channel = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
    rustix::stdio::dup2_stdin(File::open("/dev/null")?)?;
    let mut line = String::new();
    BufReader::new(&channel).read_line(&mut line)?;
    let Request { nonce, check, work } = serde_json::from_str(&line)?;
    let observation = observe(checks, &check, work);
    let mut answer = serde_json::to_vec(&Reply {
        nonce,
        check,
        observation,
    })?;
    answer.push(b'\n');
    channel.write_all(&answer)
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
