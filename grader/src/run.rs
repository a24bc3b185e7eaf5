//! Runs each check in a process of its own and records what happened. Nothing is judged.
//!
//! A check program receives its request over a socket and sends its reply there. It makes the socket inaccessible
//! before any code of the submission runs. What the submission prints is output and never a reply.

mod backtrace;
mod plan;
mod test_server;

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use protocol::{Reply, Request, Work};
use sandbox::cancel::Cancel;
use sandbox::process::{self, Command, Input, Limits, Policy, ProcessOutput, RunError};

use self::test_server::TestServer;
use crate::exercise::{ProgramCheck, TEST_SERVER};

pub use self::plan::{CheckOutcome, Outcome, Plan, Progress};

/// What was observed of one check.
#[derive(Debug, Clone, PartialEq)]
pub enum Observation {
    /// A check program ran.
    Check(CheckRun),
    /// The exercise's program ran.
    Program(ProcessOutput),
    /// Nothing ran.
    NotStarted {
        /// Why.
        reason: String,
        /// What the reader can do about it.
        help: Option<String>,
    },
}

/// What was observed of a check program.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckRun {
    /// What was observed of its process.
    pub output: ProcessOutput,
    /// The request.
    pub request: Request,
    /// What came back.
    pub answer: Answer,
}

/// What came back over the socket of a check program.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// Nothing.
    Nothing,
    /// Something that is not exactly one reply.
    Unreadable,
    /// One reply. Whether the check program wrote it is not yet known.
    Reply(Box<Reply>),
}

/// Asks the check program to do `work` for one check.
pub fn observe_check(
    program: &Path,
    check: &str,
    work: Work,
    policy: Policy,
    limits: &Limits,
    cancel: &Cancel,
) -> Observation {
    let request = match nonce() {
        Ok(nonce) => Request {
            nonce,
            check: check.to_owned(),
            work,
        },
        Err(error) => {
            return Observation::NotStarted {
                reason: format!("failed to read `/dev/urandom`: {error}"),
                help: None,
            };
        }
    };
    let mut line = serde_json::to_vec(&request).expect("a request has no keys but names");
    line.push(b'\n');
    match run(program, &[], Input::Channel(line), policy, limits, cancel) {
        Ok(mut output) => {
            let answer = read_answer(&std::mem::take(&mut output.answer));
            Observation::Check(CheckRun {
                output,
                request,
                answer,
            })
        }
        Err(error) => not_started("check program", &error),
    }
}

/// Runs the exercise's program with the arguments of a check, and its test server where they name one.
pub fn observe_program(
    program: &Path,
    check: &ProgramCheck,
    test_server: Option<&Path>,
    policy: Policy,
    limits: &Limits,
    cancel: &Cancel,
) -> Observation {
    let test_server = test_server.filter(|_| check.args.iter().any(|arg| arg.contains(TEST_SERVER)));
    let test_server = match test_server.map(TestServer::start).transpose() {
        Ok(test_server) => test_server,
        Err(error) => {
            return Observation::NotStarted {
                reason: format!("failed to start the test server of the program: {error}"),
                help: None,
            };
        }
    };
    let said = test_server
        .as_ref()
        .map_or(TEST_SERVER, |test_server| &test_server.said);
    let args: Vec<String> = check.args.iter().map(|arg| arg.replace(TEST_SERVER, said)).collect();
    let policy = Policy {
        ports: test_server
            .as_ref()
            .and_then(|test_server| port(&test_server.said))
            .into_iter()
            .collect(),
        ..policy
    };
    match run(program, &args, Input::Nothing, policy, limits, cancel) {
        Ok(output) => Observation::Program(output),
        Err(error) => not_started("program of the exercise", &error),
    }
}

/// The port in the line that a test server prints: `http://127.0.0.1:8080`, perhaps with a path after it.
fn port(said: &str) -> Option<u16> {
    let digits = said.rsplit_once(':')?.1;
    let end = digits
        .find(|digit: char| !digit.is_ascii_digit())
        .unwrap_or(digits.len());
    digits[..end].parse().ok()
}

/// The environment of every run, which is the same on all machines. `PATH` is the C library's default, for submissions
/// that read it. `RAYON_NUM_THREADS` is the size of rayon's global pool, so that a submission which uses that pool by
/// mistake fails in the same way everywhere.
const ENVIRONMENT: [(&str, &str); 2] = [("PATH", "/bin:/usr/bin"), ("RAYON_NUM_THREADS", "7")];

fn run(
    program: &Path,
    args: &[String],
    input: Input,
    policy: Policy,
    limits: &Limits,
    cancel: &Cancel,
) -> Result<ProcessOutput, RunError> {
    let folder = program.parent().unwrap_or(Path::new("/")).to_owned();
    let args = args.iter().map(Into::into).collect();
    let command = Command {
        program: program.to_owned(),
        args,
        env: ENVIRONMENT.map(|(key, value)| (key.into(), value.into())).to_vec(),
        folder,
        input,
        policy,
    };
    process::run(&command, limits, cancel)
}

/// The program's path is left out: it differs each time.
fn not_started(what: &str, error: &RunError) -> Observation {
    let cause = &error.source;
    let help = match cause.kind() {
        io::ErrorKind::PermissionDenied => Some("set `TMPDIR` to a folder in which programs may be run".to_owned()),
        _ => None,
    };
    Observation::NotStarted {
        reason: format!("failed to start the {what}: {cause}"),
        help,
    }
}

/// 128 bits that the submission cannot guess.
fn nonce() -> io::Result<String> {
    let mut bytes = [0; 16];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(format!("{:032x}", u128::from_ne_bytes(bytes)))
}

fn read_answer(bytes: &[u8]) -> Answer {
    if bytes.is_empty() {
        return Answer::Nothing;
    }
    // Anything before or after the one line of the reply was not written by the check program.
    match serde_json::from_slice(bytes) {
        Ok(reply) => Answer::Reply(Box::new(reply)),
        Err(_) => Answer::Unreadable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_is_behind_the_last_colon() {
        assert_eq!(port("http://127.0.0.1:8080"), Some(8080));
        assert_eq!(port("127.0.0.1:8080/files 3"), Some(8080));
        assert_eq!(port("ready"), None);
        assert_eq!(port("port:99999"), None);
    }

    #[test]
    fn two_nonces_differ() {
        let (first, second) = (nonce().expect("randomness"), nonce().expect("randomness"));
        assert_ne!(first, second);
        assert_eq!(first.len(), 32);
    }

    #[test]
    fn an_answer_is_exactly_one_reply() {
        let reply = br#"{"nonce":"n","check":"c","observation":"unknown_check"}"#;
        assert!(matches!(read_answer(reply), Answer::Reply(_)));
        assert_eq!(read_answer(b""), Answer::Nothing);
        assert_eq!(read_answer(&[&b"forged\n"[..], reply].concat()), Answer::Unreadable);
        assert_eq!(read_answer(&[&reply[..], b"\n", reply].concat()), Answer::Unreadable);
    }
}
