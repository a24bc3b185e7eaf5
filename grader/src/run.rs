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

use protocol::seal::{HALF, Key};
use protocol::{Reply, Request, Work};
use sandbox::cancel::Cancel;
use sandbox::process::{self, Command, Input, Limits, Policy, ProcessOutput, RunError};

use self::test_server::TestServer;
use crate::exercise::{ProgramCheck, TEST_SERVER};

pub use self::plan::{AfterFailure, CheckOutcome, ModelledPrograms, Outcome, Plan, Progress, Rules};

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
    /// Something that is not exactly one reply with the seal of the request.
    Unreadable,
    /// One reply with that seal.
    Reply(Box<Reply>),
}

/// Asks the check program to do `work` for one check. `args` are its arguments.
pub fn observe_check(
    program: &Path,
    check: &str,
    args: &[String],
    work: Work,
    policy: Policy,
    limits: &Limits,
    cancel: &Cancel,
) -> Observation {
    let halves = match halves() {
        Ok(halves) => halves,
        Err(error) => {
            return Observation::NotStarted {
                reason: format!("failed to read `/dev/urandom`: {error}"),
                help: None,
            };
        }
    };
    let request = Request {
        check: check.to_owned(),
        work,
    };
    let mut sent = halves.iter().flat_map(|half| half.iter().copied()).collect::<Vec<u8>>();
    serde_json::to_writer(&mut sent, &request).expect("a request has no keys but names");
    sent.push(b'\n');
    match run(program, args, Input::Channel(sent), policy, limits, cancel) {
        Ok(mut output) => {
            let answer = read_answer(&std::mem::take(&mut output.answer), &Key::new(halves));
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

/// The halves of a key that the submission cannot guess.
fn halves() -> io::Result<[Box<[u8; HALF]>; 2]> {
    let mut halves = [Box::new([0; HALF]), Box::new([0; HALF])];
    let mut random = File::open("/dev/urandom")?;
    for half in &mut halves {
        random.read_exact(&mut half[..])?;
    }
    Ok(halves)
}

fn read_answer(bytes: &[u8], key: &Key) -> Answer {
    if bytes.is_empty() {
        return Answer::Nothing;
    }
    // Anything before or after the one reply was not written by the check program, and breaks the seal.
    let reply = key.open(bytes).and_then(|reply| serde_json::from_slice(reply).ok());
    reply.map_or(Answer::Unreadable, |reply| Answer::Reply(Box::new(reply)))
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
    fn two_keys_differ_in_both_halves() {
        let (first, second) = (halves().expect("randomness"), halves().expect("randomness"));
        assert!(first[0] != second[0] && first[1] != second[1] && first[0] != first[1]);
    }

    #[test]
    fn an_answer_is_exactly_one_sealed_reply() {
        let halves = halves().expect("randomness");
        let key = Key::new(halves);
        let reply = br#"{"check":"c","observation":"unknown_check"}"#;
        let sealed = key.seal(reply);
        assert!(matches!(read_answer(&sealed, &key), Answer::Reply(_)));
        assert_eq!(read_answer(b"", &key), Answer::Nothing);
        for forged in [
            reply.to_vec(),
            [&b"forged\n"[..], &sealed].concat(),
            [&sealed[..], &sealed].concat(),
            [&sealed[..], reply].concat(),
            key.seal(b"no JSON"),
            Key::new([Box::new([1; HALF]), Box::new([2; HALF])]).seal(reply),
        ] {
            assert_eq!(read_answer(&forged, &key), Answer::Unreadable);
        }
    }
}
