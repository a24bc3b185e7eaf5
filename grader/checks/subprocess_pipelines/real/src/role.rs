//! What this program does when it is started as a stage, or as a process that calls the submission by itself.
//!
//! A role never sleeps and never waits for a clock: it computes, or it waits for its pipes or for the desk.

use std::env;
use std::fs;
use std::io::{self, BufRead, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::os::unix::process::parent_id;
use std::process::ExitCode;

use crate::call::{self, ExitReason};
use crate::pattern::{self, Letters};

/// The first argument of a process that plays a role.
pub(crate) const MARK: &str = "as-stage";

/// The exit code of a role that finds what it expects.
pub(crate) const AS_EXPECTED: i32 = 42;

/// The exit code of a process that was given other arguments than it should.
pub(crate) const OTHER_ARGUMENTS: i32 = 43;

/// The exit code of a process that was started by another process than it should.
pub(crate) const OTHER_PARENT: i32 = 44;

/// The exit code of a role that could not be played.
const NOT_PLAYED: u8 = 70;

/// What a program does.
pub(crate) enum Role<'a> {
    /// Writes errors of this length, passes its input on, and writes as many errors again.
    Grumble(Letters, usize),
    /// Writes this many bytes, and only then passes its input on.
    Spill(usize),
    /// Reports at the desk, and when it is let go ends with the code. It reads nothing.
    Report { port: u16, name: &'a str, code: u8 },
    /// Writes errors of this length and reports at the desk. When it is let go, writes as many errors again and passes
    /// its input on.
    Meet { port: u16, letters: Letters, length: usize },
    /// Waits, without reading or writing anything, for as long as the desk is there.
    Park { port: u16 },
    /// Writes its further arguments, each with a zero byte behind it. Ends with [`AS_EXPECTED`] if they are these and
    /// this program started it.
    Recite(&'a [&'a str]),
    /// Passes its input on, writes an error, and ends with [`AS_EXPECTED`].
    PassOn,
    /// Lets the submission `run` a program that plays `PassOn`, and ends with the exit code that `run` returns.
    CallRun,
    /// Lets the submission `capture` a `cat` without input, and writes what came out.
    CallCapture,
}

impl Role<'_> {
    /// The arguments that make this program play the role.
    pub(crate) fn arguments(&self) -> Vec<String> {
        let words = match self {
            Role::Grumble(letters, length) => vec!["grumble".to_owned(), letters.name().to_owned(), length.to_string()],
            Role::Spill(length) => vec!["spill".to_owned(), length.to_string()],
            Role::Report { port, name, code } => {
                vec![
                    "report".to_owned(),
                    port.to_string(),
                    (*name).to_owned(),
                    code.to_string(),
                ]
            }
            Role::Meet { port, letters, length } => {
                vec![
                    "meet".to_owned(),
                    port.to_string(),
                    letters.name().to_owned(),
                    length.to_string(),
                ]
            }
            Role::Park { port } => vec!["park".to_owned(), port.to_string()],
            Role::Recite(words) => {
                let mut all = vec!["recite".to_owned(), digest(words)];
                all.extend(words.iter().map(|&word| word.to_owned()));
                all
            }
            Role::PassOn => vec!["pass-on".to_owned()],
            Role::CallRun => vec!["call-run".to_owned()],
            Role::CallCapture => vec!["call-capture".to_owned()],
        };
        std::iter::once(MARK.to_owned()).chain(words).collect()
    }
}

/// Plays the role that the arguments name.
pub(crate) fn play(arguments: &[String]) -> ExitCode {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let played = match words.as_slice() {
        ["grumble", letters, length] => grumble(letters, length),
        ["spill", length] => spill(length),
        ["report", port, name, code] => report(port, name).and_then(|()| number(code)),
        ["meet", port, letters, length] => meet(port, letters, length),
        ["park", port] => report(port, "parked").map(|()| 0),
        ["recite", digest, words @ ..] => recite(digest, words),
        ["pass-on"] => pass_on(),
        ["call-run"] => call_run(),
        ["call-capture"] => call_capture(),
        _ => return ExitCode::from(NOT_PLAYED),
    };
    match played {
        Ok(code) => ExitCode::from(code),
        // The reader has closed the pipe.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(_) => ExitCode::from(NOT_PLAYED),
    }
}

