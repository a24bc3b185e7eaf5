//! Attacks on what a program inherits.

use std::io::{self, Read as _, Write as _};

use crate::target::{Attack, Target, call, nothing};

pub(crate) const ATTACKS: &[(&str, Attack)] = &[
    ("env-secret", |_| {
        std::env::var("GRADER_SECRET").map(drop).map_err(io::Error::other)
    }),
    ("read-stdin", read_stdin),
    ("inherited-fds", inherited_fds),
    ("clear-death-signal", |_| {
        call(libc::SYS_prctl, &[libc::PR_SET_PDEATHSIG as usize, 0]).map(drop)
    }),
    ("non-utf8", non_utf8),
    ("probe", probe),
];

fn read_stdin(_: &Target) -> io::Result<()> {
    let mut byte = [0];
    match io::stdin().read(&mut byte)? {
        0 => Err(nothing()),
        _ => Ok(()),
    }
}

fn inherited_fds(_: &Target) -> io::Result<()> {
    let is_open = |fd: &usize| call(libc::SYS_fcntl, &[*fd, libc::F_GETFD as usize]).is_ok();
    (3..64).find(is_open).map(drop).ok_or_else(nothing)
}

/// Succeeds for no reader: the test is that reading this does no harm.
fn non_utf8(_: &Target) -> io::Result<()> {
    io::stdout().write_all(b"\xff\xfe\x00\x1b[31m")?;
    Err(nothing())
}

/// Not an attack: prints what the probe finds in this process.
fn probe(_: &Target) -> io::Result<()> {
    let found = sandbox::probe();
    let missing: Vec<String> = found.missing.iter().map(ToString::to_string).collect();
    writeln!(io::stdout(), "{}\n{}", found.level, missing.join("\n"))
}
