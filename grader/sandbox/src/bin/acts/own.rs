//! Acts on what a program inherits.

use std::io::{self, Read as _, Write as _};

use crate::scene::{Act, Scene, call, nothing};

pub(crate) const ACTS: &[(&str, Act)] = &[
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

fn read_stdin(_: &Scene) -> io::Result<()> {
    let mut byte = [0];
    match io::stdin().read(&mut byte)? {
        0 => Err(nothing()),
        _ => Ok(()),
    }
}

fn inherited_fds(_: &Scene) -> io::Result<()> {
    let is_open = |fd: &usize| call(libc::SYS_fcntl, &[*fd, libc::F_GETFD as usize]).is_ok();
    (3..64).find(is_open).map(drop).ok_or_else(nothing)
}

/// Whoever reads it must stand it.
fn non_utf8(_: &Scene) -> io::Result<()> {
    io::stdout().write_all(b"\xff\xfe\x00\x1b[31m")?;
    Err(nothing())
}

/// No hostile act: says what could be contained from here.
fn probe(_: &Scene) -> io::Result<()> {
    let found = sandbox::probe();
    let missing: Vec<String> = found.missing.iter().map(ToString::to_string).collect();
    writeln!(io::stdout(), "{}\n{}", found.level, missing.join("\n"))
}