fn grumble(letters: &str, length: &str) -> io::Result<u8> {
    let errors = errors(letters, length)?;
    io::stderr().write_all(&errors)?;
    copy()?;
    io::stderr().write_all(&errors)?;
    Ok(0)
}

fn spill(length: &str) -> io::Result<u8> {
    io::stdout().write_all(&pattern::bytes(number(length)?))?;
    copy()?;
    Ok(0)
}

fn meet(port: &str, letters: &str, length: &str) -> io::Result<u8> {
    let errors = errors(letters, length)?;
    io::stderr().write_all(&errors)?;
    report(port, letters)?;
    io::stderr().write_all(&errors)?;
    copy()?;
    Ok(0)
}

/// Tells the desk the name, and waits to be let go or for the desk to close.
fn report(port: &str, name: &str) -> io::Result<()> {
    let mut desk = TcpStream::connect((Ipv4Addr::LOCALHOST, number(port)?))?;
    // Errors are ignored: the stage goes on in any case.
    let _ = writeln!(desk, "{name}");
    let _ = BufReader::new(desk).read_line(&mut String::new());
    Ok(())
}

fn recite(expected: &str, words: &[&str]) -> io::Result<u8> {
    let mut out = io::stdout().lock();
    for word in words {
        write!(out, "{word}\0")?;
    }
    out.flush()?;
    let code = if digest(words) != expected {
        OTHER_ARGUMENTS
    } else if has_other_parent() {
        OTHER_PARENT
    } else {
        AS_EXPECTED
    };
    Ok(code as u8)
}

/// Whether this process is known to have been started by another program than itself, such as a shell.
fn has_other_parent() -> bool {
    let program = |process: u32| fs::read_link(format!("/proc/{process}/exe")).ok();
    let (own, parent) = (program(std::process::id()), program(parent_id()));
    own.is_some() && parent.is_some() && own != parent
}

fn pass_on() -> io::Result<u8> {
    copy()?;
    io::stderr().write_all(call::ERRORS_OF_PASS_ON)?;
    Ok(AS_EXPECTED as u8)
}

fn call_run() -> io::Result<u8> {
    let program = call::stage(&Role::PassOn)?;
    match call::run(&program) {
        Ok(ExitReason::Code(code)) => u8::try_from(code).map_err(io::Error::other),
        Ok(ExitReason::Signal(_)) | Err(_) => Err(io::Error::other("it ended in another way")),
    }
}

fn call_capture() -> io::Result<u8> {
    match call::capture(&[call::program("cat", &[])], b"") {
        Ok(output) => io::stdout().write_all(&output.stdout)?,
        Err(text) => return Err(io::Error::other(text)),
    }
    Ok(AS_EXPECTED as u8)
}

/// Passes all of standard input on, in large pieces, and flushes each, since standard output is buffered by lines.
fn copy() -> io::Result<()> {
    let (mut input, mut output) = (io::stdin().lock(), io::stdout().lock());
    let mut piece = vec![0; 1 << 16];
    loop {
        let length = input.read(&mut piece)?;
        if length == 0 {
            return Ok(());
        }
        output.write_all(&piece[..length])?;
        output.flush()?;
    }
}

fn errors(letters: &str, length: &str) -> io::Result<Vec<u8>> {
    let letters = Letters::named(letters).ok_or_else(|| io::Error::other("unknown letters"))?;
    Ok(letters.text(number(length)?))
}

fn number<T: std::str::FromStr>(text: &str) -> io::Result<T> {
    text.parse().map_err(|_| io::Error::other("not a number"))
}

/// A hash of the words in characters that no shell changes: FNV-1a (Fowler, Noll, Vo, 1991).
fn digest(words: &[&str]) -> String {
    let bytes = words.iter().flat_map(|word| word.bytes().chain([0]));
    let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    format!("{:016x}", bytes.fold(0xcbf2_9ce4_8422_2325, mix))
}

/// The path of this program.
pub(crate) fn own_path() -> io::Result<String> {
    let path = env::current_exe()?.into_os_string().into_string();
    path.map_err(|_| io::Error::other("the path of the check program is not UTF-8"))
}
